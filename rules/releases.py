"""The texts that were released: reading them again, and whether they are still what was released.

They lie beside the lock, in files that a person can read and compare with anything. The lock alone holds hashes; a
store has only what some run was started with, and a designer's machine may have neither a store nor git.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from rules.bundle import content_paths, hash_of
from rules.lock import Lock, Section, kept_by_hash, kept_path
from rules.problems import Place, Problem, Problems
from rules.yaml_source import read_text


def kept_text(root: Path, lock: Lock, section: Section, name: str, version: str) -> str | None:
    """The text of a version as it was released; None if it was not kept, or was changed since."""
    path = kept_path(section, name, version)
    text = read_text(root / path, Problems(), path) if (root / path).is_file() else None
    wanted = lock.sections.get(section, {}).get(name, {}).get(version)
    return text if text is not None and hash_of(text) == wanted else None


def kept_problems(root: Path, lock: Lock) -> Iterator[Problem]:
    """Every kept text that is not the one that was released."""
    for section, names in lock.sections.items():
        for name, versions in names.items():
            for version in versions:
                path = kept_path(section, name, version)
                if (root / path).is_file() and kept_text(root, lock, section, name, version) is None:
                    message = f'this is not what was released as {version} of "{name}"; take it from a backup again'
                    yield Problem(Place(path), "error", message, "released-text")


def _by_hash(root: Path, digest: str) -> str | None:
    """The text of a file without a version, if it was kept and is still the same."""
    path = kept_by_hash(digest)
    text = read_text(root / path, Problems(), path) if (root / path).is_file() else None
    return text if text is not None and hash_of(text) == digest else None


def released_files(root: Path, lock: Lock, problems: Problems) -> dict[str, str]:
    """The content (path -> text) exactly as it was last released, whatever stands in the folder now: a file that was
    changed since is taken from what was kept. What cannot be found is noted."""
    versions: Mapping[str, tuple[Section, str, str]] = {
        digest: (section, name, version)
        for section, names in lock.sections.items()
        for name, known in names.items()
        for version, digest in known.items()
    }
    here = content_paths(root)
    found: dict[str, str] = {}
    for path, digest in lock.content.items():
        text = read_text(here[path], Problems(), path) if path in here else None
        if text is None or hash_of(text) != digest:
            text = kept_text(root, lock, *versions[digest]) if digest in versions else _by_hash(root, digest)
        if text is not None:
            found[path] = text
        else:
            what = "it changed" if path in here else "it is gone"
            message = f"{what} since it was released, and no copy of it was kept; run `firebreak release`"
            problems.error(Place(path), message, "not-released")
    return found
