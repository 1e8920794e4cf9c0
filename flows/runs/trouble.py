"""Work that breaks again and again in a way nobody has foreseen: a person must hear of it, once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from flows.runs import asides
from flows.store.tables import Incident

QUESTION = (
    "Something unforeseen keeps this from being moved, and it is tried again every minute. Please look after the "
    "customer by hand, and show the log of Firebreak to whoever runs it."
)


def report(session: Session, subject_id: str, now: datetime) -> None:
    """Give the on-call person a task about a subject that cannot be moved, unless they have it already."""
    if asides.is_asked(session, QUESTION, subject_id=subject_id):
        return
    incident_id = subject_id if session.get(Incident, subject_id) is not None else None
    asides.ask(session, subject_id, QUESTION, now, incident_id=incident_id)
