"""Updates for customers who wait in a crisis: when each is due, whether there is news for them, and who waits too long.

When somebody last heard from us is read from what really left, by WhatsApp or by a colleague's hand (see
`flows.runs.our_messages`), so a person's words count like ours and nothing has to be kept beside them.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from flows.crisis import statements
from flows.runs import our_messages
from flows.runs.work import Work
from flows.store.tables import Case, Outbox, Run, Statement, Step

VERB = "keep_posted"
APART = timedelta(minutes=1)
"""The least time between two texts of ours, so that two procedures do not talk at once."""
DAY = timedelta(days=1)
"""Outside the 24-hour window one template in this time, at most."""
A_SECOND = 20
"""How many customers hear the same news in one second: what the slowest kind of number (Coexistence) may send."""

_ours = our_messages.table("customer_id").c
_NEWEST = select(func.max(_ours.at))
_LEAVING = (
    select(Outbox.id)
    .where(Outbox.customer_id == bindparam("customer"), Outbox.to == "customer")
    .where(Outbox.status.in_(("ready", "sending")))
    .where(func.coalesce(Outbox.not_before, Outbox.created_at) <= bindparam("soon"))
    .limit(1)
)
_OUTSIDE = select(func.max(Outbox.created_at)).where(
    Outbox.customer_id == bindparam("customer"),
    Outbox.to == "customer",
    Outbox.form.in_(("template", "by_hand")),
    Outbox.status.in_(("ready", "sending", "sent", "handed_over")),
)
_SAID = select(func.coalesce(Outbox.reply, "")).where(
    Outbox.case_id == bindparam("case"),
    Outbox.to == "customer",
    Outbox.created_at >= bindparam("since"),
    Outbox.status != "withdrawn",
)
_WAITING = (
    select(Step.waiting_for)
    .join(Run, Run.id == Step.run_id)
    .join(Case, Case.id == Run.case_id)
    .where(Step.verb == VERB, Step.status == "waiting", Run.status != "finished", Case.closed_at.is_(None))
)


def last_heard(work: Work) -> datetime:
    """When the customer last heard from us, in whatever way; when this step began, if they never did."""
    assert work.customer is not None, "only a customer hears from us"
    newest: datetime | None = work.session.scalar(_NEWEST, {"whose": work.customer.id})
    return newest or work.record.began_at


def about_to_leave(work: Work) -> bool:
    """Whether another text for this customer is on its way at this moment."""
    assert work.customer is not None, "only a customer hears from us"
    asked = {"customer": work.customer.id, "soon": work.now + APART}
    return work.session.scalar(_LEAVING, asked) is not None


def last_outside(work: Work) -> datetime | None:
    """When something was last written to the customer that goes outside the 24-hour window: a template, or a colleague
    who was asked to write; None if nothing was."""
    assert work.customer is not None, "only a customer hears from us"
    found: datetime | None = work.session.scalar(_OUTSIDE, {"customer": work.customer.id})
    return found


def untold(work: Work, news: str) -> Statement | None:
    """The statement in force, if this customer has not been told of it: neither by the reply `news` nor by any other
    that quotes the statement."""
    if work.incident is None or work.case is None:
        return None
    statement = statements.in_force(work.session, work.incident.id)
    if statement is None:
        return None
    since = statement.in_force_at or statement.drafted_at
    said = set(work.session.scalars(_SAID, {"case": work.case.id, "since": since}))
    replies = work.bundle.replies
    quoting = {name for name in said if name in replies and "statement" in replies[name].placeholders()}
    return None if news in said or quoting else statement


def spread(work: Work) -> timedelta:
    """How long this customer waits for what everybody hears now, so that ten thousand do not fall due in one second:
    always the same for one case, from nothing up to what it takes to tell all of them."""
    waiting = _crowd(work.session, work.incident.id) if work.incident is not None else 1
    number = int.from_bytes(hashlib.sha256((work.run.case_id or work.run.id).encode()).digest()[:4])
    return timedelta(seconds=number * max(waiting - 1, 0) // A_SECOND // 2**32)


def late_updates(session: Session, incident_id: str, now: datetime) -> int:
    """How many customers of an incident should have heard from us and have not: their update is a whole interval
    late, because it could not be made, could not be sent, or lies with a colleague."""
    here = or_(Run.incident_id == incident_id, Case.incident_id == incident_id)
    found = session.scalars(_WAITING.where(here))
    return sum(is_late(waiting_for, now) for waiting_for in found)


def is_late(waiting_for: Any, now: datetime) -> bool:
    """Whether a step that waits for this should have told the customer something an interval ago."""
    at = (waiting_for or {}).get("late_at")
    return at is not None and datetime.fromisoformat(at) <= now


def _crowd(session: Session, incident_id: str) -> int:
    """How many open cases an incident has: asked once for all transactions of a wave."""
    asked: dict[str, Any] = session.info.setdefault("asked", {})
    key = f"crowd of {incident_id}"
    if key not in asked:
        counted = select(func.count()).where(Case.incident_id == incident_id, Case.closed_at.is_(None))
        asked[key] = session.scalar(counted) or 0
    crowd: int = asked[key]
    return crowd
