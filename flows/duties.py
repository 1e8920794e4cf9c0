"""Who does what in a crisis: who leads, who follows the repair, who answers which complaints."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows import answering
from flows.crisis import room
from flows.desk import Desk
from flows.runs.progress import progress_of
from flows.store.tables import Incident, Run, Step, Task


def assign(
    desk: Desk, session: Session, incident: Incident, duties: Mapping[str, str], by: str, flow_run: str | None = None
) -> None:
    """Say who does what, as `room.assign` does. Whoever leads by that has taken over what asks for a leader: otherwise
    the others would be told again and again. Raises `WrongDuty`."""
    room.assign(session, incident, duties, by, desk.now(), flow_run)
    leader = duties.get("lead", "").strip()
    if not leader:
        return
    asked = select(Task).join(Step, (Step.run_id == Task.run_id) & (Step.path == Task.path))
    asked = asked.where(Task.incident_id == incident.id, Task.status == "open", Step.verb == "escalate")
    for task in session.scalars(asked).all():
        step = progress_of(desk, session, session.get_one(Run, task.run_id)).playbook.step(str(task.path))
        if step.keeps is not None:  # it has a promise of its own: the one that somebody leads
            answering.answer(session, desk.shelf.current.vocabulary, task.id, {}, leader, desk.now())
