"""Schema and reader, held against each other on slips of every kind: what one takes, the other takes too."""

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
from flows.shelf import ROOT
from flows.verbs import all_verbs
from rules.bundle import (
    DELETION_PLAN,
    FACTS,
    GUARDS,
    HOURS,
    LEGAL_CLOCKS,
    PHRASES,
    REMEDIES,
    RETENTION,
    content_paths,
    is_playbook,
    is_reply,
)
from rules.checks.explained import WHILE_READING
from rules.decision import parse_pack
from rules.deletion_plan import read_deletion_plan
from rules.guards import read_guards
from rules.hours import read_hours
from rules.legal_clocks import read_legal_clocks
from rules.phrases import read_phrases
from rules.playbook import read_playbook
from rules.problems import Problems
from rules.remedies import read_remedies
from rules.replies import read_reply
from rules.retention import read_retention
from rules.vocabulary import Vocabulary
from rules.yaml_source import Source
from tests.rules.shipped import text
from tests.rules.test_mistakes import LINE, MISTAKES

STRANGE: list[Any] = [
    None, True, 0, -1, 3.5, "", " ", "x", "unknown", "known", "any", "3 days", "1.0.0", "Ünïcode 中", [], {}, ["x"],
    [None], {"x": 1}, {"all": []}, {"when": 1}, {"reply": "a/b"}, [{"reply": None}], {"one_of": []}, {"at_least": 3},
    [[[]]],
]  # fmt: skip
BEYOND_A_SCHEMA = {
    "duplicate-id", "same-id", "same-priority", "condition-too-large", "unknown-placeholder",
    "missing-words", "no-last-way",
}  # fmt: skip
"""Problems of a whole file, or inside a text, that no schema can see."""


def test_schema_and_reader_agree_on_every_slip() -> None:
    """The editor would promise what the check refuses, or forbid what works."""
    chance = random.Random(20)
    facts = Vocabulary.load()
    sound = {shown: path for shown, path in content_paths(ROOT).items() if schemas.schema_for(shown)}
    validators = {name: Draft202012Validator(schema) for name, schema in schemas.current().items()}
    for number in range(400):
        path = chance.choice(sorted(sound))
        data = copy.deepcopy(_data(sound[path], path))
        done = _spoil(data, chance)
        problems = _problems(path, data, facts)
        if BEYOND_A_SCHEMA & set(problems) or (path == FACTS and problems == ["fact"]):
            continue
        said = [error.message for error in validators[str(schemas.schema_for(path))].iter_errors(data)]
        assert bool(said) == bool(problems), f"{number}: {path} with {done}: schema {said}, reader {problems}"


ONLY_THE_READER_SEES = {
    "duplicate-key", "yaml",  # an editor's own YAML reader tells of these
    "duplicate-id", "same-id", "same-priority",  # the same name or number elsewhere in the file
    "placeholder", "unknown-placeholder", "text-too-long",  # what stands inside a text
    "one-verb",  # a schema refuses it too, but only by chance of which verb it takes for the step's
    "fact",  # facts that contradict themselves
    "role-meaning",  # roles have no schema
}  # fmt: skip


@pytest.mark.parametrize(("path", "right", "wrong", "check"), [each for each in MISTAKES if each[3] in WHILE_READING])
def test_schema_refuses_what_the_reader_refuses(path: str, right: str, wrong: str, check: str) -> None:
    """The editor would let a mistake pass that is only found when the content is checked."""
    if check in ONLY_THE_READER_SEES or schemas.schema_for(path) is None:
        return
    written = text(path).replace(right, wrong.replace(LINE, ""), 1)
    source = Source.parse(written, path, Problems())
    assert source is not None
    schema = schemas.current()[str(schemas.schema_for(path))]
    assert list(Draft202012Validator(schema).iter_errors(source.data)) != []


@pytest.mark.parametrize(
    ("path", "right", "wrong"), [each[:3] for each in MISTAKES if each[3] not in WHILE_READING], ids=str
)
def test_schema_does_not_refuse_what_can_be_read(path: str, right: str, wrong: str) -> None:
    """The editor would underline what only the content as a whole makes wrong, and not say why."""
    source = Source.parse(text(path).replace(right, wrong.replace(LINE, ""), 1), path, Problems())
    assert source is not None
    schema = schemas.current()[str(schemas.schema_for(path))]
    refused = [] if schemas.schema_for(path) is None else list(Draft202012Validator(schema).iter_errors(source.data))
    assert [error.message for error in refused] == []


@cache
def _data(path: Path, shown: str) -> Any:
    source = Source.read(path, Problems(), shown)
    assert source is not None
    return source.data


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
    elif path == LEGAL_CLOCKS:
        read_legal_clocks(source, facts, problems)
    elif path == GUARDS:
        read_guards(source, facts, problems)
    elif path == DELETION_PLAN:
        read_deletion_plan(source, facts, problems)
    elif path == HOURS:
        read_hours(source, problems)
    elif path == RETENTION:
        read_retention(source, problems)
    elif path == PHRASES:
        read_phrases(source, facts, problems)
    elif path == REMEDIES:
        read_remedies(source, problems)
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
