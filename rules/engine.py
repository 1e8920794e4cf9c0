"""Deciding through durable-rules: the only place that touches its C module.

The engine is fast and unforgiving: no types, names compared by hash, crashes on odd input. So it sees nothing but
integers under our own short names, in rules that are flat lists of comparisons. One question is: assert the fact,
drain what matched, retract the fact, all under one lock. No state, action, timer or text lives in the engine.
"""

from __future__ import annotations

import json
import threading
import weakref
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import durable_rules_engine

from rules.alternatives import UNKNOWN_NUMBER, Alternative, Ranges, alternatives, fits
from rules.conditions import MOST_BRANCHES, Condition
from rules.vocabulary import Fact, Facts

MOST_RULES_A_HANDLE = 40  # more than 64 that match at once are an error, 256 alike end the process
GUARD = {"_k": 1}  # first in every rule: an unguarded rule can make the engine loop for ever
ALWAYS = "z"  # a rule that always matches, so that an engine which lost its rules cannot look like "nothing applies"
SID = "1"


class EngineError(RuntimeError):
    """The rule engine gave no trustworthy answer, so nothing was decided."""


class Engine:
    """Conditions, numbered from 0 in their order, compiled for durable-rules. Safe to use from several threads."""

    def __init__(self, conditions: Sequence[Condition]) -> None:
        found: list[tuple[int, Alternative]] = []
        for number, condition in enumerate(conditions):
            if condition.branches() > MOST_BRANCHES:
                raise EngineError(f"condition {number} can come true in more than {MOST_BRANCHES} ways; split it")
            found += [(number, alternative) for alternative in alternatives(condition)]
        self._lock = threading.Lock()
        self._handles = [
            _Handle(found[start : start + MOST_RULES_A_HANDLE]) for start in range(0, len(found), MOST_RULES_A_HANDLE)
        ]
        weakref.finalize(self, _close_all, self._handles)

    def matching(self, facts: Facts) -> list[int]:
        """The numbers of all conditions that hold for gated facts, ascending. EngineError rather than a guess."""
        with self._lock:
            return sorted({number for handle in self._handles for number in handle.matching(facts)})

    def first(self, facts: Facts) -> int | None:
        """The lowest number of a condition that holds. Handles after the one that answers are not asked."""
        with self._lock:
            for handle in self._handles:
                if found := handle.matching(facts):
                    return min(found)
        return None

    def close(self) -> None:
        """Give the C module's memory back; the next question opens it again."""
        with self._lock:
            _close_all(self._handles)


class _Handle:
    """One rule set of the C module: up to 40 alternatives, each with the number of the condition it belongs to."""

    def __init__(self, rules: Sequence[tuple[int, Alternative]]) -> None:
        self.rules = rules
        facts = sorted({fact for _, alternative in rules for fact in alternative}, key=lambda fact: fact.name)
        self.fields = {fact: f"f{position}" for position, fact in enumerate(facts)}
        self.definition = self._definition()
        self.number: int | None = None

    def matching(self, facts: Facts) -> set[int]:
        """The numbers of the conditions that hold. After an error, or an answer that is not what the conditions mean,
        the same question is put to a fresh handle, once."""
        numbers = {fact: fact.number(facts[fact.name]) for fact in self.fields}
        try:
            return self._ask(numbers)
        except (durable_rules_engine.error, EngineError):
            self._give_up()
        try:
            return self._ask(numbers)
        except (durable_rules_engine.error, EngineError) as error:
            self._give_up()
            raise EngineError(f"the rule engine failed twice on the same facts: {error}") from error

    def _definition(self) -> str:
        rules: dict[str, Any] = {}
        for position, (_, alternative) in enumerate(self.rules):
            tests = [test for fact, ranges in alternative.items() for test in _tests(self.fields[fact], fact, ranges)]
            rules[f"r{position}"] = {"all": [{"m": {"$and": [GUARD, *tests]}}], "pri": position}
        rules[ALWAYS] = {"all": [{"m": GUARD}], "pri": len(self.rules)}
        return json.dumps(rules)

    def _open(self) -> int:
        number = int(durable_rules_engine.create_ruleset("firebreak", self.definition))
        self.number = number
        # Also makes the state without which `close` would end the process.
        for probe in (UNKNOWN_NUMBER, 0):
            numbers = dict.fromkeys(self.fields, probe)
            if self._drain(number, numbers) != self._meant(numbers):
                raise EngineError("the rule engine failed its self-test")
        return number

    def _meant(self, numbers: Mapping[Fact, int]) -> set[int]:
        """What the answer has to be. The engine compares by hashes and is not ours: its word is not taken alone."""
        return {owner for owner, alternative in self.rules if fits(alternative, numbers)}

    def _ask(self, numbers: Mapping[Fact, int]) -> set[int]:
        found = self._drain(self._open() if self.number is None else self.number, numbers)
        if found != self._meant(numbers):
            raise EngineError("the rule engine gave an answer that its rules do not mean")
        return found

    def _drain(self, handle: int, numbers: Mapping[Fact, int]) -> set[int]:
        message = json.dumps(
            {"id": 1, "sid": int(SID), **GUARD, **{self.fields[fact]: number for fact, number in numbers.items()}}
        )
        code, state = durable_rules_engine.assert_fact(handle, message)
        if code != 0:
            raise EngineError(f"the rule engine did not take the facts (code {code})")
        names: set[str] = set()
        first = durable_rules_engine.start_action_for_state(handle, state)
        matched = first[1] if first else None
        while matched:
            names.add(matched.split('"', 2)[1])  # {"r7":{"m":{…}}}; a rule met twice counts once
            matched = durable_rules_engine.complete_and_start_action(handle, state)
        durable_rules_engine.retract_fact(handle, message)
        if ALWAYS not in names:
            raise EngineError("the rule engine left out the rule that always applies")
        return {self.rules[int(name[1:])][0] for name in names - {ALWAYS}}

    def _give_up(self) -> None:
        """Drop a handle that failed. Its state stays in memory: `delete_state` after an error ends the process."""
        number, self.number = self.number, None
        if number is not None:
            try:
                durable_rules_engine.delete_ruleset(number)
            except durable_rules_engine.error:  # already gone, which is what was wanted
                return

    def close(self) -> None:
        """Delete state and rule set; the rule set alone would leave some 600 kB behind each time."""
        number, self.number = self.number, None
        if number is not None:
            durable_rules_engine.delete_state(number, SID)
            durable_rules_engine.delete_ruleset(number)


def _tests(field: str, fact: Fact, ranges: Ranges) -> list[dict[str, Any]]:
    """The comparisons that hold exactly within `ranges`, which are only a few numbers apart."""
    low, high = ranges[0][0], ranges[-1][1]
    if low == high:
        return [{field: low}]
    tests: list[dict[str, Any]] = []
    if low > UNKNOWN_NUMBER:
        tests.append({"$gte": {field: low}})
    if high < fact.largest:
        tests.append({"$lte": {field: high}})
    for before, after in pairwise(ranges):
        tests += [{"$neq": {field: hole}} for hole in range(before[1] + 1, after[0])]
    return tests


def _close_all(handles: Sequence[_Handle]) -> None:
    for handle in handles:
        handle.close()
