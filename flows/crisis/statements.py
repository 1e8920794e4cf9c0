"""The official statement of an incident: which words are in force."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.store.tables import Statement, StatementKind


def in_force(session: Session, incident_id: str, kind: StatementKind = "statement") -> Statement | None:
    """The version that is in force; None as long as nobody's words have been approved."""
    found = select(Statement).where(
        Statement.incident_id == incident_id, Statement.kind == kind, Statement.status == "in_force"
    )
    return session.scalars(found.order_by(Statement.version.desc()).limit(1)).first()
