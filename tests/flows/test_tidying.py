"""Tidying every night: what has served its time goes, and nothing that is still going on."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from flows import tidying
from flows.clock import MovedClock
from flows.desk import Desk
from flows.erasing import holds
from flows.ids import new_id
from flows.rehearsal.scenario import Says
from flows.rehearsal.stage import Stage
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.tables import Export, JournalLine, Run, Step, Task, Timer
from flows.store.vault import GONE
from tests.flows.erasing.house import desk_over
from tests.flows.review.archive import customer

DAY = timedelta(days=1)


@pytest.fixture
def desk(store: Store, shelf: Shelf) -> Desk:
    return desk_over(store, shelf)


def tidied(desk: Desk) -> dict[str, int]:
    return {each.what: each.count for each in tidying.daily(desk)}


def rows(store: Store) -> dict[str, int]:
    """How much there is of what belongs to runs."""
    with store.read() as session:
        return {table.__name__: len(session.scalars(select(table)).all()) for table in (Step, Timer, Task)}


def test_what_is_finished_goes_each_at_its_time(stage: Stage) -> None:
    """The store would grow for ever; or the history of what happened would go with the scaffolding."""
    stage.say(Says("What are your opening hours on Sunday?"))
    stage.settle()
    stage.answer({"intent": "other"})
    stage.settle()
    before = rows(stage.store)
    with stage.store.begin() as session:
        lines = len(session.scalars(select(JournalLine)).all())
        for task in session.scalars(select(Task)):
            task.sealed_remark = stage.store.vault.seal(task.subject_id, {"text": "called her at nine"})
    stage.clock.move(DAY)
    assert not any(count for what, count in tidied(stage.desk).items() if "pruned" in what)
    stage.clock.move(200 * DAY)
    found = tidied(stage.desk)
    assert found["clocks of finished procedures pruned"] == before["Timer"]
    assert found["details and remarks of finished tasks pruned"] == before["Task"]
    stage.clock.move(600 * DAY)
    assert tidied(stage.desk)["steps of finished procedures pruned"] >= before["Step"]
    with stage.store.read() as session:
        assert len(session.scalars(select(JournalLine)).all()) >= lines, "the history stays"


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 5000))
def test_nothing_of_a_running_case_is_pruned(shelf: Shelf, days: int) -> None:
    """After a long holiday a case would not know any more what it has done, and begin anew."""
    stage = Stage(shelf)
    try:
        stage.say(Says("Please delete my personal information from this chat"))
        stage.settle()
        before = rows(stage.store)
        with stage.store.read() as session:
            assert session.scalars(select(Run.id).where(Run.status != "finished")).first() is not None
        stage.clock.move(days * DAY)
        tidying.daily(stage.desk)
        assert rows(stage.store) == {**before, "Task": rows(stage.store)["Task"]}
        with stage.store.read() as session:
            assert not any(task.sealed_details == GONE for task in session.scalars(select(Task)))
    finally:
        stage.close()


def test_files_that_we_wrote_go_unless_they_are_held(desk: Desk, clock: MovedClock, tmp_path: Path) -> None:
    """A customer's data would lie in a folder for years; or what a lawyer asked for would be gone."""
    paths = {}
    for number, held in ((1, False), (2, True)):
        mine, path = customer(desk.store, number), tmp_path / f"{number}.zip"
        path.write_bytes(b"their data")
        paths[held] = path
        with desk.store.begin() as session:
            if held:
                holds.place(session, desk.now(), mine, "lawyer", "anna")
            session.add(
                Export(
                    id=new_id("D"),
                    customer_id=mine,
                    kind="their_data",
                    made_at=desk.now(),
                    made_by="anna",
                    sha256=hashlib.sha256(b"their data").hexdigest(),
                    sealed_path=desk.store.vault.seal(mine, {"path": str(path)}),
                )
            )
    clock.move(31 * DAY)
    assert tidied(desk)["exported files removed"] == 1
    assert (paths[False].exists(), paths[True].exists()) == (False, True)


def test_a_review_that_was_missed_is_made_up_for_once(desk: Desk, clock: MovedClock) -> None:
    """Where nobody was up on the first day of the quarter, nothing would be reviewed for half a year."""
    customer(desk.store, 1)
    clock.move(89 * DAY)
    assert tidied(desk)[tidying.STARTED] == 0
    clock.move(2 * DAY)
    assert [tidied(desk)[tidying.STARTED] for _ in range(2)] == [1, 0]
    assert [each.count for each in tidying.quarterly(desk)] == [0], "the clock of the quarter comes a day later"
    with desk.store.read() as session:
        assert session.scalars(select(Run.playbook)).all() == ["quarterly-review"]
