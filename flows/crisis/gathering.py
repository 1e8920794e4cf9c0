"""How a fire is seen, and what it gathers: a crowd that complains about one thing opens an incident, its cases join.

A customer's turn holds the customer, takes `only_one` after that, and waits for nobody else. Everything that changes
an incident holds the incident first and customers after it, in the order of their ids. So a complaint never rings for
an incident that somebody holds: it leaves a timer, and whoever holds the incident looks at its timers at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from flows.crisis import statements
from flows.desk import Desk
from flows.runs import causes, complaints, history, incident_events, opening, providers
from flows.store.inserts import insert_new
from flows.store.subjects import lock, ring
from flows.store.tables import Case, Complaint, Customer, Incident, Message, Run, Subject, Timer
from rules.bundle import Bundle
from rules.language import Playbook
from rules.topics import OTHER, TOPIC
from rules.vocabulary import UNKNOWN, Facts

WINDOW = timedelta(hours=24)
"""How old the complaint of an open case may be for the case to join an incident that is opened now."""
AT_ONCE = 100
"""How many cases join in one transaction: it holds up everybody who has something to store."""
PLAYBOOK = "incident"
OPENED_BY = "firebreak"
ABOUT_IT = "incident_about_it"
"""The fact that a person settles who takes a case out of an incident: it is not about that."""

_ONE_LOCK = "gathering"  # the subject whose row lets only one process open an incident at a time
_OTHER_MATTERS = ("deletion_request", "data_access_request", "privacy_question")


def seen(
    desk: Desk,
    session: Session,
    bundle: Bundle,
    case: Case | None,
    complaint: Complaint,
    facts: Facts,
    flow_run: str | None = None,
) -> Incident | None:
    """A complaint has been read, and its case is there: if by the `facts` there is a surge about it, an incident is
    open from now on; the case joins the one that is open. Returns that incident; None if there is none. The caller
    holds the customer."""
    topic = complaint.topic or OTHER
    incident = causes.open_about(session, topic)
    if incident is None and facts.get("surge") == "surge":
        only_one(session)
        incident = causes.open_about(session, topic) or _open(desk, session, bundle, topic, facts, flow_run)
    if incident is not None and case is not None and _belongs(session, case, incident):
        attach(desk, session, case, incident, decided=facts.get(ABOUT_IT) is True, flow_run=flow_run)
    return incident


def became_worse(session: Session, case: Case, now: datetime) -> None:
    """A case is more severe than before: its incident looks at it in its own turn. The caller holds the customer."""
    incident = session.get(Incident, case.incident_id) if case.incident_id is not None else None
    if incident is not None and incident.closed_at is None and case.severity > incident.severity:
        _look_around(session, incident, f"worse {case.id}", now)


def attach(
    desk: Desk,
    session: Session,
    case: Case,
    incident: Incident,
    *,
    by: str | None = None,
    decided: bool = False,
    flow_run: str | None = None,
) -> bool:
    """A case becomes one of the incident's, and its procedure is decided again, unless that was `decided` just now by
    somebody who knew of the incident; False if it is one already. `by` is the colleague who wants it. The caller holds
    the customer."""
    now = desk.now()
    if case.incident_id == incident.id:
        became_worse(session, case, now)
        return False
    said = {"incident": incident.id, **({"from": case.incident_id} if case.incident_id else {})}
    case.incident_id = incident.id
    if ABOUT_IT in case.facts:
        case.facts = {name: value for name, value in case.facts.items() if name != ABOUT_IT}
    said |= {"by": by} if by is not None else {}
    history.tell_of(session, case.customer_id, now, "case joined", said, case_id=case.id, flow_run=flow_run)
    chosen = decide_again(desk, session, case, about_it=True) if not decided else None
    if chosen is not None and case.playbook in chosen[0].takes_over:
        _begin(desk, session, case, *chosen, flow_run=flow_run)
    elif "from" in said or not decided:  # what had happened before it came
        for event, has in (
            ("statement", statements.in_force(session, incident.id) is not None),
            ("stood_down", incident.stood_down_at is not None),
        ):
            if has:
                incident_events.tell_case(session, case, event, now)
    became_worse(session, case, now)
    return True


def detach(desk: Desk, session: Session, case: Case, *, by: str, flow_run: str | None = None) -> None:
    """A person says that a case is not about its incident: the procedure for the crisis ends for it, and it is not
    gathered again. The caller holds the customer."""
    said = {"incident": case.incident_id, "by": by}
    case.incident_id, case.facts = None, {**case.facts, ABOUT_IT: False}
    history.tell_of(session, case.customer_id, desk.now(), "case left", said, case_id=case.id, flow_run=flow_run)
    session.flush()
    decided = decide_again(desk, session, case, about_it=False)
    mine = desk.shelf.current.playbooks.get(case.playbook)
    if decided is not None and mine is not None and decided[0].name in mine.takes_over:
        _begin(desk, session, case, *decided, flow_run=flow_run)


def taken_out(case: Case | None) -> bool:
    """Whether a person has said that this case is not about the crisis."""
    return case is not None and case.facts.get(ABOUT_IT) is False


def decide_again(desk: Desk, session: Session, case: Case, *, about_it: bool) -> tuple[Playbook, Facts] | None:
    """The procedure that the rules choose for an open case now, with the facts that they chose it by; None if they
    choose none. Its severity is what it was, by whoever has found it."""
    bundle = desk.shelf.current
    customer = session.get_one(Customer, case.customer_id)
    vault, zone = desk.store.vault, desk.timezone
    asked = providers.About(session, desk.now(), customer=customer, case=case, given=desk.given, vault=vault, zone=zone)
    wanted = bundle.triggers.facts() | {"severity"}
    severity = list(bundle.vocabulary.fact("severity").values)[case.severity]
    known = {**providers.known(asked, bundle, wanted), "severity": severity, ABOUT_IT: about_it}
    facts = bundle.vocabulary.gate({name: value for name, value in known.items() if name in bundle.vocabulary.facts})
    decision = bundle.triggers.decide(bundle.derive(facts, wanted).facts)
    return (bundle.playbooks[str(decision.then["playbook"])], facts) if decision.rule is not None else None


def gather_later(session: Session, incident: Incident, now: datetime, *, source: str = "", topic: str = "") -> None:
    """Have cases join in the incident's own turns, some at a time: all of the incident `source`, or those that are in
    none, or in one that is less severe; with `topic`, those that complain about it. The caller holds the incident, or
    has just made it."""
    _look_around(session, incident, f"{source}:{topic}", now)


def look_around(desk: Desk, session: Session, timer: Timer, flow_run: str | None = None) -> None:
    """The incident's turn, by what a timer of it says: some cases join, and it comes again while there are more; or,
    when there are none, the incident is as severe as the worst of them. The caller holds the incident."""
    incident = session.get_one(Incident, timer.subject_id)
    if incident.closed_at is not None:
        return
    source, colon, topic = timer.name.partition(":")
    if colon and gather(desk, session, incident, source=source, topic=topic, flow_run=flow_run):
        timer.fired_at = None
        return
    raise_severity(desk, session, incident, flow_run)


def gather(
    desk: Desk,
    session: Session,
    incident: Incident,
    *,
    source: str = "",
    topic: str = "",
    by: str | None = None,
    flow_run: str | None = None,
) -> list[str]:
    """Let some more cases join (see `gather_later`) and return their ids: none if there is nobody left. The caller
    holds the incident and no customer."""
    some = _waiting_outside(session, incident, source, topic, desk.now())
    lock(session, *sorted({case.customer_id for case in some}))
    joined = []
    for case in sorted(some, key=lambda each: (each.customer_id, each.id)):
        session.refresh(case)  # it may be another one by the time that its customer is held
        if case.closed_at is None and _is_to_join(session, case, incident, source):
            attach(desk, session, case, incident, by=by, flow_run=flow_run)
            ring(session, case.customer_id, desk.now())
            joined.append(case.id)
    return joined


def raise_severity(
    desk: Desk, session: Session, incident: Incident, flow_run: str | None = None, *, at_least: int = 0
) -> bool:
    """The incident becomes as severe as the worst of its open cases, if that is more severe, and `at_least` so; whoever
    waits for it is told. The caller holds the incident and no customer."""
    mine = select(func.max(Case.severity)).where(Case.incident_id == incident.id, Case.closed_at.is_(None))
    worst = max(session.scalar(mine) or 0, at_least)
    if worst <= incident.severity:
        return False
    now, severity = desk.now(), list(desk.shelf.current.vocabulary.fact("severity").values)[worst]
    incident.severity, incident.facts = worst, {**incident.facts, "severity": severity}
    subject = session.get_one(Subject, incident.id)
    subject.severity = max(subject.severity, worst)
    ids = {"incident_id": incident.id, "flow_run": flow_run}
    history.tell_of(session, incident.id, now, "incident became worse", {"severity": severity}, **ids)
    incident_events.tell(session, incident.id, "incident_worse", now)
    return True


def only_one(session: Session) -> None:
    """Nobody else opens an incident, or names what one is about, until the transaction ends. Taken after every other
    lock, so that nobody who holds it waits for anybody."""
    insert_new(session, Subject, id=_ONE_LOCK, kind="house")
    lock(session, _ONE_LOCK)


def _open(
    desk: Desk, session: Session, bundle: Bundle, topic: str, facts: Facts, flow_run: str | None
) -> Incident | None:
    """Open the incident of a crowd; None where the content has no procedure for one."""
    playbook = bundle.playbooks.get(PLAYBOOK)
    if playbook is None or playbook.scope != "incident":
        return None
    now = desk.now()
    known = facts.get("complainers_in_10_minutes")
    many = known if isinstance(known, int) else complaints.crowd(session, now, topic).count(now)
    about = bundle.vocabulary.fact(TOPIC).values.get(topic, topic) if TOPIC in bundle.vocabulary.facts else topic
    incident = opening.open_incident(
        desk,
        session,
        kind=topic,
        severity=str(facts["severity"]),
        what=f"{many} customers complained within ten minutes. {about}",
        opened_by=OPENED_BY,
        topic=topic,
        flow_run=flow_run,
    )
    gather_later(session, incident, now, topic=topic)
    return incident


def _belongs(session: Session, case: Case, incident: Incident) -> bool:
    """Whether a case that complains about it joins an incident by itself: unless it is about another matter, or a
    person has taken it out, or it is in one that is as severe."""
    if case.facts.get("intent") in _OTHER_MATTERS or taken_out(case) or case.closed_at is not None:
        return False
    known = causes.open_now(session, case.incident_id)
    return known is None or known.id == incident.id or known.severity < incident.severity


def _is_to_join(session: Session, case: Case, incident: Incident, source: str) -> bool:
    if source:
        return case.incident_id == source
    return case.incident_id != incident.id and _belongs(session, case, incident)


def _waiting_outside(session: Session, incident: Incident, source: str, topic: str, now: datetime) -> Sequence[Case]:
    """Some of the cases that are to join, in the order of their customers."""
    elsewhere = or_(Case.incident_id.is_(None), Case.incident_id != incident.id)
    wanted = select(Case).where(Case.closed_at.is_(None), Case.incident_id == source if source else elsewhere)
    if topic or not source:
        complained = select(Message.case_id).join(Complaint, Complaint.message_id == Message.id)
        complained = complained.where(complaints.is_about(topic))
        if not source:
            complained = complained.where(Complaint.at > now - WINDOW)
        wanted = wanted.where(Case.id.in_(complained))
    found = session.scalars(wanted.order_by(Case.customer_id, Case.id)).yield_per(AT_ONCE)
    some: list[Case] = []
    for case in found:
        if _is_to_join(session, case, incident, source):
            some.append(case)
        if len(some) == AT_ONCE:
            break
    return some


def _look_around(session: Session, incident: Incident, why: str, now: datetime) -> None:
    """Leave a timer for the incident's next turn, and ring unless somebody holds it: they look at its timers."""
    mine = select(Run).where(Run.incident_id == incident.id, Run.case_id.is_(None), Run.called_by.is_(None))
    run = session.scalars(mine.order_by(Run.status == "finished", Run.started_at.desc(), Run.id).limit(1)).first()
    if run is None:
        return
    here = {"run_id": run.id, "path": "", "kind": "gather", "name": why, "due_at": now}
    timer = session.scalars(select(Timer).filter_by(**here)).first()
    if timer is None:
        session.add(Timer(subject_id=incident.id, **here))
    else:  # the same moment is kept once
        timer.fired_at = timer.cancelled_at = None
    free = select(Subject.id).where(Subject.id == incident.id)
    if session.get_bind().dialect.name == "postgresql":
        free = free.with_for_update(skip_locked=True, key_share=True)
    if session.scalars(free).first() is not None:
        ring(session, incident.id, now)


def _begin(desk: Desk, session: Session, case: Case, playbook: Playbook, facts: Facts, *, flow_run: str | None) -> None:
    """Another procedure carries the case on; what was promised still counts from when the case was opened."""
    bundle = desk.shelf.current
    given = {name: value for name, value in facts.items() if name != ABOUT_IT and value != UNKNOWN}
    opening.begin_anew(desk, session, bundle, playbook, case, given, asked_at=case.opened_at, flow_run=flow_run)
