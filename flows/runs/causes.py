"""Which incident is about what: one for each cause, and whatever is merged goes on in another."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from flows.store.sessions import once
from flows.store.tables import Incident

_MOST = 20
"""How often an incident is followed into the one that it was merged into; nobody merges in a circle."""

ENDED = "ended"
"""How the keys begin under which a wave remembers when incidents ended."""

_NEWEST = (
    select(Incident.id)
    .where(Incident.topic == bindparam("topic"))
    .order_by(Incident.closed_at.is_not(None), Incident.opened_at.desc(), Incident.id)
    .limit(1)
)
_ENDED = select(func.max(Incident.closed_at)).where(Incident.merged_into.is_(None))


def open_about(session: Session, topic: str) -> Incident | None:
    """The incident that gathers complaints about this now: the open one of this topic, or the open one that the last of
    them was merged into."""
    return open_now(session, _newest(session, topic))


def open_now(session: Session, incident_id: str | None) -> Incident | None:
    """This incident, or the one in which it goes on; None if that is closed, or if there is none."""
    for _ in range(_MOST):
        incident = session.get(Incident, incident_id) if incident_id is not None else None
        if incident is None or incident.closed_at is None:
            return incident
        incident_id = incident.merged_into
    return None


def _newest(session: Session, topic: str) -> str | None:
    return next(iter(once(session, _NEWEST, topic=topic)), None)


def last_ended(session: Session, topic: str | None = None) -> datetime | None:
    """When the last incident (about this) ended; None if none ever has. What was merged ends with what it is part of
    now. A wave asks once."""
    asked: dict[object, datetime | None] = session.info.setdefault("asked", {})
    if (ENDED, topic) not in asked:
        asked[ENDED, topic] = _last_ended(session, topic)
    return asked[ENDED, topic]


def _last_ended(session: Session, topic: str | None) -> datetime | None:
    if topic is None:
        return session.scalar(_ENDED)
    own = session.scalar(_ENDED.where(Incident.topic == topic))
    newest = session.get(Incident, _newest(session, topic) or "")
    for _ in range(_MOST):
        if newest is None or newest.merged_into is None:
            break
        newest = session.get(Incident, newest.merged_into)
    merged = newest.closed_at if newest is not None else None
    return max((each for each in (own, merged) if each is not None), default=None)
