"""Notices that do not flood: when many say the same of many cases, one is told for all of them.

Two hundred urgent complaints in a minute give two hundred tasks, and each brings a notice. Those of the same step of
the same playbook to the same role have the same `fold`. As long as there are few, each is told by itself. When more
than `FEW` of them stand in the outbox or were told within the last minute, one speaks for all that have not left, and
the others are told with it when their turn comes; the next one speaks a minute later. So everybody hears of everything
within about a minute, and of a crowd once a minute.

Nobody keeps count anywhere: how many there are is asked of the outbox when one is about to leave, so that ten thousand
transactions that each write a notice never wait for one row. Who speaks is marked in the transaction that marks the row
as being sent. Should the process die then, that row is sent again as every notice is, and the others wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, and_, bindparam, distinct, func, select, text
from sqlalchemy.orm import Session

from flows.store.tables import Outbox

FEW = 5
"""So many notices of one fold are told one by one within `WITHIN`."""
WITHIN = timedelta(minutes=1)
"""How long whoever is to be told waits at most before one speaks for all."""
LOOK_AGAIN = timedelta(seconds=10)
"""When to look again whether the one that speaks for all has left."""

_SAME = and_(Outbox.fold == bindparam("fold"), Outbox.id != bindparam("row"))
_UNTRIED = and_(_SAME, Outbox.sending_since.is_(None), Outbox.status == "ready")
_LATELY = and_(_SAME, Outbox.sending_since > bindparam("after"))
_SOME_STAND = select(Outbox.id).where(_UNTRIED).limit(bindparam("most", type_=Integer()))
_SOME_LEFT = select(Outbox.id).where(_LATELY).limit(bindparam("most", type_=Integer()))
_OTHERS_STAND = select(func.count(distinct(Outbox.case_id))).where(_UNTRIED, Outbox.case_id != bindparam("case"))
_SPEAKER = (
    select(Outbox)
    .where(_SAME, Outbox.sending_since.is_not(None), Outbox.speaks_for > 0)
    .where(Outbox.status.in_(("sent", "sending", "ready")))
    .order_by(Outbox.sending_since.desc())
    .limit(1)
)


@dataclass(frozen=True)
class ByItself:
    """The notice is told as it stands."""


@dataclass(frozen=True)
class ForAll:
    """The notice speaks for so many cases, its own among them."""

    cases: int


@dataclass(frozen=True)
class With:
    """Another notice, which was told after this one was written, has told of this one too."""

    outbox: str
    at: datetime


@dataclass(frozen=True)
class NotYet:
    """One that speaks for others has just been told, or is about to be: look again then."""

    until: datetime


Fold = ByItself | ForAll | With | NotYet


def decide(session: Session, row: Outbox, now: datetime) -> Fold:
    """How a notice that is due leaves. The caller's transaction marks the row accordingly, or postpones it."""
    if row.fold is None:
        return ByItself()
    if row.speaks_for:  # it spoke for others and did not get through: they still stand, and more may have come
        return ForAll(_others_standing(session, row) + 1)
    if (heard := _by_the_last_speaker(session, row, now)) is not None:
        return heard
    if not _many(session, row, now):
        return ByItself()
    if session.get_bind().dialect.name == "postgresql":
        # Two processes at once: whoever comes second sees who speaks. SQLite has one writer at a time anyway.
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:fold))"), {"fold": row.fold})
        if (heard := _by_the_last_speaker(session, row, now)) is not None:
            return heard
    return ForAll(_others_standing(session, row) + 1)


def _by_the_last_speaker(session: Session, row: Outbox, now: datetime) -> With | NotYet | None:
    """Whether the one that spoke last has told of this one too, or it is too soon to tell again."""
    speaker = session.scalars(_SPEAKER, {"fold": row.fold, "row": row.id}).first()
    if speaker is None or speaker.sending_since is None:
        return None
    if speaker.status != "sent":
        return NotYet(max(speaker.not_before or now, now) + LOOK_AGAIN)
    if speaker.sending_since >= row.created_at:
        return With(speaker.id, speaker.sent_at or speaker.sending_since)
    again = speaker.sending_since + WITHIN
    return NotYet(again) if again > now else None


def _many(session: Session, row: Outbox, now: datetime) -> bool:
    about = {"fold": row.fold, "row": row.id, "most": FEW}
    standing = len(session.scalars(_SOME_STAND, about).all())
    if standing >= FEW:
        return True
    left = len(session.scalars(_SOME_LEFT, {**about, "after": now - WITHIN}).all())
    return standing + left >= FEW


def _others_standing(session: Session, row: Outbox) -> int:
    """How many cases beside that of `row` have a notice that was not tried yet."""
    return session.scalar(_OTHERS_STAND, {"fold": row.fold, "row": row.id, "case": row.case_id}) or 0


def in_words(body: Mapping[str, Any], role: str, cases: int) -> tuple[str, str]:
    """The title and the text of a notice that speaks for so many cases."""
    if cases == 1:
        return body["title"], body["body"] + (f"\n→ {body['task']}" if body["task"] else "")
    playbook = str(body["title"]).rpartition(" · ")[2]
    listed = f"firebreak tasks --role {role}" if body["task"] else "firebreak waiting"
    return f"{cases} cases · {playbook}", f"{body['body']} ({cases} cases; {listed} lists them)"
