"""A team that has only the Business app handles a customer of a crisis by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from flows.channels.manual import Manual
from flows.crisis import by_hand, regrouping, standing_down
from flows.rehearsal.events import Remedy, Stated
from flows.rehearsal.scenario import Event
from flows.rehearsal.stage import Stage
from flows.runs import ending
from flows.store.tables import Case, Incident, Outbox, Task
from rules.language import Words
from rules.replies import Locale

REMEDIES: tuple[Remedy, ...] = ("replacement", "voucher")
STUCK = {Locale("en"): Words("The parcels are stuck at a depot.")}


def incident(stage: Stage, topic: str = "delivery") -> str:
    opened = regrouping.open_incident(
        stage.desk, kind="other", severity="important", what="-", opened_by="lee", topic=topic
    )
    stage.settle()
    return opened.incident_id


def opened(stage: Stage, playbook: str = "crisis-complaint", incident_id: str | None = None) -> Case:
    with stage.store.begin() as session:
        known = stage.customer_id(session)
        case = by_hand.open_case(
            stage.desk,
            session,
            customer_id=known,
            playbook=playbook,
            severity="general",
            opened_by="lee",
            incident_id=incident_id,
        )
        found = session.get_one(Case, case.id)
    stage.settle()
    return found


def texts(stage: Stage) -> list[str]:
    with stage.store.read() as session:
        rows = session.scalars(select(Outbox).where(Outbox.to == "customer").order_by(Outbox.created_at, Outbox.id))
        return [str(row.reply) for row in rows]


def asked(stage: Stage) -> list[Mapping[str, Any]]:
    with stage.store.read() as session:
        rows = session.scalars(select(Task).where(Task.status == "open", Task.kind == "ask", Task.case_id.is_not(None)))
        return [row.form for row in rows]


def test_a_case_opened_by_hand_belongs_to_the_crisis(stage: Stage) -> None:
    """The customer would read at once that the trouble is over, while it has only begun."""
    known = incident(stage)
    assert opened(stage).incident_id == known
    stage.pass_time(timedelta(hours=2))
    assert "crisis/over" not in texts(stage)


def test_a_procedure_for_a_crisis_needs_one(stage: Stage) -> None:
    """A customer would be told of the end of something that never was."""
    with pytest.raises(regrouping.NotThatWay, match="none is open"):
        opened(stage)


def test_of_two_crises_a_person_names_the_one(stage: Stage) -> None:
    """Somebody with a broken charger would be kept posted about parcels."""
    parcels, chargers = incident(stage), incident(stage, "failure")
    with pytest.raises(regrouping.NotThatWay, match="--incident") as refused:
        opened(stage)
    assert parcels in str(refused.value)
    assert chargers in str(refused.value)
    assert opened(stage, incident_id=chargers).incident_id == chargers


def test_no_case_is_opened_for_a_crisis_that_is_over(stage: Stage) -> None:
    """The case would wait for news that never comes."""
    known = incident(stage)
    with stage.store.begin() as session:
        ending.close_by_hand(session, known, "by_hand", "lee", stage.clock.now())
    stage.settle()
    with pytest.raises(regrouping.NotThatWay, match="is closed"):
        opened(stage, incident_id=known)


def test_other_procedures_stay_outside(stage: Stage) -> None:
    """Whoever asks for deletion during a crisis would get news about parcels."""
    incident(stage)
    assert opened(stage, "deletion-request").incident_id is None


def test_what_a_customer_chose_in_the_app_is_told_by_a_colleague(stage: Stage) -> None:
    """Nobody could say what the customer chose, and after three days they would go away with nothing."""
    stage.desk = replace(stage.desk, channel=Manual())
    incident(stage)
    opened(stage)
    stage.happen(Event(answer={}, to="heard"))
    stage.happen(Event(statement=Stated(remedies=REMEDIES, text=STUCK)))
    assert asked(stage) == []
    stage.happen(Event(answer={}, to="choice"))
    assert [form["chosen_remedy"] for form in asked(stage)] == [[*REMEDIES, "person"]]
    stage.happen(Event(answer={"chosen_remedy": "replacement"}))
    assert "crisis/chosen-replacement" in texts(stage)


def test_a_crisis_that_nobody_led_ends_all_the_same(stage: Stage) -> None:
    """Somebody says that it is over, and the freeze and the reminders would go on for days, since nobody had taken the
    lead."""
    known = incident(stage)
    stage.pass_time(timedelta(minutes=20))
    with stage.store.begin() as session:
        standing_down.stand_down(stage.desk, session, session.get_one(Incident, known), "lee", 4)
    stage.settle()
    with stage.store.read() as session:
        assert session.get_one(Incident, known).closed_at is not None
        assert session.scalars(select(Task).where(Task.status == "open", Task.role != "on_call")).all() == []
