"""Keeping the store small and whole: pruning what has served its time, and repairing what a crash left undone."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, or_, select

from flows.desk import Desk
from flows.erasing import addresses, erasure
from flows.errors import JournalBroken
from flows.pruning import Tidied, prune
from flows.runs import opening
from flows.sending import courier
from flows.store import journal
from flows.store.subjects import ring
from flows.store.tables import Customer, FollowUp, Message, Outbox, Run, Subject, Task, Timer

__all__ = ["Tidied", "daily", "missed_review", "quarterly", "wake_forgotten"]

BY_THE_CLOCK = "the clock"
STARTED = "reviews of all conversations started"


def daily(desk: Desk) -> list[Tidied]:
    """Prune, carry erasures to their end, make up for a review that was missed, look for forgotten work, and follow
    every journal's chain."""
    found = [
        *prune(desk),
        Tidied("broken-off erasures carried to their end", len(erasure.resume_all(desk))),
        Tidied("addresses of erased customers forgotten", addresses.forget_due(desk)),
        Tidied(STARTED, int(missed_review(desk))),
    ]
    return [*found, Tidied("forgotten subjects woken", wake_forgotten(desk)), *_overdue(desk), _journals(desk)]


def quarterly(desk: Desk) -> list[Tidied]:
    """Start the review of all conversations, unless the last one began less than a quarter ago."""
    return [Tidied(STARTED, int(_review(desk, first_at_once=True)))]


def missed_review(desk: Desk) -> bool:
    """Start the review if the last one, or else the first customer, is a quarter old; whether it was started. So a
    quarter whose first morning nobody was up for is made up for."""
    return _review(desk, first_at_once=False)


def _review(desk: Desk, *, first_at_once: bool) -> bool:
    content, now = desk.shelf.current, desk.now()
    if opening.QUARTERLY_REVIEW not in content.playbooks:
        return False
    with desk.store.begin() as session:
        last = session.scalar(select(func.max(Run.started_at)).where(Run.playbook == opening.QUARTERLY_REVIEW))
        first = session.scalar(select(func.min(Customer.first_seen_at)))
        since = last or first
        if since is None or (now - since < content.retention.review_every and (last is not None or not first_at_once)):
            return False
        opening.open_review(desk, session, BY_THE_CLOCK)
    return True


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
