"""The lock of released content."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from rules.lock import LOCK, Lock, write_lock
from rules.problems import ContentError, Problems

PLAYBOOK = "playbook: example\nversion: {version}\ntitle: {title}\nscope: case\nsteps:\n  - close: done\n"
REPLY = "reply: example/text\nversion: 1.0.0\ntext: {en: Hello.}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with one playbook and one reply."""
    (tmp_path / "playbooks/replies/example").mkdir(parents=True)
    (tmp_path / "playbooks/replies/example/text.yaml").write_text(REPLY)
    (tmp_path / "playbooks/roles.yaml").write_text("on_call: Whoever has the phone\n")
    (tmp_path / "playbooks/example.test.yaml").write_text("tests: example\nscenarios: []\n")
    write_playbook(tmp_path, "1.0.0", "First")
    return tmp_path


def write_playbook(root: Path, version: str, title: str) -> str:
    text = PLAYBOOK.format(version=version, title=title)
    (root / "playbooks/example.yaml").write_text(text)
    return hashlib.sha256(text.encode()).hexdigest()


def locked(root: Path) -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = json.loads((root / LOCK).read_text())
    return found


def test_every_playbook_and_reply_is_locked_by_the_hash_of_its_file(root: Path) -> None:
    """Released content could be changed without anybody noticing."""
    first = write_playbook(root, "1.0.0", "First")
    assert write_lock(root) == ["example 1.0.0", "example/text 1.0.0"]
    reply = hashlib.sha256(REPLY.encode()).hexdigest()
    assert locked(root) == {
        "playbooks": {"example": {"1.0.0": first}},
        "replies": {"example/text": {"1.0.0": reply}},
        "content": {
            "playbooks/example.yaml": first,
            "playbooks/replies/example/text.yaml": reply,
            "playbooks/roles.yaml": hashlib.sha256((root / "playbooks/roles.yaml").read_bytes()).hexdigest(),
        },
    }
    assert write_lock(root) == []


def test_a_new_version_joins_the_old_ones(root: Path) -> None:
    """Nobody could tell which content a version of last year had."""
    write_lock(root)
    second = write_playbook(root, "1.9.0", "Second")
    assert write_lock(root) == ["example 1.9.0"]
    third = write_playbook(root, "1.10.0", "Third")
    write_lock(root)
    versions = locked(root)["playbooks"]["example"]
    assert list(versions) == ["1.0.0", "1.9.0", "1.10.0"]
    assert (versions["1.9.0"], versions["1.10.0"]) == (second, third)


def test_changed_content_under_a_released_version_is_not_locked_over(root: Path) -> None:
    """Releasing twice would make a change without a new version look released."""
    write_lock(root)
    before = (root / LOCK).read_text()
    write_playbook(root, "1.0.0", "Changed")
    with pytest.raises(ContentError, match="the content changed, but the version is still"):
        write_lock(root)
    assert (root / LOCK).read_text() == before


def test_anew_forgets_what_was_released(root: Path) -> None:
    """Content that nobody uses yet would need a new version for each day of writing."""
    write_lock(root)
    changed = write_playbook(root, "1.0.0", "Changed")
    assert write_lock(root, anew=True) == ["example 1.0.0", "example/text 1.0.0"]
    assert locked(root)["playbooks"]["example"] == {"1.0.0": changed}


def test_line_ends_of_another_system_change_nothing(root: Path) -> None:
    """Every checkout on another system would need new versions."""
    write_lock(root)
    path = root / "playbooks/example.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert write_lock(root) == []


def test_a_file_without_a_version_cannot_be_locked(root: Path) -> None:
    """A broken file would be left out of a release in silence."""
    (root / "playbooks/example.yaml").write_text("playbook: example\n")
    with pytest.raises(ContentError, match="this file has no name or no version"):
        write_lock(root)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "playbooks/lock.json:1:2: error: not readable as JSON"),
        ('{\n  "playbooks": {,}\n}', "playbooks/lock.json:2:17: error: not readable as JSON"),
        ("[]", "playbooks/lock.json:1:1: error: expected {playbooks:"),
        ('{"playbook": {}}', "expected {playbooks:"),
        ('{"playbooks": {"a": {"1.0": "x"}}}', "expected {playbooks:"),
        ('{"playbooks": {"a": {"1.0.0": 5}}}', "expected {playbooks:"),
        ('{"playbooks": {"a": []}}', "expected {playbooks:"),
        ("[" * 100_000, "playbooks/lock.json"),
    ],
)
def test_a_broken_lock_is_a_problem_on_its_line(text: str, message: str) -> None:
    """A slip in the lock file would end the check with a traceback, or count as nothing released."""
    problems = Problems()
    assert Lock.parse(text, problems) is None
    assert [message in str(problem) for problem in problems] == [True]


def test_a_missing_lock_says_what_to_run(tmp_path: Path) -> None:
    """The designer would not know how content is released."""
    problems = Problems()
    assert Lock.read(tmp_path, problems) is None
    assert [problem.message for problem in problems] == ["this file is missing; run `firebreak release`"]
