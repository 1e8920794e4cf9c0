"""The last thing to go: the address of a customer whose records were erased, once nobody needs an answer."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.erasing import erasure, holds, ledger
from flows.erasing.ledger import Line
from flows.store.customers import current, owners
from flows.store.tables import Alias, Case, Customer, FollowUp, Message, Outbox, Run, Task

FORGET_AFTER = timedelta(days=14)
"""How long an address outlives the erasing: the check-in a week later, and an answer to it, need it."""

log = logging.getLogger(__name__)


def forget_due(desk: Desk) -> int:
    """Erase everything that is left of customers whose records were erased long enough ago; returns how many customers.

    Not while a case, a follow-up, a task, a text or a hold needs them, nor where a new case was opened since, a chat
    was imported, or the customer turned out to be another one as well: who came back has not asked to be forgotten.
    """
    until = desk.now() - FORGET_AFTER
    # Who had details masked has not asked to be forgotten.
    newest = {line.customer_id: line for line in ledger.lines(desk.store) if line.scope.rest == "erase"}
    due = [line for line in newest.values() if line.scope.address and line.finished_at and line.finished_at <= until]
    return sum(_tried(desk, line) for line in due)


def _tried(desk: Desk, line: Line) -> bool:
    """One that cannot be forgotten now harms no other, and is tried again the next day."""
    try:
        return _forgotten(desk, line)
    except Exception as error:  # whatever it is, the others must not wait for it
        log.error("the customer of %s could not be forgotten (%s)", line.id, type(error).__name__)
        return False


def forget_address(desk: Desk, session: Session, customer: Customer) -> str:
    """Begin to erase everything of a customer that is not held, the address too; returns the erasure's id. Commit,
    then `erasure.finish`."""
    return erasure.begin(desk, session, customer, keep_address=False)


def _forgotten(desk: Desk, line: Line) -> bool:
    with desk.store.begin() as session:
        if not erasure.known_to(session, line):
            return False
        customer = current(session, line.customer_id)
        if _needed(session, customer.id, line):
            return False
        begun = forget_address(desk, session, customer)
    with desk.store.begin() as session:
        erasure.finish(desk, session, begun)
    return True


def _needed(session: Session, customer_id: str, line: Line) -> bool:
    """Whether somebody still has to reach this customer, nobody has decided about all that there is by now (because it
    came with a chat that was imported, or with another number of theirs), or there is nothing left to forget."""
    if not {*owners(session, customer_id)} <= {line.customer_id, *line.scope.owners}:
        return True
    reasons = (
        exists().where(Case.customer_id == customer_id, or_(Case.closed_at.is_(None), Case.opened_at > line.at)),
        exists().where(Run.subject_id == customer_id, Run.status != "finished"),
        exists().where(FollowUp.subject_id == customer_id, FollowUp.status == "waiting"),
        exists().where(Task.subject_id == customer_id, Task.status == "open"),
        exists().where(Outbox.subject_id == customer_id, Outbox.status.in_(("ready", "sending"))),
        exists().where(Message.customer_id == customer_id, Message.handled_at.is_(None)),
        exists().where(Message.customer_id == customer_id, Message.origin == "import", Message.received_at > line.at),
        ~exists().where(Alias.customer_id == customer_id),
    )
    return bool(session.scalar(select(or_(*reasons)))) or bool(holds.active(session, customer_id).rows)
