"""Looking up many customers' orders at once, bounded in time: a slow source must not hold up anybody's answer."""

from __future__ import annotations

import logging
import re
import time
import unicodedata
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Literal

from flows.channels.channel import Check
from flows.orders.source import Order, OrderSource, OrdersUnavailable, plain_number

BUDGET = 4.0
"""Seconds for all questions of one wave together."""
REST = 60.0
"""Seconds in which a source is not asked again after none of its answers came."""
HANDS = 8
"""How many questions are asked at once."""

SHORTEST_NUMBER = 4
"""Characters of an order number from which on it is seen in a text without a word such as `order` before it."""

WhyNot = Literal["no number", "unavailable", "late", "resting"]
"""Nobody knows the customer's number; the source could not be asked or understood; it did not answer in time; it lately
answered nobody, and is left alone for a while."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Question:
    """Whose orders: the number in digits, what they wrote, and the order numbers that they named in it."""

    number: str = field(repr=False)
    text: str = field(default="", repr=False)
    named: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Found:
    """What was found for one question. `why_not` says why nobody could tell; then nothing of the rest means anything.
    `about` is the order that they mean: the one that they named, if it is theirs; if they named none,
    their newest."""

    orders: tuple[Order, ...] = field(default=(), repr=False)
    about: Order | None = field(default=None, repr=False)
    named_another: bool = False  # they named an order, and it is none of theirs as far as the source knows
    why_not: WhyNot | None = None


class LookingUp:
    """A source with a limit to everybody's patience. Nothing here raises for what the source does."""

    def __init__(self, source: OrderSource, budget: float = BUDGET) -> None:
        self.source = source
        self._budget = budget
        self._rests_until = 0.0

    def look_up(self, questions: Sequence[Question]) -> list[Found]:
        """What was found, in the order of the questions. Call it outside any transaction."""
        if not questions:
            return []
        if time.monotonic() < self._rests_until:
            return [Found(why_not="resting")] * len(questions)
        pool = ThreadPoolExecutor(min(HANDS, len(questions)), thread_name_prefix="orders")
        asked = [pool.submit(self.source.find, each.number) for each in questions]
        try:
            wait(asked, timeout=self._budget)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        found = [_found(each, question) for each, question in zip(asked, questions, strict=True)]
        if all(each.why_not for each in found):
            self._rests_until = time.monotonic() + REST
            log.warning("the order source answered nobody; it is asked again in %.0f seconds", REST)
        return found

    def check(self) -> Check:
        """Whether the source can be used now."""
        return self.source.check()


def _found(asked: Future[list[Order]], question: Question) -> Found:
    if asked.cancelled() or not asked.done():
        return Found(why_not="late")
    if (error := asked.exception()) is not None:  # whatever it is, the others must still be answered
        known = isinstance(error, OrdersUnavailable)  # the words of any other may be personal
        log.warning("orders could not be looked up: %s", error if known else type(error).__name__)
        return Found(why_not="unavailable")
    orders = tuple(asked.result())
    named = [each for each in orders if _is_named(each, question)]
    if question.named and not named:
        return Found(orders, None, named_another=True)
    return Found(orders, named[0] if named else next(iter(orders), None))


def _is_named(order: Order, question: Question) -> bool:
    """Whether the customer named this order of theirs."""
    number = plain_number(order.number)
    if any(plain_number(each) == number for each in question.named):
        return True
    if len(number) < SHORTEST_NUMBER or not any(character.isdigit() for character in number):
        return False
    alone = rf"(?<![a-z0-9]){re.escape(number)}(?![a-z0-9])"
    return re.search(alone, unicodedata.normalize("NFKC", question.text).casefold()) is not None
