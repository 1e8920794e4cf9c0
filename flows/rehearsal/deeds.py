"""What people and WhatsApp did in a past case, without what the procedure made of it: what can be played again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flows.channels.channel import Result


@dataclass(frozen=True)
class Wrote:
    """The customer wrote. `element` is the message as WhatsApp posted it, without the number; `case` is the case that
    it opened, if any."""

    at: datetime
    element: Mapping[str, Any] = field(repr=False)
    name: str = field(default="", repr=False)
    case: str | None = None


@dataclass(frozen=True)
class Answered:
    """A colleague answered what a step (or, without one, nobody's step) had asked."""

    at: datetime
    playbook: str | None
    path: str | None
    kind: str
    role: str
    question: str
    answer: Mapping[str, Any]
    by: str


@dataclass(frozen=True)
class Reported:
    """WhatsApp reported on a text: the n-th (from 0) of this reply that had left."""

    at: datetime
    reply: str
    nth: int
    status: str
    code: int | None


@dataclass(frozen=True)
class OpenedByHand:
    """A person opened a case for the customer, in this incident if any."""

    at: datetime
    case: str
    playbook: str
    severity: str
    by: str
    incident: str | None = None


@dataclass(frozen=True)
class ClosedByHand:
    """A person closed a case."""

    at: datetime
    case: str
    as_: str
    by: str


@dataclass(frozen=True)
class Crisis:
    """An incident begins, with what was known of it then (its severity among the `facts`). Its own procedure plays no
    part in the case; that it is open, and what it is about, does."""

    at: datetime
    incident: str
    kind: str
    facts: Mapping[str, Any]
    topic: str | None
    opened_at: datetime
    noticed_at: datetime | None


@dataclass(frozen=True)
class InForce:
    """A statement about an incident came into force: `texts` are language -> words."""

    at: datetime
    incident: str
    version: int
    texts: Mapping[str, str] = field(repr=False)
    remedies: tuple[str, ...]
    news_at: datetime | None
    in_force_at: datetime


@dataclass(frozen=True)
class Turned:
    """An incident became worse or was found to be `about` something, its freeze was lifted or put in force again, it
    was stood down or closed. `to` is the severity, the topic, or the incident in which it went on."""

    at: datetime
    incident: str
    turn: str
    to: str | None


@dataclass(frozen=True)
class Joined:
    """A person let a case join an incident, or (without one) took it out of its own."""

    at: datetime
    case: str
    incident: str | None
    by: str


Deed = Wrote | Answered | Reported | OpenedByHand | ClosedByHand | Crisis | InForce | Turned | Joined


@dataclass(frozen=True)
class Said:
    """A text that is sent once, or once in a while, and was sent before all this."""

    reply: str
    version: str
    at: datetime


@dataclass(frozen=True)
class Past:
    """A past case: what was done, in order, and what the channel answered for each reply.

    It begins some days before the case, because what the customer wrote then may matter to it. `remarks` say what of
    it cannot be played as it was.
    """

    case: str
    playbook: str
    version: str
    bundle: str
    deeds: tuple[Deed, ...]
    results: Mapping[str, tuple[Result, ...]]
    until: datetime
    locale: str | None = None
    last_wrote_at: datetime | None = None
    first_seen_at: datetime | None = None
    said_before: tuple[Said, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def begins(self) -> datetime:
        """When the first thing was done."""
        return min((deed.at for deed in self.deeds), default=self.until)
