"""What we wrote to a customer: the one list that recall, inventories and the facts about our messages all read.

Ours is a letter of the outbox that has left, by WhatsApp or by a colleague's hand, and a message that a colleague wrote
in the app past Firebreak. A letter that was echoed to us as well stands here once, as the letter.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Subquery, bindparam, exists, select, union_all
from sqlalchemy.orm import Session

from flows.store.tables import Message, Outbox, Step, Task, TaskItem
from flows.store.vault import Vault

NO_WORDS = ("reaction", "edit", "revoke", "system")
"""Kinds of messages that say nothing by themselves, so there is nothing of them to take back."""


@dataclass(frozen=True)
class OurMessage:
    """A message of ours: the id of its row (`O-…` a letter, `M-…` written past Firebreak), and when it was sent."""

    id: str
    sent_at: datetime


def table(of: str) -> Subquery:
    """What we wrote, as a table with the columns `id` and `at` (sent): to the customer whose id is `whose`, where `of`
    is `customer_id`, or in that case, where it is `case_id`."""
    letters = select(Outbox.id, Outbox.sent_at.label("at")).where(
        getattr(Outbox, of) == bindparam("whose"),
        Outbox.to == "customer",
        Outbox.status == "sent",
        Outbox.sent_at.is_not(None),
    )
    echoed = exists().where(Outbox.provider_blind == Message.blind)
    past_us = select(Message.id, Message.sent_at.label("at")).where(
        getattr(Message, of) == bindparam("whose"),
        Message.author == "us",
        Message.kind.not_in(NO_WORDS),
        ~echoed,
    )
    return union_all(letters, past_us).subquery("our_messages")


_ours = table("customer_id").c
_OLDEST_FIRST = select(_ours.id, _ours.at).order_by(_ours.at, _ours.id)


def to_customer(session: Session, customer_id: str) -> list[OurMessage]:
    """Everything that we wrote to a customer, oldest first."""
    return [OurMessage(row.id, row.at) for row in session.execute(_OLDEST_FIRST, {"whose": customer_id})]


def sent_at(session: Session, message_id: str) -> datetime | None:
    """When a message of ours was sent; None if there is no such message (any more)."""
    row = session.get(Outbox, message_id) or session.get(Message, message_id)
    return row.sent_at if row is not None else None


def words_of(session: Session, vault: Vault, message_id: str) -> tuple[datetime | None, str] | None:
    """When a message of ours was sent, and its words (or what it is, where it has none), opened for the person who
    looks; the words are empty when they are erased. None if there is no such message."""
    letter = session.get(Outbox, message_id)
    if letter is not None:
        return letter.sent_at, str(vault.open_or_nothing(letter.sealed_body).get("text") or "")
    message = session.get(Message, message_id)
    if message is None:
        return None
    content = vault.open_or_nothing(message.sealed_content)
    return message.sent_at, str(content.get("text") or content.get("caption") or (f"[{message.kind}]" * bool(content)))


def by_blind(session: Session, blinds: Collection[str]) -> list[str]:
    """The ids of our messages that WhatsApp knows by these (blinded) ids."""
    letters = select(Outbox.id).where(Outbox.provider_blind.in_(blinds), Outbox.to == "customer")
    past_us = select(Message.id).where(Message.blind.in_(blinds), Message.author == "us")
    return list(session.scalars(union_all(letters, past_us)))


def taken_back(session: Session, vault: Vault, customer_id: str) -> frozenset[str]:
    """The ids of those that were deleted for everyone already, as far as WhatsApp has told us, or a colleague whom
    `recall` has asked."""
    ticked = select(TaskItem.about).join(Task, Task.id == TaskItem.task_id)
    ticked = ticked.join(Step, (Step.run_id == Task.run_id) & (Step.path == Task.path))
    ticked = ticked.where(Task.subject_id == customer_id, Step.verb == "recall", TaskItem.status == "done")
    told = select(Message.sealed_content).where(
        Message.customer_id == customer_id, Message.author == "us", Message.kind == "revoke"
    )
    originals = (vault.open_or_nothing(each).get("about") for each in session.scalars(told))
    blinds = [vault.blind("wamid", each) for each in originals if isinstance(each, str)]
    return frozenset((*session.scalars(ticked), *(by_blind(session, blinds) if blinds else ())))
