"""A crowd from a seed: who writes what, in which language, when, how often, and what WhatsApp delivers twice.

The same seed gives the same crowd, so that two versions of Firebreak can be held against each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from ruamel.yaml import YAML

LANGUAGES = {"zh-CN": 30, "en": 25, "es": 11, "id": 8, "pt": 8, "ar": 7, "de": 6, "fr": 5}
"""Locale -> how many of a hundred write it."""
TOPICS = {"delivery": 45, "failure": 25, "payment": 20, "fire": 10}
LEVELS = {"fire": "urgent", "failure": "important", "payment": "important", "delivery": "general"}
"""How severe each topic is meant; what the rules make of it is theirs to say."""
MOODS = {"calm": 30, "upset": 40, "furious": 30}

IN_GROUPS, WITH_PHOTO, WITH_LAWYER, DELIVERED_TWICE = 0.05, 0.12, 0.015, 0.1
DOUBLES_EVERY = 2.0
"""Seconds in which the crowd doubles, until it has its full rate."""
BEGINS_AT = 1 / 8
"""With which part of its full rate the crowd begins."""
ASKS_AGAIN_AFTER = 8.0
"""Seconds, on average, between two messages of the same customer; less in a crowd below `A_CROWD`."""
COMES_AGAIN_WITHIN = 20.0
"""Seconds within which WhatsApp delivers a message for the second time, likewise."""
A_CROWD = 1000

# Followed by seven digits; none of these numbers is called, and nothing leaves this machine.
_PREFIXES = {
    "en": "1555", "zh-CN": "8610000", "es": "3400", "pt": "55110", "de": "4900", "fr": "3300", "id": "62000",
    "ar": "96600",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody in the crowd: `level` is how severe it is meant, `words` the number of messages they write."""

    wa_id: str
    locale: str
    topic: str
    level: str
    mood: str
    group_id: str | None
    words: int


@dataclass(frozen=True, slots=True)
class Words:
    """One delivery of one message, `at` seconds after the first. `again`: WhatsApp delivers it once more."""

    at: float
    wa_id: str
    wamid: str
    text: str
    photo: bool = False
    group_id: str | None = None
    again: bool = False


@dataclass(frozen=True)
class Crowd:
    """Everybody by their number, and everything they write, in the order of time."""

    customers: dict[str, Customer]
    words: tuple[Words, ...]

    @property
    def messages(self) -> int:
        return sum(not each.again for each in self.words)


def gather(customers: int, seed: int, rate: float) -> Crowd:
    """A crowd of so many; `rate` is how many new ones write per second once it has grown."""
    random = Random(seed)  # noqa: S311 - a crowd that anybody can gather again
    pace = min(1.0, customers / A_CROWD)
    everybody: dict[str, Customer] = {}
    written: list[Words] = []
    for number, began in zip(range(customers), _beginnings(rate, random), strict=False):
        customer = _somebody(number, random)
        everybody[customer.wa_id] = customer
        written.extend(_writes(customer, began, pace, f"{seed}-{number}", random))
    written.sort(key=lambda each: (each.at, each.wamid, each.again))
    return Crowd(everybody, tuple(written))


def _beginnings(rate: float, random: Random) -> Iterator[float]:
    """When one after the other begins to write: twice as many every some seconds, then evenly."""
    at = 0.0
    while True:
        yield at
        now = min(rate, rate * BEGINS_AT * 2 ** (at / DOUBLES_EVERY))
        at += random.expovariate(now)


def _somebody(number: int, random: Random) -> Customer:
    locale, topic = _drawn(LANGUAGES, random), _drawn(TOPICS, random)
    lawyer = random.random() < WITH_LAWYER
    in_group = random.random() < IN_GROUPS
    return Customer(
        wa_id=f"{_PREFIXES[locale]}{number:07}",
        locale=locale,
        topic="lawyer" if lawyer else topic,
        level="urgent" if lawyer else LEVELS[topic],
        mood=_drawn(MOODS, random),
        group_id=f"group-{number % 7}" if in_group else None,
        words=1 if in_group else random.choice((1, 1, 1, 2, 2, 3, 5)),
    )


def _writes(customer: Customer, began: float, pace: float, name: str, random: Random) -> Iterator[Words]:
    at, texts = began, _phrases()[customer.locale]
    for number in range(customer.words):
        text = _complaint(customer, texts, random) if number == 0 else random.choice(texts["still"])
        photo = number == 0 and random.random() < WITH_PHOTO
        wamid = f"wamid.SURGE-{name}-{number}"
        words = Words(at, customer.wa_id, wamid, text, photo, customer.group_id)
        yield words
        if random.random() < DELIVERED_TWICE:
            later = at + random.uniform(0, COMES_AGAIN_WITHIN * pace)
            yield Words(later, words.wa_id, wamid, text, photo, words.group_id, again=True)
        at += random.expovariate(1 / (ASKS_AGAIN_AFTER * pace))


def _complaint(customer: Customer, texts: dict[str, Any], random: Random) -> str:
    topic = _drawn(TOPICS, random) if customer.topic == "lawyer" else customer.topic
    what = random.choice(texts["what"][topic]).format(since=random.choice(texts["since"]))
    parts = [random.choice(texts["hello"]), what + ".", random.choice(texts["mood"][customer.mood])]
    if customer.topic == "lawyer":
        parts.append(random.choice(texts["lawyer"]))
    return " ".join(filter(None, parts))


def _drawn(weights: dict[str, int], random: Random) -> str:
    return random.choices(list(weights), list(weights.values()))[0]


@cache
def _phrases() -> dict[str, Any]:
    text = files("flows.surge").joinpath("words.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = YAML(typ="safe").load(text)
    return found
