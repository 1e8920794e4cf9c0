"""Runs that began under content of an older Firebreak."""

from __future__ import annotations

from datetime import UTC, datetime

from flows.shelf import MOST_AT_HAND, Shelf
from flows.store import bundles
from flows.store.database import Store
from flows.verbs import all_verbs
from rules.bundle import digest_of, hash_of, is_words

THEN = datetime(2026, 10, 1, tzinfo=UTC)


def older(shelf: Shelf, store: Store, words: str) -> str:
    """Store the shipped content with word lists that are written in another way; returns its digest."""
    files = {path: words if is_words(path) else text for path, text in shelf.current.files.items()}
    digest = digest_of({path: hash_of(text) for path, text in files.items()})
    with store.begin() as session:
        bundles.put(session, digest, files, THEN)
    return digest


def test_a_run_goes_on_whatever_word_lists_looked_like_then(shelf: Shelf, store: Store) -> None:
    """After an update every open case would stand still: urgent calls, promises and the law's time with it."""
    own = Shelf(shelf.current, all_verbs())
    lists = 'language: en\nlocale: en\nlists: [{id: danger, sets: {sign_safety: true}, phrases: [fire, "don\'t"]}]\n'
    digest = older(shelf, store, lists)
    with store.read() as session:
        found = own.bundle(session, digest)
    assert found.digest == digest
    assert found.playbooks.keys() == shelf.current.playbooks.keys()


def test_a_service_that_runs_for_years_lets_go_of_old_content(shelf: Shelf, store: Store) -> None:
    """Each release would take forty megabytes for ever."""
    own = Shelf(shelf.current, all_verbs())
    digests = [older(shelf, store, f"# {number}\n") for number in range(MOST_AT_HAND + 3)]
    with store.read() as session:
        for digest in [*digests, digests[0]]:
            assert own.bundle(session, digest).digest == digest
    assert len(own._known) <= MOST_AT_HAND
    assert own.current.digest in own._known
