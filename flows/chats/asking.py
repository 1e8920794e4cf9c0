"""What the customer's last messages in an exported chat ask for, as the rules read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flows.chats.people import Sides
from flows.chats.reading import Chat, Said
from rules.bundle import Bundle
from rules.personal_data import country_of
from rules.vocabulary import UNKNOWN

NEWEST = 8
"""How many of the last messages are read: a request to delete is what somebody exports a chat for."""


@dataclass(frozen=True)
class Read:
    """One of the customer's last messages, what it was written for (the fact `intent`) and in which language."""

    said: Said
    intent: str
    locale: str


def last_messages(bundle: Bundle, chat: Chat, sides: Sides) -> Sequence[Read]:
    """What the customer's last messages with words are for, oldest first; none where nobody knows who the customer
    is."""
    theirs = [each for each in chat.said if sides.author_of(each) == "customer" and each.text and each.kind != "call"]
    region = country_of(sides.number) if sides.number else None
    found: list[Read] = []
    before: str | None = None
    for said in theirs[-NEWEST:]:
        facts = bundle.reading_of(said.text, before, region, (sides.customer,)).facts
        locale = str(facts.get("locale", UNKNOWN))
        before = locale if locale != UNKNOWN else before
        found.append(Read(said, str(facts.get("intent", UNKNOWN)), locale))
    return found


def language_of(read: Sequence[Read]) -> str | None:
    """The language that the customer wrote in last, as far as it was recognised."""
    return next((each.locale for each in reversed(read) if each.locale != UNKNOWN), None)


def asked_for_deletion(read: Sequence[Read]) -> Said | None:
    """The last message that asks to delete something, if one does."""
    return next((each.said for each in reversed(read) if each.intent == "deletion_request"), None)
