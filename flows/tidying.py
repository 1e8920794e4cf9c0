"""Keeping the store small and whole: pruning what has served its time, and repairing what a crash left undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, or_, select
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.erasing import addresses, erasure
from flows.errors import JournalBroken
from flows.sending import courier
from flows.store import journal
from flows.store.subjects import ring
from flows.store.tables import (
    Case,
    Complaint,
    Delivery,
    FollowUp,
    Message,
    Outbox,
    Rejected,
    Run,
    Seen,
    Subject,
    Task,
    Timer,
)

KEEP_SEEN = timedelta(days=30)  # WhatsApp repeats a delivery for up to 7 days
KEEP_DELIVERIES = timedelta(days=30)
KEEP_REJECTED = timedelta(days=90)
KEEP_COMPLAINTS = timedelta(days=90)  # a quarter, so that one can be held against the one before in its review
REVIEW_AFTER = timedelta(days=90)


@dataclass(frozen=True)
class Tidied:
    """One thing that tidying did or found, with how many."""

    what: str
    count: int


def daily(desk: Desk) -> list[Tidied]:
    """Prune, carry erasures to their end, look for forgotten work, and follow every journal's chain."""
    now = desk.now()
    # The newest complaint stays, or nobody could tell any more how long it has been quiet.
    not_the_newest = Complaint.at < select(func.max(Complaint.at)).scalar_subquery()
    with desk.store.begin() as session:
        old = session.scalars(select(Rejected.id).where(Rejected.at < now - KEEP_REJECTED)).all()
        found = [
            _prune(session, "repeats remembered", delete(Seen).where(Seen.seen_at < now - KEEP_SEEN)),
            _prune(
                session,
                "delivery statuses",
                delete(Delivery).where(Delivery.received_at < now - KEEP_DELIVERIES, Delivery.handled_at.is_not(None)),
            ),
            _prune(
                session, "complaints", delete(Complaint).where(Complaint.at < now - KEEP_COMPLAINTS, not_the_newest)
            ),
            _prune(session, "rejected elements", delete(Rejected).where(Rejected.id.in_(old))),
        ]
    desk.store.vault.destroy(*old)
    found += [
        Tidied("broken-off erasures carried to their end", len(erasure.resume_all(desk))),
        Tidied("addresses of erased customers forgotten", addresses.forget_due(desk)),
    ]
    return [*found, Tidied("forgotten subjects woken", wake_forgotten(desk)), *_overdue(desk), _journals(desk)]


def quarterly(desk: Desk) -> list[Tidied]:
    """What the quarterly review of conversations has to look at: cases closed long enough ago."""
    with desk.store.read() as session:
        closed = session.scalars(select(Case.id).where(Case.closed_at < desk.now() - REVIEW_AFTER)).all()
    return [Tidied("closed cases to review", len(closed))]


def wake_forgotten(desk: Desk) -> int:
    """Ring for every subject that has work but nobody's attention; it should be none. Returns how many."""
    now = desk.now()
    unread = select(Message.customer_id).where(Message.handled_at.is_(None))
    answered = select(Task.subject_id).where(Task.status == "answered", Task.settled_at.is_(None))
    timers = select(Timer.subject_id).where(Timer.due_at <= now, Timer.fired_at.is_(None), Timer.cancelled_at.is_(None))
    moving = select(Run.subject_id).where(Run.status == "moving")
    letters = select(Outbox.subject_id).where(courier.WAITING, courier.needed_at <= now)
    has_work = or_(*(Subject.id.in_(each) for each in (unread, answered, timers, moving, letters)))
    with desk.store.begin() as session:
        forgotten = session.scalars(select(Subject.id).where(Subject.due_at.is_(None), has_work)).all()
        for subject_id in forgotten:
            ring(session, subject_id, now)
    return len(forgotten)


def _overdue(desk: Desk) -> list[Tidied]:
    an_hour_ago = desk.now() - timedelta(hours=1)
    with desk.store.read() as session:
        late = session.scalars(
            select(FollowUp.id).where(FollowUp.status == "waiting", FollowUp.due_at < an_hour_ago)
        ).all()
        stuck = session.scalars(select(Run.id).where(Run.status == "stuck")).all()
    return [Tidied("follow-ups overdue by an hour", len(late)), Tidied("runs stuck at a failed step", len(stuck))]


def _journals(desk: Desk) -> Tidied:
    with desk.store.read() as session:
        broken = 0
        for subject_id in session.scalars(select(Subject.id)).all():
            try:
                journal.verify(session, subject_id)
            except JournalBroken:
                broken += 1
    return Tidied("journals changed after they were written", broken)


def _prune(session: Session, what: str, statement: Any) -> Tidied:
    return Tidied(f"{what} pruned", cast("CursorResult[Any]", session.execute(statement)).rowcount)
