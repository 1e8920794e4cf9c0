"""What is counted for the report about a crisis: a few questions to the store, for ten cases as for ten thousand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from flows.crisis import statements
from flows.store.tables import (
    Case,
    Customer,
    Incident,
    JournalLine,
    Message,
    Outbox,
    Promise,
    Run,
    Statement,
    StatementKind,
    Step,
    Task,
)
from flows.waiting_times import WaitingTimes
from rules.vocabulary import UNKNOWN, Vocabulary

SLIPPED = (
    "promise broken",
    "update late",
    "text was not delivered",
    "text refused for now",
    "text handed to a colleague",
    "step failed",
    "moving failed",
)
"""Lines of the history that say that something slipped."""


@dataclass(frozen=True)
class Counted:
    """The cases of an incident: all, and those that are closed."""

    cases: int = 0
    closed: int = 0


@dataclass(frozen=True)
class Kept:
    """What became of the promises of one name."""

    kept: int = 0
    broken: int = 0
    open: int = 0
    void: int = 0


@dataclass(frozen=True)
class Lead:
    """Somebody took something of the incident itself over: to lead it, or what got stuck."""

    by: str
    role: str
    at: datetime


def first_replies(session: Session, incident: Incident, promised: timedelta | None = None) -> WaitingTimes:
    """How long the customers of an incident waited for the first thing we said, from the first thing they wrote, over
    all their cases in it, whoever answered by whatever way."""
    mine = Case.incident_id == incident.id
    began = select(Case.customer_id, func.min(Case.opened_at)).where(mine).group_by(Case.customer_id)
    heard = select(Case.customer_id, func.min(Message.sent_at)).join(Message, Message.case_id == Case.id)
    heard = heard.where(mine, Message.author == "customer").group_by(Case.customer_id)
    said = select(Case.customer_id, func.min(Outbox.sent_at)).join(Outbox, Outbox.case_id == Case.id)
    said = said.where(mine, Outbox.to == "customer", Outbox.sent_at.is_not(None)).group_by(Case.customer_id)
    by_hand = select(Case.customer_id, func.min(Message.sent_at)).join(Message, Message.case_id == Case.id)
    by_hand = by_hand.where(mine, Message.author == "us").group_by(Case.customer_id)
    starts = dict(session.execute(began).tuples().all()) | dict(session.execute(heard).tuples().all())
    ends: dict[str, datetime] = {}
    for question in (said, by_hand):
        for customer, at in session.execute(question).tuples():
            if at is not None:
                ends[customer] = min(at, ends.get(customer, at))
    waits = sorted(max(ends[each] - start, timedelta(0)) for each, start in starts.items() if each in ends)
    return WaitingTimes(tuple(waits), len(starts) - len(waits), promised)


def cases(session: Session, incident: Incident, vocabulary: Vocabulary) -> dict[str, dict[str, Counted]]:
    """`level`, `topic`, `language` and `closed_as` -> its values -> how many cases."""
    levels = list(vocabulary.fact("severity").values)
    found = select(Case.severity, Case.facts, Case.closed_at, Case.closed_as, Customer.locale)
    found = found.join(Customer, Customer.id == Case.customer_id).where(Case.incident_id == incident.id)
    every: dict[str, Counter[str]] = {name: Counter() for name in ("level", "topic", "language", "closed_as")}
    closed: dict[str, Counter[str]] = {name: Counter() for name in every}
    for severity, facts, closed_at, closed_as, locale in session.execute(found):
        values = {
            "level": levels[severity] if severity < len(levels) else str(severity),
            "topic": str(facts.get("topic", UNKNOWN)),
            "language": locale or UNKNOWN,
            **({"closed_as": closed_as} if closed_as else {}),
        }
        for name, value in values.items():
            every[name][value] += 1
            closed[name][value] += closed_at is not None
    return {
        name: {value: Counted(count, closed[name][value]) for value, count in counter.most_common()}
        for name, counter in every.items()
    }


def customers(session: Session, incident: Incident) -> int:
    """How many different customers belong to an incident."""
    theirs = select(func.count(Case.customer_id.distinct())).where(Case.incident_id == incident.id)
    return session.scalar(theirs) or 0


def remedies(session: Session, incident: Incident) -> dict[str, int]:
    """Remedy -> how many customers have chosen it last, the most frequent first."""
    chosen: dict[str, str] = {}
    said = Message.facts["chosen_remedy"].as_string()
    written = select(Case.customer_id, said).join(Message, Message.case_id == Case.id)
    written = written.where(Case.incident_id == incident.id, Message.facts.is_not(None), said.is_not(None))
    chosen.update(session.execute(written.order_by(Message.sent_at, Message.id)).tuples().all())
    known = Case.facts["chosen_remedy"].as_string()
    learned = select(Case.customer_id, known).where(Case.incident_id == incident.id, known.is_not(None))
    chosen.update(session.execute(learned.order_by(Case.opened_at, Case.id)).tuples().all())
    return dict(Counter(each for each in chosen.values() if each != UNKNOWN).most_common())


def promises(session: Session, incident: Incident) -> dict[str, Kept]:
    """Promise -> what became of it, over the incident and all its cases."""
    found = select(Promise.name, Promise.status, func.count()).join(Run, Run.id == Promise.run_id)
    found = found.where(_runs(incident)).group_by(Promise.name, Promise.status).order_by(Promise.name)
    counted: dict[str, Counter[str]] = {}
    for name, status, count in session.execute(found).tuples():
        counted.setdefault(name, Counter())[status] += count
    return {
        name: Kept(*(each[state] for state in ("kept", "broken", "open", "void"))) for name, each in counted.items()
    }


def slipped(session: Session, incident: Incident) -> dict[str, int]:
    """What did not go as it should, by the lines of the history that say so -> how often."""
    theirs = select(Case.id).where(Case.incident_id == incident.id)
    mine = or_(JournalLine.incident_id == incident.id, JournalLine.case_id.in_(theirs))
    found = select(JournalLine.event, func.count()).where(mine, JournalLine.event.in_(SLIPPED))
    counted = dict(session.execute(found.group_by(JournalLine.event)).tuples().all())
    return {event: counted[event] for event in SLIPPED if counted.get(event)}


def digests(session: Session, incident: Incident) -> int:
    """How many digests the war room was given."""
    rooms = select(Step.outcome).join(Run, Run.id == Step.run_id).where(Run.incident_id == incident.id)
    return sum(int(outcome.get("digests", 0)) for outcome in session.scalars(rooms.where(Step.verb == "war_room")))


def leads(session: Session, incident: Incident) -> list[Lead]:
    """Who took the incident over, the first first; nobody may have."""
    taken = select(Task.answered_by, Task.role, Task.answered_at).join(
        Step, (Step.run_id == Task.run_id) & (Step.path == Task.path)
    )
    taken = taken.where(Task.incident_id == incident.id, Task.case_id.is_(None), Step.verb == "escalate")
    rows = session.execute(taken.where(Task.status == "answered").order_by(Task.answered_at, Task.id)).tuples()
    return [Lead(by, role, at) for by, role, at in rows if by is not None and at is not None]


def spoken(session: Session, incident: Incident, kind: StatementKind) -> Sequence[Statement]:
    """Every version of what was drafted, the first one first."""
    return statements.versions(session, incident.id, kind)


def stood_down_by(session: Session, incident: Incident) -> str | None:
    """Who decided that it is over."""
    line = select(JournalLine.data).where(JournalLine.incident_id == incident.id, JournalLine.event == "stood down")
    data = session.scalars(line.order_by(JournalLine.number.desc()).limit(1)).first()
    return str(data["by"]) if data else None


def _runs(incident: Incident) -> ColumnElement[bool]:
    theirs = select(Case.id).where(Case.incident_id == incident.id)
    return or_(Run.incident_id == incident.id, Run.case_id.in_(theirs))


def playbooks(session: Session, incident: Incident) -> Sequence[str]:
    """By which procedures the cases of an incident were opened."""
    named = select(Case.playbook).where(Case.incident_id == incident.id).distinct().order_by(Case.playbook)
    return session.scalars(named).all()
