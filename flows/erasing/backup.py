"""Copies of an installation on SQLite: made while everything runs, and put back with whoever was erased left out.

A copy is the two databases and `backup.json`, which says when it was made and what the files must be. The copy of the
keys opens what the copy of the data holds, also of customers who are erased later: keep the two apart, and of the keys
only the newest.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from flows.clock import Clock
from flows.erasing import ledger, ledger_file, merging, restore
from flows.errors import FirebreakError, StoreError
from flows.settings import Settings
from flows.store.database import Store

DATA, KEYS, ABOUT = "firebreak.db", "keys.db", "backup.json"
ASIDE = "restoring"  # the folder in FIREBREAK_HOME in which a backup is made ready before it is put in place
_TRIES = 5

ON_POSTGRESQL = (
    "The store is on PostgreSQL, which makes and restores its own copies: pg_dump and pg_restore, for the data and for "
    "the keys. After restoring, and before Firebreak is started, run `firebreak restore --replay`: it erases again "
    "whoever was erased since. It needs the file of FIREBREAK_LEDGER, so keep that out of what is restored."
)


@dataclass(frozen=True)
class Backup:
    """A copy in a folder. `keys` is false where the keys are kept elsewhere."""

    folder: Path
    made_at: datetime
    lines: int  # of the ledger of erasures, when it was made
    keys: bool


def make(settings: Settings, folder: Path, clock: Clock) -> Backup:
    """Copy both databases into a new folder. Raises `FirebreakError` when that is not possible, OSError by the disk."""
    data, keys = files_of(settings)
    for needed in (data, keys):
        if not needed.exists():
            raise FirebreakError(f"There is nothing to copy: {needed} does not exist yet.")
    taken = [name for name in (DATA, KEYS, ABOUT) if (folder / name).exists()]
    if taken:
        raise FirebreakError(f"{folder} holds {taken[0]} already; give each backup a folder of its own.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made_at = clock.now()
    for _ in range(_TRIES):
        before = _state(keys)
        _copy(data, folder / DATA)  # first the data: a key is there before anything is sealed under it
        _copy(keys, folder / KEYS)
        if _state(folder / KEYS)[1:] == before[1:]:  # no key was destroyed in between, under which something is
            break
    else:
        raise FirebreakError("Erasures kept changing the keys while they were copied; try again in a minute.")
    lines = _state(folder / KEYS)[0]
    about = {
        "made_at": made_at.isoformat(),
        "ledger_lines": lines,
        "sha256": {name: _sha256(folder / name) for name in (DATA, KEYS)},
    }
    (folder / ABOUT).write_text(json.dumps(about, indent=2) + "\n")
    return Backup(folder, made_at, lines, True)


def look(settings: Settings, folder: Path) -> Backup:
    """What is in a folder. Raises `FirebreakError` when it is no whole backup."""
    files_of(settings)
    try:
        about = json.loads((folder / ABOUT).read_text())
        hashes, made_at, lines = about["sha256"], datetime.fromisoformat(about["made_at"]), int(about["ledger_lines"])
    except (OSError, ValueError, KeyError, TypeError):
        raise FirebreakError(f"{folder} holds no backup: there is no {ABOUT} that `firebreak backup` wrote.") from None
    for name in (DATA, KEYS):
        there = (folder / name).exists()
        if (there and _sha256(folder / name) != hashes.get(name)) or (not there and name == DATA):
            raise FirebreakError(f"{folder / name} is {'not what was copied' if there else 'missing'}.")
    return Backup(folder, made_at, lines, (folder / KEYS).exists())


def put_back(
    settings: Settings, backup: Backup, clock: Clock, master_key: bytes, before_end: Callable[[], None] = lambda: None
) -> restore.Replayed:
    """Put a backup in the place of what is there, without anybody who was erased since. Nobody else may use the
    databases meanwhile.

    It is made ready aside and put in place last, the keys before the data, so that after a crash it can be done again.
    `before_end` is called just before that, for tests. Raises `LedgerBroken`, `StoreError`, `WrongMasterKey`.
    """
    data, keys = files_of(settings)
    aside = clear(settings.home)
    aside.mkdir(mode=0o700, parents=True)
    shutil.copyfile(backup.folder / DATA, aside / DATA)
    if backup.keys:
        shutil.copyfile(backup.folder / KEYS, aside / KEYS)
    elif keys.exists():
        _copy(keys, aside / KEYS)
    else:
        raise FirebreakError(
            f"{backup.folder} has no {KEYS}, and there is none here: without keys nothing can be read."
        )
    with Store.open(_url(aside / DATA), _url(aside / KEYS), master_key, clock, settings.ledger) as store:
        if keys.exists():
            with Store.open("sqlite://", _url(keys), master_key, clock, settings.ledger) as present:
                if not ledger.missing(present):
                    ledger.write_file(present)
                doomed = merging.take_over(present.vault, store.vault)
        else:
            doomed = []
        done = restore.replay(store)
        store.vault.destroy_keys(doomed)
        ledger.write_file(store)
    before_end()
    for name, place in ((KEYS, keys), (DATA, data)):
        _settle(aside / name)
        _put(aside / name, place)
    clear(settings.home)
    return done


def clear(home: Path) -> Path:
    """Remove what a broken-off restoring left behind, since it may hold keys of who was erased; returns the place."""
    aside = home / ASIDE
    shutil.rmtree(aside, ignore_errors=True)
    return aside


def erasures_since(settings: Settings, backup: Backup) -> int:
    """How many erasures the ledger of this installation has that were begun after a backup was made."""
    _, keys = files_of(settings)
    known = len(ledger_file.read(settings.ledger))
    return max(known, _state(keys)[0] if keys.exists() else 0) - backup.lines


def files_of(settings: Settings) -> tuple[Path, Path]:
    """The files of the data and of the keys. Raises `StoreError` that says what to do when they are not in files."""
    urls = [make_url(each.get_secret_value()) for each in (settings.database_url, settings.keys_url)]
    if any(url.get_backend_name() != "sqlite" for url in urls):
        raise StoreError(ON_POSTGRESQL)
    data, keys = (Path(url.database or "") for url in urls)
    return data, keys


def _state(keys: Path) -> tuple[int, int]:
    """The lines of the ledger, and how many keys were destroyed."""
    with closing(sqlite3.connect(f"file:{keys}?mode=ro", uri=True)) as connection:
        lines = connection.execute("SELECT count(*) FROM erasures").fetchone()[0]
        destroyed = connection.execute("SELECT count(*) FROM keys WHERE destroyed_at IS NOT NULL").fetchone()[0]
    return int(lines), int(destroyed)


def _copy(source: Path, target: Path) -> None:
    """A consistent copy in one file, also while somebody writes."""
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
        there.backup(here)
        here.execute("PRAGMA journal_mode = DELETE")
    _fsync(target)


def _settle(database: Path) -> None:
    """Everything of a database in its one file, on the disk."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    _fsync(database)


def _put(new: Path, place: Path) -> None:
    if place.exists():
        _settle(place)
    for beside in ("-wal", "-shm", "-journal"):
        place.with_name(place.name + beside).unlink(missing_ok=True)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.move(new, place)
    place.chmod(0o600)
    _fsync(place.parent)


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _url(path: Path) -> Any:
    return f"sqlite:///{path}"
