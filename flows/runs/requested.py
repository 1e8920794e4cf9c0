"""The message behind a case that is opened by hand: what a customer asked for in a chat that was imported later.

An imported chat opens no case by itself, so a person opens it. The case is about the message all the same: what was
read from it counts, and the time that the law gives runs from when it was written.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.runs import providers
from flows.runs.words import written
from flows.store.tables import Customer, Message
from rules.language import Playbook
from rules.vocabulary import Facts, facts_to_json

LOOKED_AT = 50
"""How many of the newest messages are read for it: what is older was seldom left unanswered until today."""


@dataclass(frozen=True)
class Request:
    """The message, and everything that was read from it."""

    message: Message
    facts: Facts


def of(desk: Desk, session: Session, customer: Customer, playbook: Playbook) -> Request | None:
    """The newest imported message of a customer that belongs to no case and for which the rules choose this playbook;
    None if there is none. What was read is noted in it."""
    waiting = select(Message).where(
        Message.customer_id == customer.id,
        Message.author == "customer",
        Message.origin == "import",
        Message.case_id.is_(None),
    )
    newest = session.scalars(waiting.order_by(Message.sent_at.desc(), Message.id).limit(LOOKED_AT))
    read = (_read(desk, session, customer, message, playbook) for message in newest.all())
    return next((request for request in read if request is not None), None)


def _read(desk: Desk, session: Session, customer: Customer, message: Message, playbook: Playbook) -> Request | None:
    """One message, if it asks for this playbook."""
    vault, bundle = desk.store.vault, desk.shelf.current
    text, region, names, before_it = written(vault, session, message)
    if not text:
        return None
    reading = bundle.reading_of(text, before_it, region, names)
    before, message.facts = message.facts, facts_to_json({**reading.facts, "message_kind": "text"})
    about = providers.About(
        session, desk.now(), customer=customer, message=message, given=desk.given, vault=vault, zone=desk.timezone
    )
    wanted = bundle.triggers.facts() | {"severity", "place"}
    known = providers.known(about, bundle, wanted)
    decision = bundle.triggers.decide(bundle.derive(known, wanted).facts)
    if decision.rule is None or decision.then["playbook"] != playbook.name:
        message.facts = before
        return None
    return Request(message, bundle.vocabulary.gate(known))
