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


def test_a_slip_in_one_file_hides_nothing_in_others(root: Path) -> None:
    """A designer would mend a typing error, and only then learn of a step that is never reached."""
    path = root / "playbooks/complaint_general.yaml"
    path.write_text(path.read_text().rstrip() + "\n  - label: seen\n")
    reply = root / "playbooks/replies/complaint/first.yaml"
    reply.write_text(reply.read_text().replace("text:", "txt:"))
    (root / "playbooks/deletion_check_in.yaml").write_text("playbok: x\n")
    places = [line.split(": ")[0] for line in check(root)]
    assert f"playbooks/complaint_general.yaml:{len(path.read_text().splitlines())}:5" in places
    assert not [place for place in places if "deletion_request" in place or "urgent" in place]


def test_a_faulty_fact_is_not_blamed_on_those_who_use_it(root: Path) -> None:
    """One slip in the vocabulary would show up as a hundred in the playbooks."""
    facts = root / "rules/facts.yaml"
    facts.write_text(facts.read_text().replace("\nseverity:\n  kind: level", "\nseverity:\n  kind: levels"))
    assert [line.split(" ", 1)[1] for line in check(root)] == [
        'error: kind is missing or unknown; did you mean "level"? [fact]',
    ]


def test_facts_that_cannot_be_read_are_not_blamed_on_the_scenarios(root: Path) -> None:
    """One missing colon in the vocabulary would show up as dozens of unknown facts beside the playbooks."""
    facts = root / "rules/facts.yaml"
    facts.write_text(facts.read_text().replace("\nseverity:\n", "\nseverity\n", 1))
    assert {line.split(":")[0] for line in check(root)} == {"rules/facts.yaml"}


def test_names_and_versions_are_short_enough_to_be_kept(root: Path) -> None:
    """A release would end in a traceback, because no file can have such a name."""
    path = root / "playbooks/incident.yaml"
    before = path.read_text()
    for right, wrong in (("\nversion: ", f"\nversion: {'9' * 5000}"), ("playbook: ", f"playbook: {'a' * 60}")):
        path.write_text(before.replace(right, wrong, 1))
        assert any(line.endswith("[shape]") and line.startswith("playbooks/incident.yaml:") for line in check(root))


def test_content_as_a_whole_is_checked_once_it_can_be_read(root: Path) -> None:
    """A sound file that points nowhere would be found out by a customer."""
    roles = root / "playbooks/roles.yaml"
    roles.write_text(roles.read_text().replace("crisis_team:", "crisis_teams:"))
    found = check(root)
    assert {line.split(":")[0] for line in found} >= {"playbooks/incident.test.yaml", "playbooks/incident.yaml"}
    for line in found:
        assert 'no role is called "crisis_team"; did you mean "crisis_teams"? [unknown-role]' in line


def test_changed_content_needs_a_new_version(root: Path) -> None:
    """A procedure could change under the version that last year's cases name."""
    path = root / "playbooks/incident.yaml"
    path.write_text(path.read_text().replace("Somebody leads", "Someone leads"))
    found = check(root)
    assert len(found) == 1
    assert "but the version is still 2.0.0; give it a new one: `firebreak diff incident` says which" in found[0]
    path.write_text(path.read_text().replace("version: 2.0.0", "version: 2.0.1"))
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
    chance = random.Random(random.getrandbits(32))  # other slips in each run, by the seed that its head says
    problems = Problems()
    base = {shown: Source.read(path, problems, shown) for shown, path in content_paths(ROOT).items()}
    for _ in range(50):
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


ALLOW = "playbooks/replies/complaint/check-in.yaml"


def allowed(root: Path, comment: str, where: str = "text:") -> list[str]:
    """What is told of a reply without Chinese words, with a comment above this line."""
    path = root / ALLOW
    before = path.read_text()
    english = before[: before.index("  zh-CN:")] + before[before.index("template:") :]
    path.write_text(english.replace(where, f"{comment}{where}", 1))
    write_lock(root, anew=True)
    found = [line.removeprefix(ALLOW) for line in check(root)]
    path.write_text(before)
    return found


def test_a_warning_is_kept_quiet_with_a_reason(root: Path) -> None:
    """Warnings that somebody has thought about would hide the new ones; or be silenced, and nobody would know why."""
    missing = "there is no text in `zh-CN`; such customers get another language [missing-language]"
    assert allowed(root, "") == [f":4:1: warning: {missing}"]
    assert allowed(root, "# firebreak: allow missing-language, because we serve Ireland\n") == []
    assert allowed(root, "# firebreak: allow missing-language because we serve Ireland\n# and nobody else\n\n") == []
    assert allowed(root, "# firebreak: allow missing-language\n")[0].startswith(":4:1: error: say why: ")
    assert allowed(root, "# firebreak: allow missing-language, because …\n")[0].startswith(":4:1: error: say why: ")
    assert 'did you mean "missing-language"?' in allowed(root, "# firebreak: allow missing-langage, because x\n")[0]
    assert "an error cannot be allowed" in allowed(root, "# firebreak: allow unknown-key, because x\n")[0]
    assert "not understood; write" in allowed(root, "# firebreak: allow: missing-language\n")[0]
    assert allowed(root, "# firebreak: we wrote this text in spring\n") == [f":5:1: warning: {missing}"]
    elsewhere = allowed(root, "# firebreak: allow missing-language, because x\n", "version:")
    assert [line.split(": ")[1] for line in elsewhere] == ["warning", "warning"]
    assert "on this line or the next one to keep quiet; take this comment out [allow]" in elsewhere[0]


def test_only_a_comment_allows_something(root: Path) -> None:
    """A text for customers that quotes such a comment would be taken for one."""
    path = root / ALLOW
    quoted = "    # firebreak: allow missing-language, because it is quoted\n"
    path.write_text(path.read_text().replace("  en: |\n", f"  en: |\n{quoted}", 1))
    assert quoted in path.read_text()
    write_lock(root, anew=True)
    assert [line for line in check(root) if "[allow]" in line] == []


def test_playbooks_that_nothing_plays_are_told(root: Path) -> None:
    """A procedure that was never tried, not even once, would meet its first customer in earnest."""
    tests = root / "playbooks/complaint_urgent.test.yaml"
    tests.write_text("tests: complaint-urgent\nscenarios:\n  - name: A\n    timeline: [{customer says: Hello there}]\n")
    (root / "playbooks/incident.test.yaml").unlink()
    shutil.copytree(ROOT / "rules/words", root / "rules/words")
    found = check(root)
    (untested,) = [line for line in found if "[no-scenario]" in line]
    assert untested.startswith("playbooks/incident.yaml:2:1: warning: no scenario plays this playbook; write some in ")
    (silent,) = [line for line in found if "[unplayed-trigger]" in line]
    assert silent.startswith("playbooks/complaint_urgent.yaml:9:5: warning: no scenario beside the playbook has a")
