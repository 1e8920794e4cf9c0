"""Where cases and incidents stand, and what they wait for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from flows.channels.channel import Unsure
from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage, refusal
from flows.store.tables import Run, Task
from flows.telling import overview
from flows.telling.overview import STATUSES, Overview
from rules.language import Words

FIRE = Event(customer_says=Says("The charger caught fire and burned my hand"))
DELETE = Event(customer_says=Says("Please delete my personal information from our chat"))
PARCEL = Event(customer_says=Says("My parcel still has not arrived, it has been two weeks"))


def cases(stage: Stage) -> list[Overview]:
    with stage.store.read() as session:
        return overview.cases(session)


def play(stage: Stage, *events: Event) -> Overview:
    """Where the only case stands after all this."""
    for event in events:
        stage.happen(event)
    (found,) = cases(stage)
    assert found.status in STATUSES
    return found


def after(**time: int) -> Event:
    return Event(after=timedelta(**time))


def answer(**given: object) -> Event:
    return Event(answer=given)


def test_question_waits_for_its_role_until_its_time_is_up(stage: Stage) -> None:
    """Nobody could see whose turn it is."""
    found = play(stage, DELETE)
    (wait,) = found.waits
    assert wait.what.startswith("on_call to answer: Has our phone backed up")
    assert wait.until == stage.clock.now() + timedelta(hours=4)
    assert (wait.role, wait.step, wait.task is not None) == ("on_call", "our_backup", True)
    assert set(found.promises) == {"answered"}


def test_matter_to_take_over_says_when_its_role_is_told_again(stage: Stage) -> None:
    """It would look as if nobody were called any more."""
    (wait,) = play(stage, FIRE).waits
    assert (wait.role, wait.until, wait.again) == ("senior_owner", None, stage.clock.now() + timedelta(minutes=5))


def test_decision_waits_for_a_yes(stage: Stage) -> None:
    """A decision would look like a question with a form."""
    (wait,) = play(stage, FIRE, answer(), answer(call_outcome="looked_after")).waits
    assert wait.what.startswith("senior_owner to say yes or no")
    assert wait.until == stage.clock.now() + timedelta(days=2)


def test_text_that_may_have_left_is_waited_for(stage: Stage) -> None:
    """A case that waits for WhatsApp would look like one that waits for nothing."""
    stage.channel.answers.append(Unsure("the connection broke"))
    assert "our text complaint/first-urgent to leave" in [wait.what for wait in play(stage, FIRE).waits]


def test_customer_is_waited_for_until_the_time_is_up(stage: Stage) -> None:
    """It would look as if we had forgotten somebody who has to answer."""
    found = play(
        stage,
        DELETE,
        answer(backup_status="possible"),
        answer(evidence_value="high", dispute="none", legal_hold=False, order_state="sent"),
        answer(demand="mask_details"),
    )
    (wait,) = found.waits
    assert (wait.what, wait.until) == ("the customer to write", stage.clock.now() + timedelta(days=3))


def test_closed_case_waits_for_its_follow_up(stage: Stage) -> None:
    """A check-in that is planned could not be seen by anyone."""
    found = play(
        stage,
        DELETE,
        answer(backup_status="none"),
        answer(evidence_value="none", dispute="none", legal_hold=False, order_state="none"),
        answer(demand="erase_our_copies"),
        answer(done=1),
    )
    assert (found.status, found.closed_as) == ("closed", "answered")
    (wait,) = found.waits
    assert wait.what == "the time for deletion-check-in"
    assert wait.until == stage.clock.now() + timedelta(days=7)
    assert found.promises == {}


def test_stuck_case_waits_for_a_person(stage: Stage) -> None:
    """A procedure that cannot go on would look like one that waits as planned."""
    stage.channel.answers.append(refusal(131050))  # the customer does not want to hear from us
    found = play(stage, PARCEL)
    assert found.status == "stuck"
    assert any((wait.role, wait.task is not None) == ("on_call", True) for wait in found.waits)


def test_open_case_without_a_playbook_is_idle(stage: Stage) -> None:
    """A case that nobody goes on with would look as if somebody did."""
    play(stage, FIRE)
    with stage.store.begin() as session:
        session.scalars(select(Run)).one().status = "finished"
        session.scalars(select(Task)).one().status = "withdrawn"
    (found,) = cases(stage)
    assert (found.status, found.waits) == ("idle", ())


def test_most_severe_is_first_then_the_oldest(stage: Stage) -> None:
    """In a storm the fire would stand at the end."""
    fire = Event(customer_says=Says("The charger caught fire and burned my hand", customer=2))
    for event in (PARCEL, after(minutes=1), DELETE, after(minutes=1), fire):
        stage.happen(event)
    assert [each.playbook for each in cases(stage)] == ["complaint-urgent", "complaint-general", "deletion-request"]
    assert [each.severity for each in cases(stage)] == ["urgent", "general", "general"]


def test_incident_stands_beside_its_cases(stage: Stage) -> None:
    """The crisis itself would be in no list."""
    stage.happen(Event(incident=Words("batch 7")))
    with stage.store.read() as session:
        (found,) = overview.incidents(session)
    assert (found.status, found.playbook, found.kind, found.opened_by) == ("waiting", "incident", "other", "colleague")
    assert found.waits[0].role == "shift_lead"
    assert set(found.promises) == {"led"}


@pytest.mark.parametrize("handled", [True, False])
def test_messages_in_no_case_are_counted(stage: Stage, handled: bool) -> None:
    """A message that starts nothing, or was not read yet, would be nowhere to be seen."""
    said = Says("👍", "reaction")
    if handled:
        stage.happen(Event(customer_says=said))
    else:
        stage.say(said)
    with stage.store.read() as session:
        (found,) = overview.unassigned(session)
    assert (found.messages, found.unread, found.last_at) == (1, int(not handled), stage.clock.now())


def test_overview_is_plain_json(stage: Stage) -> None:
    """A machine that reads the list would break on a date."""
    found = play(stage, DELETE).to_json()
    assert found["opened_at"] == stage.clock.now().isoformat()
    assert found["waits"][0]["until"] == (stage.clock.now() + timedelta(hours=4)).isoformat()  # type: ignore[index]
