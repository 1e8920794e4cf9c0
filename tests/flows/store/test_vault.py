"""Sealing what is personal, and erasing it by destroying a key."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.clock import MovedClock
from flows.errors import Erased, StoreError, VaultError, WrongMasterKey
from flows.store import engines
from flows.store.database import Store
from flows.store.engines import connect, reading
from flows.store.keys import Key, new_master_key
from flows.store.schema import bring_up_to_date
from flows.store.vault import Vault
from tests.postgres import PostgresServer

SECRET = {"text": "我的订单还没到 — où est ma commande?", "media": [1, None, True], "wamid": "wamid.HBgL"}


def test_what_was_sealed_is_read_back(any_store: Store) -> None:
    """Otherwise nobody could read what a customer wrote."""
    vault = any_store.vault
    blob = vault.seal("P-1", SECRET)
    assert vault.open(blob) == SECRET
    assert "订单".encode() not in blob


def test_the_same_thing_sealed_twice_looks_different(store: Store) -> None:
    """Otherwise a thief of the database could tell who wrote the same as whom."""
    assert store.vault.seal("P-1", "help") != store.vault.seal("P-1", "help")


def test_only_plain_json_is_sealed(store: Store) -> None:
    """Otherwise something would be sealed that cannot be read back as it was."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        store.vault.seal("P-1", float("nan"))
    with pytest.raises(TypeError, match="not JSON serializable"):
        store.vault.seal("P-1", {1, 2})


def test_an_erased_owner_cannot_be_read_and_others_can(any_store: Store) -> None:
    """Otherwise an erasure would either not erase, or take somebody else's data with it."""
    vault = any_store.vault
    mine, yours = vault.seal("P-1", "mine"), vault.seal("P-2", "yours")
    assert vault.owners() == ["P-1", "P-2"]
    assert vault.destroy("P-1") == 1
    with pytest.raises(Erased):
        vault.open(mine)
    assert vault.open(yours) == "yours"
    assert vault.owners() == ["P-2"]
    assert vault.destroy("P-1", "P-9") == 0


def test_what_comes_after_an_erasure_is_readable(store: Store) -> None:
    """Otherwise a customer who writes again after an erasure would be unreadable for ever."""
    old = store.vault.seal("P-1", "old")
    store.vault.destroy("P-1")
    assert store.vault.open(store.vault.seal("P-1", "new")) == "new"
    with pytest.raises(Erased):
        store.vault.open(old)


def test_many_are_opened_with_erased_ones_marked(store: Store) -> None:
    """Otherwise one erased message would hide a whole timeline."""
    vault = store.vault
    blobs = [vault.seal(f"P-{number % 7}", number) for number in range(1100)]
    vault.destroy("P-3")
    opened = vault.open_all(blobs)
    assert all(isinstance(value, Erased) if n % 7 == 3 else value == n for n, value in enumerate(opened))
    assert vault.open_all([]) == []


@pytest.mark.parametrize("place", [0, 1, 16, 17, 28, 29, -1])
def test_a_changed_byte_is_noticed(store: Store, place: int) -> None:
    """Otherwise a damaged backup would show a customer's words changed."""
    blob = bytearray(store.vault.seal("P-1", SECRET))
    blob[place] ^= 1
    with pytest.raises(VaultError) as caught:
        store.vault.open(bytes(blob))
    assert not isinstance(caught.value, Erased)


def test_what_is_no_sealed_value_is_said_to_be_none(store: Store) -> None:
    """Otherwise a mix-up of columns would end in an error that nobody understands."""
    for odd in (b"", b"\x01", b"\x02" + bytes(60)):
        with pytest.raises(VaultError, match="not a sealed value"):
            store.vault.open(odd)


def test_the_envelope_of_one_cannot_be_put_on_another(store: Store) -> None:
    """Otherwise somebody with the database could pass one customer's text off as another's."""
    mine, yours = store.vault.seal("P-1", "mine"), store.vault.seal("P-2", "yours")
    with pytest.raises(VaultError):
        store.vault.open(yours[:17] + mine[17:])


def test_merged_owners_are_read_and_erased_as_one(any_store: Store) -> None:
    """Otherwise erasing a customer known by two addresses would leave half of them readable."""
    vault = any_store.vault
    one, two = vault.seal("P-1", 1), vault.seal("P-2", 2)
    vault.merge("P-2", "P-1")
    assert (vault.open(one), vault.open(two), vault.owners()) == (1, 2, ["P-1"])
    assert vault.destroy("P-1") == 2
    for blob in (one, two):
        with pytest.raises(Erased):
            vault.open(blob)


def test_keys_are_made_in_one_go_and_once(any_store: Store) -> None:
    """Otherwise a batch of a thousand new customers would wait a thousand times for the disk."""
    any_store.vault.seal("P-2", "before")
    any_store.vault.make_keys(["P-1", "P-2", "P-1"])
    any_store.vault.make_keys(["P-1", "P-2"])
    assert any_store.vault.destroy("P-1", "P-2") == 2


def test_blinds_are_stable_and_tell_kinds_apart(file_store: Store, tmp_path: Path, master_key: str) -> None:
    """Otherwise a customer would not be recognised after a restart, or be taken for another."""
    blind = file_store.vault.blind("wa_id", "8613800138000")
    assert len(blind) == 64
    assert blind != file_store.vault.blind("user_id", "8613800138000")
    assert blind != file_store.vault.blind("wa_id", "8613800138001")
    with _again(tmp_path, master_key, file_store) as again:
        assert again.vault.blind("wa_id", "8613800138000") == blind
    with Store.open("sqlite://", "sqlite://", new_master_key(), file_store.clock) as other:
        assert other.vault.blind("wa_id", "8613800138000") != blind


def test_another_master_key_is_refused_at_once(file_store: Store, tmp_path: Path) -> None:
    """Otherwise a wrong key would first show when a customer's message cannot be read, or seal under a lost key."""
    with pytest.raises(WrongMasterKey, match="FIREBREAK_MASTER_KEY"):
        _again(tmp_path, new_master_key(), file_store)


def test_sealed_values_outlive_a_restart(file_store: Store, tmp_path: Path, master_key: str) -> None:
    """Otherwise every restart would lose what customers wrote."""
    blob = file_store.vault.seal("P-1", SECRET)
    file_store.close()
    with _again(tmp_path, master_key, file_store) as again:
        assert again.vault.open(blob) == SECRET


def test_a_key_destroyed_elsewhere_is_gone_here_at_once(file_store: Store, tmp_path: Path, master_key: str) -> None:
    """Otherwise a responder that is running would go on reading an erased customer."""
    blob = file_store.vault.seal("P-1", SECRET)
    assert file_store.vault.open(blob) == SECRET
    with _again(tmp_path, master_key, file_store) as elsewhere:
        elsewhere.vault.destroy("P-1")
    with pytest.raises(Erased):
        file_store.vault.open(blob)


def test_a_crash_between_the_two_databases_is_harmless(file_store: Store) -> None:
    """Otherwise a power cut while a message is stored could leave data that no key opens."""

    def broken_off(_: Session) -> None:
        file_store.vault.seal("P-1", "never committed")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        file_store.attempt(broken_off)
    assert file_store.vault.owners() == ["P-1"]
    assert file_store.vault.open(file_store.vault.seal("P-1", "second try")) == "second try"
    assert file_store.vault.destroy("P-1") == 1


def test_a_destroyed_key_is_in_no_file_any_more(file_store: Store, tmp_path: Path) -> None:
    """Otherwise an erased customer could be brought back from the keys file by whoever holds the master key."""
    chance = random.Random(7)
    vault = file_store.vault
    vault.make_keys(f"P-{number:010d}" for number in range(300))
    destroyed: dict[str, bytes] = {}
    for turn in range(6):
        keys = _wrapped(tmp_path)
        chosen = chance.sample(sorted(keys), 12)
        vault.merge(chosen[0], chosen[1])
        assert all(_traces(tmp_path, keys[owner]) for owner in chosen)  # the search finds a key that is there
        vault.destroy(*chosen[1:])
        destroyed |= {owner: keys[owner] for owner in chosen}
        vault.make_keys(f"P-{turn}{number:09d}" for number in range(5))
    assert [owner for owner, wrapped in destroyed.items() if _traces(tmp_path, wrapped)] == []
    file_store.close()
    assert [owner for owner, wrapped in destroyed.items() if _traces(tmp_path, wrapped)] == []


@pytest.mark.postgres
def test_a_destroyed_key_is_in_no_table_file_any_more(
    postgres_server: PostgresServer, master_key: str, clock: MovedClock
) -> None:
    """Otherwise an erased customer could be brought back from the files of the server."""
    keys = connect(postgres_server.new_database())
    bring_up_to_date(keys, "keys")
    vault = Vault(keys, master_key, clock)
    vault.make_keys(f"P-{number}" for number in range(50))
    with reading(keys) as connection:
        wrapped = connection.scalars(select(Key.wrapped).where(Key.owner == "P-7")).one()
    checkpoint = keys.execution_options(isolation_level="AUTOCOMMIT")
    for destroyed in (False, True):
        if destroyed:
            vault.destroy("P-7")
        with checkpoint.connect() as connection:
            connection.exec_driver_sql("CHECKPOINT")
        files = (file for file in (postgres_server.home / "data" / "base").rglob("*") if file.is_file())
        assert any(wrapped[:16] in file.read_bytes() for file in files) is not destroyed
    keys.dispose()


def test_a_scrubbing_that_was_kept_from_its_end_is_made_good(
    tmp_path: Path, master_key: str, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a backup program reading the keys file during an erasure would leave the key in it for good."""
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.1)
    urls = f"sqlite:///{tmp_path}/data.db", f"sqlite:///{tmp_path}/keys.db"
    with Store.open(*urls, master_key, clock) as store:
        blob = store.vault.seal("P-1", SECRET)
        wrapped = _wrapped(tmp_path)["P-1"]
        reader = sqlite3.connect(tmp_path / "keys.db", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM keys").fetchall()
        with pytest.raises(StoreError, match="kept that file busy"):
            store.vault.destroy("P-1")
        assert _traces(tmp_path, wrapped)
        with pytest.raises(Erased):
            store.vault.open(blob)
        reader.close()
        with Store.open(*urls, master_key, clock):
            assert not _traces(tmp_path, wrapped)


def _again(folder: Path, master_key: str, store: Store) -> Store:
    return Store.open(f"sqlite:///{folder}/data.db", f"sqlite:///{folder}/keys.db", master_key, store.clock)


def _wrapped(folder: Path) -> dict[str, bytes]:
    connection = sqlite3.connect(folder / "keys.db")
    try:
        return dict(connection.execute("SELECT owner, wrapped FROM keys WHERE destroyed_at IS NULL").fetchall())
    finally:
        connection.close()


def _traces(folder: Path, wrapped: bytes) -> list[str]:
    """The files that hold any sixteen bytes in a row of a wrapped key."""
    parts = [wrapped[start : start + 16] for start in range(0, len(wrapped) - 15, 8)]
    return [file.name for file in folder.iterdir() if any(part in file.read_bytes() for part in parts)]
