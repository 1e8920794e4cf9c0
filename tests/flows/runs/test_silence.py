"""While a person speaks with a customer about something urgent, no machine talks in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from flows.crisis.silence import HANDED_BACK, silenced
from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage
from flows.runs import retriage
from flows.shelf import Shelf
from flows.store.tables import Case, JournalLine, Outbox
from tests.flows.runs.test_retriage import BURNT, WHY

ERASE = "Please delete my personal information from this chat"
CARD = "My card number is 4111 1111 1111 1111, what happens to it?"


@pytest.fixture
def stage(shelf: Shelf) -> Iterator[Stage]:
    """With everything that is shipped, also what runs alongside."""
    found = Stage(shelf)
    yield found
    found.close()


def _left(stage: Stage) -> list[str]:
    with stage.store.read() as session:
        left = select(Outbox).where(Outbox.to == "customer", Outbox.status == "sent").order_by(Outbox.sent_at)
        return [str(each.reply) for each in session.scalars(left)]


def _urgent(stage: Stage) -> str:
    with stage.store.read() as session:
        return session.scalars(select(Case.id).where(Case.playbook == "complaint-urgent")).one()


def _over(stage: Stage, how: str) -> None:
    """A person has judged it less severe, a playbook lets machines speak again, or the case is closed."""
    case_id = _urgent(stage)
    with stage.store.begin() as session:
        case = session.get_one(Case, case_id)
        if how == "lowered":
            retriage.by_hand(stage.desk, session, case_id, "general", WHY, "the_owner")
        elif how == "handed back":
            case.labels = [HANDED_BACK]
        else:
            case.closed_at = stage.clock.now()


def test_only_the_urgent_case_speaks(stage: Stage) -> None:
    """Somebody who is hurt would get a notice about privacy between two words of the owner."""
    stage.happen(Event(customer_says=Says(BURNT)))
    stage.happen(Event(customer_says=Says(CARD)))
    stage.happen(Event(customer_says=Says(ERASE)))
    stage.happen(Event(after=timedelta(minutes=50)))
    assert _left(stage) == ["complaint/first-urgent"]
    with stage.store.read() as session:
        events = set(session.scalars(select(JournalLine.event)))
    assert {"kept silent", "text waits"} <= events


@pytest.mark.parametrize("how", ["lowered", "handed back", "closed"])
def test_what_waited_is_said_when_it_is_over(stage: Stage, how: str) -> None:
    """A customer's other request would never be answered."""
    stage.happen(Event(customer_says=Says(BURNT)))
    stage.happen(Event(customer_says=Says(ERASE)))
    assert _left(stage) == ["complaint/first-urgent"]
    _over(stage, how)
    stage.happen(Event(after=timedelta(minutes=16)))
    assert "deletion/received" in " ".join(_left(stage))


def test_others_are_not_silenced(stage: Stage) -> None:
    """One burnt customer would keep everybody else waiting."""
    stage.happen(Event(customer_says=Says(BURNT)))
    stage.happen(Event(customer_says=Says(ERASE, customer=2)))
    assert any(reply.startswith("deletion/") for reply in _left(stage))
    with stage.store.read() as session:
        other = session.scalars(select(Case.customer_id).where(Case.playbook == "deletion-request")).one()
        assert silenced(session, other) is None


def test_a_follow_up_waits(stage: Stage) -> None:
    """A machine would ask whether all went well, while the owner is on the telephone about a fire."""
    stage.happen(Event(customer_says=Says("The coffee machine I bought from you is broken, it does not work at all")))
    stage.happen(Event(answer={}))
    stage.happen(Event(answer={"approved": "yes"}))
    stage.happen(Event(after=timedelta(days=6, hours=23)))
    stage.happen(Event(customer_says=Says("I will go to the newspapers with this", customer=1)))
    stage.happen(Event(after=timedelta(hours=20)))
    assert "complaint/check-in" not in _left(stage)
