"""`firebreak check`, `release` and `schemas`, on a copy of the content that a test may spoil."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from flows import shelf
from tests.flows.cli.conftest import Firebreak, read_json

PLAYBOOK = "playbooks/complaint_urgent.yaml"


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the content, released as it stands, in place of the one that is shipped."""
    copy = tmp_path / "content"
    for folder in ("playbooks", "rules"):
        shutil.copytree(shelf.ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    monkeypatch.setattr(shelf, "ROOT", copy)
    return copy


def spoil(content: Path, before: str, after: str, path: str = PLAYBOOK) -> None:
    text = (content / path).read_text()
    assert before in text
    (content / path).write_text(text.replace(before, after, 1))


@pytest.mark.usefixtures("content")
def test_sound_content_passes(firebreak: Firebreak) -> None:
    """Content without a fault would be refused, and nobody would trust the check."""
    assert firebreak("release", "--anew").exit_code == 0
    result = firebreak("check")
    assert result.exit_code == 0, result.stdout
    assert " error" not in result.stdout or "0 errors" in result.stdout
    assert read_json(firebreak("check", "--json"))["sound"] is True


def test_every_problem_is_shown_with_its_line(firebreak: Firebreak, content: Path) -> None:
    """A designer would mend one fault after the other, and look for each."""
    spoil(content, "escalate:", "escalte:")
    spoil(content, "reply: complaint/first", "reply: complaint/frist", "playbooks/complaint_general.yaml")
    result = firebreak("check")
    assert result.exit_code == 1
    assert f"{PLAYBOOK}:" in result.stdout
    assert '"escalate"' in result.stdout
    problems = firebreak("check", "--json")
    assert problems.exit_code == 1
    assert '"unknown-verb"' in problems.stdout


def test_problems_of_one_file_only(firebreak: Firebreak, content: Path) -> None:
    """Somebody who works on one file would see the faults of all the others."""
    firebreak("release", "--anew")
    spoil(content, "escalate:", "escalte:")
    assert firebreak("check", "playbooks/incident.yaml").exit_code == 0
    assert firebreak("check", PLAYBOOK).exit_code == 1
    missing = firebreak("check", "playbooks/nowhere.yaml")
    assert missing.exit_code == 1
    assert "no such file" in missing.stdout


def test_changed_content_needs_a_new_version(firebreak: Firebreak, content: Path) -> None:
    """A procedure would change under the same version, and nobody could tell which one a customer got."""
    assert firebreak("release", "--anew").exit_code == 0
    spoil(content, "title: ", "title: Indeed, ")
    refused = firebreak("release")
    assert refused.exit_code == 1
    assert "still 1.0.0" in refused.stderr
    spoil(content, "version: 1.0.0", "version: 1.1.0")
    added = read_json(firebreak("release", "--json"))["added"]
    assert added == ["complaint-urgent 1.1.0"]
    assert firebreak("release").stdout == "playbooks/lock.json is up to date\n"


def test_schemas_tell_when_they_are_out_of_date(firebreak: Firebreak, content: Path) -> None:
    """An editor would complete what is not allowed any more."""
    assert firebreak("schemas", "--check").exit_code == 1
    assert firebreak("schemas").exit_code == 0
    assert firebreak("schemas", "--check").exit_code == 0
    spoiled = content / "schemas" / "playbook.schema.json"
    spoiled.write_text(spoiled.read_text() + " ")
    stale = firebreak("schemas", "--check")
    assert stale.exit_code == 1
    assert "schemas/playbook.schema.json is out of date" in stale.stderr


def test_problems_for_other_programs(firebreak: Firebreak, content: Path) -> None:
    """A pull request would show no problem beside its line, and code scanning would take no report."""
    firebreak("release", "--anew")
    spoil(content, "within: 10 minutes", "within: 10")
    github = firebreak("check", "--format", "github")
    assert github.exit_code == 1
    assert github.stdout.startswith(f"::error file={PLAYBOOK},line=13,col=5,title=duration::a duration needs a unit")
    sarif = firebreak("check", "--format", "sarif")
    assert sarif.exit_code == 1
    log = json.loads(sarif.stdout)
    assert log["version"] == "2.1.0"
    assert [each["ruleId"] for each in log["runs"][0]["results"]] == ["duration"]
    assert firebreak("check", "--format", "json").stdout == firebreak("check", "--json").stdout


def test_a_check_explains_itself(firebreak: Firebreak) -> None:
    """A designer would be left alone with an id in brackets."""
    explained = firebreak("check", "--explain", "contradicted")
    assert explained.exit_code == 0
    assert "cannot hold at its place" in explained.stdout
    assert explained.stdout.index("Not so (") < explained.stdout.index("But so (")
    assert "playbook: example" in explained.stdout
    unknown = firebreak("check", "--explain", "contradict")
    assert unknown.exit_code == 1
    listed = firebreak("check", "--list").stdout
    assert "contradicted " in listed
    assert "missing-language " in listed
