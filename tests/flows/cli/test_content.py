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
    for path in copy.rglob("*.test.yaml"):
        if path.name != "ordinary_message.test.yaml":  # a release plays them all, and these take a second
            path.unlink()
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
    spoil(content, "title: ", "title: Indeed, ")
    refused = firebreak("release")
    assert refused.exit_code == 1
    assert "still 2.0.0; write 2.0.1: this is a patch change: The title is now: Indeed," in refused.stderr
    spoil(content, "version: 2.0.0", "version: 2.1.0")
    released = firebreak("release")
    assert "released complaint-urgent 2.1.0 (patch, after 2.0.0)\n  - The title is now: Indeed" in released.stdout
    assert firebreak("release").stdout == "playbooks/lock.json is up to date\n"
    kept = content / "playbooks/releases/complaint-urgent"
    assert sorted(path.name for path in kept.iterdir()) == ["1.0.0.yaml", "2.0.0.yaml", "2.1.0.yaml"]


def test_a_change_needs_as_much_of_a_version_as_the_policy_says(firebreak: Firebreak, content: Path) -> None:
    """A broken promise would be released as a corrected word."""
    spoil(content, "within: 10 minutes", "within: 20 minutes")
    spoil(content, "version: 2.0.0", "version: 2.1.0")
    refused = firebreak("release")
    assert refused.exit_code == 1
    wanted = "only 2.1.0; write 3.0.0: this is a major change: The promise first_reply is now 20 minutes instead of 10"
    assert wanted in refused.stderr
    spoil(content, "version: 2.1.0", "version: 3.0.0")
    assert firebreak("release", "--check-only").exit_code == 0
    assert read_json(firebreak("release", "--json"))["added"] == ["complaint-urgent 3.0.0"]


def test_nothing_goes_back_to_an_older_version(firebreak: Firebreak, content: Path) -> None:
    """Under the newest version an older procedure would be in force, and the history would say otherwise."""
    before = (content / PLAYBOOK).read_text()
    spoil(content, "title: ", "title: Indeed, ")
    spoil(content, "version: 2.0.0", "version: 2.1.0")
    assert firebreak("release").exit_code == 0
    (content / PLAYBOOK).write_text(before)
    refused = firebreak("release")
    assert refused.exit_code == 1
    assert "2.1.0 is released already, so it cannot go back to 2.0.0; write 2.1.1" in refused.stderr


def test_check_only_writes_nothing(firebreak: Firebreak, content: Path) -> None:
    """Somebody who only wants to know would have released."""
    spoil(content, "title: ", "title: Indeed, ")
    spoil(content, "version: 2.0.0", "version: 2.0.1")
    before = {path: path.read_bytes() for path in content.rglob("*") if path.is_file()}
    said = firebreak("release", "--check-only")
    assert "would release complaint-urgent 2.0.1 (patch, after 2.0.0)" in said.stdout
    assert "Nothing was written." in said.stdout
    assert {path: path.read_bytes() for path in content.rglob("*") if path.is_file()} == before


def test_content_with_a_fault_or_a_failing_scenario_is_not_released(firebreak: Firebreak, content: Path) -> None:
    """A procedure that does not do what its own tests demand would be in force within seconds."""
    before = (content / "playbooks/lock.json").read_text()
    spoil(content, "title: ", "title: Indeed, ")
    spoil(content, "version: 2.0.0", "version: 2.0.1")
    spoil(content, "reply: complaint/first", "reply: complaint/frist", "playbooks/complaint_general.yaml")
    assert '"complaint/frist"' in firebreak("release").stderr
    spoil(content, "reply: complaint/frist", "reply: complaint/first", "playbooks/complaint_general.yaml")
    tests = content / "playbooks/ordinary_message.test.yaml"
    scenario = "  - name: Never\n    timeline:\n      - customer says: What are your hours?\n"
    tests.write_text(f"tests: ordinary-message\nscenarios:\n{scenario}    expect:\n      - reply: complaint/first\n")
    failed = firebreak("release")
    assert failed.exit_code == 1
    assert "ordinary_message.test.yaml:3:5: Never: expected reply complaint/first" in failed.stderr
    assert (content / "playbooks/lock.json").read_text() == before


def test_other_files_are_named_in_a_release(firebreak: Firebreak, content: Path) -> None:
    """A rule that decides about every customer would go live without a word."""
    spoil(content, "priority: 10", "priority: 9", "rules/packs/triage.yaml")
    assert "rules/packs/triage.yaml changed; it has no version of its own" in firebreak("release").stdout
    assert firebreak("release").stdout == "playbooks/lock.json is up to date\n"


def test_what_a_designer_changed_is_said_in_words(firebreak: Firebreak, content: Path) -> None:
    """Nobody could tell what a new version is about, or which number it needs."""
    assert "Nothing differs." in firebreak("diff", "complaint-urgent").stdout
    spoil(content, "timeout: 2 days", "timeout: 3 days")
    spoil(content, "Hello", "Hi", "playbooks/replies/complaint/first-urgent.yaml")
    said = firebreak("diff", "complaint-urgent").stdout
    assert "complaint-urgent: 2.0.0 -> 2.0.0 (the file)" in said
    assert "minor  The step `solved` now waits 3 days instead of 2 days" in said
    assert "It may be released as 2.1.0 or higher." in said
    assert "complaint/first-urgent: 1.0.0 -> 1.0.0 (the file)\npatch" in said
    spoil(content, "version: 2.0.0", "version: 2.1.0")
    spoil(content, "version: 1.0.0", "version: 1.0.1", "playbooks/replies/complaint/first-urgent.yaml")
    assert firebreak("release").exit_code == 0
    [told] = read_json(firebreak("diff", "complaint-urgent", "2.0.0", "2.1.0", "--json"))
    assert [each["level"] for each in told["differences"]] == ["minor"]
    assert read_json(firebreak("diff", "complaint/first-urgent", "1.0.0", "--json"))[0]["differences"] != []


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("complaint-urgnt",), 'No playbook or reply called "complaint-urgnt" was ever released; did you mean'),
        (("complaint-urgent", "9.0.0"), "complaint-urgent 9.0.0 was never released; there are: 1.0.0, 2.0.0"),
    ],
)
def test_versions_that_do_not_exist_are_named(firebreak: Firebreak, typed: tuple[str, ...], says: str) -> None:
    """A slip of the finger would end in a riddle."""
    result = firebreak("diff", *typed)
    assert result.exit_code == 1
    assert says in result.stderr


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
    assert github.stdout.startswith(f"::error file={PLAYBOOK},line=14,col=5,title=duration::a duration needs a unit")
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


def test_the_card_is_in_the_language_of_the_business(firebreak: Firebreak, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop would hang up a table that its own staff cannot read."""
    assert "How bad is it" in firebreak("card").stdout
    monkeypatch.setenv("FIREBREAK_LANGUAGE", "zh-CN")
    assert "有多严重" in firebreak("card").stdout
    monkeypatch.setenv("FIREBREAK_LANGUAGE", "fr")
    assert "FIREBREAK_LANGUAGE" in firebreak("card").stderr
