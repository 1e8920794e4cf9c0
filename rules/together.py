"""Which of many conditions may hold together, and which may mean the same, without comparing each with each.

Whenever a condition holds, each fact is among certain integers (those of `rules.alternatives`): that is what it demands
of the fact. Two conditions whose demands on one fact have nothing in common never hold together, and two that mean the
same demand the same. What this cannot tell apart is left to `rules.possible`, which is exact and takes its time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from rules.alternatives import UNKNOWN_NUMBER, Ranges, alternatives, united
from rules.conditions import MOST_BRANCHES, Condition
from rules.vocabulary import Fact

Demands = Mapping[Fact, Ranges]
"""Fact -> the integers among which it is whenever a condition holds; a fact that is not named may be anything."""


def demands(condition: Condition) -> Demands | None:
    """What the condition demands of each fact, exactly; None if it never holds."""
    if condition.branches() > MOST_BRANCHES:  # too many ways to write down: nothing is known of it
        return {}
    ways = alternatives(condition)
    if not ways:
        return None
    always = set(ways[0]).intersection(*ways[1:])
    found = {fact: united([each for way in ways for each in way[fact]]) for fact in always}
    return {fact: ranges for fact, ranges in found.items() if ranges != ((UNKNOWN_NUMBER, fact.largest),)}


def may_meet(wanted: Sequence[Demands | None]) -> Iterator[tuple[int, int]]:
    """The positions of every two conditions that no single fact keeps apart, given the demands of all.

    The integers of a fact are cut into stretches that the demands do not divide further, and of each stretch is
    remembered who allows it, as the bits of one number: so thousands are compared with one `and`.
    """
    cuts = _cuts(wanted)
    allowed = {fact: [0] * len(edges) for fact, edges in cuts.items()}
    anything = dict.fromkeys(cuts, (1 << len(wanted)) - 1)  # who demands nothing of the fact
    for number, each in enumerate(wanted):
        for fact, ranges in (each or {}).items():
            anything[fact] &= ~(1 << number)
            for stretch in _stretches(cuts[fact], ranges):
                allowed[fact][stretch] |= 1 << number
    able = sum(1 << number for number, each in enumerate(wanted) if each is not None)
    for number, each in enumerate(wanted):
        others = able & ((1 << number) - 1) if each is not None else 0
        for fact, ranges in (each or {}).items():
            here = anything[fact]
            for stretch in _stretches(cuts[fact], ranges):
                here |= allowed[fact][stretch]
            others &= here
        while others:
            lowest = others & -others
            yield lowest.bit_length() - 1, number
            others ^= lowest


def _cuts(wanted: Sequence[Demands | None]) -> dict[Fact, list[int]]:
    """Fact -> where its stretches begin, ascending."""
    found: defaultdict[Fact, set[int]] = defaultdict(set)
    for each in wanted:
        for fact, ranges in (each or {}).items():
            found[fact].update(edge for low, high in ranges for edge in (low, high + 1))
    return {fact: sorted(edges) for fact, edges in found.items()}


def _stretches(cuts: Sequence[int], ranges: Ranges) -> Iterator[int]:
    for low, high in ranges:
        yield from range(bisect_left(cuts, low), bisect_left(cuts, high + 1))
