"""The master key as a person sets it."""

from __future__ import annotations

import base64

import pytest

from flows.errors import VaultError
from flows.store.keys import new_master_key, read_master_key


def test_a_new_master_key_can_be_set_as_it_is() -> None:
    """Otherwise the key that the tool itself makes would be refused at the next start."""
    text = new_master_key()
    assert len(read_master_key(text)) == 32
    assert read_master_key(f" {text.rstrip('=')}\n") == read_master_key(text)
    assert base64.urlsafe_b64encode(read_master_key(text)).decode() == text


@pytest.mark.parametrize(
    "given", ["", "secret", "not base64 at all!", "é" * 44, base64.urlsafe_b64encode(bytes(16)).decode()]
)
def test_anything_else_is_refused_without_repeating_it(given: str) -> None:
    """Otherwise a weak key would be taken, or a secret would end up in a log."""
    with pytest.raises(VaultError, match="must be 32 bytes") as caught:
        read_master_key(given)
    assert not given or given not in str(caught.value)
    assert caught.value.__cause__ is None
