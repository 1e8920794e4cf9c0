"""Who waits: whoever has heard nothing from us since they last wrote, the most severe first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from time import perf_counter

import pytest
from sqlalchemy import select

from flows.channels.channel import HandOver, Unsure
from flows.clock import MovedClock
from flows.crisis import waiting
from flows.crisis.digest import digest
from flows.crisis.waiting_facts import customers_waiting, longest_wait
from flows.rehearsal.scenario import START, Event, Says
from flows.rehearsal.stage import Stage
from flows.runs.providers import About
from flows.store.database import Store
from flows.store.tables import Case, Incident
from rules.language import Words
from tests.flows.crisis import stored_crowds as crowds

LATE = "My parcel still has not arrived after two weeks"
MINUTE = timedelta(minutes=1)


def who(stage: Stage) -> list[waiting.Waiter]:
    with stage.store.read() as session:
        return waiting.waiting_list(session)


def says(stage: Stage, text: str = LATE, customer: int = 1) -> None:
    stage.happen(Event(customer_says=Says(text, customer=customer)))


def test_whoever_was_answered_does_not_wait(stage: Stage) -> None:
    """A colleague would answer those again who have heard from us, before those who have not."""
    says(stage)
    assert who(stage) == []


def test_whoever_writes_again_waits_from_the_first_message_that_nobody_answered(stage: Stage) -> None:
    """Whoever writes often would always look as if they had just begun to wait."""
    says(stage)
    stage.pass_time(10 * MINUTE)
    says(stage, "Any news of my parcel?")
    begun = stage.clock.now()
    stage.pass_time(5 * MINUTE)
    says(stage, "Please tell me about my parcel")
    [waiter] = who(stage)
    assert waiter.since == begun
    stage.happen(Event(colleague_writes=Words("We are on it")))
    assert who(stage) == []


def test_a_text_that_has_not_left_is_no_answer(stage: Stage) -> None:
    """While WhatsApp cannot be reached nobody would seem to wait."""
    stage.channel.answers.append(Unsure("the connection broke"))
    says(stage)
    [waiter] = who(stage)
    assert waiter.waits_for == "our text complaint/first to leave"
    assert (waiter.level, waiter.playbook) == ("general", "complaint-general")


def test_a_text_that_a_colleague_sends_is_one_when_they_have(stage: Stage) -> None:
    """In a team that writes from the app everybody would wait for ever, or nobody ever."""
    stage.channel.answers.append(HandOver("https://wa.me/15550100001"))
    says(stage)
    [waiter] = who(stage)
    assert (waiter.waits_for, waiter.who) == ("our text complaint/first by hand", "on_call")
    stage.happen(Event(answer={}))
    assert who(stage) == []


def test_a_thumbs_up_and_a_question_are_nothing_to_wait_for(stage: Stage) -> None:
    """The list of those who wait would be full of people who do not."""
    says(stage)
    stage.pass_time(MINUTE)
    stage.happen(Event(customer_says=Says("👍", kind="reaction")))
    says(stage, "What are your opening hours on Sunday?", customer=2)
    assert who(stage) == []


def test_a_closed_case_waits_no_more(stage: Stage) -> None:
    """Colleagues would look for customers whose complaint is settled."""
    stage.channel.answers.append(Unsure("the connection broke"))
    says(stage)
    stage.happen(Event(close="case"))
    assert who(stage) == []


def test_the_most_severe_come_first_then_the_longest(stage: Stage) -> None:
    """Somebody in danger would stand behind a hundred parcels."""
    for customer, text in enumerate(
        (LATE, "The new lamp does not work at all", "Your charger burned my hand", LATE), 1
    ):
        stage.channel.answers.append(Unsure("the connection broke"))
        says(stage, text, customer)
        stage.clock.move(timedelta(seconds=10))
    found = who(stage)
    assert [each.level for each in found] == ["urgent", "important", "general", "general"]
    assert found[2].since < found[3].since
    with stage.store.read() as session:
        assert [each.case for each in waiting.waiting_list(session, severity=0, limit=1)] == [found[2].case]
        counted = waiting.per_level(session)
    assert {level: count for level, (count, _) in counted.items()} == {"urgent": 1, "important": 1, "general": 2}


def test_an_incident_counts_its_own(stage: Stage) -> None:
    """The end of one crisis would wait for the customers of another."""
    for customer in (1, 2):
        stage.channel.answers.append(Unsure("the connection broke"))
        says(stage, customer=customer)
    with stage.store.begin() as session:
        named = crowds.incident(session, stage.clock.now())
        session.scalars(select(Case).order_by(Case.opened_at)).first().incident_id = named  # type: ignore[union-attr]
        other = crowds.incident(session, stage.clock.now())
    stage.clock.move(7 * MINUTE)
    with stage.store.read() as session:
        for incident_id, count, time in ((named, 1, 7 * MINUTE), (other, 0, timedelta(0))):
            about = About(session, stage.clock.now(), incident=session.get_one(Incident, incident_id))
            assert (customers_waiting(about), longest_wait(about)) == (count, time)
        about = About(session, stage.clock.now())
        assert (customers_waiting(about), longest_wait(about)) == (2, 7 * MINUTE)


@pytest.mark.parametrize("heard", [1, 2, 5])
def test_a_crowd_is_counted_to_the_last_one(heard: int) -> None:
    """Of ten thousand customers one would be forgotten."""
    store = Store.in_memory(MovedClock(START))
    with store.begin() as session:
        named = crowds.incident(session, store.clock.now())
    cases = crowds.crowd(store, 300, incident_id=named, heard=heard)
    waits = [case for number, case in enumerate(cases) if number % heard]
    with store.read() as session:
        found = waiting.waiting_list(session, named)
        assert {each.case for each in found} == set(waits)
        assert [each.severity for each in found] == sorted((each.severity for each in found), reverse=True)
        told = digest(session, session.get_one(Incident, named), store.clock.now())
    assert told.waiting == told.to_json()["progress"]["waiting"] == len(waits)
    assert sum(level.customers for level in told.levels) == 300
    assert told.mood.customers + told.mood_before.customers == 300
    store.close()


def test_ten_thousand_are_looked_at_in_a_moment() -> None:
    """Whoever looks for the next customer in the middle of a crisis would look at a standing cursor."""
    store = Store.in_memory(MovedClock(START))
    with store.begin() as session:
        named = crowds.incident(session, store.clock.now())
    crowds.crowd(store, 10_000, incident_id=named)
    with store.read() as session:
        found = session.get_one(Incident, named)
        took = min(_seconds(lambda: digest(session, found, store.clock.now())) for _ in range(3))
        listed = min(_seconds(lambda: waiting.waiting_list(session, limit=50)) for _ in range(3))
    assert took < 1, "on a quiet machine it is a tenth of a second"
    assert listed < 1
    store.close()


def _seconds(do: Callable[[], object]) -> float:
    began = perf_counter()
    do()
    return perf_counter() - began
