"""What happens to an incident, told to everyone who waits for it.

Those who wait may belong to other subjects, which somebody else may hold at this moment. So each is told by a timer
that is due at once, in the transaction in which it happened, and takes it in when its own turn comes.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from flows.runs import causes
from flows.runs.outcome import waits_for
from flows.store.subjects import ring
from flows.store.tables import Case, Incident, Run, Step, Timer
from rules.vocabulary import UNKNOWN

LEAK = "data_leak"
"""The kind of an incident that is a leak of personal data."""

_WAITING = (
    select(Step, Run.subject_id, Case)
    .join(Run, Run.id == Step.run_id)
    .outerjoin(Case, Case.id == Run.case_id)
    .where(Step.status == "waiting", Run.status != "finished")
    .order_by(Run.subject_id, Run.id, Step.path)  # customers are rung for in the order of their ids
)


def tell(session: Session, incident_id: str, event: str, now: datetime) -> int:
    """Wake every step of the incident's runs, and of the runs of its cases, that waits for `event`; returns how many.

    Events: `incident_worse`, `incident_closed`, `statement`, `stood_down`. A case that belongs to no incident hears of
    one that may be about it (`may_be_about`).
    """
    incident = session.get_one(Incident, incident_id)
    in_none = Run.case_id.is_not(None) & Case.incident_id.is_(None)
    heard = _WAITING.where(or_(Run.incident_id == incident_id, Case.incident_id == incident_id, in_none))
    told = 0
    for step, subject_id, case in session.execute(heard).all():  # no case: the incident's own
        if case is None or case.incident_id == incident_id or may_be_about(incident, case):
            told += _wake(session, step, subject_id, event, now)
    return told


def tell_case(session: Session, case: Case, event: str, now: datetime) -> int:
    """Wake every step of one case that waits for `event`, which had happened before the case came to its incident;
    returns how many. The caller holds the customer."""
    waiting = session.execute(_WAITING.where(Run.case_id == case.id)).tuples().all()
    return sum(_wake(session, step, subject_id, event, now) for step, subject_id, _ in waiting)


def may_be_about(incident: Incident, case: Case) -> bool:
    """Whether a case that belongs to no incident may be about this one: by what both are about; where nobody has said
    what the incident is about, it may be. A leak of personal data has its own cases."""
    if incident.kind == LEAK or incident.noticed_at is not None:
        return False
    return incident.topic is None or str(case.facts.get("topic", UNKNOWN)) == incident.topic


def goes_on(session: Session, case: Case) -> bool:
    """Whether the crisis of a case goes on: its incident, or, if it belongs to none, one that may be about it."""
    if case.incident_id is not None:
        return causes.open_now(session, case.incident_id) is not None
    still_open = session.scalars(select(Incident).where(Incident.closed_at.is_(None)))
    return any(may_be_about(incident, case) for incident in still_open)


def _wake(session: Session, step: Step, subject_id: str, event: str, now: datetime) -> bool:
    if not waits_for(step.waiting_for, "event", event):
        return False
    here = {"run_id": step.run_id, "path": step.path, "kind": "wait", "name": event, "due_at": now}
    again = session.scalars(select(Timer).filter_by(**here)).first()  # the same moment is kept once
    if again is not None:
        again.fired_at = again.cancelled_at = None  # a clock that stands still comes to the same moment again
    else:
        session.add(Timer(subject_id=subject_id, **here))
    ring(session, subject_id, now)
    return True
