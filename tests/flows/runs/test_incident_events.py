"""What happens to an incident reaches everybody who waits for it, also when they are thousands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event, insert, select

from flows.clock import MovedClock
from flows.runs import incident_events
from flows.store.database import Store
from flows.store.tables import Bundle, Run, Step, Subject, Timer
from tests.flows.crisis import stored_crowds


def waiting_crowd(store: Store, customers: int) -> str:
    """An incident with so many customers, each of whom has two steps that wait for its events."""
    with store.begin() as session:
        session.merge(Bundle(digest=stored_crowds.BUNDLE, stored_at=store.clock.now(), files={}))
        incident = stored_crowds.incident(session, store.clock.now())
    stored_crowds.crowd(store, customers, incident_id=incident)
    with store.begin() as session:
        runs = session.scalars(select(Run.id)).all()
        here: dict[str, Any] = {"status": "waiting", "attempt": 1, "began_at": store.clock.now(), "outcome": {}}
        steps = [
            {"run_id": run, "path": verb, "verb": verb, "waiting_for": {"event": ["statement", "stood_down"]}, **here}
            for run in runs
            for verb in ("keep_posted", "wait_for")
        ]
        session.execute(insert(Step), steps)
    return incident


def test_thousands_are_told_in_a_few_statements(any_store: Store) -> None:
    """While ten thousand customers are told one by one that it is over, nobody else can store anything: webhooks would
    be refused for minutes, and whoever holds the incident would lose it in the middle."""
    incident, statements = waiting_crowd(any_store, 300), 0

    def count(*_: Any) -> None:
        nonlocal statements
        statements += 1

    event.listen(Engine, "before_cursor_execute", count)
    try:
        with any_store.begin() as session:
            told = incident_events.tell(session, incident, "statement", any_store.clock.now())
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    assert told == 600
    assert statements < 20
    with any_store.read() as session:
        assert len(session.scalars(select(Timer)).all()) == 600
        rung = session.scalars(select(Subject).where(Subject.kind == "customer")).all()
        assert {each.due_at for each in rung} == {any_store.clock.now()}
        assert {each.bells for each in rung} == {1}


def test_the_same_event_at_the_same_moment_is_heard_again(any_store: Store, clock: MovedClock) -> None:
    """On a clock that stands still the second of two new statements would be told to nobody, or stop the incident."""
    incident = waiting_crowd(any_store, 3)
    with any_store.begin() as session:
        incident_events.tell(session, incident, "statement", clock.now())
    with any_store.begin() as session:
        timers = session.scalars(select(Timer)).all()
        for timer in timers:
            timer.fired_at = clock.now()
        incident_events.tell(session, incident, "statement", clock.now())
        assert [timer.fired_at for timer in timers] == [None] * 6
    clock.move(timedelta(minutes=1))
    with any_store.begin() as session:
        assert incident_events.tell(session, incident, "statement", clock.now()) == 6
        assert len(session.scalars(select(Timer)).all()) == 12
