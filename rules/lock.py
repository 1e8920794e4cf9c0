"""The lock file: which content was released under which version. Changed content needs a new version.

`playbooks/lock.json` maps the name of every playbook and of every reply to its versions, and each version to the
SHA-256 of its file (as UTF-8 with `\\n` line ends, so that a checkout on another system changes nothing).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from rules.bundle import content_paths, is_playbook, is_reply
from rules.language import Version
from rules.problems import Place, Problem, Problems
from rules.yaml_source import Source, read_text

LOCK = "playbooks/lock.json"

Section = Literal["playbooks", "replies"]
Versions = Mapping[str, Mapping[str, str]]
"""Name -> version -> SHA-256."""


@dataclass(frozen=True)
class Locked:
    """A file as it stands now, ready to be compared with the lock or to be written into it."""

    section: Section
    name: str
    version: str
    digest: str
    place: Place

    @classmethod
    def of(cls, source: Source) -> Locked | None:
        """What the lock holds of this file; None if it is neither a playbook nor a reply, or has no name or version."""
        if not (is_playbook(source.path) or is_reply(source.path)) or not isinstance(source.data, dict):
            return None
        section: Section = "playbooks" if is_playbook(source.path) else "replies"
        name, version = source.data.get("playbook" if section == "playbooks" else "reply"), source.data.get("version")
        if not isinstance(name, str) or not isinstance(version, str) or not Version.shape.fullmatch(version):
            return None
        digest = hashlib.sha256(source.text.encode()).hexdigest()
        return cls(section, name, version, digest, source.place(("version",)))


@dataclass(frozen=True)
class Lock:
    """What was released so far."""

    sections: Mapping[Section, Versions]

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
        except RecursionError:
            data = None
        if not _is_lock(data):
            message = (
                "expected {playbooks: {name: {version: hash}}, replies: …}; run `firebreak release` to write it anew"
            )
            problems.error(Place(LOCK), message, "lock")
            return None
        return cls(data)

    def versions(self, of: Locked) -> Mapping[str, str]:
        """Version -> SHA-256 of everything released under this name."""
        return self.sections.get(of.section, {}).get(of.name, {})

    def objection(self, now: Locked) -> Problem | None:
        """What stands against this file as it is now; None if it was released just so."""
        released = self.versions(now)
        newest = max(released, key=_number, default=None)
        if now.version in released:
            if released[now.version] == now.digest:
                return None
            message = (
                f"the content changed, but the version is still {now.version}; write {_next(newest or now.version)}"
            )
            return Problem(now.place, "error", message, "changed-content")
        if newest is not None and _number(now.version) < _number(newest):
            message = f"{newest} is released already, so {now.version} cannot be new; write {_next(newest)}"
            return Problem(now.place, "error", message, "changed-content")
        message = f'version {now.version} of "{now.name}" is not in {LOCK}; run `firebreak release`'
        return Problem(now.place, "error", message, "not-released")

    def with_(self, now: Locked) -> Lock:
        """The lock with this file added."""
        section = dict(self.sections.get(now.section, {}))
        section[now.name] = {**section.get(now.name, {}), now.version: now.digest}
        return Lock({**self.sections, now.section: section})

    def to_text(self) -> str:
        """The lock as it is written: names in order, versions from old to new."""
        data = {
            section: {
                name: dict(sorted(versions.items(), key=lambda item: _number(item[0])))
                for name, versions in sorted(self.sections.get(section, {}).items())
            }
            for section in get_args(Section)
        }
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


EMPTY = Lock({})


def write_lock(root: Path, *, anew: bool = False) -> list[str]:
    """Add every playbook and reply below `root` with its version to the lock; returns what was added, one line each.

    Raises `ContentError` when a file cannot be read, or when its content changed under a version that was released
    already. `anew` forgets all earlier releases: for content that nobody uses yet.
    """
    problems = Problems()
    before = EMPTY if anew or not (root / LOCK).exists() else Lock.read(root, problems)
    files = list(_files(root, problems))
    problems.raise_errors()
    assert before is not None, "a lock without a problem can be read"
    after, added = before, []
    for now in files:
        objection = before.objection(now)
        if objection is not None and objection.check != "not-released":
            problems.items.append(objection)
        elif objection is not None:
            after = after.with_(now)
            added.append(f"{now.name} {now.version}")
    problems.raise_errors()
    (root / LOCK).write_text(after.to_text(), encoding="utf-8")
    return added


def _files(root: Path, problems: Problems) -> Iterator[Locked]:
    for shown, path in content_paths(root).items():
        if is_playbook(shown) or is_reply(shown):
            source = Source.read(path, problems, shown)
            now = None if source is None else Locked.of(source)
            if now is not None:
                yield now
            elif source is not None:
                problems.error(source.place(), "this file has no name or no version; mend it first", "lock")


def _is_lock(data: Any) -> bool:
    return (
        isinstance(data, dict)
        and set(data) <= set(get_args(Section))
        and all(
            isinstance(section, dict)
            and all(
                isinstance(versions, dict)
                and all(
                    Version.shape.fullmatch(version) and isinstance(digest, str) for version, digest in versions.items()
                )
                for versions in section.values()
            )
            for section in data.values()
        )
    )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _next(version: str) -> str:
    major, minor, patch = _number(version)
    return f"{major}.{minor}.{patch + 1}"
