"""How many were there within a while: a crowd on a clock that is given, so that the same past gives the same answer.

One rule decides everywhere what is within a window: **an event counts while 0 <= now - at < window**. It counts at the
very moment at which it happens and no more when the window is over to the microsecond; what happens after `now` has
not happened yet. The order in which events become known changes nothing, nor does hearing of one twice.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from datetime import datetime, timedelta
from typing import Literal

Growth = Literal["falling", "steady", "growing", "doubling"]

CROWD_WINDOW = timedelta(minutes=10)
"""The window of the facts `complainers_in_10_minutes` and `complaint_growth`."""
FEWEST_THAT_GROW = 5
"""With fewer people than this nothing counts as growing or doubling: two instead of one is an ordinary day."""


class Crowd:
    """Who did something, and when; it tells how many different people that were in the window before any moment.

    Every event makes somebody present for the length of the window. What is kept are the stays of each person, and the
    moments at which all stays begin and end; how many are present at a moment is then the number of stays that have
    begun less those that have ended. Asking takes the logarithm of the number of stays, telling an event hardly more.
    """

    def __init__(self, window: timedelta = CROWD_WINDOW) -> None:
        self.window = window
        self._stays: dict[str, list[tuple[datetime, datetime]]] = {}
        self._begins: list[datetime] = []
        self._ends: list[datetime] = []

    def add(self, who: str, at: datetime) -> None:
        """Note that `who` did it at `at`. To say it again changes nothing."""
        begins, ends = at, at + self.window
        apart = []
        for stay in self._stays.get(who, ()):
            if ends < stay[0] or stay[1] < begins:
                apart.append(stay)
                continue
            # Somebody who comes again while still here stays longer, and is still one person.
            begins, ends = min(begins, stay[0]), max(ends, stay[1])
            del self._begins[bisect_left(self._begins, stay[0])]
            del self._ends[bisect_left(self._ends, stay[1])]
        self._stays[who] = [*apart, (begins, ends)]
        insort(self._begins, begins)
        insort(self._ends, ends)

    def count(self, now: datetime) -> int:
        """How many different people did it within the window that ends at `now`."""
        return bisect_right(self._begins, now) - bisect_right(self._ends, now)

    def growth(self, now: datetime) -> Growth:
        """Whether there are more of them than in the window before that one."""
        return growth(self.count(now - self.window), self.count(now))


def growth(before: int, now: int) -> Growth:
    """How a number of people compares with the one before: `falling` below it, `growing` from half as many again,
    `doubling` from twice as many, but neither with fewer than `FEWEST_THAT_GROW`."""
    if now < before:
        return "falling"
    if now < FEWEST_THAT_GROW or 2 * now < 3 * before:
        return "steady"
    return "doubling" if now >= 2 * before else "growing"


def since(moment: datetime | None, now: datetime) -> timedelta | None:
    """How long ago something last happened, which tells a silence and a cooldown alike; None if it never has.

    A moment after `now` is by somebody's wrong clock; it is taken for now.
    """
    return None if moment is None else max(now - moment, timedelta(0))
