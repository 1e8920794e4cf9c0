"""Sensitive personal data in what we keep of a customer: of which kinds, how often, and in which messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from flows.erasing.items import Item, items_of
from flows.erasing.masking import Person
from flows.store.tables import Author, Customer, Message, Outbox
from flows.store.vault import Vault
from rules.personal_data import find, mask

SENSITIVE = frozenset({"identity_number", "passport_number", "bank_card", "bank_account"})
"""Kinds of personal data by which somebody can be harmed at once. A number or an address is what a chat is about."""
PAPERS = "papers"
"""The word for a picture that, by the customer's words, shows an identity paper or a bank card."""
_SAYS_PAPERS = "sends_document"
LONGEST = 300
"""So much of a text is shown as an example."""


@dataclass(frozen=True)
class Risk:
    """A message that holds sensitive data: its id, whose it is, when it was sent, and which kinds stand in it."""

    id: str
    whose: Author
    at: datetime
    kinds: frozenset[str]


def risks_of(session: Session, vault: Vault, customer: Customer) -> list[Risk]:
    """The messages and texts of a customer's chat that hold sensitive data, oldest first. Opens every one of them."""
    items = [item for item in items_of(session, vault, customer.id) if not item.erased]
    if not items:
        return []
    person = Person.of(session, vault, customer)
    found = ((item, _kinds(item, person)) for item in items)
    return [Risk(item.id, item.whose, item.at, kinds) for item, kinds in found if kinds]


def counts(risks: list[Risk]) -> Mapping[str, int]:
    """Kind -> in how many of these messages it stands."""
    found = Counter(kind for risk in risks for kind in risk.kinds)
    return dict(sorted(found.items()))


def example(session: Session, vault: Vault, message_id: str) -> tuple[Author, str] | None:
    """Who wrote a message and its words, with every kind of personal data in it masked: for the team to learn from.
    None when it was erased since, or when so little is left of it that nothing can be learned."""
    row = session.get(Message, message_id) or session.get(Outbox, message_id)
    customer = session.get(Customer, row.customer_id) if row is not None and row.customer_id is not None else None
    if row is None or customer is None:
        return None
    content = vault.open_or_nothing(row.sealed_content if isinstance(row, Message) else row.sealed_body)
    text = str(content.get("text") or content.get("caption") or "")
    person = Person.of(session, vault, customer)
    spans = find(text, person.region, person.names)
    if not text.strip() or not spans:
        return None
    masked = mask(text, spans, person.locale)
    shown = masked if len(masked) <= LONGEST else f"{masked[:LONGEST]} […]"
    return (row.author if isinstance(row, Message) else "us"), shown


def _kinds(item: Item, person: Person) -> frozenset[str]:
    found = {span.kind for span in find(item.text, person.region, person.names)} if item.text else set()
    papers = {PAPERS} if item.facts.get(_SAYS_PAPERS) is True else set()
    return frozenset((found & SENSITIVE) | papers)
