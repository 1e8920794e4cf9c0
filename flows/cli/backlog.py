"""What `firebreak doctor` finds in the store: work that nobody does, and histories that were changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from flows.cli.findings import Finding
from flows.cli.paper import many
from flows.errors import JournalBroken
from flows.store import journal
from flows.store.database import Store
from flows.store.tables import Case, Customer, FollowUp, Message, Outbox, Rejected, Run, Subject, Task, Timer
from flows.telling.sentences import roughly

PATIENCE = timedelta(minutes=5)
"""How long work may lie before it counts as lying about; the responder looks every half second."""
_SHOWN = 3


def backlog_findings(store: Store) -> Iterator[Finding]:
    """Everything in the store that a person should know of."""
    now = store.clock.now()
    with store.read() as session:
        yield from _counts(session)
        for look in (_late_work, _stuck, _idle, _unsent, _failed, _untold, _late_tasks, _late_follow_ups, _put_aside):
            found = look(session, now)
            if found is not None:
                yield found


def journal_findings(store: Store, progress: Callable[[int, int], None]) -> Iterator[Finding]:
    """Follow the chain of every history. `progress` is told how many of how many are done."""
    with store.read() as session:
        subjects = session.scalars(select(Subject.id).order_by(Subject.id)).all()
        lines, broken = 0, []
        for number, subject_id in enumerate(subjects):
            progress(number, len(subjects))
            try:
                lines += journal.verify(session, subject_id).lines
            except JournalBroken as error:
                broken.append(str(error))
    for says in broken[:_SHOWN]:
        yield Finding("journal", "broken", says, "compare it with a backup, and find out who changed it")
    if len(broken) > _SHOWN:
        yield Finding("journal", "broken", f"{len(broken) - _SHOWN} more histories were changed", "as above")
    if not broken:
        yield Finding(
            "journal",
            "ok",
            f"{many(lines, 'line')} of {many(len(subjects), 'history').replace('ys', 'ies')}, none changed",
        )


def _counts(session: Session) -> Iterator[Finding]:
    open_cases = session.scalar(select(func.count()).select_from(Case).where(Case.closed_at.is_(None))) or 0
    customers = session.scalar(select(func.count()).select_from(Customer)) or 0
    tasks = session.scalar(select(func.count()).select_from(Task).where(Task.status == "open")) or 0
    yield Finding(
        "work", "ok", f"{many(customers, 'customer')}, {many(open_cases, 'open case')}, {many(tasks, 'open task')}"
    )


def _late_work(session: Session, now: datetime) -> Finding | None:
    """Subjects that are due, and timers that no subject would be woken for."""
    free = or_(Subject.claimed_until.is_(None), Subject.claimed_until <= now)
    late = session.scalars(
        select(Subject.due_at).where(Subject.due_at <= now - PATIENCE, free).order_by(Subject.due_at)
    ).all()
    forgotten = session.scalars(
        select(Timer.due_at)
        .join(Run, Run.id == Timer.run_id)
        .join(Subject, Subject.id == Timer.subject_id)
        .where(
            Timer.due_at <= now - PATIENCE,
            Timer.fired_at.is_(None),
            Timer.cancelled_at.is_(None),
            Run.status != "finished",
            Subject.due_at.is_(None),
        )
    ).all()
    unread = session.scalar(
        select(func.count())
        .select_from(Message)
        .where(Message.handled_at.is_(None), Message.received_at <= now - PATIENCE)
    )
    if not late and not forgotten:
        return None
    first = min(due for due in (*late, *forgotten) if due is not None)
    says = f"{many(len(late) + len(forgotten), 'customer or incident')} due since {roughly(now - first)}"
    also = f"; {many(unread, 'message')} not read" if unread else ""
    return Finding("overdue", "warn", f"{says}{also}", "is `firebreak up` running?")


def _stuck(session: Session, _now: datetime) -> Finding | None:
    stuck = session.execute(select(Run.id, Run.case_id, Run.incident_id).where(Run.status == "stuck")).all()
    if not stuck:
        return None
    ids = [row.case_id or row.incident_id or row.id for row in stuck]
    return Finding(
        "stuck",
        "warn",
        f"{many(len(ids), 'run')} stopped at a failed step: {_some(ids)}",
        "firebreak tasks says what to do by hand",
    )


def _idle(session: Session, _now: datetime) -> Finding | None:
    going = select(Run.id).where(Run.case_id == Case.id, Run.status != "finished").exists()
    idle = session.scalars(select(Case.id).where(Case.closed_at.is_(None), ~going).order_by(Case.opened_at)).all()
    if not idle:
        return None
    return Finding(
        "idle",
        "warn",
        f"{many(len(idle), 'open case')} that no playbook goes on with: {_some(idle)}",
        "firebreak case ID, then act",
    )


def _unsent(session: Session, now: datetime) -> Finding | None:
    waiting = [Outbox.status.in_(("ready", "sending")), Outbox.created_at <= now - PATIENCE]
    count, first = _count_and_first(session, Outbox.created_at, *waiting)
    if first is None:
        return None
    return Finding(
        "unsent",
        "warn",
        f"{many(count, 'text')} or notices wait to leave since {roughly(now - first)}",
        "see the channel above",
    )


def _failed(session: Session, _now: datetime) -> Finding | None:
    ids = session.scalars(
        select(Outbox.case_id)
        .join(Run, Run.id == Outbox.run_id)
        .where(Outbox.to == "customer", Outbox.status == "failed", Run.status != "finished")
        .order_by(Outbox.created_at.desc())
    ).all()
    if not ids:
        return None
    return Finding(
        "not delivered",
        "warn",
        f"{many(len(ids), 'text')} did not reach a customer: {_some(ids)}",
        "firebreak tasks --role on_call",
    )


def _untold(session: Session, now: datetime) -> Finding | None:
    week = now - timedelta(days=7)
    roles = session.execute(
        select(Outbox.role, func.count())
        .where(Outbox.to == "team", Outbox.status == "failed", Outbox.created_at >= week)
        .group_by(Outbox.role)
    ).all()
    if not roles:
        return None
    shown = ", ".join(f"{role} {count}" for role, count in roles)
    return Finding("not told", "warn", f"notices of the last 7 days that reached nobody: {shown}", "see the team above")


def _late_tasks(session: Session, now: datetime) -> Finding | None:
    ids = session.scalars(
        select(Task.id).where(Task.status == "open", Task.due_at.is_not(None), Task.due_at <= now - PATIENCE)
    ).all()
    return (
        Finding("late tasks", "warn", f"{many(len(ids), 'task')} past due: {_some(ids)}", "firebreak tasks")
        if ids
        else None
    )


def _late_follow_ups(session: Session, now: datetime) -> Finding | None:
    late = [FollowUp.status == "waiting", FollowUp.due_at <= now - timedelta(hours=1)]
    count, first = _count_and_first(session, FollowUp.due_at, *late)
    if first is None:
        return None
    says = f"{many(count, 'follow-up')} overdue since {roughly(now - first)}"
    return Finding("follow-ups", "warn", says, "is `firebreak up` running, and Prefect with it?")


def _put_aside(session: Session, _now: datetime) -> Finding | None:
    bad = session.scalar(select(func.count()).select_from(Rejected).where(~Rejected.reason.startswith("notice: "))) or 0
    if not bad:
        return None
    return Finding(
        "rejected", "warn", f"{many(bad, 'element')} of webhooks could not be understood", "firebreak rejected"
    )


def _count_and_first(session: Session, at: Any, *wanted: ColumnElement[bool]) -> tuple[int, datetime | None]:
    count, first = session.execute(select(func.count(), func.min(at)).where(*wanted)).one()
    return count, first


def _some(ids: Sequence[str | None]) -> str:
    named = list(dict.fromkeys(each for each in ids if each))
    return ", ".join(named[:_SHOWN]) + (f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else "")
