"""What happens to an incident, told to everyone who waits for it.

Those who wait may belong to other subjects, which somebody else may hold at this moment. So each is told by a timer
that is due at once, in the transaction in which it happened, and takes it in when its own turn comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, or_, select
from sqlalchemy.orm import Session

from flows.runs import causes
from flows.runs.outcome import waits_for
from flows.store.inserts import insert_or_set
from flows.store.subjects import ring_all
from flows.store.tables import Case, Incident, Run, Step, Timer
from rules.vocabulary import UNKNOWN

LEAK = "data_leak"
"""The kind of an incident that is a leak of personal data."""

_TOPIC = case((Case.incident_id.is_(None), Case.facts["topic"].as_string()))
_WAITING = (
    select(
        Step.run_id, Step.path, Step.waiting_for, Run.subject_id, Run.case_id, Case.incident_id, _TOPIC.label("topic")
    )
    .join(Run, Run.id == Step.run_id)
    .outerjoin(Case, Case.id == Run.case_id)
    .where(Step.status == "waiting", Run.status != "finished")
    .order_by(Run.subject_id, Run.id, Step.path)  # customers are rung for in the order of their ids
)
_ONCE_BY = ("run_id", "path", "kind", "name", "due_at")


def tell(session: Session, incident_id: str, event: str, now: datetime) -> int:
    """Wake every step of the incident's runs, and of the runs of its cases, that waits for `event`; returns how many.

    Events: `incident_worse`, `incident_closed`, `statement`, `stood_down`. A case that belongs to no incident hears of
    one that may be about it (`may_be_about`). Thousands are told in a second or two: until the transaction ends,
    nobody can store anything on SQLite.
    """
    incident = session.get_one(Incident, incident_id)
    in_none = Run.case_id.is_not(None) & Case.incident_id.is_(None)
    waiting = _WAITING.where(or_(Run.incident_id == incident_id, Case.incident_id == incident_id, in_none))
    heard = [
        each
        for each in session.execute(waiting)
        if each.case_id is None or each.incident_id == incident_id or may_be_about(incident, each.topic)
    ]
    return _wake(session, heard, event, now)


def tell_case(session: Session, case: Case, event: str, now: datetime) -> int:
    """Wake every step of one case that waits for `event`, which had happened before the case came to its incident;
    returns how many. The caller holds the customer."""
    return _wake(session, session.execute(_WAITING.where(Run.case_id == case.id)).all(), event, now)


def may_be_about(incident: Incident, topic: str | None) -> bool:
    """Whether a case that belongs to no incident, and is about `topic`, may be about this one; where nobody has said
    what the incident is about, it may be. A leak of personal data has its own cases."""
    if incident.kind == LEAK or incident.noticed_at is not None:
        return False
    return incident.topic is None or (topic or UNKNOWN) == incident.topic


def goes_on(session: Session, case: Case) -> bool:
    """Whether the crisis of a case goes on: its incident, or, if it belongs to none, one that may be about it."""
    if case.incident_id is not None:
        return causes.open_now(session, case.incident_id) is not None
    still_open = session.scalars(select(Incident).where(Incident.closed_at.is_(None)))
    topic = str(case.facts.get("topic", UNKNOWN))
    return any(may_be_about(incident, topic) for incident in still_open)


def _wake(session: Session, waiting: Sequence[Row[Any]], event: str, now: datetime) -> int:
    """Have those of these steps that wait for `event` go on in their own turns; returns how many."""
    here = {"kind": "wait", "name": event, "due_at": now}
    woken = [each for each in waiting if waits_for(each.waiting_for, "event", event)]
    timers = [{"subject_id": each.subject_id, "run_id": each.run_id, "path": each.path, **here} for each in woken]
    # The subjects first: whoever moves one holds it before its timers.
    ring_all(session, list(dict.fromkeys(each.subject_id for each in woken)), now)
    # A clock that stands still comes to the same moment again, which is kept once.
    insert_or_set(session, Timer, timers, by=_ONCE_BY, fired_at=None, cancelled_at=None)
    return len(woken)
