"""Who works on which subject: claims with a lease, and bells for work that comes in meanwhile.

The subject's row is the lock for everything that hangs on it. A transaction that changes something of a subject takes
that row first (``hold``, ``ring``, ``lock`` and ``journal.write`` do), so that two never work on one subject at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import BindParameter, CursorResult, case, literal, or_, select, update
from sqlalchemy.orm import Session

from flows.errors import ClaimLost, NotFound
from flows.store.tables import Subject

# Brings subjects that the session has read before up to date with what the database writes.
_IN_STEP = {"synchronize_session": "fetch"}


@dataclass(frozen=True)
class Claim:
    """A subject in somebody's hands, with the bells that had rung when it was last looked at."""

    subject_id: str
    bells: int
    severity: int


def ring(session: Session, subject_id: str, now: datetime) -> None:
    """Say that there is work for a subject, in the transaction that brings the work."""
    rung = (
        update(Subject)
        .where(Subject.id == subject_id)
        .values(
            bells=Subject.bells + 1,
            due_at=case((or_(Subject.due_at.is_(None), Subject.due_at > now), _instant(now)), else_=Subject.due_at),
        )
    )
    if not _rows(session, rung):
        raise NotFound(f"There is no subject {subject_id} to ring for.")


def wake(session: Session, subject_id: str, at: datetime) -> None:
    """Make sure that a subject gets a hand at ``at`` at the latest."""
    later = or_(Subject.due_at.is_(None), Subject.due_at > at)
    _rows(session, update(Subject).where(Subject.id == subject_id, later).values(due_at=at))


def retire(session: Session, subject_id: str, successor_id: str, now: datetime) -> None:
    """Nobody needs to look after a subject any more, and whoever does loses the claim: all its work is another's."""
    severity = session.scalars(select(Subject.severity).where(Subject.id == subject_id)).one()
    nobody = {"due_at": None, "claimed_by": None, "claimed_until": None}
    _rows(session, update(Subject).where(Subject.id == subject_id).values(nobody))
    milder = update(Subject).where(Subject.id == successor_id, Subject.severity < severity)
    _rows(session, milder.values(severity=severity))
    ring(session, successor_id, now)


def lock(session: Session, *subject_ids: str) -> None:
    """Keep everyone else from these subjects until the transaction ends. On SQLite it has done so already."""
    if session.get_bind().dialect.name == "postgresql":
        rows = select(Subject.id).where(Subject.id.in_(subject_ids)).order_by(Subject.id)
        session.execute(rows.with_for_update(key_share=True)).all()


def claim(session: Session, owner: str, now: datetime, lease: timedelta, limit: int) -> list[Claim]:
    """Take up to ``limit`` subjects that are due and in nobody's hands, most severe first, then longest due.

    ``owner`` is a name that no other wave uses, not even a later one of the same process. A claim whose lease ran out
    may be taken by anybody.
    """
    due = (
        select(Subject.id, Subject.bells, Subject.severity)
        .where(Subject.due_at <= now, or_(Subject.claimed_until.is_(None), Subject.claimed_until <= now))
        .order_by(Subject.severity.desc(), Subject.due_at, Subject.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    claims = [Claim(row.id, row.bells, row.severity) for row in session.execute(due)]
    if claims:
        taken = {"claimed_by": owner, "claimed_until": now + lease}
        _rows(session, update(Subject).where(Subject.id.in_([c.subject_id for c in claims])).values(taken))
    return claims


def hold(session: Session, subject_id: str, owner: str, now: datetime, lease: timedelta) -> Claim:
    """Make sure that a claimed subject is still ours and extend the lease; the first act of a moving transaction.

    Raises ``ClaimLost`` when somebody else took it. Until the transaction ends nobody can take it or ring for it, and
    whatever was rung for before can be read: releasing with the claim returned here wakes nobody for nothing.
    """
    ours = update(Subject).where(Subject.id == subject_id, Subject.claimed_by == owner)
    extended = ours.values(claimed_until=now + lease).returning(Subject.bells, Subject.severity)
    row = session.execute(extended, execution_options=_IN_STEP).first()
    if row is None:
        raise ClaimLost(f"The claim on {subject_id} was lost: its lease ran out and somebody else took it.")
    return Claim(subject_id, row.bells, row.severity)


def release(session: Session, claim: Claim, owner: str, next_due: datetime | None) -> bool:
    """Give a subject back until ``next_due``, or ``None`` for until somebody rings; false when it was lost already.

    If somebody rang since ``claim`` was read, the subject stays due at once, so that no bell is lost.
    """
    ours = update(Subject).where(Subject.id == claim.subject_id, Subject.claimed_by == owner)
    due_at = case((Subject.bells == claim.bells, _instant(next_due)), else_=Subject.due_at)
    return _rows(session, ours.values(claimed_by=None, claimed_until=None, due_at=due_at)) > 0


def _instant(at: datetime | None) -> BindParameter[datetime | None]:
    return literal(at, Subject.due_at.type)  # inside a CASE nothing else tells how to store it


def _rows(session: Session, statement: Any) -> int:
    return cast("CursorResult[Any]", session.execute(statement, execution_options=_IN_STEP)).rowcount
