"""What every channel takes (a `Letter`) and what it answers (a `Result`).

Whatever is personal in here (the address, the text, a provider id, a link) stays out of `repr`, so that it
cannot slip into a log or an error message together with the object that carries it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Literal, Protocol

MOST_BUTTONS = 3
"""Buttons under one message; more of them are a list (Meta's OpenAPI file v23.0)."""
LONGEST_KEY = 512  # characters of `biz_opaque_callback_data`, by Meta's OpenAPI file v23.0


class Next(Enum):
    """What to do about a letter that was not taken."""

    RETRY = "retry"  # nothing is wrong with the letter: try again after the wait
    BACK_OFF = "back_off"  # we were too fast: wait, and longer each time
    USE_TEMPLATE = "use_template"  # free text is not allowed now, an approved template is
    HUMAN = "human"  # a person has to look: the letter, the account or the customer's phone is the reason
    STOP = "stop"  # the customer does not want this: never send it again


@dataclass(frozen=True, slots=True)
class Button:
    """A reply button: its `id` comes back when the customer taps `title` (at most 20 characters)."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Template:
    """An approved template by its name and language at Meta, with the values of its placeholders in order."""

    name: str
    language: str
    parameters: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one customer.

    `to` is a WhatsApp number (digits, a leading plus is fine) or a business-scoped user id (`US.1349…`).
    `text` is what the customer will read; for a template it is the template filled in, for people and for
    channels that have no templates. `key` makes the letter unique and comes back with each delivery status.
    `buttons` are what the customer may tap; where there are more than a message takes, they become a list that opens
    by a button with `list_title` on it.
    """

    key: str
    to: str = field(repr=False)
    kind: Literal["text", "template"]
    text: str = field(repr=False)
    template: Template | None = None
    buttons: tuple[Button, ...] = ()
    list_title: str = ""
    group: bool = False  # `to` is then the id of a group; only text is sent there

    def __post_init__(self) -> None:
        if not 0 < len(self.key) <= LONGEST_KEY:
            raise ValueError(f"a key has 1 to {LONGEST_KEY} characters, this one has {len(self.key)}")
        if (self.kind == "template") != (self.template is not None):
            raise ValueError(f"letter {self.key}: a template is given exactly when the kind is 'template'")
        if self.template is not None and self.buttons:
            raise ValueError(f"letter {self.key}: a template brings its own buttons, a letter adds none")


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took the letter and named it `provider_id` (a wamid, which encodes the number)."""

    provider_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """The letter was certainly not taken.

    `wait` is the time before the first new attempt, None where time alone mends nothing. `detail` is for a
    person and holds nothing personal and no secret.
    """

    code: int | None
    what: Next
    wait: timedelta | None
    detail: str


@dataclass(frozen=True, slots=True)
class Unsure:
    """The letter may or may not have been taken: only a delivery status, or a bounded wait, can tell."""

    detail: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """A person has to send it: `link` opens the conversation with the text ready."""

    link: str = field(repr=False)


Result = Sent | Refused | Unsure | HandOver


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a channel could be used right now, in words for `doctor`."""

    ok: bool
    says: str


class Channel(Protocol):
    """A way to reach a customer. `send` never raises for what the other side does or fails to do."""

    @property
    def name(self) -> str: ...

    def send(self, letter: Letter) -> Result: ...


def with_numbered_choices(text: str, titles: Iterable[str]) -> str:
    """A text for where there are no buttons: each choice on a line of its own, with the number to answer by."""
    return "\n".join([text, *(f"{number}. {title}" for number, title in enumerate(titles, 1))])
