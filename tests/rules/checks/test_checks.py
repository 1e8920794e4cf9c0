"""Every file and folder in `good` must have no problem at all; every one in `bad` exactly those that it names.

A file is put where its first key says (a playbook, a reply) beside the content in `base` and the rules of the
product; a folder is laid over them. A bad file begins with its problems, one comment each: `# line: part of the
message`; the name of the file or folder begins with the check that finds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from flows.shelf import ROOT
from flows.verbs import all_verbs
from rules.bundle import content_paths
from rules.check import check_sources
from rules.checks import all_checks
from rules.checks.explained import EXAMPLES
from rules.lock import EMPTY, LOCK, Lock, Locked
from rules.problems import Problem, Problems
from rules.yaml_source import Source

HERE = EXAMPLES
GOOD = sorted((HERE / "good").iterdir())
BAD = sorted((HERE / "bad").iterdir())
EXPECTED = re.compile(r"# ([0-9]+): (.+)")


@pytest.mark.parametrize("example", GOOD, ids=lambda path: str(path.stem))
def test_content_without_a_slip_is_left_alone(example: Path) -> None:
    """A designer would be sent looking for a fault that is not there."""
    assert list(_problems(example)) == []


@pytest.mark.parametrize("example", BAD, ids=lambda path: str(path.stem))
def test_a_slip_is_named_on_its_line(example: Path) -> None:
    """A designer's slip would reach a customer, or be reported where it cannot be found."""
    check = example.stem.split("--")[0]
    found = list(_problems(example))
    expected = list(_expected(example))
    assert expected, "a bad example begins with the problems it has"
    for path, line, message in expected:
        assert any(
            (problem.place.path, problem.place.line, problem.check) == (path, line, check)
            and message in problem.message
            for problem in found
        ), f"not found: {path}:{line}: {message} [{check}]; found: {[str(problem) for problem in found]}"
    assert len(found) == len(expected), [str(problem) for problem in found]


@pytest.mark.parametrize("check", [*(each.id for each in all_checks()), "changed-content", "not-released"])
def test_every_check_has_an_example_of_each_kind(check: str) -> None:
    """A check that nothing shows to fire, or to keep silent, may do neither."""
    assert [example for example in BAD if example.stem.split("--")[0] == check], f"bad/{check}--….yaml is missing"
    assert [example for example in GOOD if example.stem.split("--")[0] == check], f"good/{check}--….yaml is missing"


def test_checks_say_what_they_are_for() -> None:
    """The list of checks would have an entry without a meaning."""
    assert [each.id for each in all_checks() if not each.meaning.strip()] == []


def _problems(example: Path) -> Problems:
    problems = Problems()
    texts = _texts(example)
    sources = dict(_base())
    for path, text in texts.items():
        if path != LOCK:
            sources[path] = Source.parse(text, path, problems)
    lock = Lock.parse(texts[LOCK], problems) if LOCK in texts else EMPTY
    assert lock is not None
    for source in sources.values():
        now = None if source is None else Locked.of(source)
        if now is not None and now.name not in lock.sections.get(now.section, {}):
            lock = lock.with_(now)
    check_sources(sources, all_verbs(), lock, problems)
    return problems


def _expected(example: Path) -> Iterator[tuple[str, int, str]]:
    for path, text in _texts(example).items():
        for line in text.splitlines():
            if (match := EXPECTED.fullmatch(line)) is None:
                break
            yield path, int(match[1]), match[2]


def _texts(example: Path) -> Mapping[str, str]:
    """Where each file of an example belongs -> its text."""
    if example.is_dir():
        files = (path for path in sorted(example.rglob("*")) if path.is_file())
        return {path.relative_to(example).as_posix(): path.read_text(encoding="utf-8") for path in files}
    text = example.read_text(encoding="utf-8")
    folder = "playbooks/replies/example" if re.search(r"^reply:", text, re.MULTILINE) else "playbooks"
    return {f"{folder}/{example.name}": text}


@cache
def _base() -> Mapping[str, Source | None]:
    """The rules of the product and a few words to build on, read once."""
    problems = Problems()
    rules = {shown: path for shown, path in content_paths(ROOT).items() if shown.startswith("rules/")}
    paths = {**rules, **content_paths(HERE / "base")}
    sources = {shown: Source.read(path, problems, shown) for shown, path in paths.items()}
    problems.raise_errors()
    return sources


def test_the_base_of_the_examples_is_sound() -> None:
    """Every example would fail, or pass, for another reason than its own."""
    problems = Problems()
    assert check_sources(_base(), all_verbs(), None, problems) is not None
    unexpected: list[Problem] = [problem for problem in problems if problem.severity == "error"]
    assert unexpected == []
