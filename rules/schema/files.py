"""One schema for each kind of content file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any, get_args

from rules.decision import Pack
from rules.deletion_plan import DeletionPlan
from rules.guards import Guard
from rules.hours import HoursFile
from rules.language import ANSWERED, FIRST_REPLY, FactValues, PlaybookName, Promise, Verb, Words
from rules.legal_clocks import LegalClocksFile
from rules.phrases import PhrasesFile
from rules.playbook import PlaybookFile
from rules.reading import Verbs
from rules.remedies import RemediesFile
from rules.replies import ReplyFile
from rules.retention import Retention
from rules.schema import facts
from rules.schema.facts import Schema
from rules.schema.shapes import Shapes
from rules.vocabulary import FACT_NAME, RESERVED, SUPPLIERS, Kind, Vocabulary


@dataclass(frozen=True)
class ScenarioWords:
    """The words of a playbook's test file, handed in because those who play scenarios are not known here.

    `events`: what may happen -> its meaning, the annotation of its value (a dataclass: its first field may stand
    alone; None: the word alone is the event), and what may stand beside it. `beside`: that, with meaning and
    annotation. `outcomes`: what may come of it -> its meaning, and its details. `details`: what may be said of an
    outcome -> its meaning and annotation. `closing`: the word for "nothing else". `starts`: how a moment is written.
    """

    events: Mapping[str, tuple[str, Any, tuple[str, ...]]]
    beside: Mapping[str, tuple[str, Any]]
    outcomes: Mapping[str, tuple[str, tuple[str, ...]]]
    details: Mapping[str, tuple[str, Any]]
    closing: str
    starts: Any


def playbook_schema(vocabulary: Vocabulary, verbs: Verbs) -> Schema:
    """Procedures: `playbooks/*.yaml`."""
    shapes = Shapes(vocabulary, verbs)
    content = shapes.model(PlaybookFile)
    promise = shapes.value(Promise)
    content["properties"]["promises"]["properties"] = {
        FIRST_REPLY: {**promise, "description": "Kept by the first text that reaches the customer"},
        ANSWERED: {
            **promise,
            "description": "Kept by a step with `keeps: answered`; its day fills {answer_by} in replies",
        },
    }
    return shapes.file("A Firebreak playbook", content)


def reply_schema(vocabulary: Vocabulary) -> Schema:
    """Reply texts: `playbooks/replies/**/*.yaml`."""
    shapes = Shapes(vocabulary)
    content = shapes.model(ReplyFile)
    known = vocabulary.facts["locale"].values if "locale" in vocabulary.facts else {}
    content["properties"]["text"]["properties"] = {
        locale: {**shapes.value(Words), "description": f"The words for customers who write {language}"}
        for locale, language in known.items()
    }
    return shapes.file("A Firebreak reply", content)


def rules_schema(vocabulary: Vocabulary) -> Schema:
    """Rule packs and guards: `rules/packs/*.yaml`."""
    shapes = Shapes(vocabulary)
    guards = {
        "type": "object",
        "description": "Guards by name: what no text to a customer may say",
        "minProperties": 1,
        "additionalProperties": shapes.value(Guard),
    }
    either = {"if": {"required": ["pack"]}, "then": shapes.value(Pack), "else": guards}
    return shapes.file("A Firebreak rule pack, or guards", {"type": "object", **either})


def legal_clocks_schema(vocabulary: Vocabulary) -> Schema:
    """The deadlines of the law: `playbooks/legal_clocks.yaml`."""
    shapes = Shapes(vocabulary)
    return shapes.file("The legal clocks that promises are held against", shapes.model(LegalClocksFile))


def deletion_plan_schema(vocabulary: Vocabulary) -> Schema:
    """Where copies live, and what becomes of them: `rules/deletion_plan.yaml`."""
    shapes = Shapes(vocabulary)
    return shapes.file("The Firebreak deletion plan", shapes.model(DeletionPlan))


def remedies_schema() -> Schema:
    """What counts as promising a remedy: `rules/remedies.yaml`."""
    shapes = Shapes(Vocabulary({}))
    return shapes.file("How Firebreak reads promises", shapes.model(RemediesFile))


def facts_schema() -> Schema:
    """The vocabulary: `rules/facts.yaml`."""
    shapes = Shapes(Vocabulary({}))
    text = shapes.value(Words)
    listed = {"properties": {"kind": {"enum": ["level", "choice"]}}, "required": ["kind"]}
    ordered = {"properties": {"kind": {"enum": ["level", "count", "duration"]}}, "required": ["kind"]}
    word = {"not": {"enum": [*RESERVED, "true", "false"]}}
    values = {"type": "object", "minProperties": 2, "propertyNames": word, "additionalProperties": text}
    entry: Schema = {
        "type": "object",
        "properties": {
            "kind": {**facts.words(_KINDS), "description": "What kind of values the fact has"},
            "values": {**values, "description": "Each value with its meaning; those of a level from low to high"},
            "meaning": {**text, "description": "What the fact means, in one sentence"},
            "source": {**facts.words(SUPPLIERS), "description": "Who supplies it"},
            "unknown_counts_as": {
                "type": ["string", "integer"],
                "description": "What comparisons by order take an unknown value for: the cautious side",
            },
        },
        "required": ["kind", "meaning", "source"],
        "additionalProperties": False,
        "allOf": [
            {"if": listed, "then": {"required": ["values"]}, "else": {"properties": {"values": False}}},
            {"if": ordered, "else": {"properties": {"unknown_counts_as": False}}},
        ],
    }
    return shapes.file(
        "The facts that conditions speak about",
        {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": f"^(?:{FACT_NAME.pattern})$", "not": {"enum": list(RESERVED)}},
            "additionalProperties": entry,
        },
    )


def playbook_test_schema(vocabulary: Vocabulary, words: ScenarioWords) -> Schema:
    """Tests beside their playbooks: `playbooks/*.test.yaml`."""
    shapes = Shapes(vocabulary)
    outcome = shapes.part("outcome", lambda: _outcome(shapes, words))
    closing = facts.words({words.closing: "The customer is told nothing else; stands last"})
    scenario: Schema = {
        "type": "object",
        "properties": {
            "name": {**shapes.value(Words), "description": "What is shown, in one sentence"},
            "given": {**shapes.value(FactValues), "description": "Facts that are taken as known from the start"},
            "starts": {
                **shapes.value(words.starts),
                "description": "When it begins, in its time zone; without it, on Monday 2026-01-05 09:00",
            },
            "time zone": {**shapes.value(Words), "description": "Where the business is, as in Asia/Shanghai"},
            "timeline": _several(_event(shapes, words), "What happens, in order, on a clock that is moved"),
            "expect": _several(
                facts.value_or_mapping(closing, outcome),
                "What must come of it, in this order; other things may happen between",
            ),
            "never": _several(outcome, "What must not come of it at any time"),
        },
        "required": ["name", "timeline"],
        "anyOf": [{"required": ["expect"]}, {"required": ["never"]}],
        "additionalProperties": False,
    }
    content: Schema = {
        "type": "object",
        "properties": {
            "tests": {**shapes.value(PlaybookName), "description": "The playbook that is tested"},
            "scenarios": _several(
                shapes.part("scenario", lambda: scenario), "The stories, each with a start of its own"
            ),
        },
        "required": ["tests", "scenarios"],
        "additionalProperties": False,
    }
    return shapes.file("Tests of a Firebreak playbook", content)


def hours_schema() -> Schema:
    """When the business works: `playbooks/hours.yaml`."""
    shapes = Shapes(Vocabulary({}))
    return shapes.file("The hours of the business", shapes.model(HoursFile))


def retention_schema() -> Schema:
    """How long what the tool keeps is kept: `playbooks/retention.yaml`."""
    shapes = Shapes(Vocabulary({}))
    return shapes.file("How long what the tool keeps is kept", shapes.model(Retention))


def phrases_schema(vocabulary: Vocabulary) -> Schema:
    """The words that make a text personal: `playbooks/phrases.yaml`."""
    shapes = Shapes(vocabulary)
    return shapes.file("The words that make a text personal", shapes.model(PhrasesFile))


def team_schema() -> Schema:
    """The team file: who stands behind each role, and how to reach them."""
    address: Schema = {
        "type": "string",
        "description": "An Apprise address; ${NAME} is filled in from the environment, and so should every secret be",
        "pattern": r"^([A-Za-z][A-Za-z0-9+.-]*://|\$\{)",
        "patternErrorMessage": "An address begins with its service, for example tgram:// or mailtos://",
        "examples": ["tgram://${TELEGRAM_BOT}/${FIRST_CHAT}", "dingtalk://${DINGTALK_TOKEN}"],
    }
    person: Schema = {"type": "string", "minLength": 1, "description": "The name of somebody under `people`"}
    content: Schema = {
        "type": "object",
        "properties": {
            "people": _named(address, "Everyone who can be reached, each with one address or several"),
            "roles": _named(person, "Who stands behind each role, the first to be called first"),
        },
        "required": ["people", "roles"],
        "additionalProperties": False,
    }
    return Shapes(Vocabulary({})).file("The Firebreak team file", content)


def all_schemas(vocabulary: Vocabulary, verbs: Mapping[str, type[Verb]], words: ScenarioWords) -> Mapping[str, Schema]:
    """Every schema by the name of its file."""
    return {
        "playbook.schema.json": playbook_schema(vocabulary, verbs),
        "playbook-test.schema.json": playbook_test_schema(vocabulary, words),
        "reply.schema.json": reply_schema(vocabulary),
        "rules.schema.json": rules_schema(vocabulary),
        "facts.schema.json": facts_schema(),
        "legal-clocks.schema.json": legal_clocks_schema(vocabulary),
        "deletion-plan.schema.json": deletion_plan_schema(vocabulary),
        "remedies.schema.json": remedies_schema(),
        "team.schema.json": team_schema(),
        "hours.schema.json": hours_schema(),
        "retention.schema.json": retention_schema(),
        "phrases.schema.json": phrases_schema(vocabulary),
    }


_KINDS: Mapping[Kind, str] = {
    "level": "Values in an order, low to high",
    "choice": "Values without an order",
    "yes_no": "true or false",
    "count": "0, 1, 2, …",
    "duration": "A length of time",
}
assert set(_KINDS) == set(get_args(Kind))


def _several(items: Schema, description: str) -> Schema:
    return {"type": "array", "items": items, "description": description}


def _named(value: Schema, description: str) -> Schema:
    several = {"type": "array", "minItems": 1, "items": value}
    listed = {"if": {"type": "array"}, "then": several, "else": value}
    return {"type": "object", "minProperties": 1, "additionalProperties": listed, "description": description}


def _event(shapes: Shapes, words: ScenarioWords) -> Schema:
    """One event: a mapping with one key and what may stand beside it, or one of the words that stand alone."""
    alone = {name: meaning for name, (meaning, kind, _) in words.events.items() if kind is None}
    keyed = {name: each for name, each in words.events.items() if each[1] is not None}
    events = {
        name: {**_event_value(shapes, kind), "description": meaning} for name, (meaning, kind, _) in keyed.items()
    }
    beside = {name: {**shapes.value(kind), "description": meaning} for name, (meaning, kind) in words.beside.items()}
    one = {
        "properties": {**events, **beside},
        "additionalProperties": False,
        "oneOf": [_alone(name, set(words.beside) - set(also)) for name, (_, _, also) in keyed.items()],
    }
    return facts.value_or_mapping(facts.words(alone), one)


def _alone(name: str, without: set[str]) -> Schema:
    """A mapping that has this key, and none of those."""
    return {"required": [name], "properties": dict.fromkeys(sorted(without), False)}


def _event_value(shapes: Shapes, kind: Any) -> Schema:
    if is_dataclass(kind) and isinstance(kind, type):
        first, *others = fields(kind)
        return shapes.model(kind, short=first.name if all(each.default is not MISSING for each in others) else None)
    return shapes.value(kind)


def _outcome(shapes: Shapes, words: ScenarioWords) -> Schema:
    """One outcome, with details that must fit too."""
    name: Schema = {"type": ["string", "number", "boolean"]}
    kinds = {outcome: {**name, "description": meaning} for outcome, (meaning, _) in words.outcomes.items()}
    details = {
        detail: {**shapes.value(kind), "description": meaning} for detail, (meaning, kind) in words.details.items()
    }
    return {
        "type": "object",
        "properties": {**kinds, **details},
        "oneOf": [_alone(outcome, set(details) - set(own)) for outcome, (_, own) in words.outcomes.items()],
        "additionalProperties": False,
    }
