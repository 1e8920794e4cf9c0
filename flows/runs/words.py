"""What a message says in words, opened for whoever reads it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from flows.hearing import Written
from flows.runs import providers
from flows.store.tables import Customer, Message
from flows.store.vault import Vault
from rules.personal_data import country_of


def written(vault: Vault, session: Session, message: Message) -> Written:
    """What a message says in words, with what is known of its customer. Of what is erased or damaged nothing is known,
    and unknown goes to the cautious side."""
    customer = session.get_one(Customer, message.customer_id)
    content = vault.open_or_nothing(message.sealed_content)
    text = " ".join(str(content[part]) for part in ("text", "caption") if content.get(part))
    number = providers.number_of(session, vault, customer) if text else None
    name = str(vault.open_or_nothing(customer.sealed_profile).get("name") or "")
    return Written(text, country_of(number) if number is not None else None, (name,), customer.locale)
