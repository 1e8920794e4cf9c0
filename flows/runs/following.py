"""Starting the follow-ups whose day has come, unless something made them needless."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.errors import NotFound
from flows.runs import history, opening, providers, trouble
from flows.store.subjects import lock, ring
from flows.store.tables import Case, Customer, FollowUp, Incident, Run
from rules.conditions import Condition, parse_condition

AGAIN_AFTER = timedelta(hours=1)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Followed:
    """What became of one follow-up."""

    follow_up: str
    about: str
    playbook: str
    status: str


def start_due(desk: Desk, limit: int = 1000, flow_run: str | None = None) -> list[Followed]:
    """Start or cancel every follow-up that is due, one transaction each, the longest due first."""
    with desk.store.read() as session:
        due = session.scalars(
            select(FollowUp.id)
            .where(FollowUp.status == "waiting", FollowUp.due_at <= desk.now())
            .order_by(FollowUp.due_at, FollowUp.id)
            .limit(limit)
        ).all()
    decided = []
    for follow_up_id in due:
        try:
            with desk.store.begin() as session:
                if (one := _decide(desk, session, follow_up_id, flow_run)) is not None:
                    decided.append(one)
        except Exception as error:  # one that cannot be decided must not stand before all the others
            log.error("%s could not be decided (%s); it is tried again later", follow_up_id, type(error).__name__)
            _put_off(desk, follow_up_id, type(error).__name__, flow_run)
    return decided


def _put_off(desk: Desk, follow_up_id: str, error: str, flow_run: str | None) -> None:
    with desk.store.begin() as session:
        planned = session.get_one(FollowUp, follow_up_id)
        planned.due_at = desk.now() + AGAIN_AFTER
        said = {"follow_up": planned.id, "error": error}
        ids = {"case_id": planned.case_id, "run_id": planned.run_id, "flow_run": flow_run}
        history.tell_of(session, planned.subject_id, desk.now(), "follow-up failed", said, **ids)
        trouble.report(session, planned.subject_id, desk.now())


def _decide(desk: Desk, session: Session, follow_up_id: str, flow_run: str | None) -> Followed | None:
    planned = session.get_one(FollowUp, follow_up_id)
    lock(session, planned.subject_id)
    session.refresh(planned)
    if planned.status != "waiting":
        return None  # another sweep was faster
    now = desk.now()
    planner = session.get_one(Run, planned.run_id)
    bundle = desk.shelf.bundle(session, planner.bundle)
    said: dict[str, object] = {"follow_up": planned.id, "playbook": planned.playbook}
    unless = _condition(desk, session, planned)
    planned.decided_at = now
    if unless is not None:
        case = session.get(Case, planned.case_id) if planned.case_id else None
        about = providers.About(
            session,
            now,
            case=case,
            customer=session.get(Customer, case.customer_id) if case else None,
            incident=session.get(Incident, planner.incident_id) if planner.incident_id else None,
            given=desk.given,
        )
        facts = providers.gather(about, bundle.vocabulary, unless.facts())
        because = {"because": unless.explain(facts).sentence()}
        planned.because = because
        if unless.holds(facts):
            planned.status = "cancelled"
            history.tell(
                session, planner, now, "follow-up not needed", {**said, **because}, path=planned.path, flow_run=flow_run
            )
            return Followed(planned.id, planned.case_id or planner.id, planned.playbook, "cancelled")
    planned.status = "started"
    history.tell(session, planner, now, "follow-up started", said, path=planned.path, flow_run=flow_run)
    opening.start_run(
        desk,
        session,
        bundle,
        bundle.playbooks[planned.playbook],
        subject_id=planned.subject_id,
        case_id=planned.case_id,
        incident_id=planner.incident_id,
        flow_run=flow_run,
    )
    ring(session, planned.subject_id, now)
    return Followed(planned.id, planned.case_id or planner.id, planned.playbook, "started")


def _condition(desk: Desk, session: Session, planned: FollowUp) -> Condition | None:
    if planned.unless is None:
        return None
    vocabulary = desk.shelf.bundle(session, session.get_one(Run, planned.run_id).bundle).vocabulary
    problems: list[str] = []
    condition = parse_condition(planned.unless, vocabulary, (), lambda _keys, message, _check: problems.append(message))
    if condition is None:
        raise NotFound(f"The condition of {planned.id} cannot be read: {'; '.join(problems)}")
    return condition
