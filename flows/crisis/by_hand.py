"""A case that a person opens while a crisis goes on: it belongs to the incident that its procedure is about."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.crisis import gathering
from flows.crisis.regrouping import NotThatWay
from flows.desk import Desk
from flows.errors import NotFound
from flows.runs import causes, opening
from flows.runs.incident_events import LEAK
from flows.store.subjects import lock
from flows.store.tables import Case, Incident
from rules.language import Playbook


def open_case(
    desk: Desk,
    session: Session,
    *,
    customer_id: str,
    playbook: str,
    severity: str,
    opened_by: str,
    inputs: Mapping[str, object] | None = None,
    incident_id: str | None = None,
    flow_run: str | None = None,
) -> Case:
    """Open a case by hand, as `opening.open_case_by_hand` does, and let it belong to the incident.

    A procedure for complaints about a crisis would tell a customer in no incident at once that all of it is over. So
    where none is named, its case belongs to the only incident that is open. Raises `NotThatWay` where there is none or
    more than one, or where the named one is closed, `NotFound` for an unknown one, and what opening a case raises.
    """
    chosen = opening.playbook_named(desk.shelf.current, playbook, "case")
    incident = _incident(session, chosen, incident_id)
    case = opening.open_case_by_hand(
        desk,
        session,
        customer_id=customer_id,
        playbook=playbook,
        severity=severity,
        opened_by=opened_by,
        inputs=inputs,
        flow_run=flow_run,
    )
    if incident is not None:
        session.flush()
        lock(session, case.customer_id)
        gathering.attach(desk, session, case, incident, by=opened_by, decided=True, flow_run=flow_run)
    return case


def _incident(session: Session, playbook: Playbook, wanted: str | None) -> Incident | None:
    """The incident to which a case of this procedure is to belong; None where it needs none."""
    if wanted is not None:
        if session.get(Incident, wanted) is None:
            raise NotFound(f'there is no incident "{wanted}"; `firebreak incident list` shows the open ones')
        if (named := causes.open_now(session, wanted)) is None:
            raise NotThatWay(f"{wanted} is closed")
        return named
    if not any(gathering.ABOUT_IT in trigger.when.facts() for trigger in playbook.triggers):
        return None
    still_open = select(Incident).where(Incident.closed_at.is_(None), Incident.kind != LEAK)
    found = session.scalars(still_open.order_by(Incident.opened_at, Incident.id)).all()
    if not found:
        raise NotThatWay(f"{playbook.name} is about an incident, and none is open: `firebreak incident open` opens one")
    if len(found) > 1:
        raise NotThatWay(f"say which incident it is about, with --incident: {', '.join(each.id for each in found)}")
    return found[0]
