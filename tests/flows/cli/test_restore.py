"""`firebreak backup` and `firebreak restore`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from flows.assembly import open_store
from flows.channels.pace import Pace
from flows.clock import SystemClock
from flows.desk import Desk
from flows.erasing import erasure
from flows.rehearsal.stage import Nobody, Nowhere
from flows.service.home import held
from flows.settings import Settings
from flows.shelf import Shelf
from flows.store.tables import Customer, Message
from flows.store.vault import GONE
from tests.flows.cli.conftest import Firebreak, read_json

pytestmark = pytest.mark.usefixtures("town")


def erase_somebody(shelf: Shelf) -> str:
    """Erase whoever has written, and return the customer's id."""
    with open_store(Settings.load(), SystemClock()) as store:
        desk = Desk(store, shelf, Nowhere(), Nobody(), Pace(store.clock))
        with store.begin() as session:
            for message in session.scalars(select(Message)):
                message.handled_at = message.handled_at or store.clock.now()
            chosen = session.scalars(select(Message.customer_id).order_by(Message.id).limit(1)).one()
            begun = erasure.begin(desk, session, session.get_one(Customer, chosen))
        with store.begin() as session:
            assert erasure.finish(desk, session, begun).erased
    return str(chosen)


def words_left(customer_id: str) -> list[bytes]:
    with open_store(Settings.load(), SystemClock()) as store, store.read() as session:
        sealed = session.scalars(select(Message.sealed_content).where(Message.customer_id == customer_id)).all()
        return [each for each in sealed if each != GONE]


def test_a_backup_is_put_back_without_who_was_erased(firebreak: Firebreak, tmp_path: Path, shelf: Shelf) -> None:
    """The command that saves a shop after a crash would bring back everybody who asked to be forgotten."""
    made = read_json(firebreak("backup", "saved", "--json"))
    assert sorted(file.name for file in (tmp_path / "saved").iterdir()) == ["backup.json", "firebreak.db", "keys.db"]
    assert made["erasures"] == 0
    gone = erase_somebody(shelf)
    planned = read_json(firebreak("restore", "saved", "--dry-run", "--json"))
    assert (planned["keys"], planned["to_erase_again"]) == (True, 1)
    asked = firebreak("restore", "saved")
    assert asked.exit_code == 1
    assert "1 erasure made since then will be carried out again" in " ".join(asked.output.split())
    assert "--yes" in asked.output
    done = read_json(firebreak("restore", "saved", "--yes", "--json"))
    assert len(done["erased_again"]) == 1
    assert words_left(gone) == []
    assert firebreak("restore", "--replay").output == "Nobody had come back.\n"


def test_files_copied_by_hand_are_put_right(firebreak: Firebreak, tmp_path: Path, home: Path, shelf: Shelf) -> None:
    """Somebody who copies the files of last week in place would undo every erasure since, and nobody would know."""
    firebreak("backup", "saved")
    gone = erase_somebody(shelf)
    for name in ("firebreak.db", "keys.db"):
        shutil.copyfile(tmp_path / "saved" / name, home / name)
    assert words_left(gone)
    looked = firebreak("doctor", "--json")
    assert "an old backup is in place: 1 erasure made since then" in looked.stdout
    assert read_json(firebreak("restore", "--replay", "--dry-run", "--json")) == {"to_adopt": 1, "to_erase_again": 1}
    assert words_left(gone)
    assert "1 erasure carried out again" in firebreak("restore", "--replay").output
    assert words_left(gone) == []
    assert "an old backup" not in firebreak("doctor", "--json").stdout


def test_nothing_is_replaced_under_a_running_firebreak(firebreak: Firebreak, home: Path) -> None:
    """Messages that come in at that moment would be lost, and the store with them."""
    firebreak("backup", "saved")
    with held(home, print):
        refused = firebreak("restore", "saved", "--yes")
    assert refused.exit_code == 1
    assert "already running" in refused.output


def test_a_missing_ledger_is_said(firebreak: Firebreak, home: Path) -> None:
    """On a new machine, restored from a backup alone, erased customers would come back without a word."""
    firebreak("backup", "saved")
    for name in ("firebreak.db", "keys.db"):
        (home / name).unlink()
    said = " ".join(firebreak("restore", "saved", "--yes").output.split())
    assert "There is no ledger of erasures" in said
    assert firebreak("cases").exit_code == 0


def test_postgresql_is_told_what_to_do(firebreak: Firebreak, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator on PostgreSQL would not know how to restore without bringing people back."""
    monkeypatch.setenv("FIREBREAK_DATABASE_URL", "postgresql://somebody@nowhere/firebreak")
    for command in (("backup", "saved"), ("restore", "saved")):
        said = firebreak(*command)
        assert said.exit_code == 1
        assert "pg_dump" in said.output
        assert "firebreak restore --replay" in said.output


@pytest.mark.parametrize("arguments", [(), ("saved", "--replay")])
def test_one_of_the_two_ways_is_chosen(firebreak: Firebreak, arguments: tuple[str, ...]) -> None:
    """A command that guesses what to do with a store could do the wrong thing to it."""
    said = firebreak("restore", *arguments)
    assert said.exit_code == 2
    assert "--replay" in said.output


def test_a_backup_overwrites_nothing(firebreak: Firebreak) -> None:
    """Yesterday's backup would be gone when today's breaks off."""
    assert firebreak("backup", "saved").exit_code == 0
    again = firebreak("backup", "saved")
    assert again.exit_code == 1
    assert "folder of its own" in again.output
