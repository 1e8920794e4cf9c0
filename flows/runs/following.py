"""Starting the follow-ups whose day has come, unless something made them needless."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.crisis import held_back, silence
from flows.desk import Desk
from flows.errors import NotFound
from flows.runs import history, opening, providers, trouble
from flows.sending import notices
from flows.store.subjects import lock, ring
from flows.store.tables import Case, Customer, FollowUp, Incident, Run
from rules.bundle import Bundle
from rules.conditions import Condition, parse_condition
from rules.language import ON_CALL
from rules.vocabulary import Facts

AGAIN_AFTER = timedelta(hours=1)
HELD_FOR = timedelta(hours=4)
LONGEST_HOLD = timedelta(days=30)

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
    unless = _condition(planned.unless, bundle, planned.id)
    hold_if = _condition(planned.hold_if, bundle, planned.id)
    wanted = {fact for condition in (unless, hold_if) if condition is not None for fact in condition.facts()}
    facts = _facts(desk, session, planned, planner, bundle, wanted) if wanted else {}

    def became(status: str, event: str, because: Mapping[str, object]) -> Followed:
        said = {"follow_up": planned.id, "playbook": planned.playbook, **because}
        history.tell(session, planner, now, event, said, path=planned.path, flow_run=flow_run)
        return Followed(planned.id, planned.case_id or planner.id, planned.playbook, status)

    if unless is not None:
        planned.because = {"because": unless.explain(facts).sentence()}
        if unless.holds(facts):
            planned.status, planned.decided_at = "cancelled", now
            return became("cancelled", "follow-up not needed", planned.because)
    if hold_if is not None and hold_if.holds(facts):
        return _hold(desk, session, planned, planner, hold_if.explain(facts).sentence(), became)
    urgent = silence.silenced(session, planned.subject_id)
    if urgent is not None and urgent.id != planned.case_id:
        planned.due_at, told_before = now + HELD_FOR, planned.held_since is not None
        planned.held_since = planned.held_since or now
        return None if told_before else became("held", "follow-up held", {"because": f"{urgent.id} is urgent"})
    if (frozen := held_back.why(desk, session, planned, bundle)) is not None:
        return _hold(desk, session, planned, planner, frozen, became)
    if (morning := bundle.hours.quiet_until(now, desk.timezone)) is not None:
        planned.due_at = morning
        return became("waiting", "follow-up waits for the morning", {"until": morning.isoformat()})
    planned.status, planned.decided_at = "started", now
    followed = became("started", "follow-up started", {})
    run = opening.start_run(
        desk,
        session,
        bundle,
        bundle.playbooks[planned.playbook],
        subject_id=planned.subject_id,
        case_id=planned.case_id,
        incident_id=planner.incident_id,
        flow_run=flow_run,
    )
    run.alongside = planner.alongside
    ring(session, planned.subject_id, now)
    return followed


def _hold(
    desk: Desk,
    session: Session,
    planned: FollowUp,
    planner: Run,
    because: str,
    became: Callable[[str, str, Mapping[str, object]], Followed],
) -> Followed | None:
    """Not yet: look again later. What is held for too long is given to a person, so that it is never just forgotten."""
    now = desk.now()
    if planned.held_since is None:
        planned.held_since, planned.due_at = now, now + HELD_FOR
        return became("held", "follow-up held", {"because": because})
    if now - planned.held_since < LONGEST_HOLD:
        planned.due_at = now + HELD_FOR
        return None
    planned.status, planned.decided_at = "cancelled", now
    planned.because = {"because": because}
    words = f'The follow-up "{planned.playbook}" was held for {LONGEST_HOLD.days} days ({because}) and is given up'
    notices.notice(desk, session, planner, planned.path, ON_CALL, words)
    ring(session, planned.subject_id, now)
    return became("cancelled", "follow-up held for too long", {"because": because})


def _facts(
    desk: Desk, session: Session, planned: FollowUp, planner: Run, bundle: Bundle, wanted: Collection[str]
) -> Facts:
    case = session.get(Case, planned.case_id) if planned.case_id else None
    about = providers.About(
        session,
        desk.now(),
        case=case,
        customer=session.get(Customer, case.customer_id) if case else None,
        incident=session.get(Incident, planner.incident_id) if planner.incident_id else None,
        run=planner,
        given=desk.given,
        vault=desk.store.vault,
        zone=desk.timezone,
    )
    return providers.gather(about, bundle, wanted)


def _condition(written: object, bundle: Bundle, follow_up_id: str) -> Condition | None:
    if written is None:
        return None
    problems: list[str] = []
    condition = parse_condition(written, bundle.vocabulary, (), lambda _keys, message, _: problems.append(message))
    if condition is None:
        raise NotFound(f"The condition of {follow_up_id} cannot be read: {'; '.join(problems)}")
    return condition
