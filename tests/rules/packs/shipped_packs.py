"""The packs that are shipped, and every fact that matters to one of them."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from itertools import product

from flows.shelf import ROOT
from rules.decision import RuleSet, load_pack
from rules.vocabulary import UNKNOWN, Value, Vocabulary

VOCABULARY = Vocabulary.load()
COUNTS = (0, 4, 5, 9, 10, 19, 20, 999, 1000)
DURATIONS = tuple(timedelta(minutes=minutes) for minutes in (0, 59, 60, 24 * 60 - 1, 24 * 60, 48 * 60, 60 * 60))


@cache
def pack(name: str) -> RuleSet:
    return load_pack(ROOT / f"rules/packs/{name}.yaml", VOCABULARY)


def outcome(name: str, facts: dict[str, object]) -> tuple[object, str]:
    """What a pack says, and the rule that says it."""
    decision = pack(name).decide(facts)
    assert decision.rule is not None, f"no rule of {name} holds for {facts}"
    (value,) = decision.then.values()
    return value, decision.rule.id


def every_case(name: str) -> list[dict[str, Value]]:
    """All combinations of all values, at the borders of numbers, of the facts that a pack asks for."""
    names = sorted(pack(name).facts())
    values = [(UNKNOWN, *_values(each)) for each in names]
    return [dict(zip(names, each, strict=True)) for each in product(*values)]


def _values(name: str) -> tuple[Value, ...]:
    fact = VOCABULARY[name]
    if fact.kind == "yes_no":
        return (True, False)
    return tuple(fact.values) or (COUNTS if fact.kind == "count" else DURATIONS)
