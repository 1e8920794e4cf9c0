"""Problems as other programs want them: GitHub's annotations, and SARIF for code scanning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from rules.checks.explained import explained
from rules.problems import Problem

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_IN_A_MESSAGE: Mapping[int, str] = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_A_PROPERTY: Mapping[int, str] = {**_IN_A_MESSAGE, **str.maketrans({":": "%3A", ",": "%2C"})}


def to_json(problems: Iterable[Problem]) -> dict[str, object]:
    """`{"sound": true, "problems": [{"path", "line", "column", "severity", "message", "check"}, …]}`.

    `sound`: there is no error (warnings may be there). `path` is relative to the folder of the content, with `/`;
    `line` and `column` count from 1; `severity` is `error` or `warning`; `check` is the id that `--explain` takes.
    """
    listed = list(problems)
    sound = not any(problem.severity == "error" for problem in listed)
    return {"sound": sound, "problems": [problem.to_json() for problem in listed]}


def to_github(problem: Problem) -> str:
    """A workflow command that GitHub shows beside the line in a pull request."""
    place = problem.place
    properties = {"file": place.path, "line": place.line, "col": place.column, "title": problem.check}
    written = ",".join(f"{name}={str(value).translate(_IN_A_PROPERTY)}" for name, value in properties.items())
    return f"::{problem.severity} {written}::{problem.message.translate(_IN_A_MESSAGE)}"


def to_sarif(problems: Iterable[Problem], version: str) -> dict[str, Any]:
    """A SARIF 2.1.0 log of one run, with every check as a rule. `version` is that of this program."""
    known = explained()
    numbers = {name: number for number, name in enumerate(known)}
    rules = [
        {
            "id": each.id,
            "shortDescription": {"text": each.meaning},
            "fullDescription": {"text": each.meaning},
            "help": {"text": f"{each.meaning}\n`firebreak check --explain {each.id}` shows an example."},
            "defaultConfiguration": {"level": each.severity},
        }
        for each in known.values()
    ]
    results = [
        {
            "ruleId": problem.check,
            "ruleIndex": numbers.get(problem.check, -1),
            "level": problem.severity,
            "message": {"text": problem.message},
            "locations": [_location(problem)],
        }
        for problem in problems
    ]
    driver = {"name": "Firebreak", "semanticVersion": version, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def _location(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(place.path)},
            "region": {"startLine": place.line, "startColumn": place.column},
        }
    }
