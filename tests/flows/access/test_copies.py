"""The file for the customer: written once, known ever after, and removed."""

from __future__ import annotations

import hashlib
import json
import stat
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from flows.access import copies
from flows.access.their_data import Asked
from flows.erasing import erasure
from flows.errors import FirebreakError, NotFound
from flows.ids import new_id
from flows.store import journal
from flows.store.tables import Customer, Export, JournalLine, Run, Step, Task
from tests.flows.erasing.house import NAME, NUMBER, WORDS, House


def written(house: House, to: Path) -> Export:
    asked = Asked(house.customer_id, house.desk.now(), "en", house.case_id)
    return copies.write(house.desk, asked, to, "anna")


def removed_at(house: House, export: Export) -> object:
    with house.store.read() as session:
        return session.get_one(Export, export.id).removed_at


def test_the_file_is_whole_and_nobody_else_may_read_it(house: House, tmp_path: Path) -> None:
    """A customer gets a file that cannot be opened, or everybody on the machine can read it."""
    export = written(house, tmp_path / "theirs.zip")
    assert stat.S_IMODE((tmp_path / "theirs.zip").stat().st_mode) == 0o600
    assert hashlib.sha256((tmp_path / "theirs.zip").read_bytes()).hexdigest() == export.sha256
    with zipfile.ZipFile(tmp_path / "theirs.zip") as packed:
        assert packed.testzip() is None
        assert packed.namelist() == ["index.html", "data.json"]
        data = json.loads(packed.read("data.json"))
        assert WORDS[0] in packed.read("index.html").decode()
    assert data["profile"]["name"] == NAME
    assert data["case"] == house.case_id


def test_a_file_that_is_there_is_never_written_over(house: House, tmp_path: Path) -> None:
    """Another customer's file, or anything else, would be lost by a slip."""
    (tmp_path / "theirs.zip").write_text("mine")
    with pytest.raises(FirebreakError, match="is there already"):
        written(house, tmp_path / "theirs.zip")
    assert (tmp_path / "theirs.zip").read_text() == "mine"
    with house.store.read() as session:
        assert [each.id for each in session.scalars(select(Export))] == [house.export]


def test_what_cannot_be_written_is_not_listed(house: House, tmp_path: Path) -> None:
    """A copy that never was would be looked for at every erasure."""
    with pytest.raises(FirebreakError, match="there is no folder"):
        written(house, tmp_path / "nowhere" / "theirs.zip")
    folder = tmp_path / "a-name-that-is-too-long-for-a-disk"
    folder.mkdir()
    with pytest.raises(FirebreakError, match="cannot be written"):
        written(house, folder / ("x" * 300))
    with house.store.read() as session:
        assert [each.id for each in session.scalars(select(Export).where(Export.removed_at.is_(None)))] == [
            house.export
        ]


def test_history_tells_of_it_without_a_name(house: House, tmp_path: Path) -> None:
    """The path of a file may name the customer, and history is kept when they are erased."""
    export = written(house, tmp_path / f"{NAME} {NUMBER}.zip")
    with house.store.begin() as session:
        copies.remove(house.desk, session, export.id, "anna")
    with house.store.read() as session:
        lines = session.scalars(select(JournalLine).where(JournalLine.subject_id == house.customer_id)).all()
        assert [line.event for line in lines][-2:] == ["data exported", "copy removed"]
        assert NAME not in str([line.data for line in lines])
        assert NUMBER not in str([line.data for line in lines])
        journal.verify(session, house.customer_id)


def test_an_erasure_takes_the_file_along(house: House, tmp_path: Path) -> None:
    """Everything would be erased but the one file in which all of it stands."""
    export = written(house, tmp_path / "theirs.zip")
    with house.store.begin() as session:
        begun = erasure.begin(house.desk, session, session.get_one(Customer, house.customer_id))
    with house.store.begin() as session:
        erasure.finish(house.desk, session, begun)
    assert not (tmp_path / "theirs.zip").exists()
    assert removed_at(house, export) is not None


def test_it_is_removed_once_and_no_other_file_in_its_place(house: House, tmp_path: Path) -> None:
    """A file of somebody else that came to lie there would be deleted, or a moved copy be forgotten."""
    export = written(house, tmp_path / "theirs.zip")
    (tmp_path / "theirs.zip").rename(tmp_path / "moved.zip")
    (tmp_path / "theirs.zip").write_text("another")
    with house.store.begin() as session, pytest.raises(FirebreakError, match="--by-hand"):
        copies.remove(house.desk, session, export.id, "anna")
    assert (tmp_path / "theirs.zip").read_text() == "another"
    assert removed_at(house, export) is None
    for _ in range(2):
        with house.store.begin() as session:
            copies.remove(house.desk, session, export.id, "anna", by_hand=True)
    assert removed_at(house, export) is not None
    with house.store.begin() as session, pytest.raises(NotFound):
        copies.remove(house.desk, session, "D-NONE", "anna")


def test_the_task_to_hand_it_over_says_where_it_lies(house: House, tmp_path: Path) -> None:
    """Whoever is to send the file would not know which one, and send another."""
    vault, now = house.store.vault, house.desk.now()
    with house.store.begin() as session:
        house.desk.shelf.keep(session, house.desk.shelf.current, now)
        run = Run(
            id=new_id("R"),
            subject_id=house.customer_id,
            case_id=house.case_id,
            playbook="data-access",
            version="1.0.0",
            bundle=house.desk.shelf.current.digest,
            status="waiting",
            started_at=now,
        )
        step = Step(run_id=run.id, path="hand_over", verb="hand_over_data", status="waiting", began_at=now)
        task = Task(
            id=new_id("T"),
            subject_id=house.customer_id,
            case_id=house.case_id,
            run_id=run.id,
            path="hand_over",
            kind="do",
            role="privacy_lead",
            question="Please give it to them",
            created_at=now,
            sealed_details=vault.seal(house.customer_id, {"command": "firebreak export"}),
        )
        session.add_all([run, step, task])
    written(house, tmp_path / "theirs.zip")
    with house.store.read() as session:
        details = vault.open(session.get_one(Task, task.id).sealed_details or b"")
    assert details == {"command": "firebreak export", "file": str(tmp_path / "theirs.zip")}
