"""What a webhook body can contain, as typed events; personal throughout, so only ever kept sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Place = Literal["private", "group"]


@dataclass(frozen=True)
class Person:
    """How WhatsApp names somebody: by number (`wa_id`), by business-scoped id (`user_id`), or by both."""

    wa_id: str | None = None
    user_id: str | None = None
    name: str | None = None
    username: str | None = None

    @property
    def known(self) -> bool:
        """True when there is an address to keep the person by."""
        return self.wa_id is not None or self.user_id is not None


@dataclass(frozen=True)
class MessageEvent:
    """One thing a customer wrote, tapped, shared, reacted with, edited or took back."""

    at_path: str
    wamid: str
    sender: Person
    kind: str  # WhatsApp's own `type`; 'unknown' when it gave none that can be used
    place: Place
    sent_at: datetime
    content: dict[str, Json]  # see flows/receiving/content.py

    @property
    def opens_window(self) -> bool:
        """True when this opens the 24-hour window in which the customer may be answered with free text.

        Reactions, edits and revokes are not promised to, and a message in a group opens the group's window, not
        the private one: the cautious side is to ask for a template.
        """
        return self.place == "private" and self.kind not in {"reaction", "edit", "revoke", "system"}


@dataclass(frozen=True)
class EchoEvent:
    """One thing that a colleague wrote in the app, edited there, or took back (`kind` is revoke)."""

    at_path: str
    wamid: str
    about: Person  # whose conversation it stands in
    kind: str
    place: Place
    sent_at: datetime
    content: dict[str, Json]  # as a customer's

    @property
    def takes_back(self) -> str | None:
        """The id of the message of ours that was deleted for everyone by this, if any."""
        original = self.content.get("about")
        return original if self.kind == "revoke" and isinstance(original, str) else None


@dataclass(frozen=True)
class StatusEvent:
    """What became of a message that we sent."""

    at_path: str
    wamid: str
    status: str  # sent, delivered, read, played, failed, or a newer word
    at: datetime
    code: int | None  # the first error's code when the status is 'failed'
    key: str | None  # biz_opaque_callback_data: our idempotency key, when the send was ours
    recipient: Person


@dataclass(frozen=True)
class NewAddress:
    """WhatsApp says that two addresses are the same person: a new number, or a new business-scoped id."""

    at_path: str
    before: Person
    after: Person


@dataclass(frozen=True)
class Notice:
    """Anything else that WhatsApp reports: kept, and never taken for something that a customer wrote."""

    at_path: str
    field: str  # the webhook field, e.g. 'account_update'
    about: Person  # whose conversation it belongs to; not `known` when it concerns the account
    wamid: str | None
    at: datetime | None
    element: Json


Event = MessageEvent | EchoEvent | StatusEvent | NewAddress | Notice


@dataclass(frozen=True)
class Bad:
    """An element that could not be understood, with the reason and where it stood in the body."""

    at_path: str
    reason: str
    element: Json


@dataclass(frozen=True)
class Parsed:
    """A body taken apart; `events` and `bad` are in the order of the body."""

    events: tuple[Event, ...]
    bad: tuple[Bad, ...]
