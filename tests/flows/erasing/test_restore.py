"""A backup put back: what was lost returns, and nobody who was erased does."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from flows.cli.erasures import ledger_findings
from flows.clock import MovedClock
from flows.erasing import backup, erasure, holds, ledger, restore
from flows.erasing.masking import Mask
from flows.errors import FirebreakError, StoreError
from flows.service import parts
from flows.settings import Settings
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.keys import read_master_key
from flows.store.tables import Customer, Hold, Message, Outbox
from tests.flows.erasing.house import NAME, NUMBER, WORDS, House, desk_over, furnished, write

Here = Callable[[], Store]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, master_key: str) -> Settings:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FIREBREAK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FIREBREAK_MASTER_KEY", master_key)
    (tmp_path / "home").mkdir()
    return Settings.load()


@pytest.fixture
def here(config: Settings, master_key: str, clock: MovedClock) -> Here:
    """Opens the store of the installation."""
    urls = config.database_url.get_secret_value(), config.keys_url.get_secret_value()
    return lambda: Store.open(*urls, master_key, clock, config.ledger)


@pytest.fixture
def house(here: Here, shelf: Shelf, tmp_path: Path) -> House:
    """Its first message is held, and its second one too, which is to be masked."""
    with here() as store:
        house = furnished(store, shelf, tmp_path)
        house.hold(house.messages[0])
        house.hold(house.messages[1])
        return house


@pytest.fixture
def saved(house: House, config: Settings, clock: MovedClock, tmp_path: Path) -> backup.Backup:
    """A backup from before anybody was erased."""
    assert house.customer_id
    return backup.make(config, tmp_path / "saved", clock)


def erase(house: House, store: Store, *, keep_address: bool = True) -> str:
    desk = desk_over(store, house.desk.shelf)
    with store.begin() as session:
        customer = session.get_one(Customer, house.customer_id)
        decisions: dict[str, erasure.Decision] = {house.messages[1]: Mask()}
        begun = erasure.begin(desk, session, customer, decisions=decisions, keep_address=keep_address)
    with store.begin() as session:
        erasure.finish(desk, session, begun)
    return begun


def readable(house: House, store: Store) -> dict[str, object]:
    house.desk = desk_over(store, house.desk.shelf)
    return house.readable()


def put_back(config: Settings, saved: backup.Backup, clock: MovedClock, key: str) -> restore.Replayed:
    return backup.put_back(config, saved, clock, read_master_key(key))


def test_a_restored_backup_resurrects_nobody(
    house: House, saved: backup.Backup, here: Here, config: Settings, clock: MovedClock, master_key: str
) -> None:
    """Backups would bring back whoever asked to be forgotten, or the restoring would lose what had to be kept."""
    with here() as store:
        begun = erase(house, store)
        wanted = readable(house, store)
        write(store, 300, "4915550777777", "lost since", clock.now())
    for _ in range(2):
        assert put_back(config, saved, clock, master_key).erasures == (begun,)
        with here() as store:
            assert readable(house, store) == wanted
            assert restore.behind(store) == (0, [])
            assert restore.replay(store) == restore.Replayed(0, ())
            with store.read() as session:
                assert session.get_one(Outbox, house.letter).sealed_body == b"\x00"
    assert WORDS[0] in str(wanted)
    assert "Lindenweg" not in str(wanted)


def test_who_was_forgotten_with_the_address_stays_forgotten(
    house: House, saved: backup.Backup, here: Here, config: Settings, clock: MovedClock, master_key: str
) -> None:
    """The texts of weeks ago would be sent once more, to somebody who does not want to hear of us."""
    with here() as store:
        erase(house, store, keep_address=False)
    put_back(config, saved, clock, master_key)
    with here() as store:
        left = readable(house, store)
        assert house.address not in left
        assert NAME not in str({place: left[place] for place in left if place.startswith("customers")})


def test_copying_the_old_files_in_place_by_hand_is_noticed(
    house: House, saved: backup.Backup, here: Here, config: Settings
) -> None:
    """Somebody who knows nothing of `firebreak restore` would bring everybody back by copying two files."""
    with here() as store:
        begun = erase(house, store)
        wanted = readable(house, store)
    data, keys = backup.files_of(config)
    shutil.copyfile(saved.folder / backup.DATA, data)
    shutil.copyfile(saved.folder / backup.KEYS, keys)
    said: list[str] = []
    with here() as store:
        assert WORDS[2] in str(readable(house, store))
        assert restore.behind(store) == (1, [])
        assert [(each.state, each.what) for each in ledger_findings(store)] == [("broken", "erasures")]
        with pytest.raises(StoreError, match="firebreak restore --replay"):
            erase(house, store)
        parts._carry_on_erasing(store, said.append)
        assert readable(house, store) == wanted
        assert [each.state for each in ledger_findings(store)] == ["ok"]
        assert [line.id for line in ledger.lines(store)] == [begun]
    assert "An old backup was put in place: 1 erasure(s)" in said[0]


def test_an_old_copy_of_the_data_alone_is_noticed_too(
    house: House, saved: backup.Backup, here: Here, config: Settings
) -> None:
    """The rows of an erased customer would lie there again, and their letters be tried again, though nobody can read
    them."""
    with here() as store:
        begun = erase(house, store)
    shutil.copyfile(saved.folder / backup.DATA, backup.files_of(config)[0])
    with here() as store:
        assert WORDS[2] not in str(readable(house, store))
        assert [line.id for line in restore.behind(store)[1]] == [begun]
        assert "old backup of the data" in next(ledger_findings(store)).says
        assert restore.replay(store).erasures == (begun,)
        assert restore.behind(store) == (0, [])
        with store.read() as session:
            assert session.get_one(Message, house.messages[2]).sealed_content == b"\x00"


def test_a_backup_without_its_keys_uses_those_in_place(
    house: House, saved: backup.Backup, here: Here, config: Settings, clock: MovedClock, master_key: str
) -> None:
    """Who keeps the keys apart, as they should, could not restore anything."""
    (saved.folder / backup.KEYS).unlink()
    with here() as store:
        write(store, 300, NUMBER, "lost since", clock.now())
        erase(house, store)
    found = backup.look(config, saved.folder)
    assert not found.keys
    put_back(config, found, clock, master_key)
    with here() as store:
        assert "Somebody else's words" in str(readable(house, store))
        assert WORDS[2] not in str(readable(house, store))


def test_a_restoring_that_is_broken_off_has_not_happened(
    house: House, saved: backup.Backup, here: Here, config: Settings, clock: MovedClock, master_key: str
) -> None:
    """After a power cut while restoring there would be half a store, or keys of the erased in a forgotten folder."""
    with here() as store:
        erase(house, store)
        wanted = readable(house, store)

    def power_cut() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup.put_back(config, saved, clock, read_master_key(master_key), power_cut)
    with here() as store:
        assert readable(house, store) == wanted
    put_back(config, saved, clock, master_key)
    assert not (config.home / backup.ASIDE).exists()


def test_keys_destroyed_for_another_reason_stay_destroyed(
    house: House, saved: backup.Backup, here: Here, config: Settings, clock: MovedClock, master_key: str
) -> None:
    """What was pruned because its time was up would be readable again after a restoring."""
    with here() as store:
        assert store.vault.destroy(house.aside) == 1
    put_back(config, saved, clock, master_key)
    with here() as store:
        assert f"rejected.{house.aside}.sealed_element" not in readable(house, store)


def test_a_copy_made_while_everything_runs_is_whole(
    house: House, here: Here, config: Settings, clock: MovedClock, tmp_path: Path
) -> None:
    """The backup would turn out to be no database on the day it is needed."""
    with here() as store, store.begin() as session:
        made = backup.make(config, tmp_path / "whole", clock)
        assert session.scalars(select(Message.id)).first()
    for name in (backup.DATA, backup.KEYS):
        with sqlite3.connect(made.folder / name) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
    assert sorted(file.name for file in made.folder.iterdir()) == [backup.ABOUT, backup.DATA, backup.KEYS]
    assert house.customer_id


@pytest.mark.parametrize("harm", ["data", "keys", "about", "changed"])
def test_what_is_no_whole_backup_is_not_put_back(saved: backup.Backup, config: Settings, harm: str) -> None:
    """A store that works would be replaced by a copy that does not."""
    names = {"data": backup.DATA, "keys": backup.KEYS, "about": backup.ABOUT, "changed": backup.DATA}
    file = saved.folder / names[harm]
    if harm == "changed":
        file.write_bytes(file.read_bytes()[:-1])
    elif harm == "keys":
        file.write_bytes(b"")
    else:
        file.unlink()
    with pytest.raises(FirebreakError, match=r"not what was copied|missing|holds no backup"):
        backup.look(config, saved.folder)


def test_what_a_second_erasure_took_does_not_come_back_with_a_backup_from_before_the_first(
    house: House, saved: backup.Backup, here: Here, config: Settings, clock: MovedClock, master_key: str
) -> None:
    """The number of a customer, and details that were masked later, would be readable again after a restoring: the
    first erasure left them, under a key that the old backup has never seen."""
    with here() as store:
        desk = desk_over(store, house.desk.shelf)
        for decisions, keep_address in (({}, True), ({house.messages[1]: Mask()}, False)):
            clock.move(timedelta(days=15))
            with store.begin() as session:
                customer = session.get_one(Customer, house.customer_id)
                begun = erasure.begin(desk, session, customer, decisions=decisions, keep_address=keep_address)
            with store.begin() as session:
                erasure.finish(desk, session, begun)
        wanted = readable(house, store)
    assert len(put_back(config, saved, clock, master_key).erasures) == 2
    with here() as store:
        assert readable(house, store) == wanted
    assert house.address not in wanted
    assert "Lindenweg" not in str(wanted)
    assert WORDS[0] in str(wanted)


@pytest.mark.parametrize("about", ["everything", "message"])
def test_a_hold_that_was_lifted_since_brings_nothing_back(
    about: str,
    house: House,
    here: Here,
    config: Settings,
    clock: MovedClock,
    master_key: str,
    tmp_path: Path,
) -> None:
    """A backup from the time of a dispute would resurrect whoever was erased when the dispute was over."""
    with here() as store:
        house.desk = desk_over(store, house.desk.shelf)
        house.hold(None if about == "everything" else house.messages[2], "law")
    saved = backup.make(config, tmp_path / "held", clock)
    clock.move(timedelta(days=1))
    with here() as store:
        with store.begin() as session:
            for hold in session.scalars(select(Hold)):
                holds.lift(session, clock.now(), hold.id, "anna")
        erase(house, store)
        wanted = readable(house, store)
    put_back(config, saved, clock, master_key)
    with here() as store:
        assert readable(house, store) == wanted
    assert WORDS[2] not in str(wanted)
