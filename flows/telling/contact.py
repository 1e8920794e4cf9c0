"""Whom a task is about, opened for the person who has to act: never listed, never in a notice, never in the journal."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.errors import VaultError
from flows.store.customers import newest_address
from flows.store.tables import Customer, Incident, Message
from flows.store.vault import Vault


def contact_of(session: Session, vault: Vault, subject_id: str) -> dict[str, str]:
    """What a person needs to reach a customer (`name`, `number`, `chat`, `last message`), or what an incident is about
    (`what`) and, once a person has closed it, `why`. What is erased, or was never known, is left out."""
    found: dict[str, Any] = {}
    incident = session.get(Incident, subject_id)
    if incident is not None:
        told = vault.open_or_nothing(incident.sealed_what)
        found |= {"what": told.get("what"), "why": told.get("why")}
    customer = session.get(Customer, subject_id)
    if customer is not None:
        found["name"] = vault.open_or_nothing(customer.sealed_profile).get("name")
        found |= _address(session, vault, customer.id)
        theirs = (Message.customer_id == customer.id, Message.author == "customer")
        written = select(Message.sealed_content).where(*theirs)
        newest = session.scalars(written.order_by(Message.sent_at.desc()).limit(1)).first()
        content = vault.open_or_nothing(newest)
        found["last message"] = content.get("text") or content.get("caption")
    return {name: str(text) for name, text in found.items() if text}


def _address(session: Session, vault: Vault, customer_id: str) -> dict[str, str]:
    alias = newest_address(session, customer_id)
    if alias is None or alias.kind != "wa_id":
        return {}
    try:
        digits = str(vault.open(alias.sealed_address)).lstrip("+")
    except VaultError:
        return {}
    return {"number": f"+{digits}", "chat": f"https://wa.me/{digits}"}
