"""What on-call staff do with incidents by hand: open, join, leave, split, merge and close.

Each takes the ids of its incidents and cases, does all of it at once, and has transactions of its own, because
thousands of cases move some at a time. What is killed in the middle goes on in the incident's own turns.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from flows.crisis import gathering
from flows.desk import Desk
from flows.errors import FirebreakError, NotFound
from flows.runs import causes, complaints, ending, history, opening
from flows.runs.incident_events import LEAK
from flows.store.subjects import lock, ring
from flows.store.tables import Case, Complaint, FollowUp, Incident, Message, Run
from rules.bundle import Bundle
from rules.problems import did_you_mean
from rules.topics import OTHER, TOPIC, topic_of

BY_HAND = "by_hand"
"""How an incident is closed for a reason that is no single word."""
_WORD = re.compile(r"[a-z][a-z0-9_-]{0,39}")


class NotThatWay(FirebreakError):
    """What was asked of an incident makes no sense as things stand."""


@dataclass(frozen=True)
class Changed:
    """What came of it: the incident that was opened or changed, what it is about, and the cases that joined or left
    it. `beside` is another incident that is about the same thing, where the new one therefore gathers nothing."""

    incident_id: str
    topic: str | None
    cases: tuple[str, ...] = ()
    beside: str | None = None


def topic_named(bundle: Bundle, wanted: str) -> str:
    """The value of the fact `topic` that somebody wrote. NotThatWay with the nearest one if there is none."""
    values = bundle.vocabulary.fact(TOPIC).values
    plain = wanted.strip().lower().replace(" ", "_").replace("-", "_")
    if plain not in values:
        raise NotThatWay(f'"{wanted}" is no topic{did_you_mean(plain, values)}; choose one of {", ".join(values)}')
    return plain


def topic_in(bundle: Bundle, kind: str, what: str) -> str | None:
    """What an incident is about by its kind, or by the words for it; None if neither tells."""
    if kind in bundle.vocabulary.fact(TOPIC).values and kind != OTHER:
        return kind
    told = topic_of(bundle, bundle.reading_of(what).facts)
    return told if told != OTHER else None


def open_incident(
    desk: Desk,
    *,
    kind: str,
    severity: str,
    what: str,
    opened_by: str,
    playbook: str = gathering.PLAYBOOK,
    inputs: Mapping[str, object] | None = None,
    topic: str | None = None,
    likely: str | None = None,
    flow_run: str | None = None,
) -> Changed:
    """Open an incident and gather the open cases that complain about `topic`. With `likely` instead, a topic that
    nobody has named, only if no other incident is about it. NotThatWay if one is about `topic` already."""
    with desk.store.begin() as session:
        gathering.only_one(session)
        about = topic or likely
        other = causes.open_about(session, about) if about is not None else None
        if other is not None and topic is not None:
            raise NotThatWay(
                f"{other.id} is open and about {topic} already. Complaints about it join that one; "
                f"`firebreak incident show {other.id}` tells how it goes on"
            )
        about = about if other is None else None
        opened = opening.open_incident(
            desk,
            session,
            kind=kind,
            severity=severity,
            what=what,
            opened_by=opened_by,
            playbook=playbook,
            inputs=inputs,
            topic=about,
            flow_run=flow_run,
        )
        if about is not None:
            gathering.gather_later(session, opened, desk.now(), topic=about)
    cases = _bring(desk, opened.id, "", about, opened_by, flow_run) if about is not None else ()
    return Changed(opened.id, about, cases, other.id if other is not None else None)


def join(
    desk: Desk,
    incident_id: str,
    *,
    cases: Collection[str] = (),
    topic: str | None = None,
    by: str,
    flow_run: str | None = None,
) -> Changed:
    """Let cases join an incident: these, wherever they were, or the open ones that complained about `topic` lately and
    are in no incident as severe. An incident that was about nothing yet is about that topic from then on. NotFound,
    NotThatWay."""
    if not cases and topic is None:
        raise NotThatWay("say which cases join: their ids (C-…), or the topic that they complain about")
    joined: list[str] = []
    with desk.store.begin() as session:
        incident = _open_one(session, incident_id)
        for case in _held(session, cases):
            if gathering.attach(desk, session, case, incident, by=by, flow_run=flow_run):
                ring(session, case.customer_id, desk.now())
                joined.append(case.id)
        if topic is not None and incident.topic is None:
            gathering.only_one(session)
            if causes.open_about(session, topic) is None:
                incident.topic, incident.facts = topic, {**incident.facts, TOPIC: topic}
    joined += _bring(desk, incident_id, "", topic, by, flow_run) if topic is not None else ()
    _said(desk, incident_id, by, len(joined), topic, flow_run)
    return Changed(incident_id, topic or incident.topic, tuple(joined))


def leave(desk: Desk, cases: Collection[str], by: str, flow_run: str | None = None) -> tuple[str, ...]:
    """Take cases out of their incidents, for good: they are not gathered again, unless somebody lets them join.
    Returns their ids. NotFound, NotThatWay for a case that is in none."""
    with desk.store.begin() as session:
        held = _held(session, cases)
        for case in held:
            if case.incident_id is None:
                raise NotThatWay(f"{case.id} is in no incident")
        for case in held:
            gathering.detach(desk, session, case, by=by, flow_run=flow_run)
            ring(session, case.customer_id, desk.now())
        return tuple(case.id for case in held)


def split(
    desk: Desk,
    incident_id: str,
    *,
    cases: Collection[str] = (),
    topic: str | None = None,
    what: str,
    by: str,
    flow_run: str | None = None,
) -> Changed:
    """Open another incident with a part of this one: these cases of it, or those that complain about `topic`, which
    the new one then gathers. NotFound, NotThatWay."""
    if (topic is None) == (not cases):
        raise NotThatWay("say which part is another incident: the topic that it is about, or its cases (C-…)")
    joined: list[str] = []
    with desk.store.begin() as session:
        old = _open_one(session, incident_id)
        held = _held(session, cases)
        if strange := [case.id for case in held if case.incident_id != incident_id]:
            raise NotThatWay(f"{', '.join(strange)} is not in {incident_id}")
        if topic is not None:
            gathering.only_one(session)
            _can_be_split_off(session, old, topic)
        severities = list(desk.shelf.current.vocabulary.fact("severity").values)
        new = opening.open_incident(
            desk,
            session,
            kind=topic or old.kind,
            severity=severities[max((case.severity for case in held), default=old.severity)],
            what=what,
            opened_by=by,
            topic=topic,
            flow_run=flow_run,
        )
        now = desk.now()
        tells = ((old.id, {"by": by, "into": new.id}), (new.id, {"by": by, "from": old.id}))
        for about, said in tells:
            history.tell_of(session, about, now, "incident split", said, incident_id=about, flow_run=flow_run)
        for case in held:
            gathering.attach(desk, session, case, new, by=by, flow_run=flow_run)
            ring(session, case.customer_id, now)
            joined.append(case.id)
        if topic is not None:
            gathering.gather_later(session, new, now, source=old.id, topic=topic)
    joined += _bring(desk, new.id, incident_id, topic, by, flow_run) if topic is not None else ()
    return Changed(new.id, topic, tuple(joined))


def merge(desk: Desk, incident_id: str, into: str, by: str, flow_run: str | None = None) -> Changed:
    """One incident goes on in another: its own procedure ends, its open cases move there, and so do new complaints.
    What was said about it stays with it. NotFound, NotThatWay."""
    if incident_id == into:
        raise NotThatWay(f"{into} cannot be merged into itself")
    now = desk.now()
    with desk.store.begin() as session:
        lock(session, incident_id, into)
        old, kept = _open_one(session, incident_id), _open_one(session, into)
        if old.kind == LEAK or old.noticed_at is not None:
            raise NotThatWay(
                f"{old.id} is a leak of personal data, and its clocks are those of the law. "
                f"Merge {into} into it instead"
            )
        for run in session.scalars(select(Run).where(Run.incident_id == old.id, Run.status != "finished")).all():
            ending.end_run(session, run, now)
        planned = update(FollowUp).where(FollowUp.subject_id == old.id, FollowUp.status == "waiting")
        session.execute(planned.values(status="cancelled", decided_at=now))
        old.closed_at, old.merged_into = now, kept.id
        tells = ((old.id, {"by": by, "into": kept.id}), (kept.id, {"by": by, "from": old.id}))
        for about, said in tells:
            history.tell_of(session, about, now, "incident merged", said, incident_id=about, flow_run=flow_run)
        gathering.gather_later(session, kept, now, source=old.id)
        gathering.raise_severity(desk, session, kept, flow_run, at_least=old.severity)
        gathering.only_one(session)
        if kept.topic is None and old.topic is not None:
            kept.topic, kept.facts = old.topic, {**kept.facts, TOPIC: old.topic}
    return Changed(into, kept.topic, _bring(desk, into, incident_id, "", by, flow_run))


def close(desk: Desk, incident_id: str, by: str, why: str) -> str:
    """Close an incident by hand and return the word that it is closed as: `why`, if that is one word; a sentence is
    kept sealed beside what had happened. Its procedure ends, and its cases hear of it. NotFound, NotThatWay."""
    if not why.strip():
        raise NotThatWay("say why it is over, in a word or a sentence")
    word = why.strip().lower()
    as_ = word if _WORD.fullmatch(word) else BY_HAND
    with desk.store.begin() as session:
        incident = _open_one(session, incident_id)
        if as_ == BY_HAND:
            sealed = desk.store.vault.open_or_nothing(incident.sealed_what)
            incident.sealed_what = desk.store.vault.seal(incident.id, {**sealed, "why": why.strip()})
        ending.close_by_hand(session, incident_id, as_, by, desk.now())
    return as_


def _open_one(session: Session, incident_id: str) -> Incident:
    """An incident that is open, held from now on."""
    lock(session, incident_id)
    incident = session.get(Incident, incident_id, populate_existing=True)
    if incident is None:
        raise NotFound(f'there is no incident "{incident_id}"; `firebreak incident list` shows the open ones')
    if incident.closed_at is not None:
        goes_on = causes.open_now(session, incident_id)
        where = f"; it goes on in {goes_on.id}" if goes_on is not None else ""
        raise NotThatWay(f"{incident_id} is closed{where}")
    return incident


def _held(session: Session, wanted: Collection[str]) -> list[Case]:
    """These cases, open ones, with their customers held, in the order in which customers are held."""
    found: list[Case] = []
    for case_id in dict.fromkeys(wanted):
        case = session.get(Case, case_id)
        if case is None:
            raise NotFound(f'there is no case "{case_id}"; `firebreak cases` lists them')
        found.append(case)
    lock(session, *sorted({case.customer_id for case in found}))
    for case in found:
        session.refresh(case)
        if case.closed_at is not None:
            raise NotThatWay(f"{case.id} is closed")
        incident = session.get(Incident, case.incident_id) if case.incident_id is not None else None
        if incident is not None and (incident.kind == LEAK or incident.noticed_at is not None):
            raise NotThatWay(f"{case.id} is about the leak {incident.id} and stays with it")
    return sorted(found, key=lambda case: (case.customer_id, case.id))


def _can_be_split_off(session: Session, incident: Incident, topic: str) -> None:
    """NotThatWay if a part of an incident that is about `topic` cannot become one of its own."""
    if incident.topic == topic:
        raise NotThatWay(f"{incident.id} itself is about {topic}; name the cases that are another incident (C-…)")
    other = causes.open_about(session, topic)
    if other is not None and other.id != incident.id:
        raise NotThatWay(f"{other.id} is about {topic} already; let the cases join that one")
    inside = select(func.count()).select_from(Case).where(Case.incident_id == incident.id, Case.closed_at.is_(None))
    about = select(Message.case_id).join(Complaint, Complaint.message_id == Message.id)
    if not session.scalar(inside.where(Case.id.in_(about.where(complaints.is_about(topic))))):
        raise NotThatWay(f"no open case of {incident.id} complains about {topic}")


def _bring(
    desk: Desk, incident_id: str, source: str, topic: str | None, by: str, flow_run: str | None
) -> tuple[str, ...]:
    """Let the cases join now, some at a time, and the incident become as severe as the worst of them."""
    joined: list[str] = []
    more = True
    while more:
        with desk.store.begin() as session:
            lock(session, incident_id)
            incident = session.get_one(Incident, incident_id)
            some = (
                gathering.gather(desk, session, incident, source=source, topic=topic or "", by=by, flow_run=flow_run)
                if incident.closed_at is None
                else []
            )
            joined += some
            more = bool(some)
            if not more and incident.closed_at is None:
                gathering.raise_severity(desk, session, incident, flow_run)
    return tuple(joined)


def _said(desk: Desk, incident_id: str, by: str, cases: int, topic: str | None, flow_run: str | None) -> None:
    """Note in the incident's history that somebody let cases join, and let it become as severe as the worst."""
    with desk.store.begin() as session:
        lock(session, incident_id)
        said = {"by": by, "cases": cases, **({"topic": topic} if topic is not None else {})}
        ids = {"incident_id": incident_id, "flow_run": flow_run}
        history.tell_of(session, incident_id, desk.now(), "incident gathers", said, **ids)
        gathering.raise_severity(desk, session, session.get_one(Incident, incident_id), flow_run)
