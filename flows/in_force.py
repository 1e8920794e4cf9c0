"""The content that is in force: what was released last, and never what somebody is still writing.

A service starts with it, and puts what is released later on its shelf without a restart. New cases use the new
content; what runs already keeps the bundle that it was started with.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from flows.errors import FirebreakError, NotFound
from flows.shelf import Shelf
from flows.store import bundles
from flows.store.database import Store
from rules.bundle import TRIAGE, Bundle, content_files, content_paths
from rules.checks import problems_of
from rules.engine import EngineError
from rules.lock import LOCK, Lock
from rules.problems import ContentError, Place, Problems
from rules.reading import Verbs
from rules.releases import released_files
from rules.yaml_source import read_text

LOOKS_EVERY = timedelta(seconds=5)

Say = Callable[[str], None]

_to_log = logging.getLogger(__name__).warning


def open_in_force(root: Path, verbs: Verbs, store: Store, say: Say = _to_log) -> Shelf:
    """A shelf with the content in force; `say` is told when that is not simply what stands in the folder.

    It is what was released last: from the folder, from the copies that were kept, or from the store. Where nothing was
    ever released it is the folder as it stands; and where that is broken, the newest content that the store has.
    Raises ContentError when there is none at all.
    """
    problems = Problems()
    lock = Lock.read(root, problems) if (root / LOCK).exists() else None
    try:
        problems.raise_errors()
        if lock is None or not lock.content:  # nothing was released here, or by an older Firebreak
            bundle = Bundle.parse(content_files(root), verbs)
        else:
            bundle = released(root, lock, verbs)
            _say_what_waits(root, bundle, say)
    except ContentError as error:
        bundle = _next_best(root, verbs, store, lock, error, say)
    shelf = Shelf(bundle, verbs)
    with store.begin() as session:  # so that it can be had from there at the next start
        shelf.keep(session, bundle, store.clock.now())
    return shelf


def released(root: Path, lock: Lock, verbs: Verbs) -> Bundle:
    """The bundle of the last release, found sound: read, checked, and its rules tried out in the engine. Raises
    ContentError with everything that stands against it.

    Every file has the hash that this lock wants, so a release that is being written meanwhile cannot be half in it.
    """
    problems = Problems()
    files = released_files(root, lock, problems)
    problems.raise_errors()
    bundle = Bundle.parse(files, verbs)
    problems.items += problems_of(bundle)
    problems.raise_errors()
    try:
        for rules in (*bundle.packs.by_path.values(), bundle.triggers, *bundle.asides.values()):
            rules.engine().open()
    except EngineError as error:
        problems.error(Place(TRIAGE), f"the rule engine does not take the rules: {error}", "engine")
    problems.raise_errors()
    return bundle


class Watch:
    """Looks every few seconds whether other content was released, and puts it on the shelf.

    What is broken or not complete is not taken: the last good content stays in force, and `say` hears of it once.
    """

    def __init__(self, store: Store, shelf: Shelf, root: Path, say: Say = _to_log) -> None:
        self.trouble: str | None = None
        self._store, self._shelf, self._root, self._say = store, shelf, root, say
        self._next: datetime | None = None
        self._seen: object = None
        self._released = False  # whether a release was ever seen there

    def look(self) -> None:
        """Take what was released since the last look, if it is time to look again."""
        now = self._store.clock.now()
        if self._next is not None and now < self._next:
            return
        self._next = now + LOOKS_EVERY
        marks = self._marks()
        if marks == self._seen:
            return
        self._seen = marks  # noted before anything is read: what is written meanwhile is another mark
        before, self.trouble = self.trouble, None
        try:
            self._take(now)
        except ContentError as error:
            stays = f"bundle {self._shelf.current.digest} stays in force"
            self.trouble = f"What was released cannot be used, so {stays}: {_first(error)}"
        except Exception:
            self._seen, self.trouble = None, before  # the store is away for a moment, say: the next look tries it again
            raise
        if self.trouble is not None and self.trouble != before:
            self._say(self.trouble)
        elif self.trouble is None and before is not None:
            self._say(f"What was released can be used again; bundle {self._shelf.current.digest} is in force")

    def require_well(self) -> None:
        """Raise `FirebreakError` with the trouble, if there is any: for the health page."""
        if self.trouble is not None:
            raise FirebreakError(self.trouble)

    def _take(self, now: datetime) -> None:
        problems = Problems()
        lock = Lock.read(self._root, problems) if (self._root / LOCK).exists() else None
        if self._released and not (self._root / LOCK).exists():
            problems.error(Place(LOCK), f"this file, or the whole folder {self._root}, is gone", "lock")
        problems.raise_errors()
        if lock is None or not lock.content:
            return
        self._released = True
        if lock.bundle == self._shelf.current.digest:
            return
        bundle = released(self._root, lock, self._shelf.verbs)
        with self._store.begin() as session:
            self._shelf.keep(session, bundle, now)
        self._shelf.put(bundle)
        self._say(f"New content is in force: bundle {bundle.digest}. What runs already keeps the one it began with.")

    def _marks(self) -> object:
        """What changes when something is written: the mark of the lock and, while there is trouble, of every file."""
        folders = ("playbooks", "rules") if self.trouble is not None else ()
        files = [path for folder in folders for path in sorted((self._root / folder).rglob("*.yaml"))]
        return [(path, _mark(path)) for path in (self._root / LOCK, *files)]


def _mark(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _next_best(root: Path, verbs: Verbs, store: Store, lock: Lock | None, error: ContentError, say: Say) -> Bundle:
    """What is in force while what was released cannot be had from the folder."""
    with store.read() as session:
        if lock is not None and (kept := _from_store(session, lock.bundle, verbs)) is not None:
            say(f"{_first(error)}. What was released is taken from the store instead.")
            return kept
        newest = bundles.newest(session)
    try:
        bundle = Bundle.parse(content_files(root), verbs)
    except ContentError as broken:
        with store.read() as session:
            last = next((each for digest in newest if (each := _from_store(session, digest, verbs)) is not None), None)
        if last is None:
            raise broken from None
        say(f"{_first(broken)}. The last good content, bundle {last.digest} of the store, stays in force.")
        return last
    say(f"{_first(error)}. The content is in force as it stands in the folder; `firebreak release` makes it final.")
    return bundle


def _from_store(session: Session, digest: str, verbs: Verbs) -> Bundle | None:
    try:
        return Bundle.parse(bundles.get(session, digest), verbs)
    except (NotFound, ContentError):
        return None


def _say_what_waits(root: Path, bundle: Bundle, say: Say) -> None:
    """Name the files that somebody has changed since the release: what stands in them is not in force."""
    texts = {path: read_text(file, Problems(), path) for path, file in content_paths(root).items()}
    waiting = [path for path in sorted({*texts, *bundle.files}) if texts.get(path) != bundle.files.get(path)]
    if waiting:
        say(f"Changed since the last release, and not in force until `firebreak release`: {', '.join(waiting)}")


def _first(error: ContentError) -> str:
    more = len(error.problems) - 1
    return f"{error.problems[0]}{f' (and {more} more; `firebreak check` lists them)' if more else ''}"
