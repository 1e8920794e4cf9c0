"""A condition as alternatives for the rule engine: each says, for some facts, in which range of integers they must be.

The engine has no `not`, and its `or` is bounded and fires twice. So negation is pushed down to the facts, and what
is left is a list of alternatives without groups. This is plain interval arithmetic and knows nothing of how
`Condition.holds` works; the differential test relies on that.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, product
from operator import xor

from rules.conditions import COMPARE, WIDEST_HOLE, All, Any_, Condition, Is, Not
from rules.vocabulary import KNOWN, UNKNOWN, Fact, Facts, Value

UNKNOWN_NUMBER = -1

Range = tuple[int, int]
"""Lowest and highest integer, both included; integers are those of `Fact.number`, -1 stands for unknown."""
Ranges = tuple[Range, ...]
"""Ranges in ascending order that neither meet nor touch."""
Alternative = dict[Fact, Ranges]
"""Every fact named must be within one of its ranges; a fact that is not named may be anything."""


def alternatives(condition: Condition) -> list[Alternative]:
    """The ways in which the condition comes true, contradictions left out, ready for the engine: the ranges of a fact
    in one alternative are only a few numbers apart. At most `condition.branches()` of them."""
    return [near for each in _alternatives(condition, negated=False) for near in _split(each)]


def fits(alternative: Alternative, numbers: Mapping[Fact, int]) -> bool:
    """Whether these numbers satisfy the alternative."""
    return all(any(low <= numbers[fact] <= high for low, high in ranges) for fact, ranges in alternative.items())


class Index:
    """Finds those of many alternatives that facts satisfy, in as many steps as there are facts.

    The integers of a fact are cut into stretches that no alternative divides further, and for each stretch is kept
    who allows it, as the bits of one number: bit 0 for the first alternative. The `and` over the facts is the answer.
    """

    def __init__(self, found: Sequence[Alternative]) -> None:
        self.facts = tuple(sorted({fact for each in found for fact in each}, key=lambda fact: fact.name))
        self._all = (1 << len(found)) - 1
        changes: dict[Fact, defaultdict[int, int]] = {fact: defaultdict(int) for fact in self.facts}
        free = dict.fromkeys(self.facts, self._all)  # who takes anything for the fact
        for position, each in enumerate(found):
            for fact, ranges in each.items():
                free[fact] ^= 1 << position
                for low, high in ranges:
                    changes[fact][low] ^= 1 << position
                    changes[fact][high + 1] ^= 1 << position
        self._stretches = [_Stretches(changes[fact], free[fact]) for fact in self.facts]
        self._read = [(fact.name, _reader(fact, each)) for fact, each in zip(self.facts, self._stretches, strict=True)]

    def look_up(self, facts: Facts) -> tuple[int, list[int]]:
        """The bits of the alternatives that gated facts satisfy, and the integers of `self.facts`, in their order."""
        fitting, numbers = self._all, []
        for name, read in self._read:
            number, allowed = read(facts[name])
            fitting &= allowed
            numbers.append(number)
        return fitting, numbers

    def fitting(self, numbers: Sequence[int]) -> int:
        """The bits of the alternatives that these integers of `self.facts` satisfy."""
        found = self._all
        for number, stretches in zip(numbers, self._stretches, strict=True):
            found &= stretches.allowed(number)
        return found


class _Stretches:
    """Who allows which integers of one fact."""

    def __init__(self, changes: Mapping[int, int], free: int) -> None:
        self.cuts = sorted(changes)
        self.masks = list(accumulate((changes[cut] for cut in self.cuts), xor, initial=free))

    def allowed(self, number: int) -> int:
        return self.masks[bisect_right(self.cuts, number)]


def _reader(fact: Fact, stretches: _Stretches) -> Callable[[Value], tuple[int, int]]:
    """From a gated value to its integer and who allows it; where there are few values, all are looked up beforehand."""

    def read(value: Value) -> tuple[int, int]:
        number = fact.number(value)
        return number, stretches.allowed(number)

    if fact.kind in ("count", "duration"):
        return read
    few: tuple[Value, ...] = (UNKNOWN, *((False, True) if fact.kind == "yes_no" else fact.values))
    return {value: read(value) for value in few}.__getitem__


def _alternatives(condition: Condition, *, negated: bool) -> list[Alternative]:
    match condition:
        case Is():
            numbers = _numbers(condition)
            found = _complement(numbers, condition.fact.largest) if negated else numbers
            return [{condition.fact: found}] if found else []
        case Not():
            return _alternatives(condition.part, negated=not negated)
        case All() | Any_():
            parts = [_alternatives(part, negated=negated) for part in condition.parts]
            if isinstance(condition, Any_) != negated:
                return [alternative for part in parts for alternative in part]
            return _all_of(parts)
    raise TypeError(f"not a condition: {type(condition).__name__}")


def _numbers(condition: Is) -> Ranges:
    """The integers of the fact for which the comparison holds."""
    fact, top = condition.fact, condition.fact.largest
    if isinstance(condition.value, tuple):
        return united([(number, number) for number in map(fact.number, condition.value)])
    if condition.op == "is" and condition.value == KNOWN:
        return ((0, top),)
    limit = fact.number(condition.value)
    if condition.op == "is":
        return ((limit, limit),)
    low, high = {
        "at_least": (limit, top),
        "more_than": (limit + 1, top),
        "at_most": (0, limit),
        "less_than": (0, limit - 1),
    }[condition.op]
    found = [(low, high)] if low <= high else []
    counted = fact.unknown_counts_as
    if counted is not None and COMPARE[condition.op](fact.number(counted), limit):
        found.append((UNKNOWN_NUMBER, UNKNOWN_NUMBER))
    return united(found)


def _all_of(parts: Sequence[list[Alternative]]) -> list[Alternative]:
    found: list[Alternative] = [{}]
    for part in parts:
        joined = (_both(one, other) for one, other in product(found, part))
        found = [alternative for alternative in joined if alternative is not None]
    return found


def _both(one: Alternative, other: Alternative) -> Alternative | None:
    joined = dict(one)
    for fact, ranges in other.items():
        joined[fact] = _intersection(joined[fact], ranges) if fact in joined else ranges
        if not joined[fact]:
            return None
    return joined


def _split(alternative: Alternative) -> Iterator[Alternative]:
    """The alternative with every wide hole in a range made into an alternative of its own."""
    choices = [[(fact, near) for near in _near(ranges)] for fact, ranges in alternative.items()]
    return (dict(chosen) for chosen in product(*choices))


def _near(ranges: Ranges) -> list[Ranges]:
    groups: list[list[Range]] = []
    for each in ranges:
        if groups and each[0] - groups[-1][-1][1] - 1 <= WIDEST_HOLE:
            groups[-1].append(each)
        else:
            groups.append([each])
    return [tuple(group) for group in groups]


def united(ranges: Sequence[Range]) -> Ranges:
    """The same integers in ascending ranges that neither meet nor touch."""
    found: list[Range] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


def _intersection(one: Ranges, other: Ranges) -> Ranges:
    meets = ((max(a[0], b[0]), min(a[1], b[1])) for a in one for b in other)
    return tuple(sorted((low, high) for low, high in meets if low <= high))


def _complement(ranges: Ranges, top: int) -> Ranges:
    edges = [UNKNOWN_NUMBER, *(edge for low, high in ranges for edge in (low - 1, high + 1)), top]
    gaps = zip(edges[::2], edges[1::2], strict=True)
    return tuple((low, high) for low, high in gaps if low <= high)
