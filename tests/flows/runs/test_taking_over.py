"""A graver procedure takes over the case of a milder one: the customer has one case, and one procedure at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage
from flows.shelf import ROOT, Shelf
from flows.store.tables import Case, Outbox, Promise, Run, Task
from flows.verbs import all_verbs
from rules.bundle import Bundle, content_files

LATE = "My parcel still has not arrived after two weeks"
BROKEN = "And the coffee machine that came last month is broken, it does not work at all"
BURNT = "Your charger caught fire and burned my hand"


@pytest.fixture
def stage() -> Iterator[Stage]:
    found = Stage(Shelf(Bundle.parse(content_files(ROOT), all_verbs()), all_verbs()))
    yield found
    found.close()


def _cases(stage: Stage) -> list[tuple[str, bool]]:
    with stage.store.read() as session:
        return [(each.playbook, each.closed_at is None) for each in session.scalars(select(Case))]


def test_a_worse_message_takes_the_case_over(stage: Stage) -> None:
    """Two colleagues would work on the same customer, one of them by the procedure for a slow parcel."""
    stage.happen(Event(customer_says=Says(LATE)))
    stage.happen(Event(customer_says=Says(BURNT)))
    assert _cases(stage) == [("complaint-urgent", True)]
    with stage.store.read() as session:
        runs = session.scalars(select(Run).order_by(Run.started_at, Run.id)).all()
        assert sorted((run.playbook, run.status) for run in runs) == [
            ("complaint-general", "finished"),
            ("complaint-urgent", "waiting"),
        ]
        assert {task.role for task in session.scalars(select(Task).where(Task.status == "open"))} == {"senior_owner"}


def test_a_milder_message_belongs_to_the_graver_case(stage: Stage) -> None:
    """A burnt customer who mentions the parcel would get a second case, and a second answer from a machine."""
    stage.happen(Event(customer_says=Says(BURNT)))
    stage.happen(Event(customer_says=Says(LATE)))
    stage.happen(Event(customer_says=Says(BROKEN)))
    assert _cases(stage) == [("complaint-urgent", True)]
    with stage.store.read() as session:
        letters = session.scalars(select(Outbox.reply).where(Outbox.to == "customer")).all()
        assert letters == ["complaint/first-urgent"]


def test_whoever_was_answered_before_has_no_open_promise_of_a_first_reply(stage: Stage) -> None:
    """The shift lead would be woken for a customer who was answered in time."""
    stage.happen(Event(customer_says=Says(LATE)))
    stage.happen(Event(customer_says=Says(BROKEN)))
    with stage.store.read() as session:
        statuses = session.scalars(select(Promise.status).where(Promise.name == "first_reply")).all()
        assert statuses == ["kept", "kept"]
