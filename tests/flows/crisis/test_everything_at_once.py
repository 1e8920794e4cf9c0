"""Crowds arrive, the statement changes, incidents are split, merged and closed, and two processes answer meanwhile."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select

from flows.crisis import regrouping, standing_down, statements
from flows.desk import Desk
from flows.ids import new_id
from flows.runs import waves
from flows.shelf import Shelf
from flows.store import journal
from flows.store.database import Store
from flows.store.tables import Case, Incident, JournalLine, Outbox, Subject
from tests.flows.crisis.crowds import BROKEN, LATE, ids, respond, write
from tests.flows.runs.test_waves import desk_over


@pytest.fixture(params=["file_store", pytest.param("postgres_store", marks=pytest.mark.postgres)])
def shared(request: pytest.FixtureRequest) -> Store:
    """A store that several processes can share."""
    opened = request.getfixturevalue(request.param)
    assert isinstance(opened, Store)
    return opened


def speak(desk: Desk, incident_id: str, words: str) -> None:
    with desk.store.begin() as session:
        incident = session.get_one(Incident, incident_id)
        made = statements.draft(desk, session, incident, {"en": words}, ["refund"], None, "lee")
        statements.vote(desk, session, made, "ann", True, role="senior_owner")


def test_nobody_is_lost_or_told_twice(shared: Store, shelf: Shelf) -> None:
    """In the hour in which everything happens at once, customers would be forgotten, or hear the same thing twice."""
    desks = [desk_over(shared, shelf), desk_over(shared, Shelf(shelf.current, shelf.verbs))]
    lead = desk_over(shared, Shelf(shelf.current, shelf.verbs))
    write(shared, range(12), LATE)
    write(shared, range(100, 112), BROKEN)
    respond(lead)
    (late,) = ids(shared, "delivery")
    (broken,) = set(ids(shared)) - {late}
    over, failures = threading.Event(), list[BaseException]()

    def guarded(work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except BaseException as error:
                failures.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def move(desk: Desk) -> None:
        while not over.is_set():
            waves.move(desk, new_id("R"), limit=7)

    threads = [guarded(lambda desk=desk: move(desk)) for desk in desks]  # type: ignore[misc]
    try:
        write(shared, range(12, 18), LATE)
        speak(lead, late, "The parcels stand still.")
        write(shared, range(112, 116), BROKEN)
        with shared.read() as session:
            some = session.scalars(select(Case.id).where(Case.incident_id == late).order_by(Case.id).limit(4)).all()
        apart = regrouping.split(lead, late, cases=some, what="One depot only", by="lee").incident_id
        speak(lead, late, "They will come on Friday.")
        regrouping.merge(lead, broken, late, by="lee")
        write(shared, range(200, 203), LATE)
        with shared.begin() as session:
            standing_down.stand_down(lead, session, session.get_one(Incident, late), "lee", 4)
        regrouping.close(lead, apart, "lee", "over")
    finally:
        over.set()
        for thread in threads:
            thread.join()
    respond(lead)
    assert failures == []
    with shared.read() as session:
        broke = session.scalars(select(JournalLine).where(JournalLine.event.in_(("moving failed", "step failed"))))
        assert [(each.event, each.data) for each in broke] == []
        sent = select(Outbox.customer_id, Outbox.reply).where(Outbox.to == "customer", Outbox.status == "sent")
        told = Counter(session.execute(sent).tuples())
        assert set(told.values()) == {1}
        first = Counter(customer for customer, reply in told.elements() if str(reply).startswith("complaint/first"))
        assert len(first) == 37
        assert set(first.values()) == {1}
        for incident in (late, broken, apart):
            assert session.get_one(Incident, incident).closed_at is not None
        for subject_id in session.scalars(select(Subject.id)):
            journal.verify(session, subject_id)
