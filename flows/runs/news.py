"""Everything that happened for a subject since it was last looked at, taken in by the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, cast, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from flows.desk import Desk
from flows.runs import settling
from flows.sending import results
from flows.store.tables import Delivery, Outbox, Run, Step, Task, Timer

News = Task | Delivery | Timer


def with_news(session: Session, subject_ids: Iterable[str], now: datetime) -> set[str]:
    """The subjects among these for which something happened that was not taken in yet."""
    ids = list(subject_ids)
    return {
        *session.scalars(_answers(Task.subject_id).where(Task.subject_id.in_(ids))),
        *session.scalars(_moments(Timer.subject_id, now).where(Timer.subject_id.in_(ids))),
        *session.scalars(_statuses(Outbox.subject_id).where(Outbox.subject_id.in_(ids))),
        *session.scalars(_unnoticed(Outbox.subject_id).where(Outbox.subject_id.in_(ids))),
    }


def take_in(desk: Desk, session: Session, subject_id: str, flow_run: str | None = None) -> int:
    """Take in everything that happened for a subject until now; returns how many things there were.

    An answer that came before its time limit is an answer, and one that came after it is not, however late we look.
    """
    now = desk.now()
    for row in session.scalars(_unnoticed(Outbox).where(Outbox.subject_id == subject_id)).all():
        settling.letter_settled(desk, session, row, flow_run)
    happened: list[News] = [
        *session.scalars(_answers(Task).where(Task.subject_id == subject_id)),
        *session.scalars(_statuses(Delivery).where(Outbox.subject_id == subject_id)),
        *session.scalars(_moments(Timer, now).where(Timer.subject_id == subject_id)),
    ]
    for each in sorted(happened, key=_when):
        session.flush()
        session.refresh(each)
        if isinstance(each, Task):
            settling.answered(desk, session, each, flow_run)
        elif isinstance(each, Delivery):
            results.delivered(desk, session, each, flow_run)
        elif each.cancelled_at is None:
            each.fired_at = now
            settling.fired(desk, session, each, flow_run)
    return len(happened)


def _when(each: News) -> tuple[datetime, int, str]:
    """By time; at the same moment an answer goes before a time limit."""
    if isinstance(each, Task):
        assert each.answered_at is not None, "only answered tasks are news"
        return each.answered_at, 0, each.id
    if isinstance(each, Delivery):
        return each.received_at, 1, f"{each.at.isoformat()} {each.id:020}"
    return each.due_at, 2, f"{each.id:020}"


Wanted = type[Any] | InstrumentedAttribute[str]


def _answers(wanted: Wanted) -> Select[Any]:
    return select(wanted).where(Task.status == "answered", Task.settled_at.is_(None))


def _moments(wanted: Wanted, now: datetime) -> Select[Any]:
    return select(wanted).where(Timer.due_at <= now, Timer.fired_at.is_(None), Timer.cancelled_at.is_(None))


def _statuses(wanted: Wanted) -> Select[Any]:
    """Delivery statuses, beside the text they are about: by its id, its key, or WhatsApp's id."""
    ours = or_(Outbox.id == Delivery.outbox_id, Outbox.key == Delivery.key, Outbox.provider_blind == Delivery.blind)
    return select(wanted).select_from(Delivery).join(Outbox, ours).where(Delivery.handled_at.is_(None))


def _unnoticed(wanted: Wanted) -> Select[Any]:
    """Texts that have left while their step still waits: whoever sent them had lost the claim by then."""
    return (
        select(wanted)
        .select_from(Outbox)
        .join(Step, (Step.run_id == Outbox.run_id) & (Step.path == Outbox.path))
        .join(Run, Run.id == Step.run_id)
        .where(
            Outbox.to == "customer",
            Outbox.status == "sent",
            Outbox.key == Step.run_id + "/" + Step.path + "/" + cast(Step.attempt, String),
            Step.status == "waiting",
            Run.status != "finished",
        )
    )
