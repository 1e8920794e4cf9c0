"""What a past case met of incidents: taken out of the store, and let happen again.

The procedure of an incident, and the other customers in it, are no part of the case. What its customers notice is:
that it is open and what about, what is said of it, and how it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from flows.crisis import gathering, statements
from flows.desk import Desk
from flows.ids import new_id
from flows.rehearsal.deeds import Crisis, Deed, InForce, Joined, OpenedByHand, Turned
from flows.runs import ending, incident_events, opening
from flows.store.subjects import lock, ring
from flows.store.tables import Case, Incident, JournalLine, Run, Statement, Subject, Timer
from flows.store.vault import Vault
from rules.topics import TOPIC

_FIRST, _LAST = -1, 10**9  # before and after everything else of the same moment
_TURNS: Mapping[str, tuple[str, str]] = {
    "incident became worse": ("worse", "severity"),
    "incident gathers": ("about", "topic"),
    "stood down": ("stood_down", ""),
    "freeze lifted": ("freeze_lifted", ""),
    "freeze again": ("freeze_again", ""),
}
"""Line of an incident's history -> what it says of the incident, and where it says to what."""

TIPPED = "with this message a crowd became an incident, which is open before it here: the others are not played"
"""What is told of the case at which an incident opened by itself."""


# -- taking them out of the store -------------------------------------------------------------------------------------


def met(
    session: Session, vault: Vault, owners: Sequence[str], begins: datetime, until: datetime
) -> Iterator[tuple[int, Deed]]:
    """What happened to every incident of this time, each with its place among all of the same moment. `owners` are the
    subjects that the case was moved under. Raises `VaultError` or `WrongStatement` where a statement's words are not to
    be had any more: without them nobody can tell what the customer was told."""
    during = or_(Incident.closed_at.is_(None), Incident.closed_at >= begins)
    found = select(Incident).where(Incident.opened_at <= until, during).order_by(Incident.opened_at, Incident.id)
    woken = _woken(session, owners)
    for each in session.scalars(found):
        about = select(JournalLine).where(JournalLine.incident_id == each.id, JournalLine.at <= until)
        named = about.where(JournalLine.event.in_([*_TURNS, "incident opened"]))
        lines = session.scalars(named.where(JournalLine.subject_id == each.id).order_by(JournalLine.number)).all()
        yield _FIRST, _opened(each, lines, begins)
        for line in lines:
            turn, where = _TURNS.get(line.event, ("", ""))
            if turn and (not where or where in line.data):
                told = {"worse": "incident_worse"}.get(turn, turn)
                place = _LAST if (told, line.at) in woken else _FIRST
                yield place, Turned(max(line.at, begins), each.id, turn, line.data.get(where))
        said = select(Statement).where(Statement.incident_id == each.id, Statement.kind == "statement")
        said = said.where(Statement.in_force_at <= until).order_by(Statement.version)
        for statement in session.scalars(said):
            place = _LAST if ("statement", statement.in_force_at) in woken else _FIRST
            yield place, _in_force(vault, statement, begins)
        if each.closed_at is not None and each.closed_at <= until:
            place = _LAST if ("incident_closed", each.closed_at) in woken else _FIRST
            yield place, Turned(each.closed_at, each.id, "closed", each.merged_into)


def by_hand(lines: Sequence[JournalLine]) -> Iterator[tuple[int, Deed]]:
    """The cases that a person let join an incident, or took out of one, by the history of their customer."""
    for number, line in enumerate(lines):
        data: Mapping[str, Any] = line.data or {}
        if line.case_id is not None and line.event in ("case joined", "case left") and "by" in data:
            into = data["incident"] if line.event == "case joined" else None
            yield number, Joined(line.at, line.case_id, into, str(data["by"]))


def remarks(session: Session, case: Case) -> Iterator[str]:
    """What cannot be played as it was: the complaint that made a crowd of many is played without the others."""
    crowds = select(Incident.id).where(Incident.opened_by == gathering.OPENED_BY, Incident.opened_at == case.opened_at)
    if session.scalars(crowds.where(Incident.id == case.incident_id)).first() is not None:
        yield TIPPED


def opened_in(lines: Sequence[JournalLine], opened: JournalLine) -> str | None:
    """The incident for which a person opened a case, by the lines about both; None if it was for none."""
    joined = (
        each for each in lines if (each.event, each.case_id, each.at) == ("case joined", opened.case_id, opened.at)
    )
    return next(
        (str(each.data["incident"]) for each in joined if each.data.get("by") == opened.data["opened_by"]), None
    )


def _woken(session: Session, owners: Sequence[str]) -> set[tuple[str, datetime]]:
    """What the case waited for and heard of, and when: so it was there before that happened."""
    heard = select(Timer.name, Timer.due_at).join(Run, Run.id == Timer.run_id)
    heard = heard.where(Timer.subject_id.in_(owners), Run.case_id.is_not(None), Timer.kind == "wait", Timer.name != "")
    return set(session.execute(heard).tuples())


def _opened(incident: Incident, lines: Iterable[JournalLine], begins: datetime) -> Crisis:
    """How it began; where its history does not tell, as it was at the end."""
    told: Mapping[str, Any] = next((line.data for line in lines if line.event == "incident opened"), {})
    topic = told.get("inputs", {}).get(TOPIC) if told else incident.topic
    severity = str(told.get("severity", incident.facts.get("severity", "important")))
    facts = {name: value for name, value in incident.facts.items() if name != TOPIC}
    return Crisis(
        max(incident.opened_at, begins),
        incident.id,
        incident.kind,
        {**facts, "severity": severity, **({TOPIC: topic} if topic is not None else {})},
        topic,
        incident.opened_at,
        incident.noticed_at,
    )


def _in_force(vault: Vault, statement: Statement, begins: datetime) -> InForce:
    assert statement.in_force_at is not None, "only what was in force is asked for"
    return InForce(
        max(statement.in_force_at, begins),
        statement.incident_id,
        statement.version,
        statements.words(vault, statement),
        tuple(statement.remedies),
        statement.news_at,
        statement.in_force_at,
    )


# -- letting them happen again ----------------------------------------------------------------------------------------


@dataclass
class Again:
    """The incidents of a past case, in the store of its rehearsal."""

    now: dict[str, str] = field(default_factory=dict)  # incident then -> incident now

    def happen(self, desk: Desk, session: Session, deed: Crisis | Turned | InForce) -> None:
        """Let one thing happen to an incident; cases that waited for it hear of it."""
        if isinstance(deed, Crisis):
            self._begin(desk, session, deed)
            return
        incident = session.get_one(Incident, self.now[deed.incident])
        if isinstance(deed, Turned):
            self._turn(desk, session, incident, deed)
        else:
            _say(desk, session, incident, deed)

    def join(self, desk: Desk, session: Session, deed: Joined | OpenedByHand, case_id: str) -> None:
        """A person lets a case join, or leave; or has opened it for an incident."""
        case = session.get_one(Case, case_id)
        lock(session, case.customer_id)
        if case.closed_at is not None:
            return
        into = self.now.get(deed.incident) if deed.incident is not None else None
        if into is not None:
            decided = isinstance(deed, OpenedByHand)
            gathering.attach(desk, session, case, session.get_one(Incident, into), by=deed.by, decided=decided)
        elif deed.incident is None and case.incident_id is not None:
            gathering.detach(desk, session, case, by=deed.by)
        ring(session, case.customer_id, desk.now())

    def _begin(self, desk: Desk, session: Session, deed: Crisis) -> None:
        id_ = self.now[deed.incident] = new_id("I")
        rank = opening.severity_rank(desk.shelf.current.vocabulary, deed.facts)
        session.add(Subject(id=id_, kind="incident", severity=rank))
        incident = Incident(
            id=id_,
            kind=deed.kind,
            severity=rank,
            opened_at=deed.opened_at,
            opened_by="",
            topic=deed.topic,
            noticed_at=deed.noticed_at,
            facts=dict(deed.facts),
        )
        session.add(incident)
        session.flush()
        self._gather(desk, session, incident)

    def _gather(self, desk: Desk, session: Session, incident: Incident) -> None:
        while incident.topic is not None and gathering.gather(desk, session, incident, topic=incident.topic):
            session.flush()

    def _turn(self, desk: Desk, session: Session, incident: Incident, deed: Turned) -> None:
        now = desk.now()
        match deed.turn:
            case "about":
                if incident.topic is None:
                    incident.topic, incident.facts = deed.to, {**incident.facts, TOPIC: deed.to}
            case "worse":
                incident.facts = {**incident.facts, "severity": deed.to}
                incident.severity = opening.severity_rank(desk.shelf.current.vocabulary, incident.facts)
                incident_events.tell(session, incident.id, "incident_worse", now)
            case "stood_down":
                incident.stood_down_at = now
                session.flush()
                incident_events.tell(session, incident.id, "stood_down", now)
            case "freeze_lifted":
                incident.freeze_lifted_at = now
            case "freeze_again":
                incident.freeze_lifted_at = None
            case "closed" if deed.to is None:
                ending.close(session, incident, "", now)
            case "closed":  # it goes on in another, and its cases with it
                kept = session.get_one(Incident, self.now[str(deed.to)])
                incident.closed_at, incident.merged_into = now, kept.id
                kept.topic = kept.topic or incident.topic
                session.flush()
                while gathering.gather(desk, session, kept, source=incident.id):
                    session.flush()


def _say(desk: Desk, session: Session, incident: Incident, deed: InForce) -> None:
    """The words of then are in force: nobody has to approve them again."""
    if (before := statements.in_force(session, incident.id)) is not None:
        before.status, before.ended_at = "replaced", desk.now()
        session.flush()
    statement = Statement(
        id=new_id("S"),
        incident_id=incident.id,
        version=deed.version,
        status="in_force",
        drafted_by="",
        drafted_at=deed.in_force_at,
        in_force_at=deed.in_force_at,
        remedies=list(deed.remedies),
        news_at=deed.news_at,
        sealed_texts=desk.store.vault.seal(incident.id, dict(deed.texts)),
        approvers=[],
        digest=statements.digest_of(deed.texts, deed.remedies, deed.news_at),
    )
    session.add(statement)
    session.flush()
    incident_events.tell(session, incident.id, "statement", desk.now())
