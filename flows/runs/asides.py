"""Tasks that no step waits for: something happened beside every procedure, and a person has to look after it. They
stay when a run ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.ids import new_id
from flows.store.tables import Task
from rules.language import ON_CALL


def ask(
    session: Session,
    subject_id: str,
    question: str,
    now: datetime,
    *,
    role: str = ON_CALL,
    case_id: str | None = None,
    incident_id: str | None = None,
    sealed_details: bytes | None = None,
) -> Task:
    """Ask the people of a role to do something, and return the task. Nobody is told of it here."""
    task = Task(
        id=new_id("T"),
        subject_id=subject_id,
        case_id=case_id,
        incident_id=incident_id,
        kind="do",
        role=role,
        question=question,
        status="open",
        created_at=now,
        sealed_details=sealed_details,
    )
    session.add(task)
    return task


def is_asked(session: Session, question: str, **about: Any) -> bool:
    """Whether somebody has this task already; `about` names columns, such as the subject or the case."""
    known = select(Task.id).filter_by(question=question, status="open", **about)
    return session.scalars(known.limit(1)).first() is not None
