"""What a colleague promised in the app, past every playbook, while a crisis goes on: read for remedies that the
statement in force does not allow."""

from __future__ import annotations

from sqlalchemy.orm import Session

from flows.crisis import statements, wording
from flows.desk import Desk
from flows.runs import asides, history
from flows.runs.words import written
from flows.store.tables import Message, Task


def after_echo(desk: Desk, session: Session, message: Message, flow_run: str | None = None) -> Task | None:
    """Look at a text that a colleague wrote in the app. If it promises what the statement in force does not allow,
    somebody is asked at once to set it right; returns that task. `message` is one whose author is "us"."""
    incident = wording.incident_of(session, message.customer_id, message.case_id)
    if incident is None:
        return None
    text = written(desk.store.vault, session, message).text
    promised = sorted(wording.outside(session, desk.shelf.current, incident, text))
    if not promised:
        return None
    statement = statements.in_force(session, incident.id)
    question = (
        f"A text that we sent from the app promised a {' and a '.join(promised)}, which "
        f"{_may(statement.remedies) if statement is not None else 'no statement allows yet'}. Please set it right "
        f"with the customer: firebreak statement show {incident.id} has what may be said. Then mark this done"
    )
    sealed = desk.store.vault.seal(message.customer_id, {"message": text})
    task = asides.ask(
        session, message.customer_id, question, desk.now(), case_id=message.case_id, sealed_details=sealed
    )
    said = {"message": message.id, "task": task.id, "promised": promised, "incident": incident.id}
    said |= {"statement": statement.id} if statement is not None else {}
    about = (session, message.customer_id, desk.now(), "own text promised too much", said)
    history.tell_of(*about, case_id=message.case_id, flow_run=flow_run)
    return task


def _may(remedies: list[str]) -> str:
    allowed = f"only {' and '.join(remedies)}" if remedies else "nothing"
    return f"the statement does not allow ({allowed} may be promised)"
