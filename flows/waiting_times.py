"""How long customers waited: a distribution, and what is said of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

_SECONDS = (10, 30, 60, 120, 300, 600, 1800, 3600, 4 * 3600, 24 * 3600, 7 * 24 * 3600)
EDGES = tuple(timedelta(seconds=each) for each in _SECONDS)
"""The upper ends of the spans of time that are counted by; the first begins at 0, and what is longer than the last is
counted by itself."""


@dataclass(frozen=True)
class WaitingTimes:
    """Waiting times, sorted, the shortest first; how many still wait; and what was promised, if anything was."""

    times: tuple[timedelta, ...] = ()
    unanswered: int = 0
    promised: timedelta | None = None

    def __bool__(self) -> bool:
        return bool(self.times) or self.unanswered > 0


def percentile(times: Sequence[timedelta], share: int) -> timedelta:
    """How long at most so many of a hundred waited: the smallest of `times` (sorted, not empty) that as many did not
    wait longer than."""
    return times[max(math.ceil(len(times) * share / 100), 1) - 1]


def spans(times: Sequence[timedelta]) -> list[tuple[timedelta | None, int]]:
    """How many waited longer than the edge before and at most this long; None stands for longer than the last."""
    counts = [0] * (len(EDGES) + 1)
    for wait in times:
        counts[next((place for place, edge in enumerate(EDGES) if wait <= edge), len(EDGES))] += 1
    return list(zip([*EDGES, None], counts, strict=True))
