"""What deciding is measured beside: the bare engine, asked in a plain loop, and two other rule engines.

All of them are given integers instead of facts, worked out beforehand: no gate, no check of the answer, no reasons.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import durable_rules_engine

from rules.alternatives import UNKNOWN_NUMBER, alternatives
from rules.conditions import All, Any_, Condition, Is, Not
from rules.decision import RuleSet
from rules.engine import ALWAYS, GUARD
from rules.vocabulary import Value

BARE = "bare engine loop"

Answer = Callable[[int], int | None]
"""From the number of a question to that of the first rule that holds."""
Questions = Sequence[Mapping[str, Value]]
Rival = Callable[[RuleSet, Questions], Answer]


def rivals() -> tuple[dict[str, Rival], list[str]]:
    """Those that can be asked here, by name, and the names of those that are not installed."""
    found: dict[str, Rival] = {BARE: bare_loop}
    missing = []
    for name, module, rival in (("zen-engine", "zen", zen_engine), ("rule-engine", "rule_engine", rule_engine)):
        try:
            import_module(module)
        except ImportError:
            missing.append(name)
        else:
            found[name] = rival
    return found, missing


def bare_loop(rules: RuleSet, questions: Questions) -> Answer:
    """The engine with the same definitions in as many handles, one after the other until one has a rule that holds."""
    handles: list[tuple[int, list[int]]] = []
    ready: list[list[dict[str, int]]] = [[] for _ in questions]
    engine = rules.engine()
    for handle in engine._handles:
        owners = engine._owners[handle.start : handle.end]
        handles.append((durable_rules_engine.create_ruleset("bare", handle.definition), owners))
        fields = {engine._index.facts[int(field[1:])]: field for field in handle.fields}
        for question, facts in zip(ready, questions, strict=True):
            numbers = {field: fact.number(facts.get(fact.name, "unknown")) for fact, field in fields.items()}
            question.append({"id": 1, "sid": 1, **GUARD, **numbers})

    def answer(question: int) -> int | None:
        for (handle, owners), fields in zip(handles, ready[question], strict=True):
            message = json.dumps(fields)
            state = durable_rules_engine.assert_fact(handle, message)[1]
            names = []
            result = durable_rules_engine.start_action_for_state(handle, state)[1]
            while result:
                names.append(result.split('"', 2)[1])
                result = durable_rules_engine.complete_and_start_action(handle, state)
            durable_rules_engine.retract_fact(handle, message)
            if names[0] != ALWAYS:
                return owners[int(names[0][1:])]
        return None

    return answer


def zen_engine(rules: RuleSet, questions: Questions) -> Answer:
    """One decision table of zen-engine, first hit, with an expression in each row."""
    import zen

    rows = [
        {"_id": str(number), "when": expression(rule.when), "then": str(number)}
        for number, rule in enumerate(rules.rules)
    ]
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": "when", "name": "when"}],
        "outputs": [{"id": "then", "name": "then", "field": "then"}],
        "rules": rows,
    }
    graph = {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode"},
            {"id": "table", "name": "table", "type": "decisionTableNode", "content": table},
            {"id": "out", "name": "out", "type": "outputNode"},
        ],
        "edges": [
            {"id": "1", "type": "edge", "sourceId": "in", "targetId": "table"},
            {"id": "2", "type": "edge", "sourceId": "table", "targetId": "out"},
        ],
    }
    decision = zen.ZenEngine().create_decision(json.dumps(graph))
    ready = as_numbers(rules, questions)

    def answer(question: int) -> int | None:
        result: dict[str, Any] | None = decision.evaluate(ready[question])["result"]
        return int(result["then"]) if result else None

    return answer


def rule_engine(rules: RuleSet, questions: Questions) -> Answer:
    """Rules of rule-engine, tried one after the other."""
    from rule_engine import Rule

    compiled = [Rule(expression(rule.when)) for rule in rules.rules]
    ready = as_numbers(rules, questions)

    def answer(question: int) -> int | None:
        facts = ready[question]
        return next((number for number, rule in enumerate(compiled) if rule.matches(facts)), None)

    return answer


def as_numbers(rules: RuleSet, questions: Questions) -> list[dict[str, int]]:
    """The questions with an integer for each fact that the rules speak about."""
    facts = [rules.vocabulary[name] for name in sorted(rules.facts())]
    return [{fact.name: fact.number(asked.get(fact.name, "unknown")) for fact in facts} for asked in questions]


def expression(condition: Condition) -> str:
    """The condition as both of the other engines read it, over those integers."""
    match condition:
        case Is():
            ranges = [each for way in alternatives(condition) for each in way[condition.fact]]
            return f"({' or '.join(_within(condition.fact.name, *each) for each in ranges)})"
        case Not():
            return f"(not {expression(condition.part)})"
        case All() | Any_():
            joint = " and " if isinstance(condition, All) else " or "
            return f"({joint.join(expression(part) for part in condition.parts)})"
    raise TypeError(f"not a condition: {type(condition).__name__}")


def _within(name: str, low: int, high: int) -> str:
    if low == high:
        return f"{name} == {low}"
    return f"{name} <= {high}" if low == UNKNOWN_NUMBER else f"({name} >= {low} and {name} <= {high})"
