"""What joining does to a case: the crisis procedure carries it on, its customer is answered once, and hears of what
happens to its own incident only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from flows.crisis import regrouping
from flows.rehearsal.events import Crowd
from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage
from flows.runs import ending
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.tables import Case, Incident, JournalLine, Outbox, Step
from flows.verbs import all_verbs
from rules.bundle import Bundle
from rules.language import Words
from tests.flows.crisis.crowds import BROKEN, FIRE, LATE, ids, incidents, respond, write
from tests.flows.runs import trials
from tests.flows.runs.test_waves import desk_over

CRISIS = """\
takes_over: [complaint-general, complaint-important]
triggers: [{when: {intent: complaint, incident_about_it: true, severity: {at_most: important}}, priority: 20}]
steps:
  - {id: first, if: {had_first_reply: false}, reply: complaint/first}
  - {id: over, wait_for: {event: incident_closed}}
  - {id: heard, label: heard}
"""


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """The shipped content with a short procedure for those who are hit by a crisis, in place of the shipped one."""
    left = {path: text for path, text in trials.shipped().items() if path != "playbooks/crisis_complaint.yaml"}
    files = {path: text.replace("crisis-complaint", "hit") for path, text in left.items()}
    files["playbooks/hit.yaml"] = trials.HEAD.format(name="hit", scope="case") + CRISIS
    return Shelf(Bundle.parse(files, all_verbs()), all_verbs())


@pytest.fixture
def stage(shelf: Shelf) -> Iterator[Stage]:
    opened = Stage(shelf)
    yield opened
    opened.close()


def playbooks(store: Store) -> Counter[str]:
    with store.read() as session:
        return Counter(session.scalars(select(Case.playbook).where(Case.closed_at.is_(None))))


def letters(store: Store) -> Counter[str]:
    """How often each customer was told something that has left, or is about to."""
    with store.read() as session:
        told = select(Outbox.customer_id).where(
            Outbox.to == "customer", Outbox.status.in_(("ready", "sending", "sent"))
        )
        return Counter(filter(None, session.scalars(told)))


def over(stage: Stage, topic: str) -> None:
    """A person closes the incident about this."""
    (incident,) = ids(stage.store, topic)
    with stage.store.begin() as session:
        ending.close_by_hand(session, incident, "over", "lee", stage.clock.now())
    stage.settle()


def test_everybody_is_carried_on_by_the_crisis_and_answered_once(any_store: Store, shelf: Shelf) -> None:
    """Whoever complained before the incident would be handled alone, or be told the same thing again."""
    desk = desk_over(any_store, shelf)
    for first in range(0, 24, 6):
        write(any_store, range(first, first + 6), LATE)
        respond(desk)
    assert playbooks(any_store) == {"hit": 24}
    assert set(letters(any_store).values()) == {1}
    assert len(letters(any_store)) == 24


def test_urgent_cases_are_of_the_incident_and_keep_their_procedure(stage: Stage) -> None:
    """A burnt customer would be put into the queue of the others."""
    stage.happen(Event(crowd=Crowd(6, (Words(FIRE),))))
    assert [(each.topic, each.cases) for each in incidents(stage.store)] == [("fire", 6)]
    assert playbooks(stage.store) == {"complaint-urgent": 6}


def test_a_case_hears_of_its_own_incident_only(stage: Stage) -> None:
    """Customers of the fire would be told that it is over when the parcels move again."""
    stage.happen(Event(crowd=Crowd(10, (Words(LATE),))))
    stage.happen(Event(crowd=Crowd(10, (Words(BROKEN),), first=20)))
    over(stage, "delivery")
    with stage.store.read() as session:
        heard = session.scalars(select(Case).where(Case.closed_at.is_(None))).all()
        assert Counter(each.facts["topic"] for each in heard if "heard" in each.labels) == {"delivery": 10}


def test_a_case_in_no_incident_waits_for_one_that_is_about_it(stage: Stage) -> None:
    """The end of a leak would end the wait for a parcel."""
    stage.happen(Event(incident=Words("-"), playbook="data-breach", noticed=timedelta(hours=1)))
    stage.happen(Event(incident=Words("-"), topic="fire"))
    stage.happen(Event(incident=Words("-"), topic="delivery"))
    stage.happen(Event(customer_says=Says(LATE)))
    with stage.store.begin() as session:  # as a case that was opened before cases had incidents
        session.scalars(select(Case)).one().incident_id = None
    for topic, ended in (("fire", False), ("delivery", True)):
        over(stage, topic)
        with stage.store.read() as session:
            waits = session.scalars(select(Step.status).where(Step.path == "over", Step.verb == "wait_for")).one()
            assert (waits == "done") is ended


def test_a_case_that_is_taken_out_goes_its_own_way(stage: Stage) -> None:
    """It would be told about a crisis that is not its own."""
    stage.happen(Event(crowd=Crowd(10, (Words(LATE),))))
    with stage.store.read() as session:
        one = session.scalars(select(Case).order_by(Case.id).limit(1)).one()
    regrouping.leave(stage.desk, [one.id], "lee")
    stage.settle()
    assert playbooks(stage.store)["hit"] == 9
    stage.happen(Event(crowd=Crowd(10, (Words("My parcel is late!"),))))
    assert playbooks(stage.store)["hit"] == 9
    with stage.store.read() as session:
        assert session.get_one(Case, one.id).incident_id is None


def test_two_crowds_in_one_case_belong_to_the_graver_one(stage: Stage) -> None:
    """A customer whose charger burns would stay among the late parcels."""
    stage.happen(Event(crowd=Crowd(10, (Words(LATE),))))
    stage.happen(Event(crowd=Crowd(5, (Words(FIRE),), first=6)))
    assert [(each.topic, each.cases) for each in incidents(stage.store)] == [("delivery", 5), ("fire", 5)]
    stage.happen(Event(crowd=Crowd(5, (Words("My parcel has still not arrived"),), first=6)))
    assert [(each.topic, each.cases) for each in incidents(stage.store)] == [("delivery", 5), ("fire", 5)]


@settings(max_examples=6, deadline=None)
@given(waves=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 14)), min_size=2, max_size=6))
def test_however_a_crowd_flickers_one_incident_is_open(shelf: Shelf, waves: list[tuple[int, int]]) -> None:
    """Around the threshold the team would be woken again and again for the same thing."""
    with_one = Stage(shelf)
    try:
        first = 1
        for people, minutes in waves:
            if people:
                with_one.happen(Event(crowd=Crowd(people, (Words(LATE),), first=first)))
            first += people
            with_one.happen(Event(after=timedelta(minutes=minutes)))
        with with_one.store.read() as session:
            opened = session.scalars(select(Incident)).all()
            lines = session.scalars(select(JournalLine).where(JournalLine.event == "moving failed")).all()
            outside = session.scalars(select(Case.id).where(Case.incident_id.is_(None))).all()
        assert len(opened) <= 1
        assert lines == []
        assert not opened or outside == []
        assert set(letters(with_one.store).values()) <= {1}
    finally:
        with_one.close()
