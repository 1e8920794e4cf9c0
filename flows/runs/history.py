"""Writing the journal: one way in, so that every line is plain JSON with ids and closed words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from flows.store import journal
from flows.store.tables import Outbox, Run, Task


def tell(
    session: Session,
    about: Run | Outbox | Task,
    at: datetime,
    event: str,
    data: Mapping[str, Any],
    *,
    path: str | None = None,
    flow_run: str | None = None,
) -> None:
    """Add a line to the history of the subject that a run, a text or a task belongs to."""
    run_id = about.id if isinstance(about, Run) else about.run_id
    tell_of(
        session,
        about.subject_id,
        at,
        event,
        data,
        case_id=about.case_id,
        incident_id=about.incident_id,
        run_id=run_id,
        path=path or getattr(about, "path", None),
        flow_run=flow_run,
    )


def tell_of(
    session: Session, subject_id: str, at: datetime, event: str, data: Mapping[str, Any], **ids: str | None
) -> None:
    """Add a line to the history of a subject. Names of the language are texts of their own kind; here they become
    plain ones."""
    journal.write(session, subject_id, at, event, json.loads(json.dumps(data)), **ids)
