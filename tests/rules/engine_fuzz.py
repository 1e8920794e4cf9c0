"""`python -m tests.rules.engine_fuzz SEED QUESTIONS`: odd input for rule sets, from several threads, in a process that
may end or hang. It exits with 0 when every question got the right answer or a clear refusal."""

from __future__ import annotations

import faulthandler
import random
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from rules.conditions import COMPARE, All, Any_, Condition, Is, Not, Op
from rules.decision import Rule, RuleSet
from rules.engine import Engine, EngineError
from rules.vocabulary import KNOWN, UNKNOWN, Fact, FactError, Value, Vocabulary
from tests.rules.strategies import EVERY_KIND, WIDE

THREADS = 4
RULE_SETS = 12
VOCABULARIES = (EVERY_KIND, WIDE, Vocabulary.load())

HUGE = "x" * 10_000_000
ODD: tuple[Callable[[random.Random], object], ...] = (
    lambda _: None,
    lambda _: float("nan"),
    lambda _: float("inf"),
    lambda _: 1e300,
    lambda _: 10**5_000,
    lambda _: -(10**5_000),
    lambda _: "",
    lambda _: HUGE,
    lambda _: "\ud800",
    lambda _: "\u202eurgent\u200d",
    lambda _: "\x00",
    lambda _: '"}, {"$nex": {"_k": 1}',
    lambda _: "true",
    lambda _: b"urgent",
    lambda _: ["urgent"],
    lambda _: {"$ex": 1},
    lambda _: object(),
    lambda _: -1,
    lambda _: timedelta.max,
    lambda _: timedelta(microseconds=-1),
    lambda chance: chance.choice([1, -1]) * 2 ** chance.randrange(200),
    lambda chance: chance.random(),
)
NAMES: tuple[object, ...] = ("", "_k", "sid", "$and", "f0", "costarring", "x" * 100_000, "\ud800", 1, None, (), True)


class Fuzz:
    """Everything that one thread does, by its own dice."""

    def __init__(self, seed: int, shared: list[RuleSet]) -> None:
        self.chance = random.Random(seed)
        self.shared = shared
        self.answered = self.refused = 0

    def run(self, questions: int) -> tuple[int, int]:
        """Ask so many questions; how many were answered, and how many refused. AssertionError for a wrong answer."""
        for _ in range(questions):
            place = self.chance.randrange(len(self.shared))
            deed = self.chance.random()
            if deed < 0.005:
                self.shared[place] = rule_set(self.chance)  # the old one is forgotten, perhaps while it is asked
            elif deed < 0.015:
                self.shared[place].engine().close()
            elif deed < 0.02:
                self.shared[place].engine().open()
            self.ask(self.shared[place])
        return self.answered, self.refused

    def ask(self, rules: RuleSet) -> None:
        """Put one question, and see that the answer is what the conditions mean."""
        raw = self.facts(rules.vocabulary)
        try:
            facts = rules.vocabulary.gate(raw)
        except FactError:
            self.refused += 1
            return
        meant = [rule for rule in rules.rules if rule.when.holds(facts)]
        assert rules.decide(raw).rule == (meant[0] if meant else None)
        assert rules.matching(facts) == meant
        self.answered += 1

    def facts(self, vocabulary: Vocabulary) -> Mapping[str, object]:
        """Facts of which most are fit for the gate, some just so, and some not at all."""
        chance = self.chance
        some = chance.sample(list(vocabulary), chance.randrange(len(vocabulary.facts) + 1))
        raw: dict[Any, object] = {fact.name: value(chance, fact) for fact in some}
        if raw and chance.random() < 0.3:
            raw[chance.choice(list(raw))] = chance.choice(ODD)(chance)
        if chance.random() < 0.05:
            raw[chance.choice(NAMES)] = chance.choice(ODD)(chance)
        return raw


def value(chance: random.Random, fact: Fact) -> Value:
    """A value that the gate lets through, the ends of the range and beyond among them."""
    if chance.random() < 0.2:
        return UNKNOWN
    if fact.kind == "yes_no":
        return chance.random() < 0.5
    number = chance.choice([0, 1, 2, 20, 172_800, fact.largest - 1, fact.largest, fact.largest + 1, 2**63, 2**70])
    if fact.kind == "count":
        return number
    if fact.kind == "duration":
        return timedelta(seconds=min(number, 86_399_999_999_999), microseconds=chance.randrange(1_000_000))
    return chance.choice(list(fact.values))


def comparison(chance: random.Random, vocabulary: Vocabulary) -> Is:
    """One fact compared with what the gate makes of a value."""
    fact = chance.choice(list(vocabulary))
    op: Op = chance.choice(["is", "one_of", *(COMPARE if fact.ordered else ())])
    values = [fact.gate(value(chance, fact)) for _ in range(chance.randrange(1, 30))]
    if op == "one_of":
        return Is(fact, op, tuple(dict.fromkeys(values)))
    if op == "is":
        return Is(fact, op, chance.choice([KNOWN, *values]))
    known = [each for each in values if each != UNKNOWN]
    return Is(fact, op, known[0]) if known else Is(fact, "is", UNKNOWN)


def condition(chance: random.Random, vocabulary: Vocabulary, depth: int = 0) -> Condition:
    """A tree of any shape, also one that is too large for the engine."""
    shape = chance.choice(["is", "is", "all", "any", "not"]) if depth < 4 else "is"
    if shape == "is":
        return comparison(chance, vocabulary)
    if shape == "not":
        return Not(condition(chance, vocabulary, depth + 1))
    parts = tuple(condition(chance, vocabulary, depth + 1) for _ in range(chance.randrange(1, 4)))
    return All(parts) if shape == "all" else Any_(parts)


def rule_set(chance: random.Random) -> RuleSet:
    """Rules of any kind; a condition that is too large for the engine is refused, and another one taken."""
    vocabulary = chance.choice(VOCABULARIES)
    found: list[Condition] = []
    wanted = chance.choice([0, 1, 3, 10, 60, 200])
    while len(found) < wanted:
        each = condition(chance, vocabulary)
        if each.branches() <= 16 or chance.random() < 0.1:
            try:
                Engine([each])
            except EngineError:
                continue
            found.append(each)
    return RuleSet("odd", [Rule(f"r{number}", each, number) for number, each in enumerate(found)], vocabulary)


def main() -> None:
    seed, questions = map(int, sys.argv[1:])
    faulthandler.enable()
    chance = random.Random(seed)
    shared = [rule_set(chance) for _ in range(RULE_SETS)]
    sys.setswitchinterval(1e-4)  # so that threads meet more often
    with ThreadPoolExecutor(THREADS) as threads:
        each = [threads.submit(Fuzz(seed + number, shared).run, questions // THREADS) for number in range(THREADS)]
        told = [one.result() for one in each]
    answered, refused = (sum(numbers) for numbers in zip(*told, strict=True))
    sys.stdout.write(f"{answered} answered, {refused} refused\n")


if __name__ == "__main__":
    main()
