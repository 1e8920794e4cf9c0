"""The lock file: which content was released under which version. Changed content needs a new version.

`playbooks/lock.json` maps the name of every playbook and of every reply to its versions, and each version to the
SHA-256 of its file (as UTF-8 with `\\n` line ends, so that a checkout on another system changes nothing). Under
`content` it lists the files of the last release, also those without a version, so that a service knows when it has
all of them and no others. The texts themselves are kept under `playbooks/releases/`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from rules.bundle import RELEASES, content_paths, digest_of, hash_of, is_playbook, is_reply
from rules.language import Version
from rules.problems import Place, Problem, Problems
from rules.yaml_source import Source, read_text

LOCK = "playbooks/lock.json"

Section = Literal["playbooks", "replies"]
Versions = Mapping[str, Mapping[str, str]]
"""Name -> version -> SHA-256."""


def kept_path(section: Section, name: str, version: str) -> str:
    """Where the text of a released version is kept, relative to the content's folder."""
    return f"{RELEASES}{'replies/' if section == 'replies' else ''}{name}/{version}.yaml"


@dataclass(frozen=True)
class Locked:
    """A file as it stands now, ready to be compared with the lock or to be written into it."""

    section: Section
    name: str
    version: str
    digest: str
    place: Place
    text: str = field(default="", repr=False)

    @classmethod
    def of(cls, source: Source) -> Locked | None:
        """What the lock holds of this file; None if it is neither a playbook nor a reply, or has no name or version."""
        if not (is_playbook(source.path) or is_reply(source.path)) or not isinstance(source.data, dict):
            return None
        section: Section = "playbooks" if is_playbook(source.path) else "replies"
        name, version = source.data.get("playbook" if section == "playbooks" else "reply"), source.data.get("version")
        if not isinstance(name, str) or not isinstance(version, str) or not Version.shape.fullmatch(version):
            return None
        return cls(section, name, version, hash_of(source.text), source.place(("version",)), source.text)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True)
class Lock:
    """What was released so far."""

    sections: Mapping[Section, Versions]
    content: Mapping[str, str] = field(default_factory=dict)
    """Path -> SHA-256 of every file of the last release; empty in a lock that an older Firebreak wrote."""

    @classmethod
    def read(cls, root: Path, problems: Problems) -> Lock | None:
        """The lock below `root`; None if it is missing or not readable, which is noted."""
        path = root / LOCK
        if not path.exists():
            problems.error(Place(LOCK), "this file is missing; run `firebreak release`", "not-released")
            return None
        text = read_text(path, problems, LOCK)
        return None if text is None else cls.parse(text, problems)

    @classmethod
    def parse(cls, text: str, problems: Problems) -> Lock | None:
        """The lock in `text`; None if it cannot be read, which is noted."""
        try:
            data: Any = json.loads(text)
        except json.JSONDecodeError as error:
            problems.error(Place(LOCK, error.lineno, error.colno), f"not readable as JSON: {error.msg}", "lock")
            return None
        except (RecursionError, ValueError):  # too deep, or a number without end
            data = None
        if not _is_lock(data):
            message = (
                "expected {playbooks: {name: {version: hash}}, replies: …}; run `firebreak release` to write it anew"
            )
            problems.error(Place(LOCK), message, "lock")
            return None
        return cls(
            {section: data[section] for section in get_args(Section) if section in data}, data.get("content", {})
        )

    @property
    def bundle(self) -> str:
        """The digest of the bundle that the files of the last release make."""
        return digest_of(self.content)

    def versions(self, of: Locked) -> Mapping[str, str]:
        """Version -> SHA-256 of everything released under this name."""
        return self.sections.get(of.section, {}).get(of.name, {})

    def newest(self, of: Locked) -> str | None:
        """The highest version released under this name."""
        return max(self.versions(of), key=number, default=None)

    def objection(self, now: Locked) -> Problem | None:
        """What stands against this file as it is now; None if it was released just so."""
        released = self.versions(now)
        newest = self.newest(now)
        if now.version in released:
            if released[now.version] == now.digest:
                return None
            message = (
                f"the content changed, but the version is still {now.version}; give it a new one: "
                f"`firebreak diff {now.name}` says which"
            )
            return Problem(now.place, "error", message, "changed-content")
        if newest is not None and number(now.version) < number(newest):
            message = f"{newest} is released already, so {now.version} cannot be new; write {_next(newest)}"
            return Problem(now.place, "error", message, "changed-content")
        message = f'version {now.version} of "{now.name}" is not in {LOCK}; run `firebreak release`'
        return Problem(now.place, "warning", message, "not-released")

    def unreleased(self, hashes: Mapping[str, str]) -> Iterator[Problem]:
        """What else differs from the last release, in files (path -> SHA-256) that carry no version: changed ones,
        and any that came or went. A running service goes on with what was released."""
        for path in sorted({*hashes, *self.content} if self.content else ()):
            if path not in hashes:
                message = "this file was released and is gone; a running service still uses it"
            elif path not in self.content:
                message = "this file is new; a running service does not use it"
            elif hashes[path] != self.content[path] and not (is_playbook(path) or is_reply(path)):
                message = "this changed since the last release; a running service does not use it"
            else:
                continue
            yield Problem(Place(path), "warning", f"{message} until `firebreak release`", "not-released")

    def with_(self, now: Locked) -> Lock:
        """The lock with this file added."""
        section = dict(self.sections.get(now.section, {}))
        section[now.name] = {**section.get(now.name, {}), now.version: now.digest}
        return Lock({**self.sections, now.section: section}, self.content)

    def to_text(self) -> str:
        """The lock as it is written: names in order, versions from old to new."""
        data: dict[str, object] = {
            section: {
                name: dict(sorted(versions.items(), key=lambda item: number(item[0])))
                for name, versions in sorted(self.sections.get(section, {}).items())
            }
            for section in get_args(Section)
        }
        return json.dumps({**data, "content": dict(sorted(self.content.items()))}, indent=2, ensure_ascii=False) + "\n"


EMPTY = Lock({})


@dataclass(frozen=True)
class Release:
    """What a release is going to write: the lock, and a copy of each version that has none yet."""

    lock: Lock
    added: tuple[Locked, ...]
    copies: Mapping[str, str]

    @classmethod
    def of(cls, files: Mapping[str, str], before: Lock, problems: Problems) -> Release:
        """The release of these content files (path -> text); every objection of the lock is noted."""
        after, added, copies = before, [], {}
        for path, text in sorted(files.items()):
            if not (is_playbook(path) or is_reply(path)):
                copies[kept_by_hash(hash_of(text))] = text
                continue
            source = Source.parse(text, path, problems)
            now = None if source is None else Locked.of(source)
            if now is None:
                if source is not None:
                    problems.error(source.place(), "this file has no name or no version; mend it first", "lock")
                continue
            copies[kept_path(now.section, now.name, now.version)] = text
            objection = before.objection(now)
            if objection is not None and objection.check != "not-released":
                problems.items.append(objection)
            elif objection is not None:
                after = after.with_(now)
                added.append(now)
        lock = Lock(after.sections, {path: hash_of(text) for path, text in files.items()})
        return cls(lock, tuple(added), copies)

    def write(self, root: Path) -> None:
        """Write it: the copies first, the lock last and at once, so that a release that is killed in the middle has
        not happened, and may be done again."""
        for path, text in self.copies.items():
            if not (root / path).exists() or hash_of((root / path).read_text(encoding="utf-8")) != hash_of(text):
                _write_at_once(root / path, text)
        if not (root / LOCK).exists() or (root / LOCK).read_text(encoding="utf-8") != self.lock.to_text():
            _write_at_once(root / LOCK, self.lock.to_text())


def write_lock(root: Path, *, anew: bool = False) -> list[str]:
    """Add every playbook and reply below `root` with its version to the lock; returns what was added, one line each.

    Raises `ContentError` when a file cannot be read, or when its content changed under a version that was released
    already. `anew` forgets all earlier releases: for content that nobody uses yet. Nothing is checked or tested.
    """
    problems = Problems()
    before = EMPTY if anew or not (root / LOCK).exists() else Lock.read(root, problems)
    texts = {shown: read_text(path, problems, shown) for shown, path in content_paths(root).items()}
    problems.raise_errors()
    assert before is not None, "a lock without a problem can be read"
    release = Release.of({path: text for path, text in texts.items() if text is not None}, before, problems)
    problems.raise_errors()
    release.write(root)
    return [str(each) for each in release.added]


def kept_by_hash(digest: str) -> str:
    """Where a file without a version of its own is kept."""
    return f"{RELEASES}content/{digest[:16]}.yaml"


def number(version: str) -> tuple[int, ...]:
    """A version as three numbers, which can be compared."""
    return tuple(int(part) for part in version.split("."))


def _write_at_once(path: Path, text: str) -> None:
    """Let the file appear whole or not at all, whenever this process is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{path.name}.*"):  # of a release that was killed
        left.unlink(missing_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _is_lock(data: Any) -> bool:
    if not isinstance(data, dict) or not set(data) <= {*get_args(Section), "content"}:
        return False
    content = data.get("content", {})
    return (
        isinstance(content, dict)
        and all(isinstance(digest, str) for digest in content.values())
        and all(
            isinstance(section, dict)
            and all(
                isinstance(versions, dict)
                and all(
                    Version.shape.fullmatch(version) and isinstance(digest, str) for version, digest in versions.items()
                )
                for versions in section.values()
            )
            for name, section in data.items()
            if name != "content"
        )
    )


def _next(version: str) -> str:
    major, minor, patch = number(version)
    return f"{major}.{minor}.{patch + 1}"
