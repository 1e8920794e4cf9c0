"""Checking a folder of content: everything at once, and never a traceback."""

from __future__ import annotations

import copy
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.rehearsal.scenario import read_scenarios
from flows.shelf import ROOT
from flows.verbs import all_verbs
from rules.bundle import content_paths
from rules.check import check_content, check_sources
from rules.lock import write_lock
from rules.problems import Problems
from rules.yaml_source import Source

TAB = "a tab stands where only spaces may; indent with spaces"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the shipped content, released as it is; without the word lists, which take longest to read."""
    shutil.copytree(ROOT / "playbooks", tmp_path / "playbooks")
    shutil.copytree(ROOT / "rules/packs", tmp_path / "rules/packs")
    shutil.copy(ROOT / "rules/facts.yaml", tmp_path / "rules/facts.yaml")
    write_lock(tmp_path, anew=True)
    return tmp_path


def check(root: Path, *paths: Path) -> list[str]:
    found = check_content(root, all_verbs(), paths or None, read_scenarios)
    return [str(problem) for problem in found]


def test_shipped_content_has_no_problem(root: Path) -> None:
    """A fresh Firebreak would come with slips in its own procedures."""
    assert check(root) == []
    unreleased = ("changed-content", "not-released")  # between two releases that is as it should be
    assert [str(each) for each in check_content(ROOT, all_verbs()) if each.check not in unreleased] == []


def test_problems_of_all_files_come_at_once_in_their_order(root: Path) -> None:
    """A designer would mend one file only to learn of the next."""
    (root / "playbooks/incident.yaml").write_text("playbook: incident\nversion: 1\nsteps:\n  - replly: a/b\n")
    (root / "playbooks/replies/complaint/first.yaml").write_text("reply: complaint/first\n\ttext: x\n")
    (root / "playbooks/broken.yaml").write_bytes(b"playbook: caf\xe9\n")
    (root / "playbooks/old.yml").write_text("playbook: old\n")
    (root / "playbooks/incident.test.yaml").write_text("tests: incident\nscenarios:\n  - nam: x\n")
    (root / "rules/packs/guards.yaml").write_text("no-lies: {never: Lie, phrase: [a]}\n")
    assert check(root) == [
        "playbooks/broken.yaml:1:1: error: not UTF-8 text (byte 13); save it as UTF-8 [encoding]",
        "playbooks/incident.test.yaml:3:5: error: a scenario has a `name` and a `timeline` [shape]",
        "playbooks/incident.yaml:1:1: error: missing: title, scope [missing-key]",
        'playbooks/incident.yaml:2:1: error: expected three numbers, as in 1.0.0, found 1 [shape]',
        'playbooks/incident.yaml:4:5: error: "replly" is not a step; did you mean "reply"? [unknown-verb]',
        "playbooks/old.yml:1:1: error: this file is not read; let its name end in .yaml [file-name]",
        f"playbooks/replies/complaint/first.yaml:2:1: error: {TAB} [yaml]",
        'rules/packs/guards.yaml:1:23: error: "phrase" is not known here; did you mean "phrases"? [unknown-key]',
    ]  # fmt: skip


def test_a_faulty_fact_is_not_blamed_on_those_who_use_it(root: Path) -> None:
    """One slip in the vocabulary would show up as a hundred in the playbooks."""
    facts = root / "rules/facts.yaml"
    facts.write_text(facts.read_text().replace("severity:\n  kind: level", "severity:\n  kind: levels"))
    assert [line.split(" ", 1)[1] for line in check(root)] == [
        'error: kind is missing or unknown; did you mean "level"? [fact]',
    ]


def test_content_as_a_whole_is_checked_once_it_can_be_read(root: Path) -> None:
    """A sound file that points nowhere would be found out by a customer."""
    roles = root / "playbooks/roles.yaml"
    roles.write_text(roles.read_text().replace("crisis_team:", "crisis_teams:"))
    found = check(root)
    assert len(found) == 2
    assert 'no role is called "crisis_team"; did you mean "crisis_teams"? [unknown-role]' in found[0]


def test_changed_content_needs_a_new_version(root: Path) -> None:
    """A procedure could change under the version that last year's cases name."""
    path = root / "playbooks/incident.yaml"
    path.write_text(path.read_text().replace("Somebody leads", "Someone leads"))
    found = check(root)
    assert len(found) == 1
    assert "the content changed, but the version is still 1.0.0; write 1.0.1 [changed-content]" in found[0]
    path.write_text(path.read_text().replace("version: 1.0.0", "version: 1.0.1"))
    assert "run `firebreak release` [not-released]" in check(root)[0]
    write_lock(root)
    assert check(root) == []
    (root / "playbooks/lock.json").unlink()
    assert check(root) == [
        "playbooks/lock.json:1:1: error: this file is missing; run `firebreak release` [not-released]"
    ]


def test_a_test_file_must_test_something(root: Path) -> None:
    """A renamed playbook would lose its tests in silence."""
    path = root / "playbooks/incident.test.yaml"
    path.write_text(path.read_text().replace("tests: incident", "tests: incidents"))
    found = check(root)
    assert len(found) == 2
    assert "no scenario plays this playbook; write some in incident.test.yaml [no-scenario]" in found[1]
    assert 'no playbook is called "incidents"; did you mean "incident"? [unknown-playbook]' in found[0]


def test_named_files_are_reported_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A designer who checks one file would read about all others, or not about it."""
    for name in ("incident", "deletion_request"):
        path = root / f"playbooks/{name}.yaml"
        path.write_text(path.read_text().replace("scope:", "scoop:"))

    def files(*paths: Path) -> list[str]:
        return sorted({line.split(":")[0].removeprefix("playbooks/") for line in check(root, *paths)})

    assert files() == ["deletion_request.yaml", "incident.yaml"]
    assert files(root / "playbooks/incident.yaml") == ["incident.yaml"]
    assert files(Path("playbooks/incident.yaml")) == ["incident.yaml"]
    monkeypatch.chdir(root / "playbooks")
    assert files(Path("incident.yaml")) == ["incident.yaml"]
    assert files(root / "playbooks") == files(root) == ["deletion_request.yaml", "incident.yaml"]
    assert check(root, root / "playbooks/replies") == []
    assert check(root, root / "playbooks/nowhere.yaml")[0].endswith("error: there is no such file or folder [file]")
    assert "error: this is not below" in check(root, root.parent)[0]


def test_a_folder_without_content_says_what_is_missing(tmp_path: Path) -> None:
    """A check in the wrong folder would find nothing wrong."""
    assert [line.split(" error: ")[0] for line in check(tmp_path)] == [
        "playbooks/lock.json:1:1:", "playbooks/roles.yaml:1:1:", "rules/facts.yaml:1:1:",
    ]  # fmt: skip


STRANGE: list[Any] = [
    None, True, 0, -1, 3.5, "", " ", "x", "unknown", "any", "3 days", "1.0.0", "\u202e中😀", "a" * 5000, 10**30, [], {},
    [None], [[[]]], {"": None}, {"x": 1}, {"all": []}, {"reply": "a/b"}, [{"reply": None}], {"one_of": []},
]  # fmt: skip


def test_no_content_makes_the_check_raise() -> None:
    """The designer would see a traceback instead of a line to mend."""
    chance = random.Random(7)
    problems = Problems()
    base = {shown: Source.read(path, problems, shown) for shown, path in content_paths(ROOT).items()}
    for _ in range(150):
        shown = chance.choice(sorted(base))
        source = base[shown]
        assert source is not None
        data = copy.deepcopy(source.data)
        for _ in range(chance.choice([1, 1, 2, 3])):
            _spoil(data, chance)
        problems = Problems()
        changed = Source.parse(json.dumps(data, ensure_ascii=False), shown, problems)
        others = {path: each for path, each in base.items() if not path.startswith("rules/words/")}
        check_sources({**others, shown: changed}, all_verbs(), None, problems)
        assert all(problem.place.line >= 1 for problem in problems)


def _spoil(data: Any, chance: random.Random) -> None:
    """Change one thing somewhere in the data."""
    ways = [keys for keys in _ways(data) if keys]
    if not ways:
        return
    *way, last = chance.choice(ways)
    part = data
    for key in way:
        part = part[key]
    how = chance.choice(["strange", "missing", "moved", "doubled"])
    if how == "missing":
        del part[last]
    elif how == "moved":
        part[last] = copy.deepcopy(part)
    elif how == "doubled" and isinstance(part, list):
        part.append(copy.deepcopy(part[last]))
    else:
        part[last] = copy.deepcopy(chance.choice(STRANGE))


def _ways(data: Any, keys: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield keys
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, part in items:
        yield from _ways(part, (*keys, key))
