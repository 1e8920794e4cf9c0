"""The JSON Schemas, by a validator that knows nothing of Firebreak, and held against what the readers take."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from flows import schemas
from flows.channels.team import Team
from flows.rehearsal.scenario import read_scenarios
from flows.shelf import ROOT
from flows.verbs import all_verbs
from rules.bundle import ROLES, TEST, content_paths
from rules.problems import Problems
from rules.reading import MODIFIERS
from rules.vocabulary import Vocabulary
from rules.yaml_source import Source

HEAD = "playbook: example\nversion: 1.0.0\ntitle: An example\nscope: case\n"
NAMES = sorted(schemas.current())
SCHEMA_OF = {
    path: name
    for path in [
        *content_paths(ROOT),
        *(p.relative_to(ROOT).as_posix() for p in (ROOT / "playbooks").rglob(f"*{TEST}")),
    ]
    if (name := schemas.schema_for(path)) is not None
}


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schemas.current()[name])


def read(text: str) -> Any:
    problems = Problems()
    source = Source.parse(text, "example.yaml", problems)
    assert source is not None, [str(problem) for problem in problems]
    return source.data


def complaints(name: str, text: str) -> list[str]:
    """What the validator says, the innermost complaint of each kind."""
    return [error.message for error in _innermost(validator(name).iter_errors(read(text)))]


def _innermost(errors: Any) -> Iterator[Any]:
    for error in errors:
        if error.context:
            yield from _innermost(error.context)
        yield error


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_valid(name: str) -> None:
    """No editor could make use of the schema."""
    Draft202012Validator.check_schema(schemas.current()[name])


@pytest.mark.parametrize("name", NAMES)
def test_every_reference_leads_somewhere(name: str) -> None:
    """The editor would stop completing at a part that is not there."""
    schema = schemas.current()[name]
    text = json.dumps(schema)
    for part in schema.get("$defs", {}):
        assert f'"#/$defs/{part}"' in text, f"nothing uses {part}"
    for reference in _references(schema):
        assert reference.removeprefix("#/$defs/") in schema["$defs"], reference


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"]
        for part in schema.values():
            yield from _references(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _references(part)


@pytest.mark.parametrize("path", sorted(SCHEMA_OF))
def test_shipped_file_passes(path: str) -> None:
    """The editor would underline content that is sound."""
    data = read((ROOT / path).read_text(encoding="utf-8"))
    assert [f"{error.json_path}: {error.message}" for error in validator(SCHEMA_OF[path]).iter_errors(data)] == []


def test_every_kind_of_file_has_a_schema() -> None:
    """A designer would get no help in some files."""
    assert set(SCHEMA_OF.values()) == set(NAMES) - {"team.schema.json"}
    without = {path for path in content_paths(ROOT) if path not in SCHEMA_OF}
    assert {path for path in without if not path.startswith(("rules/words/", "rules/wording/"))} == {ROLES}


def test_committed_files_are_fresh(tmp_path: Path) -> None:
    """Editors would work with a language that is no longer so; `flows.schemas.write` brings the files up to date."""
    assert schemas.stale(ROOT) == []
    paths = ["docs/reference.md", *(f"schemas/{name}" for name in NAMES)]
    assert sorted(schemas.stale(tmp_path)) == paths
    assert sorted(schemas.write(tmp_path)) == paths
    assert schemas.write(tmp_path) == []
    for path in paths[:2]:
        (tmp_path / path).write_text("{}\n")
    assert sorted(schemas.stale(tmp_path)) == paths[:2]


@pytest.mark.parametrize("name", sorted(all_verbs()))
def test_example_of_a_verb_passes(name: str) -> None:
    """The editor would underline the example that it shows itself."""
    step = "  - " + all_verbs()[name].example.strip().replace("\n", "\n    ")
    assert complaints("playbook.schema.json", f"{HEAD}steps:\n{step}\n") == []


@pytest.mark.parametrize("name", sorted(all_verbs()))
def test_step_with_a_verb_offers_the_keys_of_that_verb(name: str) -> None:
    """The editor would offer, beside one verb, what belongs to another."""
    offered = schemas.current()["playbook.schema.json"]["$defs"][f"step.{name}"]["properties"]
    beside = {each.name for each in fields(all_verbs()[name]) if each.metadata.get("beside")}
    assert set(offered) == {name, *MODIFIERS, *beside}


def test_facts_and_values_come_with_their_meanings() -> None:
    """A designer would have to look up what a fact or a value means."""
    parts = schemas.current()["playbook.schema.json"]["$defs"]
    facts = Vocabulary.load()
    for fact in facts:
        assert fact.meaning in parts["condition"]["properties"][fact.name]["description"]
        for value, meaning in fact.values.items():
            offered = parts[f"fact.{fact.name}"]
            assert dict(zip(offered["enum"], offered["enumDescriptions"], strict=True))[value] == meaning


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("steps:\n  - replly: base/hello\n", "'replly' was unexpected"),
        ("steps:\n  - reply: base/hello\n    tiemout: 3 days\n", "'tiemout' was unexpected"),
        ("steps:\n  - reply: base/hello\n    close: done\n", "'reply' was unexpected"),
        ("steps:\n  - notify: {who: on_call, mesage: Look}\n", "'mesage' was unexpected"),
        ("steps:\n  - notify: {who: on_call}\n", "'message' is a required property"),
        ("steps:\n  - notify: on_call\n", "'on_call' is not of type 'object'"),
        ("steps:\n  - timeout: 3 days\n", "'reply' is a required property"),
        ("steps: []\n", "should be non-empty"),
        ("steps: {close: done}\nstep: 1\n", "'step' was unexpected"),
        ("steps:\n  - reply: a/b\n    if: {severity: urgnt}\n", "'urgnt' is not one of ['general', 'important'"),
        ("steps:\n  - reply: a/b\n    if: {severety: urgent}\n", "'severety' was unexpected"),
        ("steps:\n  - reply: a/b\n    if: {severity: {atleast: urgent}}\n", "'atleast' was unexpected"),
        ("steps:\n  - reply: a/b\n    if: {severity: {more_than: urgent}}\n", "'urgent' is not one of"),
        ("steps:\n  - reply: a/b\n    if: {severity: {at_least: unknown}}\n", "'unknown' is not one of"),
        ("steps:\n  - reply: a/b\n    if: {intent: {at_least: complaint}}\n", "'at_least' was unexpected"),
        ("steps:\n  - reply: a/b\n    if: {severity: {one_of: [urgent, urgent]}}\n", "non-unique"),
        ("steps:\n  - reply: a/b\n    if: {severity: {}}\n", "should be non-empty"),
        ("steps:\n  - reply: a/b\n    if: {has_photo: yes}\n", "'yes' is not one of [True, False"),
        ("steps:\n  - reply: a/b\n    if: {any: []}\n", "should be non-empty"),
        ("steps:\n  - reply: a/b\n    if: {contact_count_this_week: -1}\n", "-1 is less than the minimum"),
        ("steps:\n  - reply: a/b\n    if: {time_since_message: {at_most: 48}}\n", "48 is not of type 'string'"),
        ("steps:\n  - wait_for: 3 dayz\n", "'3 dayz' does not match"),
        ("steps:\n  - wait_for: 3\n", "3 is not of type 'string'"),
        ("steps:\n  - wait_for: {event: customer_replied}\n", "'customer_replied' is not one of"),
        ("steps:\n  - assume: {backup_status: maybe}\n", "'maybe' is not one of ['none', 'possible'"),
        ("steps:\n  - ask: {who: a, question: b, form: {dispute: all}}\n", "'all' is not one of ['any']"),
        ("steps:\n  - choose: {when: {dispute: open}, steps: {close: a}}\n", "'when' were unexpected"),
        ("steps:\n  - choose: [{when: {dispute: open}}]\n", "'steps' is a required property"),
        ("steps:\n  - close: a b\n", "'a b' does not match"),
        ("steps: {close: a}\ntriggers:\n  - if: {severity: urgent}\n", "'when' is a required property"),
        ("steps: {close: a}\npromises: {answered: {in: 3 days}}\n", "'within' is a required property"),
        ("steps: {close: a}\npromises: {Answered: {within: 3 days}}\n", "'Answered' does not match"),
    ],
)  # fmt: skip
def test_wrong_playbook_fails(written: str, complaint: str) -> None:
    """The editor would let a slip pass that the check then refuses."""
    found = complaints("playbook.schema.json", HEAD + written)
    assert any(complaint in message for message in found), found


@pytest.mark.parametrize(
    ("name", "written", "complaint"),
    [
        ("reply", "reply: a/b\nversion: 1.0\ntext: {en: Hello}\n", "1.0 is not of type 'string'"),
        ("reply", "reply: a/b\nversion: 1.0.0\ntext: {english: Hello}\n", "'english' does not match"),
        ("reply", "reply: a/b\nversion: 1.0.0\ntext: {en: Hello}\nclaims: [gone]\n", "'gone' is not one of"),
        ("reply", "reply: a/b\nversion: 1.0.0\ntext: {en: A}\ntemplate: {name: A, category: x}\n", "'A' does not"),
        ("rules", "pack: a\ntitle: b\nrules: [{id: a, title: b, priority: 1, when: {place: group}}]\n", "'then' is"),
        ("rules", "no-lies: {never: Lie, phrase: [a]}\n", "'phrase' was unexpected"),
        ("facts", "a: {kind: level, meaning: b, source: team}\n", "'values' is a required property"),
        ("facts", "a: {kind: count, meaning: b, source: team, values: {c: d, e: f}}\n", "False schema"),
        ("facts", "known: {kind: count, meaning: b, source: team}\n", "should not be valid under"),
        ("facts", "a: {kind: number, meaning: b, source: team}\n", "'number' is not one of"),
        ("playbook-test", "tests: a\nscenarios: [{name: b, timeline: [{customr: c}]}]\n", "'customr' was unexpected"),
        ("playbook-test", "tests: a\nscenarios: [{name: b, timeline: [after: 3]}]\n", "3 is not of type 'string'"),
        ("playbook-test", "tests: a\nscenarios: [{name: b, timeline: [answer: perhaps]}]\n", "'perhaps' is not one of"),
        ("playbook-test", "tests: a\nscenarios: [{name: b, timeline: [], expect: [{repli: c}]}]\n", "'repli' was"),
        ("playbook-test", "tests: a\nscenarios: [{name: b, timeline: [], never: [{says: d}]}]\n", "is a required"),
        ("team", "people: {first: me@example.com}\nroles: {lead: first}\n", "'me@example.com' does not match"),
        ("team", "people: {first_phone: 'tgram://x/y'}\n", "'roles' is a required property"),
    ],
)  # fmt: skip
def test_other_wrong_file_fails(name: str, written: str, complaint: str) -> None:
    """The editor would let a slip pass in a reply, a rule, a fact, a test or the team file."""
    found = complaints(f"{name}.schema.json", written)
    assert any(complaint in message for message in found), found


TEAM = """\
people:
  first_phone: ["tgram://${BOT}/${CHAT}", "mailtos://${USER}:${PASSWORD}@example.com"]
  second_phone: dingtalk://${TOKEN}
  ines: ${ADDRESS}
roles:
  shift_lead: [first_phone, second_phone]
  privacy_lead: ines
"""


def test_team_file_that_the_code_reads_passes(tmp_path: Path) -> None:
    """The editor would underline a team file that works."""
    path = tmp_path / "team.yaml"
    path.write_text(TEAM, encoding="utf-8")
    environment = dict.fromkeys(("BOT", "CHAT", "USER", "PASSWORD", "TOKEN"), "x") | {"ADDRESS": "json://example.com"}
    assert Team.load(path, environment).people_of("privacy_lead") == ("ines",)
    assert complaints("team.schema.json", TEAM) == []


EVENTS: dict[str, list[Any]] = {
    "customer says": ["Hello", {"text": "Hello", "in_group": True}, {"kind": "image", "customer": 2}],
    "crowd": [{"customers": 20, "say": ["Where is my parcel?"], "within": "5 minutes"}],
    "customer taps": ["refund"],
    "statement": [{"remedies": ["refund"], "news_in": "2 hours", "text": {"en": "We are on it."}}],
    "after": ["3 days"],
    "at": ["23:30", "Monday 7:05", "2026-01-09 23:30"],
    "answer": ["yes", "no", "done", {"backup_status": "none"}],
    "send fails with": [131000],
    "text delivered": [None],
    "text read": [None],
    "delivery fails with": [131026],
    "incident": ["Chargers overheat"],
    "add affected": [2],
    "colleague writes": ["Your order leaves tomorrow"],
    "colleague deletes": [1],
    "review": ["example"],
    "open case": ["example"],
    "close": ["case", "incident"],
    "process dies": [None],
}
BESIDE = {
    "to": "owner",
    "customer": 2,
    "playbook": "example",
    "severity": "urgent",
    "affected": 2,
    "noticed": "3 hours",
    "topic": "delivery",
}
DETAILS = {
    "locale": "en", "form": "text", "says": "Hello", "kind": "ask", "status": "timed out", "customer": 2,
    "at": "10 minutes", "within": "5 minutes",
}  # fmt: skip
NEVER = {"never": [{"closed": "gone"}]}


@pytest.mark.parametrize("event", sorted(schemas.SCENARIO_WORDS.events))
def test_every_event_is_read(event: str) -> None:
    """The editor would complete an event that the reader of tests does not know, or underline one that it does."""
    also = {name: BESIDE[name] for name in schemas.SCENARIO_WORDS.events[event][2]}
    for value in EVENTS[event]:
        scenario_is_sound({"timeline": [event if value is None else {event: value, **also}], **NEVER})
        strange = {**BESIDE, event: value} if value is not None else {event: True}
        scenario_is_wrong({"timeline": [strange], **NEVER})


@pytest.mark.parametrize("outcome", sorted(schemas.SCENARIO_WORDS.outcomes))
def test_every_outcome_is_read(outcome: str) -> None:
    """The editor would complete an outcome that the reader of tests does not know, or underline one that it does."""
    assert set(DETAILS) == set(schemas.SCENARIO_WORDS.details)
    also = {name: DETAILS[name] for name in schemas.SCENARIO_WORDS.outcomes[outcome][1]}
    scenario_is_sound(
        {"timeline": ["process dies"], "expect": [{outcome: "a/b", **also}], "never": [{outcome: "a", "at": "9:05"}]}
    )
    scenario_is_wrong({"timeline": ["process dies"], "expect": [{outcome: "a/b", **DETAILS}]})


def test_scenario_has_a_place_and_an_end() -> None:
    """The editor would not know when a scenario begins, or that nothing else may be said."""
    begins = {"starts": "2026-03-29 01:00", "time zone": "Europe/Berlin", "timeline": ["process dies"]}
    scenario_is_sound({**begins, "expect": [{"opened": "a"}, "nothing more"]})
    scenario_is_wrong({**begins, "never": ["nothing more"]})
    scenario_is_wrong(begins)


def scenario_is_sound(scenario: dict[str, Any]) -> None:
    complained, noted = about_scenario(scenario)
    assert noted == []
    assert complained == []


def scenario_is_wrong(scenario: dict[str, Any]) -> None:
    complained, noted = about_scenario(scenario)
    assert noted, "the reader takes it"
    assert complained, "the schema takes it"


def about_scenario(scenario: dict[str, Any]) -> tuple[list[str], list[str]]:
    """What the schema and the reader say of a scenario."""
    data = {"tests": "example", "scenarios": [{"name": "An example", **scenario}]}
    problems = Problems()
    source = Source.parse(json.dumps(data), "example.test.yaml", problems)
    assert source is not None
    read_scenarios(source, Vocabulary.load(), problems)
    found = validator("playbook-test.schema.json").iter_errors(data)
    return [error.message for error in found], [str(each) for each in problems]
