"""Looking up many customers' orders at once, bounded in time: a slow source must not hold up anybody's answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from flows.channels.channel import Check
from flows.orders.source import Order, OrdersUnavailable, OrderSource, same_order

BUDGET = 4.0
"""Seconds for all questions of one wave together."""
REST = 60.0
"""Seconds in which a source is not asked again after none of its answers came."""
HANDS = 8
"""How many questions are asked at once."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Question:
    """Whose orders: the number in digits, and the order numbers that they named in what they wrote."""

    number: str = field(repr=False)
    named: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Found:
    """What was found for one question. `why_not` says why nobody could tell, in closed words; then nothing of the rest
    means anything. `about` is the order that they mean: the one that they named, if it is theirs; if they named none,
    their newest."""

    orders: tuple[Order, ...] = field(default=(), repr=False)
    about: Order | None = field(default=None, repr=False)
    named_another: bool = False  # they named an order, and it is none of theirs as far as the source knows
    why_not: str = ""


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
            return [Found(why_not="the order source lately gave no answer, and is asked again in a minute")] * len(questions)
        pool = ThreadPoolExecutor(min(HANDS, len(questions)), thread_name_prefix="orders")
        asked = [pool.submit(self.source.find, each.number) for each in questions]
        try:
            wait(asked, timeout=self._budget)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        found = [_found(each, question) for each, question in zip(asked, questions, strict=True)]
        if all(each.why_not for each in found):
            self._rests_until = time.monotonic() + REST
        for why in sorted({each.why_not for each in found if each.why_not}):
            log.warning("orders could not be looked up: %s", why)
        return found

    def check(self) -> Check:
        """Whether the source can be used now."""
        return self.source.check()


def _found(asked: Future[list[Order]], question: Question) -> Found:
    if asked.cancelled() or not asked.done():
        return Found(why_not="the order source did not answer in time")
    error = asked.exception()
    if isinstance(error, OrdersUnavailable):
        return Found(why_not=str(error))
    if error is not None:  # whatever it is, the others must still be answered; its words may be personal
        return Found(why_not=f"the order source broke ({type(error).__name__})")
    orders = tuple(asked.result())
    named = [each for number in question.named for each in orders if same_order(each.number, number)]
    if question.named and not named:
        return Found(orders, None, named_another=True)
    return Found(orders, named[0] if named else next(iter(orders), None))
