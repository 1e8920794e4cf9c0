"""Everything that happened for a subject since it was last looked at, taken in by the order in which it happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, bindparam, cast, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from flows.desk import Desk
from flows.runs import settling
from flows.sending import results
from flows.store.tables import Delivery, Outbox, Run, Step, Task, Timer

News = Task | Delivery | Timer


def take_in(desk: Desk, session: Session, subject_id: str, flow_run: str | None = None) -> int:
    """Take in everything that happened for a subject until now; returns how many things there were.

    An answer that came before its time limit is an answer, and one that came after it is not, however late we look.
    """
    now = desk.now()
    mine = {"subject": subject_id, "now": now}
    for row in session.scalars(_UNNOTICED, mine).all():
        settling.letter_settled(desk, session, row, flow_run)
    happened: list[News] = [
        *session.scalars(_ANSWERS, mine),
        *session.scalars(_STATUSES, mine),
        *session.scalars(_MOMENTS, mine),
    ]
    for each in sorted(happened, key=_when):
        if len(happened) > 1:  # what came before may have settled this one too
            session.flush()
            session.refresh(each)
        if isinstance(each, Task):
            settling.answered(desk, session, each, flow_run)
        elif isinstance(each, Delivery):
            results.delivered(desk, session, each, flow_run)
        elif each.cancelled_at is None and each.due_at <= now:  # what came before may have set it to a later moment
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


# Delivery statuses, beside the text they are about: by its id, its key, or WhatsApp's id.
_ABOUT = or_(Outbox.id == Delivery.outbox_id, Outbox.key == Delivery.key, Outbox.provider_blind == Delivery.blind)

_answers = select(Task).where(Task.status == "answered", Task.settled_at.is_(None))
_moments = select(Timer).where(Timer.due_at <= bindparam("now"), Timer.fired_at.is_(None), Timer.cancelled_at.is_(None))
_statuses = select(Delivery).select_from(Delivery).join(Outbox, _ABOUT).where(Delivery.handled_at.is_(None))
# Texts that have left while their step still waits: whoever sent them had lost the claim by then.
_unnoticed = (
    select(Outbox)
    .select_from(Outbox)
    .join(Step, (Step.run_id == Outbox.run_id) & (Step.path == Outbox.path))
    .join(Run, Run.id == Step.run_id)
    .where(
        Outbox.to != "team",
        Outbox.status == "sent",
        Outbox.key == Step.run_id + "/" + Step.path + "/" + cast(Step.attempt, String),
        Step.status == "waiting",
        Run.status != "finished",
    )
)

KINDS: tuple[tuple[InstrumentedAttribute[str], Select[Any]], ...] = (
    (Task.subject_id, _answers),
    (Timer.subject_id, _moments),
    (Outbox.subject_id, _statuses),
    (Outbox.subject_id, _unnoticed),
)
"""What counts as news: the column that names the subject, and what finds it (`now` is the moment it is asked at)."""

_ANSWERS, _MOMENTS, _STATUSES, _UNNOTICED = (
    found.where(subject_id == bindparam("subject")) for subject_id, found in KINDS
)
