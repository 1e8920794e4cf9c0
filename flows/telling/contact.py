"""Whom a task is about, opened for the person who has to act: never listed, never in a notice, never in the journal."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.errors import VaultError
from flows.store.tables import Alias, Customer, Incident, Message
from flows.store.vault import Vault


def contact_of(session: Session, vault: Vault, subject_id: str) -> dict[str, str]:
    """What a person needs to reach a customer (`name`, `number`, `chat`, `last message`), or what an incident is about
    (`what`). What is erased, or was never known, is left out."""
    found: dict[str, str] = {}
    incident = session.get(Incident, subject_id)
    if incident is not None:
        found["what"] = str(_opened(vault, incident.sealed_what, dict).get("what", ""))
    customer = session.get(Customer, subject_id)
    if customer is not None:
        found["name"] = str(_opened(vault, customer.sealed_profile, dict).get("name") or "")
        found |= _address(session, vault, customer.id)
        newest = (
            select(Message.sealed_content).where(Message.customer_id == customer.id).order_by(Message.sent_at.desc())
        )
        content = _opened(vault, session.scalars(newest.limit(1)).first(), dict)
        found["last message"] = str(content.get("text") or content.get("caption") or "")
    return {name: text for name, text in found.items() if text}


def _address(session: Session, vault: Vault, customer_id: str) -> dict[str, str]:
    newest = select(Alias).where(Alias.customer_id == customer_id).order_by(Alias.kind.desc(), Alias.added_at.desc())
    alias = session.scalars(newest.limit(1)).first()
    address = _opened(vault, alias.sealed_address, str) if alias is not None else ""
    if not address or alias is None or alias.kind != "wa_id":
        return {}
    digits = address.lstrip("+")
    return {"number": f"+{digits}", "chat": f"https://wa.me/{digits}"}


def _opened(vault: Vault, blob: bytes | None, kind: type[Any]) -> Any:
    try:
        value = vault.open(blob) if blob is not None else kind()
    except VaultError:
        return kind()
    return value if isinstance(value, kind) else kind()
