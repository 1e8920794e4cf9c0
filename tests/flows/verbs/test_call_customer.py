"""A telephone call with a customer: on one screen what to know, and again until they are reached."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from flows.cli import call_screen
from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage
from flows.shelf import Shelf
from flows.store.tables import Case, Incident, JournalLine, Outbox, Statement, Task
from rules.language import Words

BURNT = "YOU CRIMINALS!!! Your charger caught fire and burned my hand!!!"


@pytest.fixture
def stage(shelf: Shelf) -> Iterator[Stage]:
    found = Stage(shelf)
    yield found
    found.close()


def _called(stage: Stage) -> list[Task]:
    with stage.store.read() as session:
        return list(session.scalars(select(Task).where(Task.path == "call").order_by(Task.created_at, Task.id)))


def _to_the_call(stage: Stage) -> Task:
    stage.happen(Event(customer_says=Says(BURNT, name="Amina")))
    stage.happen(Event(answer={}))  # the owner accepts
    (task,) = _called(stage)
    return task


def test_the_screen_has_all_that_a_caller_needs(stage: Stage) -> None:
    """The owner would ask a burnt customer to tell everything again, and promise what nobody has approved."""
    stage.happen(Event(customer_says=Says(BURNT, name="Amina")))
    stage.happen(Event(incident=Words("Chargers burn"), playbook="incident"))
    vault, now = stage.store.vault, stage.clock.now()
    with stage.store.begin() as session:
        case, incident = session.scalars(select(Case)).one(), session.scalars(select(Incident)).one()
        case.incident_id = incident.id
        case.sealed_orders = vault.seal(case.customer_id, {"orders": [{"number": "A-1007", "state": "delivered"}]})
        words = vault.seal(incident.id, {"en": "Unplug the charger; we take it back"})
        values = {"status": "in_force", "drafted_by": "one", "drafted_at": now, "in_force_at": now, "digest": "0"}
        session.add(
            Statement(id="trial", incident_id=incident.id, version=1, remedies=["refund"], sealed_texts=words, **values)
        )
    stage.happen(Event(answer={}, to="owner"))
    (task,) = _called(stage)
    sheet = vault.open_or_nothing(task.sealed_details)["sheet"]
    assert (sheet["name"], sheet["call"], sheet["level"]) == ("Amina", "tel:+15550100001", "urgent")
    assert sheet["worst mood"] == "furious"
    screen = "\n".join(call_screen.drawn(sheet))
    for part in ("injury", "caught fire", "A-1007", "Money back", "Unplug the charger", "not to say", "+15550100001"):
        assert part in screen, screen
    assert max(map(len, screen.splitlines())) <= 48


def test_nothing_personal_stands_outside_of_it(stage: Stage) -> None:
    """A customer's name or words would be in the task list, the history or a messenger."""
    task = _to_the_call(stage)
    with stage.store.read() as session:
        journal = [json.dumps(each.data) for each in session.scalars(select(JournalLine))]
        told = select(Outbox).where(Outbox.to == "team")
        notices = [json.dumps(stage.store.vault.open(each.sealed_body)) for each in session.scalars(told)]
    for text in (*journal, *notices, task.question):
        assert "Amina" not in text
        assert "charger" not in text
        assert "15550100001" not in text


def test_whoever_was_not_reached_is_called_again(stage: Stage) -> None:
    """One call that nobody answers would be the end of it."""
    _to_the_call(stage)
    for number in (1, 2, 3):
        assert len(_called(stage)) == number
        stage.happen(Event(answer={"call_outcome": "not_reached"}))
        stage.happen(Event(after=timedelta(minutes=14)))
        assert len(_called(stage)) == number
        stage.happen(Event(after=timedelta(minutes=1)))
    stage.happen(Event(answer={"call_outcome": "looked_after"}))
    stage.happen(Event(after=timedelta(hours=1)))
    assert [each.status for each in _called(stage)] == ["answered"] * 4
    with stage.store.read() as session:
        assert session.scalars(select(Case)).one().facts["call_outcome"] == "looked_after"


def test_what_is_urgent_is_marked_for_the_loudest_way(stage: Stage) -> None:
    """The owner's telephone would stay silent on the one day that it must ring."""
    _to_the_call(stage)
    stage.happen(Event(customer_says=Says("My parcel still has not arrived", customer=2)))
    stage.happen(Event(answer={"complaint_solved": "no"}, customer=2))
    with stage.store.read() as session:
        told = session.scalars(select(Outbox).where(Outbox.to == "team").order_by(Outbox.created_at)).all()
        loud = {each.role for each in told if stage.store.vault.open(each.sealed_body).get("urgent")}
        quiet = {each.role for each in told if not stage.store.vault.open(each.sealed_body).get("urgent")}
    assert loud == {"senior_owner"}
    assert "senior_owner" not in quiet
    assert "shift_lead" in quiet
