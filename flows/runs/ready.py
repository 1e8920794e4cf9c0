"""What there is to do for the subjects of a wave: one question to the store for all of them and for all kinds of work.

A wave asks this after everything that it does, and asking is most of what the store is used for. The statements are
made once, here, because SQLAlchemy takes longer to make one than SQLite takes to answer it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from flows.runs import news
from flows.sending import courier
from flows.store.tables import Message, Outbox, Run, Timer


@dataclass(frozen=True)
class Ready:
    """The subjects that have work of each kind: messages to read, news to take in, steps to do, letters to send."""

    unread: frozenset[str]
    news: frozenset[str]
    moving: frozenset[str]
    letters: frozenset[str]

    @property
    def now(self) -> frozenset[str]:
        """The subjects that have work of any kind."""
        return self.unread | self.news | self.moving | self.letters


def ready(session: Session, subject_ids: Iterable[str], now: datetime) -> Ready:
    """What there is to do now for these subjects."""
    found: dict[str, set[str]] = {}
    for kind, subject_id in session.execute(_READY, {"subjects": list(subject_ids), "now": now}):
        found.setdefault(kind, set()).add(subject_id)
    return Ready(*(frozenset(found.get(kind, ())) for kind in ("unread", "news", "moving", "letters")))


def next_due(session: Session, subject_ids: Iterable[str]) -> dict[str, datetime]:
    """When those of these subjects that a clock or a letter waits for need a hand next."""
    first: dict[str, datetime] = {}
    for subject_id, due in session.execute(_NEXT_DUE, {"subjects": list(subject_ids)}):
        first[subject_id] = min(due, first.get(subject_id, due))
    return first


_SUBJECTS: BindParameter[Any] = bindparam("subjects", expanding=True)


def _of(kind: str, subject_id: Any, found: Select[Any]) -> Select[Any]:
    return found.with_only_columns(literal_column(f"'{kind}'"), subject_id).where(subject_id.in_(_SUBJECTS))


_READY = union_all(
    _of("unread", Message.customer_id, select(Message).where(Message.handled_at.is_(None))),
    *(_of("news", subject_id, found) for subject_id, found in news.KINDS),
    _of("moving", Run.subject_id, select(Run).where(Run.status == "moving")),
    _of("letters", Outbox.subject_id, select(Outbox).where(courier.WAITING, courier.needed_at <= bindparam("now"))),
)

_NEXT_DUE = union_all(
    select(Timer.subject_id, func.min(Timer.due_at))
    .where(Timer.subject_id.in_(_SUBJECTS), Timer.fired_at.is_(None), Timer.cancelled_at.is_(None))
    .group_by(Timer.subject_id),
    select(Outbox.subject_id, func.min(courier.needed_at))
    .where(Outbox.subject_id.in_(_SUBJECTS), courier.WAITING)
    .group_by(Outbox.subject_id),
)
