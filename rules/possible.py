"""Can a condition come true at all? Decided exactly, with an example, or given up after a bounded effort.

What a condition can tell apart of one fact is finite: every value of a choice, and of a count or a duration only
the stretches between the numbers it is compared with. One value stands for each; a search over them, cut off where
the condition is settled already, finds an example or shows that there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache

from rules.conditions import All, Any_, Condition, Is, Not
from rules.units import LONGEST
from rules.vocabulary import LARGEST_COUNT, UNKNOWN, Fact, Value, value_to_json

MOST_TRIES = 4_000  # a second at most; the triggers of ten playbooks need a few dozen
MOST_KEPT = 4_000  # conditions; a check of the shipped content asks about seven hundred

Example = Mapping[str, Value]
"""Fact -> a value; facts that are not named may be anything."""


class TooHard(Exception):
    """The condition is too entangled to be decided with a bounded effort."""


@lru_cache(maxsize=MOST_KEPT)
def example(condition: Condition) -> Example | None:
    """Facts for which the condition holds; None if there are none. Raises `TooHard`.

    Kept, because the checks ask the same again and again, and hardly any condition changes from one check to the next.
    """
    return _Search(condition).run()


def never_holds(condition: Condition) -> bool:
    """Whether no facts at all make the condition true; False also when that is too hard to tell."""
    try:
        return example(condition) is None
    except TooHard:
        return False


def always_holds(condition: Condition) -> bool:
    """Whether the condition is true whatever the facts; False also when that is too hard to tell."""
    return never_holds(Not(condition))


def in_words(facts: Example) -> str:
    """`severity is urgent and intent is unknown`."""
    shown = ((name, value_to_json(value)) for name, value in facts.items())
    words = [f"{name} is {str(value).lower() if isinstance(value, bool) else value}" for name, value in shown]
    return " and ".join(words) or "anything at all"


@dataclass
class _Search:
    condition: Condition
    tries: int = 0
    chosen: dict[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found: dict[str, list[Is]] = {}
        for each in _comparisons(self.condition):
            found.setdefault(each.fact.name, []).append(each)
        self.values = {name: _telling(each[0].fact, each) for name, each in found.items()}

    def run(self) -> Example | None:
        self.tries += 1
        if self.tries > MOST_TRIES:
            raise TooHard
        settled, undecided = self._look(self.condition)
        if settled is not None or undecided is None:
            return dict(self.chosen) if settled else None
        for value in self.values[undecided]:
            self.chosen[undecided] = value
            if (found := self.run()) is not None:
                return found
        del self.chosen[undecided]
        return None

    def _look(self, condition: Condition) -> tuple[bool | None, str | None]:
        """Whether the chosen values settle the condition; if not, a fact that would bring it further."""
        match condition:
            case Is():
                known = condition.fact.name in self.chosen
                return (condition.holds(self.chosen), None) if known else (None, condition.fact.name)
            case Not():
                settled, undecided = self._look(condition.part)
                return (None, undecided) if settled is None else (not settled, None)
            case All() | Any_():
                deciding = isinstance(condition, Any_)
                next_fact = None
                for part in condition.parts:
                    settled, undecided = self._look(part)
                    if settled is deciding:
                        return deciding, None
                    next_fact = next_fact or undecided
                return (None, next_fact) if next_fact else (not deciding, None)
        raise TypeError(f"not a condition: {type(condition).__name__}")


def _comparisons(condition: Condition) -> Iterator[Is]:
    match condition:
        case Is():
            yield condition
        case Not():
            yield from _comparisons(condition.part)
        case All() | Any_():
            for part in condition.parts:
                yield from _comparisons(part)


def _telling(fact: Fact, comparisons: Iterable[Is]) -> list[Value]:
    """One value of the fact for each way in which these comparisons can turn out together."""
    compared = list(comparisons)
    found: dict[tuple[bool, ...], Value] = {}
    for value in [*_candidates(fact, compared), UNKNOWN]:
        found.setdefault(tuple(each.holds({fact.name: value}) for each in compared), value)
    return list(found.values())


def _candidates(fact: Fact, compared: Iterable[Is]) -> Iterator[Value]:
    if fact.kind == "yes_no":
        yield from (True, False)
    elif fact.kind == "level":
        yield from fact.values
    elif fact.kind == "choice":
        # Values that nothing names are all alike; one of them stands for the others.
        named = {value for each in compared for value in _named(each)}
        unnamed = next((value for value in fact.values if value not in named), None)
        yield from (value for value in fact.values if value in named or value == unnamed)
    else:
        top = LARGEST_COUNT if fact.kind == "count" else LONGEST // timedelta(seconds=1)
        numbers = [fact.number(value) for each in compared for value in _named(each) if not isinstance(value, str)]
        write: Callable[[int], Value] = int if fact.kind == "count" else _seconds
        for number in sorted({0, *(near for each in numbers for near in (each - 1, each, each + 1))}):
            if 0 <= number <= top:
                yield write(number)


def _named(comparison: Is) -> tuple[Value, ...]:
    return comparison.value if isinstance(comparison.value, tuple) else (comparison.value,)


def _seconds(number: int) -> timedelta:
    return timedelta(seconds=number)
