"""The lock of released content."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from rules.bundle import content_paths, is_playbook
from rules.lock import LOCK, Lock, write_lock
from rules.problems import ContentError, Problems
from rules.releases import kept_problems, kept_text, released_files

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


def read(root: Path) -> Lock:
    problems = Problems()
    lock = Lock.read(root, problems)
    assert lock is not None, list(problems)
    return lock


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


def test_what_was_released_is_kept_as_it_was(root: Path) -> None:
    """Nobody could say what last year's version was, unless the shop has git."""
    write_lock(root)
    first = (root / "playbooks/example.yaml").read_text()
    write_playbook(root, "2.0.0", "Second")
    write_lock(root)
    lock = read(root)
    assert kept_text(root, lock, "playbooks", "example", "1.0.0") == first
    assert kept_text(root, lock, "replies", "example/text", "1.0.0") == REPLY
    assert (root / "playbooks/releases/example/2.0.0.yaml").read_text() == (root / "playbooks/example.yaml").read_text()
    assert kept_text(root, lock, "playbooks", "example", "3.0.0") is None


def test_what_is_kept_is_no_content(root: Path) -> None:
    """Every version that was ever released would be in force at once."""
    before = content_paths(root)
    write_lock(root)
    assert content_paths(root) == before
    assert not is_playbook("playbooks/releases/example/1.0.0.yaml")


def test_a_kept_text_that_was_changed_is_an_error(root: Path) -> None:
    """History could be rewritten, and a comparison with it would mean nothing."""
    write_lock(root)
    kept = root / "playbooks/releases/example/1.0.0.yaml"
    kept.write_text(kept.read_text() + "# changed\n")
    [problem] = kept_problems(root, read(root))
    assert str(problem).startswith("playbooks/releases/example/1.0.0.yaml:1:1: error: this is not what was released as")
    assert kept_text(root, read(root), "playbooks", "example", "1.0.0") is None


def test_the_last_release_can_be_put_together_while_files_are_edited(root: Path) -> None:
    """A service would have no sound content while a designer types."""
    write_lock(root)
    as_released = {path: file.read_text() for path, file in content_paths(root).items()}
    (root / "playbooks/example.yaml").write_text("half a")
    (root / "playbooks/replies/example/text.yaml").unlink()
    (root / "playbooks/new.yaml").write_text("playbook: new\n")
    (root / "playbooks/roles.yaml").write_text("on_call: Somebody else\n")
    problems = Problems()
    assert released_files(root, read(root), problems) == as_released
    for kept in (root / "playbooks/releases/content").iterdir():
        kept.write_text("another text")
    assert "playbooks/roles.yaml" not in released_files(root, read(root), problems)
    assert "playbooks/roles.yaml:1:1: error: it changed since it was released" in str(problems.errors()[0])


def test_a_release_that_is_killed_has_not_happened(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a lock would keep the service, and the next release, from reading what was released before."""
    write_lock(root)
    before = (root / LOCK).read_text()
    write_playbook(root, "2.0.0", "Second")
    (root / "playbooks/replies/example/text.yaml").write_text(REPLY.replace("1.0.0", "2.0.0"))
    left = 0
    real = Path.replace

    def killed(self: Path, target: Path) -> Path:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return real(self, target)

    for finished in (0, 1, 1):  # what an earlier attempt has written is not written again
        left = finished
        monkeypatch.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            write_lock(root)
        monkeypatch.setattr(Path, "replace", real)
        assert (root / LOCK).read_text() == before
        assert list(kept_problems(root, read(root))) == []
    assert write_lock(root) == ["example 2.0.0", "example/text 2.0.0"]
    assert released_files(root, read(root), Problems()).keys() == content_paths(root).keys()


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
        ('{"content": []}', "expected {playbooks:"),
        ('{"content": {"playbooks/a.yaml": 5}}', "expected {playbooks:"),
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
