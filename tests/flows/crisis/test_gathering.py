"""A crowd opens an incident by itself, once for each cause, and its cases are gathered."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from flows.clock import MovedClock
from flows.desk import Desk
from flows.ids import new_id
from flows.runs import ending, waves
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.tables import Case, Incident, JournalLine, Outbox
from tests.flows.crisis.crowds import BROKEN, DELETE, FIRE, LATE, ids, incidents, respond, write
from tests.flows.runs.test_waves import desk_over

MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(store: Store, shelf: Shelf) -> Desk:
    return desk_over(store, shelf)


def test_two_causes_at_once_are_two_incidents(any_store: Store, shelf: Shelf) -> None:
    """A late parcel and a burning charger would be handled by one team with one statement."""
    desk = desk_over(any_store, shelf)
    for number in range(12):
        write(any_store, [number], LATE)
        if number < 6:
            write(any_store, [100 + number], FIRE)
        respond(desk)
    seen = incidents(any_store)
    assert [(each.topic, each.cases, each.open) for each in seen] == [("delivery", 12, True), ("fire", 6, True)]
    assert seen[1].severity > seen[0].severity


def test_one_customer_who_writes_thirty_times_is_no_crowd(desk: Desk, store: Store) -> None:
    """Everybody who is furious would wake the crisis team alone."""
    for _ in range(30):
        write(store, [1], LATE)
        respond(desk)
    assert incidents(store) == []


@pytest.mark.parametrize(("people", "opened"), [(19, []), (20, [("delivery", 20)])])
def test_where_many_complain_every_day_twenty_are_an_incident(
    desk: Desk, store: Store, clock: MovedClock, people: int, opened: list[tuple[str, int]]
) -> None:
    """A busy day would be a crisis, or a crisis a busy day."""
    first = 0
    for many in (9, 13, people):  # never half as many again as before
        write(store, range(first, first + many))
        respond(desk)
        first += many
        clock.move(10 * MINUTE)
    found = incidents(store)
    assert [each.topic for each in found] == [topic for topic, _ in opened]
    assert all(each.cases >= 20 for each in found)


def test_a_crowd_that_grows_is_seen_at_ten(desk: Desk, store: Store) -> None:
    """The team would hear of it from the news."""
    write(store, range(9))
    respond(desk)
    assert incidents(store) == []
    write(store, [9])
    respond(desk)
    assert [(each.topic, each.cases) for each in incidents(store)] == [("delivery", 10)]


def test_who_opened_it_and_why_is_in_its_story(desk: Desk, store: Store) -> None:
    """Nobody could tell why everybody was woken."""
    write(store, range(10))
    respond(desk)
    with store.read() as session:
        incident = session.scalars(select(Incident)).one()
        words = store.vault.open(incident.sealed_what or b"")["what"]
        line = session.scalars(select(JournalLine).where(JournalLine.event == "incident opened")).one()
        assert (incident.opened_by, incident.kind, incident.facts["topic"]) == ("firebreak", "delivery", "delivery")
        assert line.data["opened_by"] == "firebreak"
    assert words.startswith("10 customers complained within ten minutes. A delivery that is late")


def test_cases_that_were_open_join_and_new_ones_attach(desk: Desk, store: Store, clock: MovedClock) -> None:
    """Half of those who are hit would hear nothing of what is done for everybody; others would get news that is not
    about them."""
    write(store, [1, 2])
    write(store, [3], DELETE)
    write(store, [4], BROKEN)
    respond(desk)
    clock.move(timedelta(hours=3))
    write(store, range(10, 20))
    respond(desk)
    assert [(each.topic, each.cases) for each in incidents(store)] == [("delivery", 12)]
    write(store, [30])
    respond(desk)
    assert [(each.topic, each.cases) for each in incidents(store)] == [("delivery", 13)]


def test_what_was_written_long_ago_is_another_matter(desk: Desk, store: Store, clock: MovedClock) -> None:
    """A parcel of last week would be explained by the strike of today."""
    write(store, [1, 2])
    respond(desk)
    clock.move(timedelta(hours=25))
    write(store, range(10, 20))
    respond(desk)
    assert [(each.topic, each.cases) for each in incidents(store)] == [("delivery", 10)]


def test_two_processes_open_one_incident(any_store: Store, shelf: Shelf) -> None:
    """Two teams would lead the same crisis, and customers would hear of both."""
    desks = [desk_over(any_store, shelf), desk_over(any_store, Shelf(shelf.current, shelf.verbs))]
    write(any_store, range(40))
    failures: list[BaseException] = []

    def move(desk: Desk) -> None:
        try:
            for _ in range(12):
                waves.move(desk, new_id("R"), limit=5)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=move, args=(desk,)) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    respond(desks[0])
    assert failures == []
    assert [(each.topic, each.cases, each.open) for each in incidents(any_store)] == [("delivery", 40, True)]
    with any_store.read() as session:
        broken = session.scalars(select(JournalLine).where(JournalLine.event == "moving failed")).all()
        letters = select(func.count()).where(Outbox.to == "customer").group_by(Outbox.customer_id)
        assert broken == []
        assert set(session.scalars(letters)) == {1}


def test_a_crash_after_the_opening_leaves_nobody_outside(any_store: Store, shelf: Shelf, clock: MovedClock) -> None:
    """Those who complained before the crash would be forgotten by their own crisis."""
    write(any_store, range(3))
    respond(desk_over(any_store, shelf))
    write(any_store, range(3, 12))
    dying = waves.Wave(desk_over(any_store, shelf), "dying")
    dying.claim()
    groups = dying.groups()
    next(groups)()  # it has read everything, and comes no further
    assert [(each.topic, each.cases) for each in incidents(any_store)] == [("delivery", 3)]  # the tenth and after
    clock.move(waves.LEASE + MINUTE)
    respond(desk_over(any_store, Shelf(shelf.current, shelf.verbs)))
    assert [(each.topic, each.cases) for each in incidents(any_store)] == [("delivery", 12)]
    assert list(groups) == []  # whoever was thought dead and wakes up moves nothing


def test_a_closed_incident_opens_again_only_by_a_crowd(desk: Desk, store: Store, clock: MovedClock) -> None:
    """It would flicker with every late complaint, or nobody would see that it burns again."""
    write(store, range(10))
    respond(desk)
    (first,) = ids(store)
    clock.move(11 * MINUTE)
    with store.begin() as session:
        ending.close_by_hand(session, first, "over", "lee", clock.now())
    write(store, range(20, 24))
    respond(desk)
    assert [each.open for each in incidents(store)] == [False]
    write(store, [24])  # the fifth within ten minutes, in the hour after the last one
    respond(desk)
    assert [each.open for each in incidents(store)] == [False, True]


def test_an_incident_becomes_as_severe_as_its_worst_case(desk: Desk, store: Store) -> None:
    """A crisis of late parcels in which somebody calls a lawyer would stay a matter for the shift."""
    write(store, range(10))
    respond(desk)
    (before,) = incidents(store)
    write(store, [50], "My parcel has not arrived after two weeks, my lawyer will contact you")
    respond(desk)
    (after,) = incidents(store)
    assert (after.cases, after.severity) == (11, before.severity + 1)
    with store.read() as session:
        worse = session.scalars(select(JournalLine).where(JournalLine.event == "incident became worse")).one()
        assert worse.data == {"severity": "urgent"}


def test_a_case_of_another_matter_stays_out_of_it(desk: Desk, store: Store) -> None:
    """Whoever asks for deletion would be told about parcels."""
    write(store, [1], DELETE)
    respond(desk)
    write(store, [1])
    respond(desk)
    write(store, range(10, 20))
    respond(desk)
    with store.read() as session:
        found = select(Case.incident_id).where(Case.playbook == "deletion-request")
        assert set(session.scalars(found)) == {None}


def test_the_crowd_of_an_incident_that_was_ended_opens_no_other(desk: Desk, store: Store, clock: MovedClock) -> None:
    """A person closes what was a false alarm, and the next complaint would wake everybody again within the minute."""
    write(store, range(25))
    respond(desk)
    (first,) = ids(store)
    clock.move(MINUTE)
    with store.begin() as session:
        ending.close_by_hand(session, first, "false_alarm", "lee", clock.now())
    clock.move(MINUTE)
    write(store, range(30, 34))
    respond(desk)
    assert [each.open for each in incidents(store)] == [False]
    write(store, [34])  # the fifth who writes after that: it does burn
    respond(desk)
    assert [each.open for each in incidents(store)] == [False, True]
