"""Notices to colleagues, put into the outbox."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.ids import new_id
from flows.store.tables import Outbox, Run, Task
from rules.language import written_path

_TOLD = select(func.count()).where(
    Outbox.run_id == bindparam("run"), Outbox.path == bindparam("path"), Outbox.to == "team"
)


def notice(
    desk: Desk,
    session: Session,
    run: Run,
    path: str,
    role: str,
    message: str,
    task: Task | None = None,
    *,
    urgent: bool = False,
) -> str:
    """Put a notice to the people of a role into the outbox and return its id. Ids and our own words only. What is
    `urgent` also goes to where they are called."""
    session.flush()
    told = session.scalar(_TOLD, {"run": run.id, "path": path})
    about = run.case_id or run.incident_id or run.id
    body = {"title": f"{about} · {run.playbook}", "body": message, "task": task.id if task else None}
    if urgent:
        body["urgent"] = "yes"
    row = _to_team(desk, session, run, path, role, f"team/{(told or 0) + 1}", body)
    if run.case_id is not None:  # many cases may say the same
        row.fold = f"{role}/{run.playbook}/{written_path(path)}"
    return row.id


def mail(
    desk: Desk, session: Session, run: Run, path: str, role: str, subject: str, text: str, to: str | None = None
) -> str:
    """Put an e-mail for a role, or from its mailbox for the address `to`, into the outbox; returns the id of the row,
    for which a step may wait. It may be personal, and a person has approved that; it is sealed."""
    body = {"title": subject, "body": text, "task": None, **({"mail_to": to} if to else {})}
    return _to_team(desk, session, run, path, role, f"mail/{'out' if to else 'in'}", body).id


def _to_team(
    desk: Desk, session: Session, run: Run, path: str, role: str, nth: str, body: Mapping[str, str | None]
) -> Outbox:
    row = Outbox(
        id=new_id("O"),
        key=f"{run.id}/{path}/{nth}",
        subject_id=run.subject_id,
        case_id=run.case_id,
        incident_id=run.incident_id,
        run_id=run.id,
        path=path,
        to="team",
        role=role,
        form="notice",
        status="ready",
        created_at=desk.now(),
        sealed_body=desk.store.vault.seal(run.subject_id, body),
    )
    session.add(row)
    return row
