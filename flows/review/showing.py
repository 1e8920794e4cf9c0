"""A customer as a list shows them to the person who decides: opened when somebody looks, and kept nowhere."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.runs import our_messages
from flows.store.tables import Case, Customer, Message
from flows.store.vault import Vault

_ours = our_messages.table("customer_id").c
_NEWEST = select(func.max(_ours.at))


def customer_on_a_list(session: Session, vault: Vault, customer: Customer) -> dict[str, Any]:
    """The customer's name, when we last wrote to each other, and how their newest case ended."""
    name = vault.open_or_nothing(customer.sealed_profile).get("name")
    theirs = session.scalar(select(func.max(Message.sent_at)).where(Message.customer_id == customer.id))
    ours = session.scalar(_NEWEST, {"whose": customer.id})
    contact = max((at for at in (theirs, ours, customer.last_wrote_at) if at is not None), default=None)
    cases = select(Case.playbook, Case.closed_as).where(Case.customer_id == customer.id)
    newest = session.execute(cases.order_by(Case.opened_at.desc(), Case.id).limit(1)).first()
    return {
        "name": str(name) if name else None,
        "last_contact": contact.isoformat() if contact is not None else None,
        "playbook": newest.playbook if newest is not None else None,
        "closed_as": newest.closed_as if newest is not None else None,
    }
