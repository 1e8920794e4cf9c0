"""Schemas of facts: their values, the answers offered for them, and conditions over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.conditions import COMPARE, GROUPS, parse_condition
from rules.moments import DAYS, LIKE
from rules.units import SECONDS
from rules.vocabulary import KNOWN, SUPPLIERS, UNKNOWN, Fact, Vocabulary, value_to_json

Schema = dict[str, Any]

_UNIT = "|".join(f"[{unit[0].upper()}{unit[0]}]{unit[1:]}" for unit in SECONDS)
DURATION: Schema = {
    "type": "string",
    "description": "A number and a unit: seconds, minutes, hours, days or weeks",
    "pattern": rf"^\s*[0-9]+\s*({_UNIT})s?(\s*[0-9]+\s*({_UNIT})s?)*\s*$",
    "patternErrorMessage": 'Write a number with its unit, for example "10 minutes" or "1 hour 30 minutes".',
    "examples": ["10 minutes", "4 hours", "1 day", "7 days"],
}

_DAY = "|".join("".join(f"[{c.upper()}{c}]" if c.isalpha() else " +" for c in day) for day in DAYS)
MOMENT: Schema = {
    "type": "string",
    "description": "A day and a time on the clock of the business, whose working days stand in playbooks/hours.yaml",
    "pattern": rf"^ *(([Oo][Nn] +)?([Nn][Ee][Xx][Tt] +)?({_DAY}) +)?([Aa][Tt] +)?([01]?[0-9]|2[0-3]):[0-5][0-9] *$",
    "patternErrorMessage": f"Write a moment, for example {LIKE}.",
    "examples": ["next working day 10:00", "tomorrow 09:30", "monday 18:00", "10:00"],
}

_WHEN_UNKNOWN = "Nobody has said so far"
_WHEN_KNOWN = "Any value, as long as there is one"

_OPERATORS: Mapping[str, str] = {
    "one_of": "One of these values",
    "at_least": "This value or a higher one",
    "at_most": "This value or a lower one",
    "more_than": "A higher value than this",
    "less_than": "A lower value than this",
}
_GROUPS: Mapping[str, str] = {
    "all": "Every one of these conditions holds",
    "any": "At least one of these conditions holds",
    "not": "This condition does not hold, for whatever reason: an unknown fact is one, too",
}


def words(meanings: Mapping[Any, str]) -> Schema:
    """One of these words; editors show the meaning of each."""
    return {"enum": list(meanings), "enumDescriptions": list(meanings.values())}


def value_or_mapping(plain: Schema, mapping: Schema) -> Schema:
    """A plain value, which editors complete, or a mapping; in a mapping only its own rules are complained about."""
    return {"anyOf": [plain, {"type": "object"}], "if": {"type": "object"}, "then": mapping}


def meaning(fact: Fact) -> str:
    """A fact in two sentences: what it means, and where its value comes from."""
    counted = fact.unknown_counts_as
    unknown = "" if counted is None else f" Compared by order, an unknown value counts as {value_to_json(counted)}."
    return f"{fact.meaning}. Comes from {SUPPLIERS[fact.source]}.{unknown}"


def value(fact: Fact, duration: Schema, extra: Mapping[str, str]) -> Schema:
    """A value of the fact, or one of the extra words (`unknown`, `known`). `duration` refers to that of durations."""
    if fact.kind == "yes_no":
        return words({True: "Yes", False: "No", **extra})
    if fact.values:
        return words({**fact.values, **extra})
    plain = duration if fact.kind == "duration" else {"type": "integer", "minimum": 0}
    return {"anyOf": [plain, words(extra)]}


def given(fact: Fact, duration: Schema) -> Schema:
    """A value that a fact is given: by an answer, by `assume`, by a rule."""
    return value(fact, duration, {UNKNOWN: _WHEN_UNKNOWN})


def offered(fact: Fact, one: Schema) -> Schema:
    """The answers offered for a fact in the form of an `ask`. `one` refers to what the fact can be given."""
    one_of: Schema = {
        "type": "object",
        "properties": {"one_of": _list_of(one, "The answers to choose from")},
        "required": ["one_of"],
        "additionalProperties": False,
    }
    every = words({"any": f"Every answer there is: {', '.join(fact.allowed)}"})
    return {"anyOf": [every, one_of]} if fact.allowed else one_of


def comparison(fact: Fact, one: Schema, vocabulary: Vocabulary, duration: Schema) -> Schema:
    """What may stand behind a fact in a condition: a value, or operators."""
    operators: dict[str, Schema] = {"one_of": _list_of(one, _OPERATORS["one_of"])}
    for op in COMPARE if fact.ordered else ():
        operators[op] = {**_compared(fact, op, vocabulary, duration), "description": _OPERATORS[op]}
    compared: Schema = {
        "description": "Operators; several together must all hold",
        "properties": operators,
        "additionalProperties": False,
        "minProperties": 1,
    }
    return value_or_mapping(value(fact, duration, {UNKNOWN: _WHEN_UNKNOWN, KNOWN: _WHEN_KNOWN}), compared)


def condition(facts: Mapping[str, Schema], vocabulary: Vocabulary, itself: Schema) -> Schema:
    """A condition: facts with what they must be, and groups of conditions. `itself` refers back to it."""
    groups = {name: {"type": "array", "minItems": 1, "items": itself, "description": _GROUPS[name]} for name in GROUPS}
    groups["not"] = {**itself, "description": _GROUPS["not"]}
    about = {name: {**schema, "description": meaning(vocabulary[name])} for name, schema in facts.items()}
    return {
        "type": "object",
        "description": "Facts and what they must be; several together must all hold",
        "properties": {**about, **groups},
        "additionalProperties": False,
        "minProperties": 1,
    }


def _compared(fact: Fact, op: str, vocabulary: Vocabulary, duration: Schema) -> Schema:
    """The values that an operator takes: those with which the comparison can hold at all."""
    if fact.values:
        return words({name: says for name, says in fact.values.items() if _can_hold(fact, op, name, vocabulary)})
    if fact.kind == "count":
        return {"type": "integer", "minimum": 0 if _can_hold(fact, op, 0, vocabulary) else 1}
    return duration


def _can_hold(fact: Fact, op: str, compared: object, vocabulary: Vocabulary) -> bool:
    return parse_condition({fact.name: {op: compared}}, vocabulary, (), lambda *_: None) is not None


def _list_of(items: Schema, description: str) -> Schema:
    return {"type": "array", "minItems": 1, "uniqueItems": True, "items": items, "description": description}
