"""A leak of personal data: whose law counts, who is told, and what must never happen."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from flows.errors import NotFound
from flows.rehearsal.stage import Stage
from flows.runs import affected, breaches, ending
from flows.shelf import Shelf
from flows.store import customers
from flows.store.tables import Affected, Case, Incident, JournalLine, Outbox, Run, Step
from tests.flows.runs.leaks import (
    BERLIN,
    GRAVE,
    LONDON,
    MINOR,
    SAO_PAULO,
    SHANGHAI,
    added,
    answer,
    due_after,
    known,
    opened,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WITHIN = {BERLIN: 72 * HOUR, LONDON: 72 * HOUR, SHANGHAI: 4 * HOUR, SAO_PAULO: 72 * HOUR}


@pytest.mark.parametrize(("number", "hours"), [(BERLIN, 72), (LONDON, 72), (SHANGHAI, 4), (SAO_PAULO, 72)])
def test_the_law_of_those_concerned_dates_the_clock(stage: Stage, number: str, hours: int) -> None:
    """The authority of a customer's country would hear of a grave leak too late, or staff be chased for no reason."""
    leak = opened(stage, GRAVE, known(stage, number), ago=HOUR)
    assert due_after(stage, leak, "authority_told") == (hours - 1) * HOUR


def test_what_is_not_grave_leaves_china_a_day(stage: Stage) -> None:
    """A small slip would be chased like a catastrophe."""
    leak = opened(stage, MINOR, known(stage, SHANGHAI))
    assert due_after(stage, leak, "authority_told") == DAY


def test_as_long_as_nobody_knows_where_they_live_the_shortest_law_counts(stage: Stage) -> None:
    """A leak of which nothing is known would be handled as if it were harmless."""
    leak = opened(stage, {})
    assert due_after(stage, leak, "authority_told") == 4 * HOUR


def test_whoever_is_added_makes_the_clock_shorter_and_never_longer(stage: Stage) -> None:
    """The clock of somebody who was found late would not run; or a clock that runs would be set back."""
    german, chinese, briton = known(stage, BERLIN, SHANGHAI, LONDON)
    leak = opened(stage, GRAVE, [german])
    assert due_after(stage, leak, "authority_told") == 72 * HOUR
    added(stage, leak, [chinese])
    assert due_after(stage, leak, "authority_told") == 4 * HOUR
    added(stage, leak, [briton])
    assert due_after(stage, leak, "authority_told") == 4 * HOUR
    with stage.store.read() as session:
        lines = session.scalars(select(JournalLine).where(JournalLine.event == "legal clock")).all()
    assert [line.data["clocks"][0] for line in lines] == ["china_larger_incident"]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations([BERLIN, LONDON, SHANGHAI, SAO_PAULO]), first=st.integers(0, 4))
def test_in_whatever_order_people_are_found_the_shortest_law_decides(
    shelf: Shelf, order: list[str], first: int
) -> None:
    """Which clock runs would depend on who typed the numbers in, and in what order."""
    stage = Stage(shelf)
    try:
        people = known(stage, *order)
        leak = opened(stage, GRAVE, people[: max(first, 1)])
        for person in people[max(first, 1) :]:
            added(stage, leak, [person])
        assert due_after(stage, leak, "authority_told") == min(WITHIN.values())
    finally:
        stage.close()


@pytest.mark.parametrize(
    ("told", "severity"),
    [(MINOR, 0), (GRAVE, 2), ({}, 2), ({"leaked_data": "contact", "people_affected": 5}, 1)],
)
def test_how_bad_a_leak_is_says_how_urgent_it_is(stage: Stage, told: dict[str, object], severity: int) -> None:
    """A grave leak would wait behind slow parcels; one of which nobody knows anything, too."""
    leak = opened(stage, told)
    with stage.store.read() as session:
        assert session.get_one(Incident, leak).severity == severity


def test_a_leak_of_tomorrow_is_refused(stage: Stage) -> None:
    """A slip in the date would give clocks that begin in the future, and everybody time that the law does not leave."""
    with stage.store.begin() as session, pytest.raises(breaches.NoticedLater, match="still to come"):
        breaches.open_breach(stage.desk, session, told={}, noticed_at=stage.clock.now() + HOUR, opened_by="first_phone")


def notices(stage: Stage) -> Counter[str]:
    """How many notices of a leak were opened for each customer."""
    with stage.store.read() as session:
        return Counter(session.scalars(select(Case.customer_id).where(Case.playbook == "breach-notice")))


def test_everybody_is_told_by_themselves_and_once(stage: Stage) -> None:
    """Somebody whose data leaked would hear nothing, or the same bad news again and again."""
    people = known(stage, BERLIN, LONDON, SHANGHAI)
    leak = opened(stage, MINOR, [*people, *people])
    assert notices(stage) == {}
    answer(stage, "stop_wrong_chat")
    assert added(stage, leak, people) == []
    stage.pass_time(2 * HOUR)
    assert notices(stage) == dict.fromkeys(people, 1)
    said = Counter(letter.to for letter in stage.channel.letters)
    assert said == {BERLIN: 2, LONDON: 2, SHANGHAI: 2}  # what happened, and what to do
    with stage.store.read() as session:
        cases = session.scalars(select(Case)).all()
        assert {case.incident_id for case in cases} == {leak}


def test_many_are_told_in_several_transactions(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A leak of ten thousand would hold up everybody else who writes; or only the first hundred would be told."""
    monkeypatch.setattr(breaches, "AT_ONCE", 2)
    people = known(stage, BERLIN, LONDON, SHANGHAI, SAO_PAULO, "4915112345679")
    opened(stage, MINOR, people)
    answer(stage, "stop_wrong_chat")
    assert len(notices(stage)) == 2
    stage.pass_time(timedelta(seconds=2))
    assert notices(stage) == dict.fromkeys(people, 1)


@pytest.mark.parametrize("moment", ["before", "while", "after", "closed"])
def test_whoever_is_found_late_is_told_whenever_that_is(stage: Stage, moment: str) -> None:
    """Somebody who was found after the others had been told would never hear of it."""
    first, late = known(stage, BERLIN, LONDON)
    leak = opened(stage, MINOR, [first])
    if moment == "before":
        added(stage, leak, [late])
    answer(stage, "stop_wrong_chat")
    if moment == "while":
        added(stage, leak, [late])
    for letter in [*stage.channel.sent]:
        stage.take_status(letter, "delivered")
    stage.pass_time(2 * HOUR)
    if moment in ("after", "closed"):
        answer(stage, "authority", {"authority_decision": "not_needed"})
        answer(stage, "is_it_stopped", {"leak_stopped": True})
        if moment == "closed":
            answer(stage, "lessons")
            with stage.store.read() as session:
                assert session.get_one(Incident, leak).closed_at is not None
        added(stage, leak, [late])
    assert notices(stage) == {first: 1, late: 1}


def test_two_customers_who_turn_out_to_be_one_are_told_once(stage: Stage) -> None:
    """A customer with two addresses would get the bad news twice."""
    one, other = known(stage, BERLIN, LONDON)
    leak = opened(stage, MINOR, [one, other])
    with stage.store.begin() as session:
        stays = customers.merge(session, stage.store.vault, stage.clock.now(), one, other).id
    answer(stage, "stop_wrong_chat")
    assert notices(stage) == {stays: 1}
    with stage.store.read() as session:
        (found,) = affected.concerned(session, leak)
        assert (found.customer_id, found.state) == (stays, "on_the_way")
        assert len(session.scalars(select(Affected)).all()) == 2


def test_a_text_that_left_is_not_yet_somebody_told(stage: Stage) -> None:
    """A text that lies at a phone which is switched off would count as telling a person."""
    (person,) = known(stage, BERLIN)
    leak = opened(stage, MINOR, [person])
    answer(stage, "stop_wrong_chat")
    assert states(stage, leak) == {"on_the_way": 1}
    wamids = list(stage.channel.sent)
    stage.take_status(wamids[-1], "delivered")
    stage.settle()
    assert states(stage, leak) == {"told": 1}
    stage.take_status(wamids[0], "failed", 131026)
    stage.settle()
    assert states(stage, leak) == {"not_reached": 1}
    stage.pass_time(21 * HOUR)
    answer(stage, "other_way", {"approved": "yes"})
    assert states(stage, leak) == {"told": 1}


def states(stage: Stage, leak: str) -> dict[str, int]:
    with stage.store.read() as session:
        return {str(state): count for state, count in affected.count(session, leak).items()}


def test_an_incident_with_somebody_untold_does_not_close_by_itself(stage: Stage) -> None:
    """A leak would be filed away while somebody whose data it is knows nothing."""
    leak = opened(stage, MINOR, known(stage, BERLIN))
    answer(stage, "stop_wrong_chat")
    answer(stage, "authority", {"authority_decision": "told"})
    stage.pass_time(10 * DAY)
    answer(stage, "some_untold")
    answer(stage, "is_it_stopped", {"leak_stopped": True})
    answer(stage, "lessons")
    stage.pass_time(30 * DAY)
    with stage.store.read() as session:
        assert session.get_one(Incident, leak).closed_at is None


def test_no_name_number_or_word_is_in_the_history(stage: Stage) -> None:
    """The history, which outlives an erasure and is shown to an authority, would hold what leaked once more."""
    secret = "Ms Fernandez of Lilac Lane"
    with stage.store.begin() as session:
        leak = breaches.open_breach(
            stage.desk, session, told=MINOR, noticed_at=stage.clock.now(), opened_by="first_phone", what=secret
        )
    added(stage, leak.id, known(stage, BERLIN))
    answer(stage, "stop_wrong_chat")
    with stage.store.read() as session:
        kept = [str(line.data) for line in session.scalars(select(JournalLine))]
        kept += [str(step.outcome) + str(step.waiting_for) for step in session.scalars(select(Step))]
        kept += [str(run.inputs) for run in session.scalars(select(Run))]
        assert session.scalars(select(Outbox.id).where(Outbox.customer_id.is_not(None))).all()
    for word in (BERLIN, "Fernandez", "Lilac"):
        assert not [each for each in kept if word in each]


def test_whoever_got_the_wrong_message_is_asked_once(stage: Stage) -> None:
    """Somebody who only got our mistake would be pestered by it; or by one who is told that their own data leaked."""
    (stranger,) = known(stage, LONDON)
    leak = opened(stage, MINOR, known(stage, BERLIN))
    for _ in range(2):
        with stage.store.begin() as session:
            breaches.ask_recipient(stage.desk, session, leak, stranger, "first_phone")
        stage.settle()
    assert [letter.to for letter in stage.channel.letters] == [LONDON]
    assert "not pass it on" in stage.channel.letters[0].text


def test_a_leak_that_nobody_opened_has_no_people(stage: Stage) -> None:
    """People would be written down for an incident that does not exist, and nobody would ever tell them."""
    people = known(stage, BERLIN)
    with stage.store.begin() as session, pytest.raises(NotFound, match="no incident"):
        breaches.add_affected(stage.desk, session, "I-0000000000", people, "first_phone")


def test_whoever_never_wrote_is_told_in_the_language_of_their_number(stage: Stage) -> None:
    """Somebody in Shanghai, known only from the list of a lost phone, would be told in English."""
    opened(stage, MINOR, known(stage, SHANGHAI, LONDON))
    answer(stage, "stop_wrong_chat")
    texts = {letter.to: letter.text for letter in stage.channel.letters}
    assert "您" in texts[SHANGHAI]
    assert "您" not in texts[LONDON]


def test_whoever_closes_it_by_hand_stands_for_those_who_know_nothing(stage: Stage) -> None:
    """A leak could be made to look done, and nothing would show that people were never told."""
    leak = opened(stage, MINOR, known(stage, BERLIN, LONDON))
    with stage.store.begin() as session:
        ending.close_by_hand(session, leak, "done", "first_phone", stage.clock.now())
    with stage.store.read() as session:
        line = session.scalars(select(JournalLine).where(JournalLine.event == "closed by hand")).one()
    assert line.data == {"by": "first_phone", "closed_as": "done", "untold": 2}
