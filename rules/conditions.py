"""Conditions over facts: what they look like, whether they hold, and why.

`holds` is the reference meaning. The rule engine works from the same tree by another way (`rules.engine`), and a
differential test holds the two against each other.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import prod
from typing import Any, Literal, get_args

from rules.because import Because, Json
from rules.problems import did_you_mean
from rules.units import LONGEST
from rules.vocabulary import (
    KNOWN,
    LARGEST_COUNT,
    UNKNOWN,
    Fact,
    FactError,
    Facts,
    Value,
    Vocabulary,
    value_to_json,
)
from rules.yaml_source import Keys

OrderOp = Literal["at_least", "at_most", "more_than", "less_than"]
Op = Literal["is", "one_of"] | OrderOp
Report = Callable[[Keys, str, str], None]

COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "more_than": operator.gt,
    "less_than": operator.lt,
}
GROUPS = ("all", "any", "not")
OPERATORS: tuple[str, ...] = ("one_of", *get_args(OrderOp))

MOST_BRANCHES = 256
"""How many ways to come true one condition may have: each is one rule in the engine, which takes some dozens."""
MOST_FACTS = 200
"""About how many facts one condition may speak: the engine refuses a question with some 250."""
WIDEST_HOLE = 16
"""The engine tests a hole in a range of integers number by number; at one wider than this the range is split in two."""
DEEPEST = 12


class Condition(ABC):
    """A condition over facts. The nodes are All, Any_, Not and Is."""

    @abstractmethod
    def holds(self, facts: Facts) -> bool:
        """Whether it holds for gated facts."""

    @abstractmethod
    def facts(self) -> frozenset[str]:
        """The names of the facts it speaks about."""

    @abstractmethod
    def explain(self, facts: Facts) -> Because:
        """Why it holds for gated facts, or why not: every part evaluated."""

    @abstractmethod
    def to_data(self) -> dict[str, Any]:
        """The condition as plain YAML data; `parse_condition` reads it back to an equal tree."""

    @abstractmethod
    def branches(self, negated: bool = False) -> int:
        """At most how many ways to come true it has, once written as alternatives without groups."""


@dataclass(frozen=True)
class Is(Condition):
    """One fact compared with a value (`is`, the four order operators) or with several (`one_of`, a tuple)."""

    fact: Fact
    op: Op
    value: Value | tuple[Value, ...]

    def holds(self, facts: Facts) -> bool:
        actual = facts[self.fact.name]
        if isinstance(self.value, tuple):
            return actual in self.value
        if self.op == "is":
            return actual != UNKNOWN if self.value == KNOWN else actual == self.value
        counted = self.fact.unknown_counts_as if actual == UNKNOWN else actual
        return counted is not None and COMPARE[self.op](self.fact.number(counted), self.fact.number(self.value))

    def facts(self) -> frozenset[str]:
        return frozenset([self.fact.name])

    def explain(self, facts: Facts) -> Because:
        actual = facts[self.fact.name]
        counted = self.fact.unknown_counts_as if actual == UNKNOWN and self.op in COMPARE else None
        return Because(
            kind="fact",
            holds=self.holds(facts),
            fact=self.fact.name,
            op=self.op,
            expected=self._value_data(),
            actual=value_to_json(actual),
            counted_as=None if counted is None else value_to_json(counted),
        )

    def to_data(self) -> dict[str, Any]:
        value = self._value_data()
        return {self.fact.name: value if self.op == "is" else {self.op: value}}

    def branches(self, negated: bool = False) -> int:
        if self.op == "is":
            return 1  # all but one number is a range with a hole of one
        ranges = len(self.value) + negated if isinstance(self.value, tuple) else 2
        if self.fact.kind in ("count", "duration"):
            return ranges
        left_out = len(self.value) if negated and isinstance(self.value, tuple) else len(self.fact.values)
        return min(ranges, 1 + left_out // (WIDEST_HOLE + 1))

    def _value_data(self) -> Json:
        if isinstance(self.value, tuple):
            return [value_to_json(value) for value in self.value]
        return value_to_json(self.value)


@dataclass(frozen=True)
class All(Condition):
    """Every part must hold."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts) -> bool:
        return all(part.holds(facts) for part in self.parts)

    def facts(self) -> frozenset[str]:
        return frozenset().union(*(part.facts() for part in self.parts))

    def explain(self, facts: Facts) -> Because:
        return Because("all", self.holds(facts), tuple(part.explain(facts) for part in self.parts))

    def to_data(self) -> dict[str, Any]:
        names = [part.fact.name for part in self.parts if isinstance(part, Is)]
        if len(self.parts) > 1 and len(set(names)) == len(self.parts):
            return {name: value for part in self.parts for name, value in part.to_data().items()}
        return {"all": [part.to_data() for part in self.parts]}

    def branches(self, negated: bool = False) -> int:
        return _branches(self.parts, sum if negated else prod, negated)


@dataclass(frozen=True)
class Any_(Condition):
    """At least one part must hold."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts) -> bool:
        return any(part.holds(facts) for part in self.parts)

    def facts(self) -> frozenset[str]:
        return frozenset().union(*(part.facts() for part in self.parts))

    def explain(self, facts: Facts) -> Because:
        return Because("any", self.holds(facts), tuple(part.explain(facts) for part in self.parts))

    def to_data(self) -> dict[str, Any]:
        return {"any": [part.to_data() for part in self.parts]}

    def branches(self, negated: bool = False) -> int:
        return _branches(self.parts, prod if negated else sum, negated)


@dataclass(frozen=True)
class Not(Condition):
    """The part must not hold: the plain complement, also for unknown facts."""

    part: Condition

    def holds(self, facts: Facts) -> bool:
        return not self.part.holds(facts)

    def facts(self) -> frozenset[str]:
        return self.part.facts()

    def explain(self, facts: Facts) -> Because:
        return Because("not", self.holds(facts), (self.part.explain(facts),))

    def to_data(self) -> dict[str, Any]:
        return {"not": self.part.to_data()}

    def branches(self, negated: bool = False) -> int:
        return self.part.branches(not negated)


def parse_condition(data: object, vocabulary: Vocabulary, keys: Keys, report: Report) -> Condition | None:
    """The condition that `data` (plain YAML data) writes, or None.

    Every problem is given to `report(keys, message, check)`, where `keys` lead from the file's root to the faulty
    part; the condition itself stands at `keys`.
    """
    condition = _Parser(vocabulary, report).condition(data, keys, 1)
    if condition is None:
        return None
    if condition.branches() > MOST_BRANCHES:
        report(keys, f"this condition can come true in more than {MOST_BRANCHES} ways; split it", "condition-too-large")
        return None
    if len(condition.facts()) > MOST_FACTS:
        report(keys, f"this condition speaks about more than {MOST_FACTS} facts; split it", "condition-too-large")
        return None
    return condition


def _branches(parts: tuple[Condition, ...], join: Callable[[list[int]], int], negated: bool) -> int:
    return join([part.branches(negated) for part in parts])


@dataclass(frozen=True)
class _Parser:
    vocabulary: Vocabulary
    report: Report

    def condition(self, data: object, keys: Keys, depth: int) -> Condition | None:
        if depth > DEEPEST:
            return self._refuse(keys, f"nested deeper than {DEEPEST} levels", "condition-too-large")
        if isinstance(data, list):
            return self._refuse(keys, "a list of conditions needs `all:` or `any:` before it")
        if not isinstance(data, dict):
            return self._refuse(keys, "a condition names facts and their values, as in {severity: urgent}")
        if not data:
            return self._refuse(keys, "the condition is empty; name at least one fact", "empty-group")
        parts = [self._entry(key, part, (*keys, key), depth) for key, part in data.items()]
        return _joined(parts)

    def _entry(self, key: Any, part: object, keys: Keys, depth: int) -> Condition | None:
        if key == "not":
            inner = self.condition(part, keys, depth + 1)
            return None if inner is None else Not(inner)
        if key in ("all", "any"):
            return self._group(key, part, keys, depth)
        try:
            fact = self.vocabulary.fact(key)
        except FactError as error:
            hint = did_you_mean(key, [*self.vocabulary.facts, *GROUPS])
            close = "did you mean" in hint
            return self._refuse(keys, f'"{key}" is not a fact{hint}' if close else str(error), "unknown-fact")
        if isinstance(part, list):
            return self._refuse(keys, f"for several values write {{{fact.name}: {{one_of: [...]}}}}", "fact-value")
        if not isinstance(part, dict):
            value = self._value(fact, part, keys)
            return None if value is None else Is(fact, "is", value)
        if not part:
            return self._refuse(keys, f"say what {fact.name} must be: {fact.expected}", "empty-group")
        return _joined([self._comparison(fact, op, value, (*keys, op)) for op, value in part.items()])

    def _group(self, key: Any, part: object, keys: Keys, depth: int) -> Condition | None:
        if not isinstance(part, list):
            return self._refuse(keys, f"`{key}` takes a list of conditions")
        if not part:
            return self._refuse(keys, f"`{key}` is empty; list at least one condition", "empty-group")
        parts = [self.condition(item, (*keys, number), depth + 1) for number, item in enumerate(part)]
        found = tuple(item for item in parts if item is not None)
        if len(found) < len(parts):
            return None
        return All(found) if key == "all" else Any_(found)

    def _comparison(self, fact: Fact, op: Any, data: object, keys: Keys) -> Condition | None:
        if op == "one_of":
            return self._one_of(fact, data, keys)
        if op not in COMPARE:
            return self._refuse(keys, f'"{op}" is not an operator{did_you_mean(op, OPERATORS)}', "unknown-operator")
        if not fact.ordered:
            return self._refuse(keys, f"{fact.name} has no order; use a value or one_of", "operator-kind")
        if data in (UNKNOWN, KNOWN):
            return self._refuse(keys, f"`{op}` takes {fact.expected}; write {{{fact.name}: {data}}}", "fact-value")
        value = self._value(fact, data, keys)
        if value is None:
            return None
        condition = Is(fact, op, value)
        if not self._can_hold(condition):
            return self._refuse(keys, f"nothing is {op.replace('_', ' ')} {data} here; it never holds", "never-true")
        return condition

    def _one_of(self, fact: Fact, data: object, keys: Keys) -> Condition | None:
        if not isinstance(data, list) or not data:
            check = "empty-group" if data == [] else "condition-shape"
            return self._refuse(keys, "`one_of` takes a list of values", check)
        values = [self._value(fact, item, (*keys, number)) for number, item in enumerate(data)]
        for number, value in enumerate(values):
            if value == KNOWN:
                self._refuse((*keys, number), f"`known` stands alone: {{{fact.name}: known}}", "fact-value")
            elif value is not None and value in values[:number]:
                self._refuse((*keys, number), f"{data[number]} is listed twice", "duplicate-value")
            else:
                continue
            values[number] = None
        found = tuple(value for value in values if value is not None)
        return Is(fact, "one_of", found) if len(found) == len(values) else None

    def _value(self, fact: Fact, data: object, keys: Keys) -> Value | None:
        if data == KNOWN:
            return KNOWN
        try:
            return fact.gate(data)
        except FactError as error:
            self._refuse(keys, str(error), "fact-value")
            return None

    def _can_hold(self, condition: Is) -> bool:
        """Whether any value of the fact, or unknown, satisfies an order comparison."""
        fact = condition.fact
        ends: Mapping[str, tuple[Value, ...]] = {"count": (0, LARGEST_COUNT), "duration": (timedelta(0), LONGEST)}
        values = (UNKNOWN, *ends.get(fact.kind, tuple(fact.values)))
        return any(condition.holds({fact.name: value}) for value in values)

    def _refuse(self, keys: Keys, message: str, check: str = "condition-shape") -> Condition | None:
        """Note a problem; the None stands for the condition that could not be read."""
        self.report(keys, message, check)
        return None


def _joined(parts: list[Condition | None]) -> Condition | None:
    """All parts as one condition; None if one of them was refused."""
    found = tuple(part for part in parts if part is not None)
    if len(found) < len(parts):
        return None
    return found[0] if len(found) == 1 else All(found)
