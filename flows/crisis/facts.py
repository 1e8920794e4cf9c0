"""Facts about the incident that a case belongs to, and about what may be said while it lasts (see
`flows.runs.providers`)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from flows.crisis import statements
from flows.runs.providers import About, provides
from flows.store.sessions import once
from flows.store.tables import Incident
from rules.vocabulary import UNKNOWN, Value

_FROZEN = select(Incident.id).where(Incident.closed_at.is_(None), Incident.freeze_lifted_at.is_(None)).limit(1)


def incident_of(about: About) -> Incident | None:
    """The incident that is spoken of: the case's own, or the run's."""
    if about.incident is not None:
        return about.incident
    known = about.case.incident_id if about.case is not None else None
    return about.session.get(Incident, known) if known is not None else None


@provides
def in_incident(about: About) -> Value:
    incident = incident_of(about)
    return incident is not None and incident.closed_at is None


@provides
def incident_open_for(about: About) -> Value:
    incident = incident_of(about)
    return max(about.now - incident.opened_at, timedelta(0)) if incident is not None else UNKNOWN


@provides
def statement_in_force(about: About) -> Value:
    incident = incident_of(about)
    return incident is not None and statements.in_force(about.session, incident.id) is not None


@provides
def refund_allowed(about: About) -> Value:
    return _allowed(about, "refund")


@provides
def replacement_allowed(about: About) -> Value:
    return _allowed(about, "replacement")


@provides
def voucher_allowed(about: About) -> Value:
    return _allowed(about, "voucher")


def _allowed(about: About, remedy: str) -> Value:
    """Whether the statement in force allows a remedy; unknown where no incident says what is allowed."""
    incident = incident_of(about)
    if incident is None:
        return UNKNOWN
    statement = statements.in_force(about.session, incident.id)
    return statement is not None and remedy in statement.remedies


@provides
def freeze(about: About) -> Value:
    return bool(once(about.session, _FROZEN))
