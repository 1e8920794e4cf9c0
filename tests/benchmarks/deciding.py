"""`make bench BENCH=deciding`: how fast rule sets decide, beside the bare rule engine and two other ones, in one table.

Microseconds depend on the machine and on the hour, so what counts are the ratios inside one run: all that is compared
takes turns, round by round, and each round has a ratio of its own. Decisions per second are those of processor time,
the times of single decisions those on the wall. `--million` asks a million times to see whether
memory stays flat. zen-engine and rule-engine come with `pip install -e .[bench]`; without them their rows are left out.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from flows.shelf import Shelf
from flows.verbs import all_verbs
from rules.conditions import All, Any_, Condition, Is, Not
from rules.decision import Rule, RuleSet
from rules.vocabulary import UNKNOWN, Fact, Value, Vocabulary
from tests.benchmarks.rivals import BARE, Answer, rivals

QUESTIONS = 300
ROUNDS = 21
LONGEST_TURN = 0.15  # seconds; who is slow asks fewer questions in a round
SYNTHETIC = (10, 100, 1000)
MILLION, FEWER = 1_000_000, 200_000


@dataclass(frozen=True)
class Measured:
    """Of one contestant: seconds of each single decision, and decisions per second of the processor in each round."""

    latencies: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    def take(self, answer: Answer) -> None:
        """One round."""
        used, began = time.process_time(), time.perf_counter()
        asked, before = 0, began
        while asked < QUESTIONS and before - began < LONGEST_TURN:
            answer(asked)
            asked, now = asked + 1, time.perf_counter()
            self.latencies.append(now - before)
            before = now
        self.rates.append(asked / (time.process_time() - used))


def measure(contestants: Mapping[str, Answer]) -> dict[str, Measured]:
    """Every contestant in every round, each time another one first. They must agree on every question."""
    names = list(contestants)
    for question in range(QUESTIONS):
        answers = {name: contestants[name](question) for name in names}
        assert len(set(answers.values())) == 1, f"question {question} is answered in different ways: {answers}"
    found = {name: Measured() for name in names}
    for turn in range(ROUNDS):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            found[name].take(contestants[name])
    return found


def ours(rules: RuleSet, questions: Sequence[Mapping[str, object]]) -> dict[str, Answer]:
    """`decide` from raw facts, from facts that the gate knows, and with the reasons for the history."""
    gated = [rules.vocabulary.gate(each) for each in questions]
    numbers = {rule.id: number for number, rule in enumerate(rules.rules)}

    def number(rule: Rule | None) -> int | None:
        return None if rule is None else numbers[rule.id]

    def explained(question: int) -> int | None:
        decision = rules.decide(questions[question])
        decision.in_words()
        return number(decision.rule)

    return {
        "decide": lambda question: number(rules.decide(questions[question]).rule),
        "decide, facts gated before": lambda question: number(rules.decide(gated[question]).rule),
        "decide, with all reasons": explained,
    }


def synthetic(number: int) -> RuleSet:
    """So many rules as a large organisation might write: what it is about, and two or three things more."""
    chance = random.Random(number)
    topics = max(2, min(50, number // 5))
    facts = [
        Fact("topic", "choice", {f"topic_{n}": "a topic" for n in range(topics)}, "what it is about", "text"),
        Fact("severity", "level", dict.fromkeys(("low", "middle", "high"), "a level"), "", "rules", "middle"),
        Fact("place", "choice", dict.fromkeys(("private", "group"), "a place"), "", "message"),
        Fact("complainers", "count", {}, "how many", "history"),
        Fact("waiting", "duration", {}, "how long", "clock"),
        *(Fact(f"sign_{n}", "yes_no", {}, "a sign", "text") for n in range(5)),
    ]
    vocabulary = Vocabulary({fact.name: fact for fact in facts})
    topic, severity, _, complainers, waiting, *signs = facts

    def more() -> Condition:
        return chance.choice(
            [
                Is(severity, "at_least", chance.choice(("middle", "high"))),
                Is(complainers, "at_least", chance.randrange(1, 40)),
                Is(waiting, "less_than", timedelta(hours=chance.randrange(1, 60))),
                Any_((Is(signs[0], "is", True), Is(signs[1], "is", True))),
                Not(Is(chance.choice(signs), "is", True)),
            ]
        )

    def when() -> Condition:
        return All(
            (Is(topic, "is", f"topic_{chance.randrange(topics)}"), *(more() for _ in range(chance.randrange(2, 4))))
        )

    return RuleSet(f"{number:,} rules", [Rule(f"r{n}", when(), n) for n in range(number)], vocabulary)


def questions_for(rules: RuleSet) -> list[dict[str, Value]]:
    """Facts about everything that the rules speak about, some of them unknown; the same ones in each run."""
    chance = random.Random(7)
    return [{name: _value(chance, rules.vocabulary[name]) for name in sorted(rules.facts())} for _ in range(QUESTIONS)]


def _value(chance: random.Random, fact: Fact) -> Value:
    if chance.random() < 0.15:
        return UNKNOWN
    if fact.kind == "yes_no":
        return chance.random() < 0.3
    if fact.kind == "count":
        return chance.randrange(50)
    return timedelta(minutes=chance.randrange(5_000)) if fact.kind == "duration" else chance.choice(list(fact.values))


def megabytes() -> float:
    """Memory that this process holds at this moment."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def say_memory(rules: RuleSet, times: int) -> None:
    """Whether memory grows with the decisions: after the first tenth it should not."""
    questions = questions_for(rules)
    marks: list[float] = []
    for asked in range(times):
        if asked % (times // 10) == 0:
            marks.append(megabytes())
        rules.decide(questions[asked % QUESTIONS])
    grown = megabytes() - marks[1]
    _say(f"memory over {times:,} decisions of {rules.name}: {marks[1]:.1f} MB, {grown:+.1f} MB since the first tenth")


def say_table(name: str, rules: int, found: Mapping[str, Measured]) -> None:
    bare = found[BARE]
    for contestant, measured in found.items():
        ratios = [one / other for one, other in zip(measured.rates, bare.rates, strict=True)]
        cuts = statistics.quantiles(measured.latencies, n=100)
        row = f"{statistics.median(measured.rates):11,.0f}{1e6 * cuts[49]:10.1f}{1e6 * cuts[98]:10.1f}"
        _say(f"{name:<14}{rules:>6}  {contestant:<28}{row}{statistics.median(ratios):9.2f}{min(ratios):7.2f}")
    _say("")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    bundle = Shelf.of_folder(all_verbs()).current
    found, missing = rivals()
    _say(
        f"{'rule set':<14}{'rules':>6}  {'':<28}{'per second':>11}{'p50 µs':>10}{'p99 µs':>10}{'ratio':>9}{'least':>7}"
    )
    make: Callable[[RuleSet, Sequence[Mapping[str, Value]]], Answer]
    for rules in [bundle.triggers, *bundle.packs.by_path.values(), *map(synthetic, SYNTHETIC)]:
        questions = questions_for(rules)
        contestants = ours(rules, questions)
        for name, make in found.items():
            contestants[name] = make(rules, questions)
        say_table(rules.name, len(rules.rules), measure(contestants))
        rules.engine().close()
    for name in missing:
        _say(f"{name} is not installed; pip install -e .[bench] brings it")
    say_memory(bundle.triage, MILLION if "--million" in sys.argv else FEWER)


if __name__ == "__main__":
    main()
