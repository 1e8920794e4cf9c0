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
    """Say who does what, as `room.assign` does. Whoever leads by that has taken over what asks for a leader, also what
    was asked when nobody led in time: otherwise the others would be told again and again. Raises `WrongDuty`."""
    room.assign(session, incident, duties, by, desk.now(), flow_run)
    leader = duties.get("lead", "").strip()
    if not leader:
        return
    asked = select(Task).join(Step, (Step.run_id == Task.run_id) & (Step.path == Task.path))
    asked = asked.where(Task.incident_id == incident.id, Task.status == "open", Step.verb == "escalate")
    for task in session.scalars(asked).all():
        if str(task.path).startswith(_for_a_leader(desk, session, session.get_one(Run, task.run_id))):
            answering.answer(session, desk.shelf.current.vocabulary, task.id, {}, leader, desk.now())


def _for_a_leader(desk: Desk, session: Session, run: Run) -> tuple[str, ...]:
    """Where a procedure asks for a leader: the steps that keep a promise by being taken over (that somebody leads), and
    what happens when such a promise is broken."""
    steps = [each for each in progress_of(desk, session, run).playbook.walk() if each.verb.verb == "escalate"]
    return tuple(place for each in steps if each.keeps for place in (each.path, f"promises.{each.keeps}."))
