"""A store with conversations that ended long ago, and a review over it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from flows import answering
from flows.clock import MovedClock
from flows.desk import Desk
from flows.ids import new_id
from flows.receiving.receive import receive
from flows.runs import listing, opening, waves
from flows.store import customers
from flows.store.database import Store
from flows.store.tables import Case, Message, Run, Subject, Task, TaskItem
from flows.store.vault import GONE
from tests.flows.receiving import bodies

OVER: Mapping[str, Any] = {"order_state": "delivered", "after_sales_period": "over", "evidence_value": "none"}
"""What is known of an order that nobody will ask about again."""
LONG = timedelta(days=200)


def customer(
    store: Store, number: int, facts: Mapping[str, Any] = OVER, words: str = "Thank you", *, closed: bool = True
) -> str:
    """Somebody who wrote once, and whose case knows this; returns the customer's id."""
    sender = f"4915550{number:06}"
    message = bodies.text(number, sender=sender, words=words)
    message["timestamp"] = str(int(store.clock.now().timestamp()))
    receive(store, bodies.raw(bodies.messages(message, contacts=[bodies.contact(sender, name="Ada Lindqvist")])))
    with store.begin() as session:
        found = customers.recognise(session, store.vault, store.clock.now(), wa_id=sender).id
        now = store.clock.now()
        for each in session.scalars(select(Message).where(Message.customer_id == found)):
            each.handled_at = now
        session.get_one(Subject, found).due_at = None
        case = Case(id=new_id("C"), customer_id=found, playbook="ordinary-message", opened_at=now, facts=dict(facts))
        case.closed_at, case.closed_as = (now, "read") if closed else (None, None)
        session.add(case)
    return found


def reviewed(desk: Desk, clock: MovedClock, after: timedelta = LONG) -> str:
    """Let this time pass, start a review, and let it look at everybody; returns its run."""
    clock.move(after)
    with desk.store.begin() as session:
        run = opening.open_review(desk, session, "anna").id
    move(desk)
    return run


def move(desk: Desk) -> None:
    """Do everything that is due, in as many waves as it takes."""
    while waves.move(desk, new_id("R")):
        pass


def lists(desk: Desk, status: str = "open") -> dict[str, tuple[str, list[str]]]:
    """The review's lists: by what they are about, the task and the customers on it, in order."""
    found = {}
    with desk.store.read() as session:
        for task in session.scalars(select(Task).where(Task.status == status).order_by(Task.created_at)):
            if items := listing.items_of(session, task.id):
                details = desk.store.vault.open(task.sealed_details or b"")
                found[str(details["about"])] = (task.id, [item.about for item in items])
    return found


def tick(desk: Desk, task: str, given: Mapping[str, Any]) -> None:
    """A colleague ticks things off, as `firebreak answer` does; what follows is not done yet."""
    with desk.store.begin() as session:
        facts = desk.shelf.current.vocabulary
        answering.answer(session, facts, task, given, "anna", desk.now())


def readable(store: Store, customer_id: str) -> int:
    """How many messages of a customer can still be read."""
    with store.read() as session:
        left = select(Message).where(Message.customer_id == customer_id, Message.sealed_content != GONE)
        return len(session.scalars(left).all())


def status(desk: Desk, run: str) -> str:
    with desk.store.read() as session:
        return session.get_one(Run, run).status


def ticked(desk: Desk, task: str) -> list[str]:
    """How each thing on a list was settled, in its order."""
    with desk.store.read() as session:
        return list(session.scalars(select(TaskItem.status).where(TaskItem.task_id == task).order_by(TaskItem.number)))
