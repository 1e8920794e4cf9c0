"""Setting clocks that run already to other times: of promises, and of steps that wait."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from flows.runs.progress import Progress
from flows.store import tables
from flows.store.tables import Outbox, Run, Timer, TimerKind
from rules.language import FIRST_REPLY, Promise

Wanted = dict[tuple[TimerKind, datetime], None]
"""Clocks, each by its kind and its moment."""


def date_promise(
    session: Session, run: Run, progress: Progress, name: str, due: datetime, promised: Promise, now: datetime
) -> None:
    """Make the promise for this moment, with its warnings; a warning whose moment is over comes at once, and once."""
    row = progress.promises.get(name)
    if row is None:
        row = tables.Promise(run_id=run.id, name=name, due_at=due, status="open")
        session.add(row)
        if name == FIRST_REPLY and _has_replied(session, run):
            row.status, row.settled_at = "kept", now
            return
    row.due_at = due
    early = [due - before for before in promised.warn_before if before < promised.within]
    wanted: Wanted = {("warning", moment): None for moment in early if moment > now}
    if len(wanted) < len(early):
        wanted["warning", now] = None
    wanted["breach", due] = None
    set_timers(session, run, f"promises.{name}", ("warning", "breach"), name, wanted, now)


def extended_by(progress: Progress, name: str) -> timedelta:
    """By how much steps of the run have made the promise later than it was made (`extend`)."""
    done = [row.outcome for row in progress.records.values() if row.verb == "extend" and row.status == "done"]
    return timedelta(seconds=sum(each["extended_by"] for each in done if each.get("promise") == name))


def _has_replied(session: Session, run: Run) -> bool:
    sent = select(Outbox.id).where(Outbox.run_id == run.id, Outbox.to == "customer", Outbox.sent_at.is_not(None))
    return session.scalars(sent.limit(1)).first() is not None


def set_timers(
    session: Session, run: Run, path: str, kinds: tuple[TimerKind, ...], name: str, wanted: Wanted, now: datetime
) -> None:
    """Let the clocks of these kinds at `path` be just the wanted ones."""
    session.flush()
    every = select(Timer).where(Timer.run_id == run.id, Timer.path == path, Timer.kind.in_(kinds), Timer.name == name)
    known = {(timer.kind, timer.due_at): timer for timer in session.scalars(every)}
    for key, timer in known.items():
        if timer.fired_at is None:
            timer.cancelled_at = None if key in wanted else timer.cancelled_at or now
    for kind, due in wanted.keys() - known.keys():
        session.add(Timer(subject_id=run.subject_id, run_id=run.id, path=path, kind=kind, name=name, due_at=due))


def active(run: Run, path: str, kind: TimerKind) -> Select[tuple[Timer]]:
    """The clocks of this kind that run at `path`."""
    return select(Timer).where(
        Timer.run_id == run.id,
        Timer.path == path,
        Timer.kind == kind,
        Timer.fired_at.is_(None),
        Timer.cancelled_at.is_(None),
    )
