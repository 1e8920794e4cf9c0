"""The JSON Schemas, by a validator that knows nothing of Firebreak, and held against what the readers take."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from flows import schemas
from flows.channels.team import Team
from flows.rehearsal.scenario import KINDS, read_scenarios
from flows.shelf import ROOT
from flows.verbs import all_verbs
from rules.bundle import FACTS, GUARDS, ROLES, TEST, content_paths, is_playbook, is_reply
from rules.decision import parse_pack
from rules.guards import read_guards
from rules.language import Steps
from rules.playbook import read_playbook
from rules.problems import ContentError, Problems
from rules.reading import MODIFIERS
from rules.replies import read_reply
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
    assert {path for path in without if not path.startswith("rules/words/")} == {ROLES}


def test_committed_files_are_fresh(tmp_path: Path) -> None:
    """Editors would work with a language that is no longer so; `flows.schemas.write` brings the files up to date."""
    assert schemas.stale(ROOT / "schemas") == []
    assert schemas.stale(tmp_path) == NAMES or sorted(schemas.stale(tmp_path)) == NAMES
    assert sorted(schemas.write(tmp_path)) == NAMES
    assert schemas.write(tmp_path) == []
    (tmp_path / NAMES[0]).write_text("{}\n")
    assert schemas.stale(tmp_path) == [NAMES[0]]


@pytest.mark.parametrize("name", sorted(all_verbs()))
def test_example_of_a_verb_passes(name: str) -> None:
    """The editor would underline the example that it shows itself."""
    step = "  - " + all_verbs()[name].example.strip().replace("\n", "\n    ")
    assert complaints("playbook.schema.json", f"{HEAD}steps:\n{step}\n") == []


@pytest.mark.parametrize("name", sorted(all_verbs()))
def test_step_with_a_verb_offers_the_keys_of_that_verb(name: str) -> None:
    """The editor would offer, beside one verb, what belongs to another."""
    beside = schemas.current()["playbook.schema.json"]["$defs"][f"step.{name}"]["properties"]
    assert set(beside) - {name} - set(MODIFIERS) == _beside(name)


def _beside(name: str) -> set[str]:
    from dataclasses import fields

    return {each.name for each in fields(all_verbs()[name]) if each.metadata.get("beside")}


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
        ("steps:\n  - choose: {when: {dispute: open}, steps: {close: a}}\n", "'when' was unexpected"),
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
        ("reply", "reply: a/b\nversion: 1.0.0\ntext: {en: Hello}\ntemplate: {name: A, category: x}\n", "'A' does not match"),
        ("rules", "pack: a\ntitle: b\nrules: [{id: a, title: b, priority: 1, when: {intent: other}}]\n", "'then' is a required"),
        ("rules", "no-lies: {never: Lie, phrase: [a]}\n", "'phrase' was unexpected"),
        ("facts", "a: {kind: level, meaning: b, source: team}\n", "'values' is a required property"),
        ("facts", "a: {kind: count, meaning: b, source: team, values: {c: d, e: f}}\n", "False schema"),
        ("facts", "known: {kind: count, meaning: b, source: team}\n", "should not be valid under"),
        ("facts", "a: {kind: number, meaning: b, source: team}\n", "'number' is not one of"),
        ("playbook-test", "tests: a\nscenarios: [{name: b, timeline: [{customer_says: c}]}]\n", "'customer_says' was unexpected"),
        ("playbook-test", "tests: a\nscenarios: [{name: b, timeline: [after: 3]}]\n", "3 is not of type 'string'"),
        ("playbook-test", "tests: a\nscenarios: [{name: b, timeline: [answer: perhaps]}]\n", "'perhaps' is not one of"),
        ("playbook-test", "tests: a\nscenarios: [{name: b, timeline: [after: 1 day], expect: [{repli: c}]}]\n", "'repli' was unexpected"),
        ("playbook-test", "tests: a\nscenarios: [{name: b, timeline: [after: 1 day], expect: [{locale: en}]}]\n", "is a required property"),
        ("team", "people: {mara: mara@example.com}\nroles: {lead: mara}\n", "'mara@example.com' does not match"),
        ("team", "people: {mara: 'tgram://x/y'}\n", "'roles' is a required property"),
    ],
)  # fmt: skip
def test_other_wrong_file_fails(name: str, written: str, complaint: str) -> None:
    """The editor would let a slip pass in a reply, a rule, a fact, a test or the team file."""
    found = complaints(f"{name}.schema.json", written)
    assert any(complaint in message for message in found), found


def test_team_file_as_the_code_reads_it_passes() -> None:
    """The editor would underline a team file that works."""
    written = """\
people:
  mara: ["tgram://${BOT}/${CHAT}", "mailtos://${USER}:${PASSWORD}@example.com"]
  omar: dingtalk://${TOKEN}
  ines: ${ADDRESS}
roles:
  shift_lead: [mara, omar]
  privacy_lead: ines
"""
    assert complaints("team.schema.json", written) == []
    assert Team.of({"lead": ["json://example.com"]}).roles() == ("lead",)


@pytest.mark.parametrize("outcome", sorted(KINDS))
def test_test_file_with_every_outcome_is_read(outcome: str) -> None:
    """The editor would complete an outcome that the reader does not know."""
    assert outcome.replace("_", " ") in schemas.SCENARIO_WORDS.outcomes


EVENTS = {
    "customer says": ["Hello", {"text": "Hello", "in_group": True}, {"kind": "image"}],
    "after": ["3 days"],
    "answer": ["yes", "no", "done", {"backup_status": "none"}],
    "send fails with": [131000],
    "incident": ["Chargers overheat"],
    "process dies": [None],
}


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_test_file_with_every_event_is_read(event: str) -> None:
    """The editor would complete an event that the reader does not know, or underline one that it does."""
    assert set(EVENTS) == set(schemas.SCENARIO_WORDS.events)
    details = {detail: "x" for detail in schemas.SCENARIO_WORDS.details if detail not in ("form", "kind", "status")}
    details |= {"form": "text", "kind": "ask", "status": "done"}
    for value in EVENTS[event]:
        happens = event if value is None else {event: value}
        expected = {"reply": "a/b", **details}
        data = {
            "tests": "a",
            "scenarios": [{"name": "b", "timeline": [happens], "expect": [expected], "never": [expected]}],
        }
        problems = Problems()
        source = Source.parse(json.dumps(data), "a.test.yaml", problems)
        assert source is not None
        assert read_scenarios(source, Vocabulary.load(), problems) is not None, list(map(str, problems))
        assert list(validator("playbook-test.schema.json").iter_errors(data)) == []


# -- schema and reader agree --------------------------------------------------------------------------------------

STRANGE: list[Any] = [
    None, True, 0, -1, 3.5, "", " ", "x", "unknown", "known", "any", "3 days", "1.0.0", "Ünïcode 中", [], {}, ["x"], [None],
    {"x": 1}, {"all": []}, {"when": 1}, {"reply": "a/b"}, [{"reply": None}], {"one_of": []}, {"at_least": 3}, [[[]]],
]  # fmt: skip
BEYOND_A_SCHEMA = {"duplicate-id", "same-id", "same-priority", "text-too-long", "condition-too-large", "unknown-placeholder",
                   "placeholder"}  # fmt: skip


def test_schema_and_reader_agree_on_every_slip() -> None:
    """The editor would promise what the check refuses, or forbid what works."""
    chance = random.Random(20)
    facts = Vocabulary.load()
    sound = {path: read((ROOT / path).read_text(encoding="utf-8")) for path in SCHEMA_OF if not path.endswith(TEST)}
    for number in range(400):
        path = chance.choice(sorted(sound))
        data = copy.deepcopy(sound[path])
        done = _spoil(data, chance)
        problems = _problems(path, data, facts)
        if any(check in BEYOND_A_SCHEMA for check in problems) or (path == FACTS and problems == ["fact"]):
            continue
        said = [error.message for error in validator(SCHEMA_OF[path]).iter_errors(data)]
        assert bool(said) == bool(problems), f"{number}: {path} with {done}: schema {said}, reader {problems}"


def _problems(path: str, data: Any, facts: Vocabulary) -> list[str]:
    """The ids of the problems that the reader of this kind of file has with the data."""
    problems = Problems()
    source = Source.parse(json.dumps(data), path, problems)
    if source is None:
        pass
    elif is_reply(path):
        read_reply(source, problems)
    elif is_playbook(path):
        read_playbook(source, facts, all_verbs(), problems)
    elif path == GUARDS:
        read_guards(source, facts, problems)
    elif path == FACTS:
        Vocabulary.parse(source, problems)
    else:
        parse_pack(source, facts, problems)
    return [problem.check for problem in problems]


def _spoil(data: Any, chance: random.Random) -> str:
    """Change one thing somewhere in the data; returns what."""
    *way, last = chance.choice([keys for keys in _ways(data) if keys])
    part = data
    for key in way:
        part = part[key]
    how = chance.choice(["strange", "missing", "renamed", "moved"])
    if how == "missing":
        del part[last]
    elif how == "renamed" and isinstance(part, dict):
        part[f"{last}x"] = part.pop(last)
    elif how == "moved":
        part[last] = copy.deepcopy(part)
    else:
        part[last] = copy.deepcopy(chance.choice(STRANGE))
    return f"{'.'.join(map(str, [*way, last]))} {how}"


def _ways(data: Any, keys: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield keys
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, part in items:
        yield from _ways(part, (*keys, key))


def test_a_single_step_needs_no_list() -> None:
    """The short form of a single step would be underlined."""
    problems = Problems()
    source = Source.parse(f"{HEAD}steps: {{close: done}}\n", "playbooks/example.yaml", problems)
    assert source is not None
    playbook = read_playbook(source, Vocabulary.load(), all_verbs(), problems)
    assert playbook is not None
    assert isinstance(playbook.steps, Steps)
    assert complaints("playbook.schema.json", f"{HEAD}steps: {{close: done}}\n") == []


def test_unknown_team_file_is_refused_by_the_code_too(tmp_path: Path) -> None:
    """Schema and code would disagree on the team file."""
    path = tmp_path / "team.yaml"
    path.write_text("people: {mara: mara@example.com}\nroles: {lead: mara}\n")
    with pytest.raises(ContentError):
        Team.load(path, {})
