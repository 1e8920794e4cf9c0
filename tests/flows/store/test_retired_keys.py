"""Keys that are replaced: what stays is sealed anew, and what goes goes with the old key."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from flows.clock import SystemClock
from flows.errors import Erased, VaultError
from flows.store.database import Store
from flows.store.vault import GONE, key_of


def test_a_retired_key_opens_and_seals_nothing_new(any_store: Store) -> None:
    """Otherwise what a customer writes during an erasure would go with the old key, or the old be lost too early."""
    vault = any_store.vault
    old = vault.seal("P-1", "old")
    assert vault.retire("P-1") == [key_of(old)]
    new = vault.seal("P-1", "new")
    assert key_of(new) != key_of(old)
    assert (vault.open(old), vault.open(new)) == ("old", "new")
    assert vault.destroy_keys([key_of(old) or ""]) == 1
    with pytest.raises(Erased):
        vault.open(old)
    assert vault.open(new) == "new"


def test_what_is_done_twice_is_done_once(any_store: Store) -> None:
    """Otherwise an erasure that goes on after a crash would fail, or take what was sealed meanwhile."""
    vault = any_store.vault
    old = vault.seal("P-1", "old")
    keys = vault.retire("P-1")
    new = vault.seal("P-1", "new")
    vault.retire_keys(keys)
    assert [vault.destroy_keys([*keys, "0" * 32]) for _ in range(2)] == [1, 0]
    vault.retire_keys(keys)
    assert vault.open(new) == "new"
    assert isinstance(vault.open_all([new, old])[1], Erased)


def test_a_retired_key_counts_until_it_is_destroyed(any_store: Store) -> None:
    """Otherwise erasing a customer for good would leave a key behind that was only retired."""
    vault = any_store.vault
    old = vault.seal("P-1", "old")
    vault.retire("P-1")
    assert vault.owners() == ["P-1"]
    vault.merge("P-1", "P-2")
    assert vault.owners() == ["P-2"]
    new = vault.seal("P-2", "new")
    assert sorted(vault.retire("P-2")) == sorted(filter(None, (key_of(old), key_of(new))))
    assert vault.destroy("P-2") == 2
    assert vault.owners() == []


def test_new_keys_are_made_for_who_has_only_retired_ones(any_store: Store) -> None:
    """Otherwise a batch of messages would be sealed under a key that is about to be destroyed."""
    vault = any_store.vault
    old = vault.seal("P-1", "old")
    vault.retire("P-1")
    vault.make_keys(["P-1"])
    assert len(vault.retire("P-1")) == 2
    assert vault.open(old) == "old"


def test_what_was_emptied_is_erased(store: Store) -> None:
    """Otherwise a row that was emptied would hide a whole timeline behind an error, or pass for one that is damaged."""
    sealed = store.vault.seal("P-1", "words")
    assert key_of(GONE) is None
    with pytest.raises(Erased):
        store.vault.open(GONE)
    opened = store.vault.open_all([GONE, sealed])
    assert isinstance(opened[0], Erased)
    assert opened[1] == "words"
    assert store.vault.open_or_nothing(GONE) == {}
    with pytest.raises(VaultError, match="not a sealed value"):
        key_of(b"something else")


OWNERS = st.sampled_from(["P-1", "P-2", "P-3"])


class KeysOfThree(RuleBasedStateMachine):
    """Keys of three owners, sealed under, retired and destroyed in any order, beside a plain account of what is so."""

    @initialize()
    def begin(self) -> None:
        self.store = Store.in_memory(SystemClock())
        self.sealed: dict[bytes, str] = {}  # value -> owner
        self.retired: set[str] = set()
        self.destroyed: set[str] = set()

    @rule(owner=OWNERS)
    def seal(self, owner: str) -> None:
        blob = self.store.vault.seal(owner, len(self.sealed))
        assert key_of(blob) not in self.retired | self.destroyed
        self.sealed[blob] = owner

    @rule(owner=OWNERS)
    def retire(self, owner: str) -> None:
        mine = {str(key_of(blob)) for blob, whose in self.sealed.items() if whose == owner}
        assert set(self.store.vault.retire(owner)) == mine - self.destroyed
        self.retired |= mine

    @rule()
    def destroy_what_is_retired(self) -> None:
        assert self.store.vault.destroy_keys(self.retired) == len(self.retired - self.destroyed)
        self.destroyed |= self.retired

    @rule(owner=OWNERS)
    def destroy(self, owner: str) -> None:
        mine = {str(key_of(blob)) for blob, whose in self.sealed.items() if whose == owner}
        assert self.store.vault.destroy(owner) == len(mine - self.destroyed)
        self.destroyed |= mine

    @invariant()
    def what_is_not_destroyed_can_be_read(self) -> None:
        for number, (blob, value) in enumerate(
            zip(self.sealed, self.store.vault.open_all(list(self.sealed)), strict=True)
        ):
            assert isinstance(value, Erased) if key_of(blob) in self.destroyed else value == number
        living = {owner for blob, owner in self.sealed.items() if key_of(blob) not in self.destroyed}
        assert set(self.store.vault.owners()) == living

    def teardown(self) -> None:
        self.store.close()


def test_keys_live_and_die_as_they_are_told() -> None:
    """Otherwise some order of sealing, retiring and destroying would lose what stays, or bring back what was erased."""
    run_state_machine_as_test(KeysOfThree, settings=settings(max_examples=25, stateful_step_count=15, deadline=None))
