"""What an order source is asked, and what it answers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, Protocol, get_args

from flows.channels.channel import Check
from flows.errors import FirebreakError

State = Literal["ordered", "sent", "delivered", "returned", "cancelled"]
"""How far an order has come: the values of the fact `order_state`, but for `none`."""
STATES: tuple[State, ...] = get_args(State)

MOST_ORDERS = 50
"""How many orders of one customer are looked at, the newest first."""
LONGEST_FIELD = 200
"""Characters of an article, of one line of history and the like; what is longer is cut."""
MOST_LINES = 20
"""Lines of history of one order, the last ones."""

_NUMBER = re.compile(r"[0-9]{7,15}")  # E.164, without its plus
_ORDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.#-]{0,39}")


class OrdersUnavailable(FirebreakError):
    """The source could not be asked, or its answer could not be read. Never a sign that there is no order. The text
    holds nothing of a customer."""


class BadOrder(ValueError):
    """A line or an element is no order; the text says why, without repeating what stands there."""


@dataclass(frozen=True)
class Order:
    """One order. `customer` is the number it belongs to, in digits with the country code; `amount` is as it is written
    (`12.30`), `currency` three letters; `history` are lines such as `2026-03-02 handed to the carrier`."""

    number: str
    customer: str | None = field(repr=False)
    state: State
    ordered_at: datetime | None = None
    article: str = field(default="", repr=False)
    amount: str = field(default="", repr=False)
    currency: str = ""
    tracking: str = field(default="", repr=False)
    history: tuple[str, ...] = field(default=(), repr=False)

    def to_json(self) -> dict[str, Any]:
        """As it is shown, sealed on a case, and answered by an order source (docs/orders.md)."""
        return {
            "order": self.number,
            "customer": self.customer,
            "state": self.state,
            "ordered_at": self.ordered_at.isoformat() if self.ordered_at is not None else None,
            "article": self.article,
            "amount": self.amount,
            "currency": self.currency,
            "tracking": self.tracking,
            "history": list(self.history),
        }


class OrderSource(Protocol):
    """Wherever orders are looked up. Safe to share between threads."""

    @property
    def name(self) -> str: ...

    def find(self, number: str | None = None, order: str | None = None) -> list[Order]:
        """The orders of a customer's `number` (digits with the country code), or those with this `order` number, the
        newest first; both given, those that both fit. Raises `OrdersUnavailable`."""
        ...

    def check(self) -> Check:
        """Whether the source can be used now, in words without anything of a customer."""
        ...


def order_of(given: Mapping[str, Any]) -> Order:
    """The order that a line of a file or an element of an answer tells. Raises `BadOrder`."""
    number = _words(given.get("order"))
    if not _ORDER.fullmatch(number):
        raise BadOrder("`order` is missing, or is no order number: letters, digits and / _ . # -, at most 40")
    state = _words(given.get("state")).casefold()
    if state not in STATES:
        raise BadOrder(f"`state` is one of {', '.join(STATES)}")
    customer = _words(given.get("customer"))
    digits = digits_of(customer)
    if customer and digits is None:
        raise BadOrder("`customer` is no number with its country code, as in +49 170 1234567")
    history = given.get("history") or ()
    lines = history.split("|") if isinstance(history, str) else history
    if not isinstance(lines, list | tuple):
        raise BadOrder("`history` is a list of lines")
    return Order(
        number,
        digits,
        state,
        _moment(_words(given.get("ordered_at"))),
        _words(given.get("article")),
        _words(given.get("amount")),
        _words(given.get("currency")).upper()[:3],
        _words(given.get("tracking")),
        tuple(line for each in lines if (line := _words(each)))[-MOST_LINES:],
    )


def newest_first(orders: list[Order]) -> list[Order]:
    """The newest first; those of which nobody knows when they were made come last."""
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(orders, key=lambda each: each.ordered_at or never, reverse=True)[:MOST_ORDERS]


def digits_of(number: str) -> str | None:
    """A telephone number as digits with its country code, however it was written: `+86 138-0013-8000`, `0086…`. None
    where it is none."""
    written = unicodedata.normalize("NFKC", number).strip()
    digits = re.sub(r"[\s().+/-]", "", written)
    digits = digits.removeprefix("00")
    return digits if digits.isascii() and _NUMBER.fullmatch(digits) and not digits.startswith("0") else None


def same_order(one: str, other: str) -> bool:
    """Whether two order numbers are the same to a person: case, a leading # and full-width forms do not matter."""
    return plain_number(one) == plain_number(other)


def plain_number(number: str) -> str:
    """An order number in the form in which two of them are compared."""
    return unicodedata.normalize("NFKC", number).strip().lstrip("#").casefold()


def _words(value: object) -> str:
    """A field as one line of at most LONGEST_FIELD characters; a number is taken as it is written."""
    if value is None or isinstance(value, bool | list | dict):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())[:LONGEST_FIELD]


def _moment(text: str) -> datetime | None:
    """A day or a moment in ISO 8601; without a zone it is UTC."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise BadOrder("`ordered_at` is a day such as 2026-03-02, or a moment in ISO 8601") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
