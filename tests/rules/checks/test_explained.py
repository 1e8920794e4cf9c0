"""What people and other programs learn about checks."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from flows.shelf import ROOT
from rules import formats
from rules.checks import all_checks
from rules.checks.explained import example_text, explained
from rules.problems import Place, Problem

NOTING = ("error", "warning", "_refuse", "refuse", "report", "_note", "_stop", "Problem")
"""The names of the functions that note a problem; the id of its check comes last."""


def test_every_problem_that_can_be_noted_is_explained() -> None:
    """A designer would read an id that `--explain` does not know."""
    named = {name for name in _ids() if " " not in name}
    assert len(named) > 40
    assert named - set(explained()) == set()


@pytest.mark.parametrize("name", sorted(explained()))
def test_a_check_is_explained_in_one_sentence(name: str) -> None:
    """The list of checks would have an entry that says nothing, or nothing short."""
    meaning = explained()[name].meaning
    assert meaning.endswith(".")
    assert len(meaning) < 160


@pytest.mark.parametrize("name", [each.id for each in all_checks()])
def test_examples_are_shown_without_the_notes_of_the_tests(name: str) -> None:
    """A designer would copy lines into a playbook that only our tests need."""
    for kind in ("bad", "good"):
        (example, *_) = explained()[name].examples(kind)
        text = example_text(example)
        assert text
        assert not text.startswith("# 1")


def test_github_gets_its_signs_escaped() -> None:
    """GitHub would cut a message at its first colon, or show a part of it as something else."""
    place = Place("playbooks/a,b:c.yaml", 3, 5)
    shown = formats.to_github(Problem(place, "error", "50% of: this, and\nthat", "unknown-key"))
    where = "file=playbooks/a%2Cb%3Ac.yaml,line=3,col=5,title=unknown-key"
    assert shown == f"::error {where}::50%25 of: this, and%0Athat"
    assert formats.to_github(Problem(place, "warning", "x", "allow")).startswith("::warning file=")


SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name", "rules"],
                                "properties": {"rules": {"items": {"$ref": "#/$defs/rule"}, "uniqueItems": True}},
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"items": {"$ref": "#/$defs/result"}},
                },
            },
        },
    },
    "$defs": {
        "text": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}},
        "rule": {
            "required": ["id", "shortDescription", "fullDescription", "help"],
            "properties": {
                "id": {"type": "string", "pattern": "^[a-z-]+$"},
                "shortDescription": {"$ref": "#/$defs/text"},
                "fullDescription": {"$ref": "#/$defs/text"},
                "help": {"$ref": "#/$defs/text"},
                "defaultConfiguration": {"properties": {"level": {"enum": ["none", "note", "warning", "error"]}}},
            },
        },
        "result": {
            "required": ["message", "ruleId", "locations"],
            "properties": {
                "message": {"$ref": "#/$defs/text"},
                "level": {"enum": ["none", "note", "warning", "error"]},
                "ruleIndex": {"type": "integer", "minimum": 0},
                "locations": {
                    "minItems": 1,
                    "items": {
                        "required": ["physicalLocation"],
                        "properties": {
                            "physicalLocation": {
                                "required": ["artifactLocation", "region"],
                                "properties": {
                                    "artifactLocation": {
                                        "required": ["uri"],
                                        "properties": {"uri": {"type": "string", "pattern": "^[^/ ][^ ]*$"}},
                                    },
                                    "region": {
                                        "required": ["startLine", "startColumn"],
                                        "properties": {
                                            "startLine": {"type": "integer", "minimum": 1},
                                            "startColumn": {"type": "integer", "minimum": 1},
                                        },
                                    },
                                },
                            }
                        },
                    },
                },
            },
        },
    },
}
"""What SARIF 2.1.0, and GitHub beyond it, requires of the parts that are written."""


def test_sarif_has_what_code_scanning_wants() -> None:
    """GitHub would refuse the upload, and no alert would be shown."""
    problems = [
        Problem(Place("playbooks/a b.yaml", 3, 5), "error", "Something", "unknown-key"),
        Problem(Place("playbooks/中.yaml"), "warning", "Something else", "missing-language"),
    ]
    log = json.loads(json.dumps(formats.to_sarif(problems, "0.1.0")))
    assert [error.message for error in Draft202012Validator(SARIF).iter_errors(log)] == []
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[each["ruleIndex"]]["id"] for each in run["results"]] == [problem.check for problem in problems]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "playbooks/a%20b.yaml"


def _ids() -> Iterator[str]:
    for path in (*Path(ROOT / "rules").rglob("*.py"), *Path(ROOT / "flows/rehearsal").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in NOTING and node.args:
                last = node.args[-1]
                if isinstance(last, ast.Constant) and isinstance(last.value, str):
                    yield last.value


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
