"""A leak of personal data: opening its incident, adding people, and telling them.

Whoever works on a leak holds the incident first and customers after it, in the order of their ids; nobody goes the
other way. So an incident learns how far its telling has come by looking, and no customer's case ever rings for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows import local_time
from flows.desk import Desk
from flows.errors import FirebreakError, NotFound
from flows.runs import affected, authorities, history, opening, providers
from flows.runs.progress import progress_of
from flows.store.subjects import lock, ring
from flows.store.tables import Affected, Case, Customer, Incident, Run, Step, Subject, Timer
from rules.bundle import Bundle
from rules.personal_data import jurisdiction_of
from rules.vocabulary import UNKNOWN

PLAYBOOK = "data-breach"
TO_RECIPIENT = "breach-recipient"
KIND = "data_leak"
FORM = ("leak_way", "leaked_data", "people_affected", "leak_scope")
"""What whoever opens a leak is asked: how it got out, what, of how many people, and who may have seen it."""
SEVERITY = {"grave": "urgent", "serious": "important", "minor": "general"}
"""How bad a leak is -> how urgently its incident is handled."""
AT_ONCE = 100
"""How many cases one transaction opens: it holds up everybody who has something to store."""


class NoticedLater(FirebreakError):
    """A leak is noticed before it is reported: the moment given lies in the future."""


def open_breach(
    desk: Desk,
    session: Session,
    *,
    told: Mapping[str, object],
    noticed_at: datetime,
    opened_by: str,
    what: str = "",
    flow_run: str | None = None,
) -> Incident:
    """Open the incident of a leak. `told` are the facts of `FORM` as far as they are known, as JSON holds them; what is
    left out stays unknown and counts as the worst. All its clocks run from `noticed_at`. Raises `NoticedLater`, and
    `FactError` for a value that a fact does not have."""
    now = desk.now()
    if noticed_at > now:
        given = local_time.minute(noticed_at, desk.timezone)
        raise NoticedLater(f"it cannot have been noticed at {given}: that moment is still to come")
    bundle = desk.shelf.current
    known = {name: bundle.vocabulary.fact(name).gate(value) for name, value in told.items()}
    severity = str(bundle.derive(bundle.vocabulary.gate(dict(known)), ["breach_severity"]).facts["breach_severity"])
    return opening.open_incident(
        desk,
        session,
        kind=KIND,
        severity=SEVERITY.get(severity, "urgent"),
        what=what,
        opened_by=opened_by,
        playbook=PLAYBOOK,
        facts=known,
        noticed_at=noticed_at,
        flow_run=flow_run,
    )


def add_affected(
    desk: Desk,
    session: Session,
    incident_id: str,
    customer_ids: Collection[str],
    by: str,
    flow_run: str | None = None,
) -> list[str]:
    """Note whose data leaked, and return those of whom that was not known. Where people are being told already, or
    have been, these are told too; a clock becomes shorter if the law of their country wants that. Raises `NotFound`."""
    incident = _incident(session, incident_id)
    lock(session, incident_id)
    now = desk.now()
    new = affected.add(session, incident_id, customer_ids, by, now)
    if not new:
        return []
    ids = {"incident_id": incident_id, "flow_run": flow_run}
    history.tell_of(session, incident_id, now, "people added", {"by": by, "count": len(new)}, **ids)
    for run, step in _begun(session, incident_id, ("legal_clock", "tell_affected")):
        if step.verb == "legal_clock" and run.status != "finished":
            _shorten_as_written(desk, session, run, step, flow_run)
        elif step.verb == "tell_affected" and step.status == "waiting" and run.status != "finished":
            _wake(session, run, step, now)
        elif step.verb == "tell_affected":
            name = progress_of(desk, session, run).playbook.step(step.path).verb
            bundle = desk.shelf.bundle(session, run.bundle)
            while open_notices(desk, session, bundle, incident, str(vars(name)["playbook"]), flow_run):
                pass
    ring(session, incident_id, now)
    return new


def ask_recipient(
    desk: Desk, session: Session, incident_id: str, customer_id: str, by: str, flow_run: str | None = None
) -> str:
    """Ask a customer who got what was not meant for them to delete it, in a case of their own, and return its id. Who
    is being asked already is not asked again. Raises `NotFound`."""
    incident = _incident(session, incident_id)
    lock(session, incident_id)
    lock(session, customer_id)
    asked = select(Case.id).where(
        Case.incident_id == incident_id, Case.customer_id == customer_id, Case.playbook == TO_RECIPIENT
    )
    if (known := session.scalars(asked.limit(1)).first()) is not None:
        return known
    bundle = desk.shelf.current
    playbook = opening.playbook_named(bundle, TO_RECIPIENT, "case").name
    why = f"they got what was meant for somebody else ({incident_id})"
    case_id = _open_case(desk, session, bundle, incident, playbook, customer_id, why, flow_run)
    ids = {"incident_id": incident_id, "flow_run": flow_run}
    history.tell_of(session, incident_id, desk.now(), "recipient asked", {"by": by, "case": case_id}, **ids)
    return case_id


def open_notices(
    desk: Desk, session: Session, bundle: Bundle, incident: Incident, playbook: str, flow_run: str | None = None
) -> int:
    """Open the case of everybody who has none yet, some at a time; returns how many are left. The caller holds the
    incident's subject; the customers are taken in the order of their ids."""
    chosen = opening.playbook_named(bundle, playbook, "case")
    waiting = select(Affected).where(Affected.incident_id == incident.id, Affected.told_case_id.is_(None))
    rows = session.scalars(waiting.order_by(Affected.customer_id)).all()
    some = rows[:AT_ONCE]
    lock(session, *(row.customer_id for row in some))
    cases: dict[str, str] = {}
    for row in some:
        session.refresh(row)  # two customers may have turned out to be one before they were locked
        case_id = cases.get(row.customer_id) or _told_in(session, row)
        if case_id is None:
            why = f"personal data of theirs leaked ({incident.id})"
            case_id = _open_case(desk, session, bundle, incident, chosen.name, row.customer_id, why, flow_run)
        row.told_case_id = cases[row.customer_id] = case_id
    session.flush()
    return len(rows) - len(some)


def _open_case(
    desk: Desk,
    session: Session,
    bundle: Bundle,
    incident: Incident,
    playbook: str,
    customer_id: str,
    why: str,
    flow_run: str | None,
) -> str:
    """Open a case of the incident for a customer, whom the caller holds. `why` goes into the history."""
    severity = list(bundle.vocabulary.fact("severity").values)[incident.severity]
    customer = session.get_one(Customer, customer_id)
    number = providers.number_of(session, desk.store.vault, customer)
    if customer.locale is None and number is not None and jurisdiction_of(number) == "china":
        customer.locale = "zh-CN"  # whoever has never written to us can only be guessed by the number
    case = opening.open_case(
        desk,
        session,
        bundle,
        customer,
        bundle.playbooks[playbook],
        {"severity": bundle.vocabulary.fact("severity").gate(severity)},
        said={
            "severity": severity,
            "incident": incident.id,
            "because": {"trigger": {"rule": "incident", "because": why}},
        },
        flow_run=flow_run,
    )
    case.incident_id = incident.id
    subject = session.get_one(Subject, customer_id)
    subject.severity = max(subject.severity, case.severity)
    ring(session, customer_id, desk.now())
    return case.id


def _incident(session: Session, incident_id: str) -> Incident:
    incident = session.get(Incident, incident_id)
    if incident is None:
        raise NotFound(f'there is no incident "{incident_id}"; `firebreak incident list` shows the open ones')
    return incident


def _told_in(session: Session, row: Affected) -> str | None:
    """The case in which the same customer is told already, under another row."""
    other = select(Affected.told_case_id).where(
        Affected.incident_id == row.incident_id,
        Affected.customer_id == row.customer_id,
        Affected.told_case_id.is_not(None),
    )
    return session.scalars(other.limit(1)).first()


def _begun(session: Session, incident_id: str, verbs: tuple[str, ...]) -> list[tuple[Run, Step]]:
    begun = select(Run, Step).join(Step, Step.run_id == Run.id)
    begun = begun.where(Run.incident_id == incident_id, Step.verb.in_(verbs)).order_by(Step.verb, Step.began_at)
    found: dict[str, tuple[Run, Step]] = {}
    for run, step in session.execute(begun).tuples():
        found[step.verb] = (run, step)  # of several steps that tell people, the one that was begun last
    return list(found.values())


def _wake(session: Session, run: Run, step: Step, now: datetime) -> None:
    here = {"run_id": run.id, "path": step.path, "kind": "wait", "name": "", "due_at": now}
    timer = session.scalars(select(Timer).filter_by(**here)).first()
    if timer is None:
        session.add(Timer(subject_id=run.subject_id, **here))
    else:  # the same moment is kept once
        timer.fired_at = timer.cancelled_at = None


def _shorten_as_written(desk: Desk, session: Session, run: Run, step: Step, flow_run: str | None) -> None:
    before = progress_of(desk, session, run)
    name = str(vars(before.playbook.step(step.path).verb)["promise"])
    due = before.promises[name].due_at
    said = authorities.shorten(desk, session, run, name)
    if said["due"] != due.isoformat():
        history.tell(session, run, desk.now(), "legal clock", said, path=step.path, flow_run=flow_run)


def as_facts(given: Mapping[str, object | None]) -> dict[str, object]:
    """What a form says as facts, without what was left out or is not known."""
    return {name: value for name, value in given.items() if value not in (None, "", UNKNOWN)}
