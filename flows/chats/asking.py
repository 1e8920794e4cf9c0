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
"""How many of the last messages are read: a request or a complaint is what somebody exports a chat for."""
ASKED = ("deletion_request", "complaint")
"""What starts a procedure of its own, by the fact `intent`."""


@dataclass(frozen=True)
class Read:
    """One of the customer's last messages, what it was written for (the fact `intent`), in which language, how severe
    it is, and which playbook would start with it."""

    said: Said
    intent: str
    locale: str
    severity: str
    playbook: str | None


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
        known = bundle.derive({**facts, "place": "group" if sides.others else "private"}).facts
        playbook = bundle.triggers.decide(known).then.get("playbook")
        intent, severity = (str(known.get(name, UNKNOWN)) for name in ("intent", "severity"))
        found.append(Read(said, intent, locale, severity, str(playbook) if playbook is not None else None))
    return found


def language_of(read: Sequence[Read]) -> str | None:
    """The language that the customer wrote in last, as far as it was recognised."""
    return next((each.locale for each in reversed(read) if each.locale != UNKNOWN), None)


def asked(read: Sequence[Read]) -> Read | None:
    """The last message that asks to delete something, if one does; else the last complaint, if there is one."""
    return next((each for intent in ASKED for each in reversed(read) if each.intent == intent), None)
