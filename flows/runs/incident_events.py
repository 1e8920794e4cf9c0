"""What happens to an incident, told to everyone who waits for it.

Those who wait may belong to other subjects, which somebody else may hold at this moment. So each is told by a timer
that is due at once, in the transaction in which it happened, and takes it in when its own turn comes.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from flows.runs.outcome import waits_for
from flows.store.subjects import ring
from flows.store.tables import Case, Run, Step, Timer

_IN_NONE = and_(Run.case_id.is_not(None), Case.incident_id.is_(None))


def tell(session: Session, incident_id: str, event: str, now: datetime) -> int:
    """Wake every step of the incident's runs, and of the runs of its cases, that waits for `event`; returns how many.

    Events: `incident_worse`, `incident_closed`, `statement`, `stood_down`. A case that belongs to no incident hears of
    every one.
    """
    waiting = (
        select(Step, Run.subject_id)
        .join(Run, Run.id == Step.run_id)
        .outerjoin(Case, Case.id == Run.case_id)
        .where(Step.status == "waiting", Run.status != "finished")
        .where(or_(Run.incident_id == incident_id, Case.incident_id == incident_id, _IN_NONE))
    )
    at_once = select(Timer).where(Timer.kind == "wait", Timer.name == event, Timer.due_at == now)
    before = {(each.run_id, each.path): each for each in session.scalars(at_once)}  # a clock that stands still
    told = 0
    for step, subject_id in session.execute(waiting).all():
        if not waits_for(step.waiting_for, "event", event):
            continue
        if (again := before.get((step.run_id, step.path))) is not None:
            again.fired_at = again.cancelled_at = None
        else:
            session.add(
                Timer(subject_id=subject_id, run_id=step.run_id, path=step.path, kind="wait", name=event, due_at=now)
            )
        ring(session, subject_id, now)
        told += 1
    return told
