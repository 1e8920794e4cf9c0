"""Who waits for us: the one definition of it, for the waiting list, the facts and the war room.

**A case waits** while it is open, is a complaint, and its customer has heard nothing from us since they last wrote. The
wait began with the first of the messages that nobody has answered. A reply counts when it has left, in whatever case:
by WhatsApp, by a colleague's hand, or written past Firebreak; one that still stands in the outbox is no answer yet, and
neither is what runs alongside the procedures, such as a privacy notice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Row, Subquery, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from flows.runs.our_messages import NO_WORDS
from flows.store.tables import Case, Complaint, Message, Outbox, Run, Task
from rules.vocabulary import Vocabulary

_AT_ONCE = 500  # ids in one question to the store

_WRITTEN_AT = case((Message.sent_at > Message.received_at, Message.received_at), else_=Message.sent_at)  # a clock ahead


@dataclass(frozen=True)
class Waiter:
    """One case that waits. `since` is when the wait began; `waits_for` says what comes next, `who` has it."""

    case: str
    customer: str
    severity: int
    since: datetime
    playbook: str
    incident: str | None = None
    topic: str | None = None
    waits_for: str = "the next step of its procedure"
    who: str | None = None
    task: str | None = None

    @property
    def level(self) -> str:
        return levels()[self.severity]

    def to_json(self, now: datetime) -> dict[str, object]:
        return {
            "case": self.case,
            "customer": self.customer,
            "level": self.level,
            "topic": self.topic,
            "since": self.since.isoformat(),
            "waiting_seconds": max(0, round((now - self.since).total_seconds())),
            "waits_for": self.waits_for,
            "who": self.who,
            "task": self.task,
            "playbook": self.playbook,
            "incident": self.incident,
        }


@cache
def levels() -> tuple[str, ...]:
    """The words for how severe something is, the mildest first: `Case.severity` is the number of one of them."""
    return tuple(str(each) for each in Vocabulary.load().fact("severity").values)


_TOLD = exists().where(Complaint.message_id == Message.id, Message.case_id == Case.id)
IS_COMPLAINT = or_(Case.facts["intent"].as_string() == "complaint", _TOLD.correlate(Case))
"""Whether a case is a complaint: by what it was opened for, or by a message in it."""
_THEIRS = and_(Message.case_id == Case.id, Message.author == "customer", Message.kind.not_in(NO_WORDS))
# Where no message is known of, somebody told us in another way, and it was written down when the case was opened.
_CAME_IN = func.coalesce(Message.received_at, Case.opened_at)
_BEGAN = case((Message.id.is_(None), Case.opened_at), else_=_WRITTEN_AT)
_ANSWERED = (
    exists()
    .where(Outbox.customer_id == Case.customer_id, Outbox.to == "customer", Outbox.status == "sent")
    .where(Outbox.sent_at >= _CAME_IN, ~exists().where(Run.id == Outbox.run_id, Run.alongside).correlate(Outbox))
    .correlate(Case, Message)
)
_past_us = aliased(Message)
_ANSWERED_PAST_US = (
    exists()
    .where(_past_us.customer_id == Case.customer_id, _past_us.author == "us", _past_us.kind.not_in(NO_WORDS))
    .where(_past_us.sent_at >= _CAME_IN)
    .correlate(Case, Message)
)


_UNHEARD = and_(Case.closed_at.is_(None), ~_ANSWERED, ~_ANSWERED_PAST_US)
_SINCE = func.min(case((_UNHEARD, _BEGAN)), type_=Case.opened_at.type)


def complaints(incident_id: str | BindParameter[str] | None = None) -> Subquery:
    """The complaints of an incident, or all open ones, as a table with the columns `case_id`, `severity`, `closed_at`
    and `since`: since when the case waits, empty if it does not."""
    mine = Case.incident_id == incident_id if incident_id is not None else Case.closed_at.is_(None)
    return (
        select(Case.id.label("case_id"), Case.severity, Case.closed_at, _SINCE.label("since"))
        .outerjoin(Message, _THEIRS)
        .where(mine, IS_COMPLAINT)
        .group_by(Case.id, Case.severity, Case.closed_at)
        .subquery("complaints")
    )


def count(session: Session, incident_id: str | None = None) -> int:
    """How many cases wait: of an incident, or everywhere."""
    return session.scalar(select(func.count(complaints(incident_id).c.since))) or 0


def longest(session: Session, incident_id: str | None = None) -> datetime | None:
    """Since when the one has been waiting that has waited longest; None if nobody waits."""
    since: datetime | None = session.scalar(select(func.min(complaints(incident_id).c.since)))
    return since


def per_level(
    session: Session, incident_id: str | None = None, severity: int | None = None
) -> dict[str, tuple[int, datetime | None]]:
    """Level -> how many wait and since when the first does, the most severe first; of one severity, or of all."""
    found = complaints(incident_id).c
    counted = select(found.severity, func.count(found.since), func.min(found.since)).group_by(found.severity)
    by_rank = {rank: (count, since) for rank, count, since in session.execute(counted).tuples()}
    ranks = reversed(range(len(levels()))) if severity is None else [severity]
    return {levels()[rank]: by_rank.get(rank, (0, None)) for rank in ranks}


def waiting_list(
    session: Session, incident_id: str | None = None, severity: int | None = None, limit: int | None = None
) -> list[Waiter]:
    """Who waits, the most severe first, then whoever has waited longest; of one severity, or of all."""
    found = complaints(incident_id)
    wanted = (
        select(Case.id, Case.customer_id, Case.severity, found.c.since, Case.playbook, Case.incident_id)
        .join(found, found.c.case_id == Case.id)
        .where(found.c.since.is_not(None))
        .order_by(Case.severity.desc(), found.c.since, Case.id)
        .limit(limit)
    )
    if severity is not None:
        wanted = wanted.where(Case.severity == severity)
    waiters = [Waiter(*row) for row in session.execute(wanted)]
    parts = [waiters[begin : begin + _AT_ONCE] for begin in range(0, len(waiters), _AT_ONCE)]
    return [each for some in parts for each in _with_details(session, some)]


def _with_details(session: Session, some: Sequence[Waiter]) -> list[Waiter]:
    """The same with what each complains about, and what it waits for."""
    ids = [each.case for each in some]
    about = (
        select(Message.case_id, Complaint.topic)
        .join(Complaint, Complaint.message_id == Message.id)
        .where(Message.case_id.in_(ids), Complaint.topic.is_not(None))
        .order_by(Complaint.at)
    )
    topics = {row.case_id: row.topic for row in session.execute(about)}  # the newest stands last
    letters = select(Outbox.case_id, Outbox.reply, Outbox.status).where(
        Outbox.case_id.in_(ids), Outbox.to == "customer", Outbox.status.in_(("ready", "sending", "handed_over"))
    )
    leaving = {row.case_id: row for row in session.execute(letters)}
    given = select(Task.case_id, Task.id, Task.role, Task.status, Task.answered_by, Task.question).where(
        Task.case_id.in_(ids), Task.status.in_(("open", "answered"))
    )
    tasks: dict[str, Row[Any]] = {}
    taken: dict[str, str] = {}
    for row in session.execute(given.order_by(Task.created_at.desc(), Task.id)):
        if row.status == "open":
            tasks[row.case_id] = row  # the oldest that is open stands last
        else:
            taken.setdefault(row.case_id, row.answered_by)
    return [
        replace(
            each,
            topic=topics.get(each.case),
            task=task.id if task is not None else None,
            who=taken.get(each.case) or (task.role if task is not None else None),
            waits_for=_what(letter, task) or each.waits_for,
        )
        for each in some
        for task, letter in ((tasks.get(each.case), leaving.get(each.case)),)
    ]


def _what(letter: Row[Any] | None, task: Row[Any] | None) -> str:
    if letter is not None:
        how = "by hand" if letter.status == "handed_over" else "to leave"
        return f"our text {letter.reply} {how}"
    return f"{task.role}: {task.question}" if task is not None else ""
