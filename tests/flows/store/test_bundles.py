"""The content that a run was started with."""

from __future__ import annotations

import pytest

from flows.errors import NotFound, StoreError
from flows.shelf import Shelf
from flows.store import bundles
from flows.store.database import Store

FILES = {"playbooks/deletion_request.yaml": "playbook: deletion-request\n", "rules/facts.yaml": "意图: {}\n"}


def test_a_bundle_comes_back_as_it_was(any_store: Store) -> None:
    """Otherwise a run that waited a year would go on with another playbook than it began with."""
    for _ in range(2):
        with any_store.begin() as session:
            bundles.put(session, "sha256:1", FILES, any_store.clock.now())
    with any_store.read() as session:
        assert bundles.get(session, "sha256:1") == FILES


def test_other_content_under_a_known_digest_is_refused(store: Store, shelf: Shelf) -> None:
    """Otherwise content that somebody changed in the database would pass for the release a run was started with."""
    files = dict(shelf.current.files)
    with store.begin() as session:
        bundles.put(session, "0123456789abcdef", files, store.clock.now())
    with pytest.raises(StoreError, match="other content"), store.read() as session:
        shelf.bundle(session, "0123456789abcdef")


def test_a_bundle_that_was_never_kept_is_named(store: Store) -> None:
    """Otherwise the operator would not know which content a restored database lacks."""
    with store.read() as session, pytest.raises(NotFound, match="sha256:2"):
        bundles.get(session, "sha256:2")
