"""What is counted for the digest of an incident: one question to the store each, ten thousand cases or ten."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypedDict

from sqlalchemy import ColumnElement, String, and_, bindparam, case, cast, distinct, func, or_, select
from sqlalchemy.orm import Session

from flows.crisis import waiting
from flows.store.tables import Case, Complaint, Message, Outbox, Promise, Run, Step, Subject, Task
from rules.windows import CROWD_WINDOW, Growth, growth

_ANGERS = ("calm", "upset", "furious")
"""Values of the fact `anger`, the worst last; what nobody could tell counts like `upset`, as in `rules/facts.yaml`."""
_UNTOLD = _ANGERS.index("upset")

_complaints = waiting.complaints(bindparam("incident", type_=Case.incident_id.type)).c
_PER_LEVEL = select(
    _complaints.severity,
    func.count(),
    func.count(_complaints.closed_at),
    func.count(_complaints.since),
    func.min(_complaints.since),
).group_by(_complaints.severity)  # put together once: a war room asks every two minutes


@dataclass(frozen=True)
class Times:
    """So many customers: ever, in the last ten minutes, and in the ten minutes before those."""

    ever: int
    lately: int
    before: int

    def trend(self) -> Growth:
        return growth(self.before, self.lately)


@dataclass(frozen=True)
class OfLevel:
    """Complaints of one severity: all, the closed ones, those that wait, and since when the first of those does."""

    all: int = 0
    closed: int = 0
    waiting: int = 0
    since: datetime | None = None


@dataclass(frozen=True)
class Accepted:
    """Somebody has taken over so many tasks of a role. `leads`: it was a task of the incident itself, to lead it."""

    by: str
    role: str
    tasks: int
    leads: bool = False


class Letters(TypedDict):
    unsent: int
    by_hand: int


def per_level(session: Session, incident_id: str) -> dict[int, OfLevel]:
    """Severity -> the complaints of an incident that have it."""
    found = session.execute(_PER_LEVEL, {"incident": incident_id}).all()
    return {severity: OfLevel(*numbers) for severity, *numbers in found}


def moods(
    session: Session, incident_id: str, begins: datetime, now: datetime
) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """How angry those were at their worst who wrote from `begins` to `now`, the same for as long a time before, the
    worst first, and which remedies customers have chosen."""
    said = Message.facts["anger"].as_string()
    anger = case(*((said == word, rank) for rank, word in enumerate(_ANGERS)), else_=_UNTOLD)
    lately = func.max(case((Message.received_at > begins, anger)))
    earlier = func.max(
        case((and_(Message.received_at <= begins, Message.received_at > begins - (now - begins)), anger))
    )
    wish = func.max(case((Case.closed_at.is_(None), Message.facts["chosen_remedy"].as_string())))
    each = (
        select(lately.label("lately"), earlier.label("earlier"), wish.label("wish"))
        .join(Case, Case.id == Message.case_id)
        .where(Case.incident_id == incident_id, Message.author == "customer", Message.facts.is_not(None))
        .group_by(Message.customer_id)
        .subquery()
    )
    found = session.execute(select(*each.c, func.count()).group_by(*each.c)).all()
    now_, before, wishes = Counter[str](), Counter[str](), Counter[str]()
    for late, early, wanted, customers in found:
        now_.update({_ANGERS[late]: customers} if late is not None else {})
        before.update({_ANGERS[early]: customers} if early is not None else {})
        wishes.update({wanted: customers} if wanted not in (None, "unknown") else {})
    worst_first = _ANGERS[::-1]
    return {x: now_[x] for x in worst_first}, {x: before[x] for x in worst_first}, dict(wishes.most_common())


def demands(session: Session, incident_id: str, begins: datetime) -> tuple[dict[str, Times], dict[str, Times]]:
    """How many customers of an incident complained about each topic, and how many showed each sign (`safety`,
    `legal_threat`, …)."""
    # Lists in JSON cannot be grouped by the database, and to ask it twice would take longer than to count here.
    told = (
        select(Complaint.customer_id, Complaint.topic, cast(Complaint.signs, String), _window(begins))
        .join(Message, Message.id == Complaint.message_id)
        .join(Case, Case.id == Message.case_id)
        .where(Case.incident_id == incident_id)
    )
    topics, signs = _Counted(), _Counted()
    for customer, topic, listed, window in session.execute(told):
        topics.add(topic or "other", customer, window)
        for sign in _signs(listed):
            signs.add(sign, customer, window)
    return topics.times(), signs.times()


class _Counted:
    """Different customers, by name and by window."""

    def __init__(self) -> None:
        self._whose: dict[str, tuple[set[str], ...]] = {}

    def add(self, name: str, customer: str, window: int) -> None:
        found = self._whose.get(name)
        if found is None:
            found = self._whose[name] = (set(), set(), set())
        found[0].add(customer)
        if window:
            found[window].add(customer)

    def times(self) -> dict[str, Times]:
        return {name: Times(*map(len, found)) for name, found in self._whose.items()}


def _window(begins: datetime) -> ColumnElement[int]:
    """1 for what happened in the last ten minutes, 2 for the ten minutes before, 0 for what is older."""
    return case((Complaint.at > begins, 1), (Complaint.at > begins - CROWD_WINDOW, 2), else_=0)


@lru_cache(maxsize=1024)
def _signs(listed: str | None) -> tuple[str, ...]:
    return tuple(str(each).removeprefix("sign_") for each in json.loads(listed or "[]"))


def broken_promises(session: Session, incident_id: str) -> dict[str, int]:
    """Promise -> in how many cases of an incident it was broken."""
    broken = (
        select(Promise.name, func.count(distinct(Run.case_id)))
        .join(Run, Run.id == Promise.run_id)
        .join(Case, Case.id == Run.case_id)
        .where(Case.incident_id == incident_id, Promise.status == "broken")
        .group_by(Promise.name)
    )
    return dict(sorted(session.execute(broken).tuples()))


def letters(session: Session, incident_id: str) -> Letters:
    """How many texts to customers of an incident have not left yet, and how many colleagues are to send by hand."""
    standing = (
        select(func.count().filter(Outbox.status != "handed_over"), func.count().filter(Outbox.status == "handed_over"))
        .join(Case, Case.id == Outbox.case_id)
        .where(Case.incident_id == incident_id, Outbox.to == "customer")
        .where(Outbox.status.in_(("ready", "sending", "handed_over")))
    )
    unsent, by_hand = session.execute(standing).one()
    return {"unsent": unsent, "by_hand": by_hand}


def unread(session: Session) -> int:
    """How many customers have written what the rules have not read yet, and so belong to no incident."""
    new = select(func.count(distinct(Message.customer_id))).join(Subject, Subject.id == Message.customer_id)
    return session.scalar(new.where(Subject.due_at.is_not(None), Message.handled_at.is_(None))) or 0


def accepted(session: Session, incident_id: str) -> tuple[Accepted, ...]:
    """Who has taken over what: of the incident itself first, then of its cases, whoever took most first."""
    mine = or_(Task.incident_id == incident_id, Case.incident_id == incident_id)
    of_incident = Task.incident_id.is_not(None)
    leads = and_(of_incident, Step.verb == "escalate")
    taken = (
        select(Task.answered_by, Task.role, func.count(), func.max(case((leads, 1), else_=0)))
        .outerjoin(Case, Case.id == Task.case_id)
        .outerjoin(Step, and_(Step.run_id == Task.run_id, Step.path == Task.path))
        .where(mine, Task.status == "answered", Task.answered_by.is_not(None))
        .group_by(Task.answered_by, Task.role, of_incident)
    )
    found = [Accepted(by, role, tasks, bool(led)) for by, role, tasks, led in session.execute(taken).all() if by]
    return tuple(sorted(found, key=lambda each: (not each.leads, -each.tasks, each.by, each.role)))


def open_tasks(session: Session, incident_id: str) -> Mapping[str, int]:
    """Role -> how many tasks of an incident and of its cases nobody has answered yet."""
    mine = or_(Task.incident_id == incident_id, Case.incident_id == incident_id)
    still_open = select(Task.role, func.count()).outerjoin(Case, Case.id == Task.case_id).where(mine)
    found = session.execute(still_open.where(Task.status == "open").group_by(Task.role)).tuples()
    return dict(sorted(found, key=lambda each: (-each[1], each[0])))
