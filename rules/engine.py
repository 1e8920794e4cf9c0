"""Deciding through durable-rules: the only place that touches its C module.

The engine is fast and unforgiving: no types, names compared by hash, crashes on odd input. So it sees nothing but
integers under our own short names, in rules that are flat lists of comparisons. One question is: assert the fact,
drain what matched, retract the fact, all under one lock. No state, action, timer or text lives in the engine.

Its word is not taken alone. An index over the same rules (`rules.alternatives.Index`) says beforehand what the answer
has to be, and with that also which part of the engine has to be asked at all. Where the two differ nothing is decided.
"""

from __future__ import annotations

import json
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Any

import durable_rules_engine

from rules.alternatives import UNKNOWN_NUMBER, Alternative, Index, Ranges, alternatives
from rules.conditions import MOST_BRANCHES, MOST_FACTS, Condition
from rules.vocabulary import Fact, Facts

MOST_RULES_A_HANDLE = 40  # more than 64 that match at once are an error, 256 alike end the process
MOST_OPEN = 100  # handles of one engine, each of which takes some 1.2 MB; a thousand playbooks need 50
GUARD = {"_k": 1}  # first in every rule: an unguarded rule can make the engine loop for ever
ALWAYS = "z"  # a rule that always matches, so that an engine which lost its rules cannot look like "nothing applies"
SID = "1"


class EngineError(RuntimeError):
    """The rule engine gave no trustworthy answer, so nothing was decided."""


class Engine:
    """Conditions, numbered from 0 in their order, compiled for durable-rules. Safe to use from several threads.

    Each way in which a condition can come true is one rule of the engine; a set of rules is written as the bits of one
    integer.
    """

    def __init__(self, conditions: Sequence[Condition]) -> None:
        rules: list[Alternative] = []
        self._owners: list[int] = []  # of each rule, the number of its condition
        for number, condition in enumerate(conditions):
            ways = _ways(number, condition)
            rules += ways
            self._owners += [number] * len(ways)
        self._index = Index(rules)
        self._handles = [_Handle(rules, start, end, self._index) for start, end in _shares(rules)]
        self._home = [handle for handle in self._handles for _ in range(handle.start, handle.end)]
        self._open: deque[_Handle] = deque()
        self._lock = threading.Lock()
        weakref.finalize(self, _close_all, self._handles)

    def matching(self, facts: Facts) -> list[int]:
        """The numbers of all conditions that hold for gated facts, ascending. EngineError rather than a guess."""
        fitting, numbers = self._index.look_up(facts)
        with self._lock:
            for handle in self._handles:
                if fitting & handle.rules:
                    self._make_room(handle)
                    handle.confirm(fitting, numbers)
        return sorted({self._owners[rule] for rule in _positions(fitting)})

    def first(self, facts: Facts) -> int | None:
        """The lowest number of a condition that holds. Only the handle that has it is asked."""
        fitting, numbers = self._index.look_up(facts)
        if not fitting:
            return None
        lowest = (fitting & -fitting).bit_length() - 1
        handle = self._home[lowest]
        with self._lock:
            self._make_room(handle)
            handle.confirm(fitting, numbers)
        return self._owners[lowest]

    def open(self) -> None:
        """Open and test every handle now rather than at the first question that needs it. EngineError if one does not
        do what the conditions mean."""
        with self._lock:
            for handle in self._handles:
                self._make_room(handle)
                handle.open()

    def close(self) -> None:
        """Give the C module's memory back; the next question opens it again."""
        with self._lock:
            _close_all(self._handles)
            self._open.clear()

    def _make_room(self, handle: _Handle) -> None:
        """Before a handle is opened: see to it that no more than `MOST_OPEN` are."""
        if handle.number is None:
            self._open.append(handle)
            if len(self._open) > MOST_OPEN:
                self._open.popleft().close()


class _Handle:
    """One rule set of the C module, with those of the index's rules that stand from `start` to before `end`."""

    def __init__(self, rules: Sequence[Alternative], start: int, end: int, index: Index) -> None:
        self.start, self.end = start, end
        self.rules = (1 << end) - (1 << start)
        self.number: int | None = None
        self._index = index
        self._examples = [{}, *rules[start:end]]
        spoken = {fact for rule in rules[start:end] for fact in rule}
        positions = [position for position, fact in enumerate(index.facts) if fact in spoken]
        fields = {index.facts[position]: f"f{position}" for position in positions}
        self.fields = tuple(fields.values())
        self.definition = _definition(rules[start:end], fields)
        self._always = 1 << end
        self._bits = {f"r{position}": 1 << start + position for position in range(end - start)} | {ALWAYS: self._always}
        # One template for all questions is filled in faster than JSON is written.
        blanks = dict.fromkeys(self.fields, "%d")
        self._message = json.dumps({"id": 1, "sid": int(SID), **GUARD, **blanks}).replace('"%d"', "%d")
        self._pick = _picker(positions)

    def open(self) -> None:
        """Create the rule set, unless it is open, and try it with an example for each of its rules, and with facts of
        which nothing is known."""
        if self.number is not None:
            return
        try:
            self.number = int(durable_rules_engine.create_ruleset("firebreak", self.definition))
            for example in self._examples:
                numbers = [example[fact][0][0] if fact in example else UNKNOWN_NUMBER for fact in self._index.facts]
                if self._drain(self.number, numbers) != self._meant(self._index.fitting(numbers)):
                    raise EngineError("the rule engine failed its self-test")
        except (durable_rules_engine.error, EngineError) as error:
            self._give_up()
            raise EngineError(f"the rule engine does not take its rules: {error}") from error

    def confirm(self, fitting: int, numbers: Sequence[int]) -> None:
        """Have the engine say that of its rules those hold which are in `fitting`, and no other. After an error, or
        another answer, the same question is put to a fresh handle, once."""
        try:
            self._ask(fitting, numbers)
            return
        except (durable_rules_engine.error, EngineError):
            self._give_up()
        try:
            self._ask(fitting, numbers)
        except (durable_rules_engine.error, EngineError) as error:
            self._give_up()
            raise EngineError(f"the rule engine failed twice on the same facts: {error}") from error

    def _ask(self, fitting: int, numbers: Sequence[int]) -> None:
        if self.number is None:
            self.open()
        assert self.number is not None, "an open handle has its number"
        if self._drain(self.number, numbers) != self._meant(fitting):
            raise EngineError("the rule engine gave an answer that its rules do not mean")

    def _meant(self, fitting: int) -> int:
        return fitting & self.rules | self._always

    def _drain(self, handle: int, numbers: Sequence[int]) -> int:
        message = self._message % self._pick(numbers)
        code, state = durable_rules_engine.assert_fact(handle, message)
        if code != 0:
            raise EngineError(f"the rule engine did not take the facts (code {code})")
        found = 0
        first = durable_rules_engine.start_action_for_state(handle, state)
        matched = first[1] if first else None
        while matched:
            # {"r7":{"m":{…}}}; a name that is not ours makes the answer a wrong one
            found |= self._bits.get(matched.split('"', 2)[1], -1)
            matched = durable_rules_engine.complete_and_start_action(handle, state)
        durable_rules_engine.retract_fact(handle, message)
        return found

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


def _ways(number: int, condition: Condition) -> list[Alternative]:
    """How the condition can come true, if that is not more than the engine can carry. A condition that was read from
    content is within these limits (`parse_condition`)."""
    if condition.branches() > MOST_BRANCHES:
        raise EngineError(f"condition {number} can come true in more than {MOST_BRANCHES} ways; split it")
    if len(condition.facts()) > MOST_FACTS:
        raise EngineError(f"condition {number} speaks about more than {MOST_FACTS} facts; split it")
    return alternatives(condition)


def _shares(rules: Sequence[Alternative]) -> Iterator[tuple[int, int]]:
    """From where to where each handle's rules go: neither too many of them, nor about too many facts."""
    start, spoken = 0, set[Fact]()
    for position, rule in enumerate(rules):
        if position - start == MOST_RULES_A_HANDLE or len(spoken | rule.keys()) > MOST_FACTS:
            yield start, position
            start, spoken = position, set()
        spoken |= rule.keys()
    if rules:
        yield start, len(rules)


def _definition(rules: Sequence[Alternative], fields: dict[Fact, str]) -> str:
    written: dict[str, Any] = {}
    for position, rule in enumerate(rules):
        tests = [test for fact, ranges in rule.items() for test in _tests(fields[fact], fact, ranges)]
        written[f"r{position}"] = {"all": [{"m": {"$and": [GUARD, *tests]}}], "pri": position}
    written[ALWAYS] = {"all": [{"m": GUARD}], "pri": len(rules)}
    return json.dumps(written)


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


def _picker(positions: Sequence[int]) -> Callable[[Sequence[int]], Any]:
    """What takes the numbers at these positions out of all, as `%` wants them: a tuple, or a number alone."""
    return itemgetter(*positions) if positions else lambda _: ()


def _positions(bits: int) -> Iterator[int]:
    """The positions of the bits that are set, ascending."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _close_all(handles: Sequence[_Handle]) -> None:
    for handle in handles:
        handle.close()
