"""Who works on which subject: claims with a lease, and bells for work that comes in meanwhile.

The subject's row is the lock for everything that hangs on it. A transaction that changes something of a subject takes
that row first (``hold``, ``ring``, ``lock`` and ``journal.write`` do), so that two never work on one subject at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Integer, Table, Update, bindparam, case, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from flows.errors import ClaimLost, NotFound
from flows.store.sessions import ask_anew
from flows.store.tables import Subject

_SUBJECTS = cast("Table", Subject.__table__)  # plain statements: they are far quicker than those of the mapped class
_THIS = Subject.id == bindparam("subject")
_DUE_AT = Subject.due_at.type  # inside a CASE nothing else tells how to store a moment
_RING = (
    update(_SUBJECTS)
    .where(_THIS)
    .values(
        bells=Subject.bells + 1,
        due_at=case(
            (or_(Subject.due_at.is_(None), Subject.due_at > bindparam("now")), bindparam("now", type_=_DUE_AT)),
            else_=Subject.due_at,
        ),
    )
)
_WAKE = (
    update(_SUBJECTS)
    .where(_THIS, or_(Subject.due_at.is_(None), Subject.due_at > bindparam("at")))
    .values(due_at=bindparam("at"))
)
_RETIRE = update(_SUBJECTS).where(_THIS).values(due_at=None, claimed_by=None, claimed_until=None)
_WORSEN = update(_SUBJECTS).where(_THIS, Subject.severity < bindparam("worse")).values(severity=bindparam("worse"))
_READY = (
    select(Subject.id, Subject.bells, Subject.severity)
    .where(
        Subject.due_at <= bindparam("now"),
        or_(Subject.claimed_until.is_(None), Subject.claimed_until <= bindparam("now")),
    )
    .order_by(Subject.severity.desc(), Subject.due_at, Subject.id)
    .limit(bindparam("most", type_=Integer()))
    .with_for_update(skip_locked=True, key_share=True)
)
_TAKE = (
    update(_SUBJECTS)
    .where(Subject.id.in_(bindparam("subjects", expanding=True)))
    .values(claimed_by=bindparam("owner"), claimed_until=bindparam("until"))
)
_FREE = update(_SUBJECTS).where(Subject.claimed_by.is_not(None)).values(claimed_by=None, claimed_until=None)
_OURS = update(_SUBJECTS).where(_THIS, Subject.claimed_by == bindparam("owner"))
_HOLD = _OURS.values(claimed_until=bindparam("until")).returning(Subject.bells, Subject.severity)
_HOLD_ALL = (
    update(_SUBJECTS)
    .where(Subject.id.in_(bindparam("subjects", expanding=True)), Subject.claimed_by == bindparam("owner"))
    .values(claimed_until=bindparam("until"))
    .returning(Subject.id, Subject.bells, Subject.severity)
)
_RELEASE = _OURS.values(
    claimed_by=None,
    claimed_until=None,
    due_at=case((Subject.bells == bindparam("heard"), bindparam("next", type_=_DUE_AT)), else_=Subject.due_at),
)


@dataclass(frozen=True)
class Claim:
    """A subject in somebody's hands, with the bells that had rung when it was last looked at."""

    subject_id: str
    bells: int
    severity: int


def ring(session: Session, subject_id: str, now: datetime) -> None:
    """Say that there is work for a subject, in the transaction that brings the work."""
    if not _change(session, _RING, subject_id, now=now):
        raise NotFound(f"There is no subject {subject_id} to ring for.")


def ring_all(session: Session, subject_ids: Sequence[str], now: datetime) -> None:
    """Say that there is work for many, who are given in the order of their ids as the database has it."""
    if subject_ids:
        session.flush()
        session.execute(_RING, [{"subject": subject_id, "now": now} for subject_id in subject_ids])
        _read_again(session, *subject_ids)


def worsen(session: Session, severities: Mapping[str, int]) -> None:
    """Have these subjects claimed as early as so severe ones are; no subject becomes less severe by it. The caller has
    them locked, or rings for them in the same transaction."""
    for subject_id, severity in sorted(severities.items()):
        _change(session, _WORSEN, subject_id, worse=severity)


def wake(session: Session, subject_id: str, at: datetime) -> None:
    """Make sure that a subject gets a hand at ``at`` at the latest."""
    _change(session, _WAKE, subject_id, at=at)


def retire(session: Session, subject_id: str, successor_id: str, now: datetime) -> None:
    """Nobody needs to look after a subject any more, and whoever does loses the claim: all its work is another's."""
    severity = session.scalars(select(Subject.severity).where(Subject.id == subject_id)).one()
    _change(session, _RETIRE, subject_id)
    _change(session, _WORSEN, successor_id, worse=severity)
    ring(session, successor_id, now)


def lock(session: Session, *subject_ids: str) -> None:
    """Keep everyone else from these subjects until the transaction ends. On SQLite it has done so already."""
    if session.get_bind().dialect.name == "postgresql":
        rows = select(Subject.id).where(Subject.id.in_(subject_ids)).order_by(Subject.id)
        session.execute(rows.with_for_update(key_share=True)).all()
        ask_anew(session)


def claim(session: Session, owner: str, now: datetime, lease: timedelta, limit: int) -> list[Claim]:
    """Take up to ``limit`` subjects that are due and in nobody's hands, most severe first, then longest due.

    ``owner`` is a name that no other wave uses, not even a later one of the same process. A claim whose lease ran out
    may be taken by anybody.
    """
    session.flush()
    claims = [Claim(row.id, row.bells, row.severity) for row in session.execute(_READY, {"now": now, "most": limit})]
    if claims:
        taken = [claim.subject_id for claim in claims]
        session.execute(_TAKE, {"subjects": taken, "owner": owner, "until": now + lease})
        _read_again(session, *taken)
    return claims


def hold(session: Session, subject_id: str, owner: str, now: datetime, lease: timedelta) -> Claim:
    """Make sure that a claimed subject is still ours and extend the lease; the first act of a moving transaction.

    Raises ``ClaimLost`` when somebody else took it. Until the transaction ends nobody can take it or ring for it, and
    whatever was rung for before can be read: releasing with the claim returned here wakes nobody for nothing.
    """
    session.flush()
    held = {"subject": subject_id, "owner": owner, "until": now + lease}
    row = session.execute(_HOLD, held).first()
    _read_again(session, subject_id)
    if row is None:
        raise ClaimLost(f"The claim on {subject_id} was lost: its lease ran out and somebody else took it.")
    return Claim(subject_id, row.bells, row.severity)


def hold_all(
    session: Session, subject_ids: Collection[str], owner: str, now: datetime, lease: timedelta
) -> dict[str, Claim]:
    """`hold` for several subjects, in the order of their ids; returns their claims by id. Raises ``ClaimLost`` when one
    of them is lost."""
    session.flush()
    lock(session, *subject_ids)
    held = {"subjects": sorted(subject_ids), "owner": owner, "until": now + lease}
    claims = {row.id: Claim(row.id, row.bells, row.severity) for row in session.execute(_HOLD_ALL, held)}
    _read_again(session, *subject_ids)
    if lost := sorted(set(subject_ids) - claims.keys()):
        raise ClaimLost(f"The claim on {', '.join(lost)} was lost: its lease ran out and somebody else took it.")
    return claims


def release(session: Session, claim: Claim, owner: str, next_due: datetime | None) -> bool:
    """Give a subject back until ``next_due``, or ``None`` for until somebody rings; false when it was lost already.

    If somebody rang since ``claim`` was read, the subject stays due at once, so that no bell is lost.
    """
    return _change(session, _RELEASE, claim.subject_id, owner=owner, heard=claim.bells, next=next_due) > 0


def release_all(
    session: Session, claims: Collection[Claim], owner: str, next_due: Mapping[str, datetime | None]
) -> None:
    """`release` for several subjects, each until the moment that is given for its id. The caller has locked them."""
    session.flush()
    given = [(claim, next_due.get(claim.subject_id)) for claim in claims]
    if given:
        session.execute(
            _RELEASE,
            [{"subject": each.subject_id, "owner": owner, "heard": each.bells, "next": due} for each, due in given],
        )
        _read_again(session, *(each.subject_id for each, _ in given))


def free(session: Session) -> int:
    """Take every claim back, and return how many there were. For who knows that nobody is at work: a process that was
    killed would otherwise keep its customers waiting until its leases have run out. Whoever is at work all the same
    loses the claim, and notices."""
    session.flush()
    freed = cast("CursorResult[Any]", session.execute(_FREE)).rowcount
    session.expire_all()
    return freed


def _change(session: Session, statement: Update, subject_id: str, **values: Any) -> int:
    """Change a subject's row in the database, and return how many rows that were."""
    session.flush()
    changed = cast("CursorResult[Any]", session.execute(statement, {"subject": subject_id, **values})).rowcount
    _read_again(session, subject_id)
    return changed


def _read_again(session: Session, *subject_ids: str) -> None:
    """What the session has read of these subjects before is behind what the database holds now."""
    for subject_id in subject_ids:
        known = session.identity_map.get(identity_key(Subject, subject_id))
        if known is not None:
            session.expire(known)
