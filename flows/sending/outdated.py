"""Letters built from a statement that is not in force any more: they are not sent, and their step makes them anew.

A letter may stand in the outbox for a while: because ten thousand are before it, because WhatsApp asks us to be slower,
because a person speaks with the customer. What it says must be true when it leaves, not when it was written.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from flows.crisis import statements
from flows.desk import Desk
from flows.runs import ending, moving
from flows.store.tables import Case, Outbox, Run


def is_outdated(session: Session, row: Outbox) -> bool:
    """Whether another statement is in force by now than the one that a letter was built from."""
    case = session.get(Case, row.case_id) if row.statement_id is not None and row.case_id is not None else None
    if case is None or case.incident_id is None:
        return False
    now = statements.in_force(session, case.incident_id)
    return now is not None and now.id != row.statement_id


def make_anew(desk: Desk, session: Session, row: Outbox, flow_run: str | None) -> bool:
    """Withdraw a letter that has not left, and have its step do again what it did; False, and nothing has changed,
    where no step waits that could. The caller holds the customer."""
    run = session.get(Run, row.run_id) if row.run_id is not None else None
    if run is None or row.path is None or run.status == "finished":
        return False
    work = moving.at_work(desk, session, run, row.path, flow_run)
    if work.record.status != "waiting":
        return False
    row.status, row.not_before = "withdrawn", None
    if (work.record.waiting_for or {}).get("outbox") in (row.id, None):
        ending.withdraw_tasks(session, run.id, row.path, work.now)
        work.record.status, work.record.waiting_for = "again", None
        moving.look_around(desk, session, run, flow_run)
    return True
