"""Taking personal data out of what stays, in every place in which a message or a letter of ours has it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from flows.errors import VaultError
from flows.store.customers import newest_address
from flows.store.tables import Customer
from flows.store.vault import Vault
from rules.personal_data import KINDS, country_of, find, mask


@dataclass(frozen=True)
class Mask:
    """A decision about one message or letter: it stays, without personal data of these kinds (all of them, if not
    said otherwise)."""

    kinds: Collection[str] = KINDS

    def __post_init__(self) -> None:
        """Raise ValueError for a kind that nobody looks for: what it was to take out would stay."""
        if unknown := [kind for kind in self.kinds if kind not in KINDS]:
            raise ValueError(f"there is no personal data of the kind {unknown[0]!r}; there are {', '.join(KINDS)}")


@dataclass(frozen=True)
class Person:
    """What must be known of somebody to recognise their data in a text: their country, their names, their language."""

    region: str | None
    names: tuple[str, ...]
    locale: str

    @classmethod
    def of(cls, session: Session, vault: Vault, customer: Customer) -> Person:
        """A customer as the store knows them; what is erased is not known."""
        profile = vault.open_or_nothing(customer.sealed_profile)
        names = tuple(str(profile[name]) for name in ("name", "username") if profile.get(name))
        alias = newest_address(session, customer.id)
        region = None
        if alias is not None and alias.kind == "wa_id":
            try:
                region = country_of(str(vault.open(alias.sealed_address)))
            except VaultError:
                region = None
        return cls(region, names, customer.locale or "en")


def masked_text(text: str, kinds: Collection[str], person: Person) -> str:
    """The text with words such as `[phone number]` in place of what is of these kinds. Order numbers, prices, dates and
    whatever else is nobody's stay."""
    spans = [span for span in find(text, person.region, person.names) if span.kind in kinds]
    return mask(text, spans, person.locale)


def masked(content: Any, kinds: Collection[str], person: Person) -> Any:
    """The content of a message, or the body of a letter, without personal data of these kinds in any of its texts.

    Of the element as WhatsApp sent it (`raw`) nothing stays: it says the same again, under names that differ from type
    to type. Nor does a contact card or a place, which is nothing else but personal data.
    """
    if isinstance(content, str):
        return masked_text(content, kinds, person)
    if isinstance(content, Mapping):
        return {key: masked(value, kinds, person) for key, value in content.items() if key != "raw"}
    if isinstance(content, list):
        return [masked(value, kinds, person) for value in content]
    return content
