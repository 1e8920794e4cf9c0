"""Earlier content: where the version of a playbook is found that a rehearsal is to be held against."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import select

from flows.errors import FirebreakError
from flows.shelf import ROOT
from flows.store.database import Store
from flows.store.tables import Bundle as Kept
from rules.bundle import Bundle, content_files, is_playbook
from rules.language import Version
from rules.reading import Verbs

RELEASES = "playbooks/releases"


def old_bundle(name: str, wanted: str, now: Bundle, verbs: Verbs, store: Store | None, root: Path = ROOT) -> Bundle:
    """The content with `wanted`: a version of the playbook `name`, or a file or folder that holds older content.

    A version is looked for in the store, which keeps all content that runs were started with, and then among the
    released texts, of which only the playbook is taken and the rest is as it is now. Raises `FirebreakError` when
    there is none, `ContentError` when it cannot be read any more.
    """
    if not Version.shape.fullmatch(wanted):
        return _from_path(name, Path(wanted), now, verbs)
    if store is not None and (files := _from_store(name, wanted, store)) is not None:
        return Bundle.parse(files, verbs)
    released = root / RELEASES / name / f"{wanted}.yaml"
    if released.is_file():
        return _with(name, released.read_text(encoding="utf-8"), now, verbs)
    if name in now.playbooks and now.playbooks[name].version == wanted:
        return now
    raise FirebreakError(
        f"{name} {wanted} is nowhere to be found: not in the store, and not as {RELEASES}/{name}/{wanted}.yaml. "
        "--against also takes a file with the older playbook, or a folder with older content."
    )


def differs_only_in(name: str, old: Bundle, now: Bundle) -> bool:
    """Whether the older content is the older playbook, and everything beside it what it is now."""
    other = {path for path in {*old.files, *now.files} if old.files.get(path) != now.files.get(path)}
    return name in old.playbooks and other == {old.playbooks[name].source.path}


def _from_store(name: str, version: str, store: Store) -> dict[str, str] | None:
    """The newest content in the store that has this version of the playbook."""
    with store.read() as session:
        for kept in session.scalars(select(Kept).order_by(Kept.stored_at.desc())):
            files: Mapping[str, str] = kept.files
            if any(_is(name, version, text) for path, text in files.items() if is_playbook(path)):
                return dict(files)
    return None


def _is(name: str, version: str, text: str) -> bool:
    return _key("playbook", name, text) and _key("version", version, text)


def _key(key: str, value: str, text: str) -> bool:
    return re.search(rf"^{key}:\s*[\"']?{re.escape(value)}[\"']?\s*(#.*)?$", text, re.MULTILINE) is not None


def _from_path(name: str, path: Path, now: Bundle, verbs: Verbs) -> Bundle:
    if path.is_file():
        return _with(name, path.read_text(encoding="utf-8"), now, verbs)
    if (path / "playbooks").is_dir() and (path / "rules").is_dir():
        return Bundle.parse(content_files(path), verbs)
    raise FirebreakError(
        f"--against {path}: this is neither a version such as 1.0.0, nor a file, nor a folder that holds playbooks/ "
        "and rules/."
    )


def _with(name: str, text: str, now: Bundle, verbs: Verbs) -> Bundle:
    """The content as it is now, with this text in the place of the playbook."""
    if name not in now.playbooks:
        raise FirebreakError(f'There is no playbook "{name}" now; give a folder with older content.')
    return Bundle.parse({**now.files, now.playbooks[name].source.path: text}, verbs)
