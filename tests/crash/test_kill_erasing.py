"""Kill an erasing anywhere: what is held is not lost, what was to go is gone, and twice is the same as once."""

from __future__ import annotations

import multiprocessing
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from flows.clock import MovedClock
from flows.erasing import erasure, ledger
from flows.shelf import Shelf
from flows.store import journal
from flows.store.database import Store
from tests.crash import eraser
from tests.flows.erasing.house import House, furnished

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.crash.driver", "tests.crash.eraser"])


@pytest.fixture
def house(file_store: Store, tmp_path: Path) -> House:
    """A customer of whom one message is held."""
    shelf: Shelf = eraser.NO_CONTENT
    house = furnished(file_store, shelf, tmp_path)
    house.hold(house.messages[0])
    return house


def killed(place: eraser.Place, kill_at: int | None) -> int | None:
    process = FORKS.Process(target=eraser.erase, args=(place, kill_at))
    process.start()
    process.join(60)
    return process.exitcode


def known(house: House, before: dict[str, object]) -> dict[str, object]:
    """What can be read of what could be read before."""
    return {place: value for place, value in in_rows(house.readable()).items() if place in before}


def in_rows(readable: dict[str, object]) -> dict[str, object]:
    """Without the file: a process killed after removing it leaves a person to look for it, to be on the safe side."""
    return {place: value for place, value in readable.items() if not place.startswith("exports.")}


def at(house: House, store: Store) -> House:
    """The same house in another store."""
    return replace(house, desk=eraser.desk_over(store))


def test_kill_at_every_commit(house: House, tmp_path: Path, master_key: str, clock: MovedClock) -> None:
    """After a power cut at some moment a held record would be lost, or an erased customer would be half there."""
    before = house.readable()
    house.store.close()
    place = eraser.Place(tmp_path, master_key, clock.now(), house.customer_id, house.case_id)
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    for name in ("data.db", "keys.db"):
        shutil.copyfile(tmp_path / name, fresh / name)
    undisturbed = replace(place, folder=fresh)
    assert killed(undisturbed, None) == 0
    with undisturbed.open() as store:
        after = known(at(house, store), before)
    held = f"messages.{house.messages[0]}.sealed_content"
    assert after[held] == before[held]
    assert len(after) < len(before)
    commits = int((fresh / "commits").read_text())
    assert commits >= 6
    for moment in range(1, commits + 1):
        folder = tmp_path / f"killed-{moment}"
        folder.mkdir()
        for name in ("data.db", "keys.db"):
            shutil.copyfile(tmp_path / name, folder / name)
        house.file.write_bytes(b"their data")
        here = replace(place, folder=folder)
        assert killed(here, moment) == -signal.SIGKILL, f"commit {moment} was not reached"
        with here.open() as store:
            there = at(house, store)
            begun = ledger.lines(store)
            resumed = erasure.resume_all(there.desk)
            wanted = after if begun else in_rows(before)
            assert known(there, before) == wanted, f"killed at commit {moment} of {commits}"
            assert house.file.exists() is not bool(begun)
            assert erasure.resume_all(there.desk) == []
            for line in begun:
                assert line.id in resumed or line.finished_at is not None
                with store.begin() as session:
                    assert erasure.finish(there.desk, session, line.id) == erasure.Erased(3, 1, 0)
            assert known(there, before) == wanted, f"twice, after commit {moment}"
            assert ledger.verify(store).lines == len(begun)
            with store.read() as session:
                journal.verify(session, house.customer_id)
