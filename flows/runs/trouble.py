"""Work that breaks again and again in a way nobody has foreseen: a person must hear of it, once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.ids import new_id
from flows.store.tables import Incident, Task
from rules.language import ON_CALL

QUESTION = (
    "Something unforeseen keeps this from being moved, and it is tried again every minute. Please look after the "
    "customer by hand, and show the log of Firebreak to whoever runs it."
)


def report(session: Session, subject_id: str, now: datetime) -> None:
    """Give the on-call person a task about a subject that cannot be moved, unless they have it already."""
    known = select(Task.id).where(Task.subject_id == subject_id, Task.question == QUESTION, Task.status == "open")
    if session.scalars(known.limit(1)).first() is not None:
        return
    incident_id = subject_id if session.get(Incident, subject_id) is not None else None
    session.add(
        Task(
            id=new_id("T"),
            subject_id=subject_id,
            incident_id=incident_id,
            kind="do",
            role=ON_CALL,
            question=QUESTION,
            status="open",
            created_at=now,
        )
    )
