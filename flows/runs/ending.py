"""Ending what was begun: nobody waits any more, nothing more is said, and the case or incident is closed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from flows.errors import NotFound
from flows.runs import affected, complaints, history, incident_events, listing, under_way
from flows.store.subjects import lock
from flows.store.tables import Case, Incident, Outbox, Promise, Run, Task, TaskStatus, Timer

_TASKS = select(Task).where(Task.run_id == bindparam("run"), Task.status == "open")
_LETTERS = select(Outbox).where(Outbox.run_id == bindparam("run"), Outbox.status == "ready", Outbox.to != "team")
_TIMERS = select(Timer).where(Timer.run_id == bindparam("run"), Timer.fired_at.is_(None), Timer.cancelled_at.is_(None))
_PROMISES = select(Promise).where(Promise.run_id == bindparam("run"), Promise.status == "open")
_TASKS_HERE = _TASKS.where(Task.path == bindparam("path"))
_LETTERS_HERE = _LETTERS.where(Outbox.path == bindparam("path"))
_TIMERS_HERE = _TIMERS.where(Timer.path == bindparam("path"))


def withdraw_tasks(
    session: Session, run_id: str, path: str | None, now: datetime, status: TaskStatus = "withdrawn"
) -> None:
    """Take back what people of a run, or of one step of it, were asked to do."""
    open_ones = under_way.tasks_of(session, session.get_one(Run, run_id))
    if open_ones is None:
        found = session.scalars(_TASKS if path is None else _TASKS_HERE, {"run": run_id, "path": path}).all()
    else:
        found = [task for task in open_ones if path in (None, task.path)]
    for task in found:
        task.status, task.settled_at = status, now
        listing.expire(session, listing.items_of(session, task.id), now)


def withdraw_letters(session: Session, run_id: str, path: str | None) -> None:
    """Take back what was to be said to the customer and has not left: the moment for it is over."""
    for row in session.scalars(_LETTERS if path is None else _LETTERS_HERE, {"run": run_id, "path": path}):
        row.status = "withdrawn"


def cancel_timers(session: Session, run_id: str, path: str | None, now: datetime) -> None:
    """Stop the clocks of a run, or of one step of it."""
    timers = under_way.timers_of(session, session.get_one(Run, run_id))
    if timers is None:
        timers = list(session.scalars(_TIMERS if path is None else _TIMERS_HERE, {"run": run_id, "path": path}))
    for timer in timers:
        if timer.fired_at is None and timer.cancelled_at is None and path in (None, timer.path):
            timer.cancelled_at = now


def end_run(session: Session, run: Run, now: datetime, *, with_called: bool = True) -> None:
    """End a run: nothing of it is awaited any more. A promise that is still open is neither kept nor broken. What it
    has called ends too, unless that goes on for the sake of a promise of its own."""
    run.status, run.ended_at = "finished", now
    withdraw_tasks(session, run.id, None, now)
    withdraw_letters(session, run.id, None)
    cancel_timers(session, run.id, None, now)
    if with_called:
        end_called(session, run, now)
    for promise in session.scalars(_PROMISES, {"run": run.id}):
        promise.status, promise.settled_at = "void", now


def end_called(session: Session, run: Run, now: datetime, path: str | None = None) -> None:
    """End the runs that a run, or one step of it, has called and waits for."""
    called = select(Run).where(Run.called_by == run.id, Run.status != "finished")
    for each in session.scalars(called if path is None else called.where(Run.called_at == path)).all():
        end_run(session, each, now)


def close(session: Session, about: Case | Incident, as_: str, now: datetime) -> None:
    """Close a case or an incident, if it is open, and tell everyone who waits for that."""
    if about.closed_at is not None:
        return
    about.closed_at = now
    if isinstance(about, Case):
        about.closed_as = as_
    else:
        complaints.forget(session)
        incident_events.tell(session, about.id, "incident_closed", now)


def close_by_hand(session: Session, wanted: str, as_: str, by: str, now: datetime) -> None:
    """A person closes a case or an incident: all its runs end. Raises `NotFound`."""
    about = session.get(Case, wanted) or session.get(Incident, wanted)
    if about is None:
        raise NotFound(f'there is no case or incident "{wanted}"')
    subject_id = about.customer_id if isinstance(about, Case) else about.id
    lock(session, subject_id)
    mine = Run.case_id == about.id if isinstance(about, Case) else Run.incident_id == about.id
    for run in session.scalars(select(Run).where(mine, Run.status != "finished")).all():
        end_run(session, run, now)
    close(session, about, as_, now)
    ids = {"case_id" if isinstance(about, Case) else "incident_id": about.id}
    states = affected.count(session, about.id)  # whoever closes a leak while somebody knows nothing stands for it
    untold = {"untold": states.total() - states["told"]} if states else {}
    history.tell_of(session, subject_id, now, "closed by hand", {"by": by, "closed_as": as_, **untold}, **ids)
