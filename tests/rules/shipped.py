"""The shipped content, read once, with one file at a time replaced by a faulty one. One procedure in it stands still
(`standing/`): what the shipped one says may change without a word here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from flows.rehearsal.scenario import read_scenarios
from flows.shelf import ROOT
from flows.verbs import all_verbs
from rules.bundle import TEST, content_paths
from rules.check import check_sources
from rules.problems import Problem, Problems
from rules.vocabulary import Vocabulary
from rules.yaml_source import Source

STANDING = {f"playbooks/{path.name}": path for path in sorted((Path(__file__).parent / "standing").glob("*.yaml"))}
"""What stands in the place of shipped files, by their paths."""


@cache
def sources() -> Mapping[str, Source]:
    """Every content file but the word lists, which take longest to read; and the tests beside the playbooks."""
    problems = Problems()
    tests = {path.relative_to(ROOT).as_posix(): path for path in sorted((ROOT / "playbooks").rglob(f"*{TEST}"))}
    paths = {shown: path for shown, path in content_paths(ROOT).items() if not shown.startswith("rules/words/")}
    read = {shown: Source.read(path, problems, shown) for shown, path in {**paths, **tests, **STANDING}.items()}
    problems.raise_errors()
    return {shown: source for shown, source in read.items() if source is not None}


def text(path: str) -> str:
    return sources()[path].text


def problems_with(path: str, written: str) -> list[Problem]:
    """Everything that is wrong with the shipped content when this stands in the file at `path`."""
    problems = Problems()
    source = Source.parse(written, path, problems)
    if path.endswith(TEST):
        if source is not None:
            read_scenarios(source, Vocabulary.load(), problems)
        return list(problems)
    others = {shown: each for shown, each in sources().items() if not shown.endswith(TEST)}
    check_sources({**others, path: source}, all_verbs(), None, problems)
    return list(problems)


def errors_with(path: str, written: str) -> list[Problem]:
    return [problem for problem in problems_with(path, written) if problem.severity == "error"]


def lines(path: str) -> Iterator[tuple[int, str]]:
    """The lines of a file that say something, with their numbers from 0."""
    for number, line in enumerate(text(path).split("\n")):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line
