"""Connections to SQLite and PostgreSQL that behave alike: who writes says so first, and who reads cannot write."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool
from sqlalchemy.util import LRUCache

from flows.errors import StoreError

BUSY_SECONDS = 30
STATEMENTS = 500
"""How many prepared statements a connection keeps: more than there are, so that SQLite reads none of them twice."""
_WRITES = "firebreak_writes"
_COMPILED: LRUCache[Any, Any] = LRUCache(STATEMENTS)

# What a commit says is written survives a power cut (FULL), and what is deleted is gone (secure_delete).
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
)


def connect(url: str) -> Engine:
    """An engine for ``sqlite://`` (in memory), ``sqlite:///file`` (made when missing) or ``postgresql+psycopg://…``.

    Values never appear in its error messages. Use it through ``reading`` and ``writing``, or ``reader`` and ``writer``.
    """
    parsed = _read(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed, hide_parameters=True, pool_pre_ping=True)
    if not parsed.database or parsed.database == ":memory:":
        first = _first_in_memory()
        # Its dialect and what it has compiled are for all of them: compiling takes longer than a short rehearsal.
        engine = Engine(first.pool.recreate(), first.dialect, first.url, hide_parameters=True)
        engine.update_execution_options(compiled_cache=_COMPILED)
    else:
        path = Path(parsed.database).resolve()  # it stays this file when the working directory changes
        _make_file(path)
        parsed = parsed.set(database=str(path))
        patience = {"timeout": BUSY_SECONDS, "cached_statements": STATEMENTS}
        engine = create_engine(parsed, hide_parameters=True, connect_args=patience)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


@cache
def _first_in_memory() -> Engine:
    """The pattern of all databases in memory; nobody connects to it."""
    same = {"check_same_thread": False, "cached_statements": STATEMENTS}
    return create_engine("sqlite://", hide_parameters=True, poolclass=StaticPool, connect_args=same)


def on_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


def in_memory(engine: Engine) -> bool:
    """Whether the engine has one connection only, so that its users must take turns."""
    return isinstance(engine.pool, StaticPool)


def writer(engine: Engine) -> Engine:
    """The engine for transactions that write. On SQLite they take the write lock at once, never halfway through."""
    return engine.execution_options(**{_WRITES: True})


def reader(engine: Engine) -> Engine:
    """The engine for transactions that only read: one unchanging view, no write lock, and a write is an error."""
    if on_sqlite(engine):
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    with writer(engine).begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    with reader(engine).connect() as connection:
        yield connection


def scrub(engine: Engine, table: str) -> None:
    """Rewrite what holds a table, so that nothing deleted from it or overwritten in it can be read from the file.

    Raises ``StoreError`` when somebody else kept the file busy for too long; it can be tried again at any time.
    """
    if not on_sqlite(engine):
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql(f'VACUUM FULL "{table}"')
        return
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA query_only = OFF")
        # secure_delete overwrites what was deleted; a rewritten file has no slack for copies of moved rows either.
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (busy, *_rest) = cursor.fetchone() or (0,)
    finally:
        raw.close()
    if busy:
        raise StoreError(
            f"An older copy of what was deleted is still in the write-ahead log of {engine.url.database}, because "
            f"another program kept that file busy for {BUSY_SECONDS} seconds. Close it; this is tried again at the "
            "next start."
        )


def _read(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        # The text itself may hold a password.
        raise StoreError("The database URL cannot be read; write it as sqlite:///path/to/file.db") from None
    if parsed.drivername in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise StoreError(
            f"Firebreak does not know databases of the kind {parsed.drivername!r}; "
            "use sqlite:///path/to/file.db or postgresql+psycopg://user:password@host/name"
        )
    return parsed


def _make_file(path: Path) -> None:
    # Readable by nobody else from its first byte on; SQLite gives the files beside it the same rights.
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(f"The database file {path} cannot be opened: {error.strerror}.") from None


def _set_up(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin transactions by itself, and too late
    for pragma in _PRAGMAS:
        connection.execute(pragma).close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    # Past SQLAlchemy, because every transaction pays for it; it touches no file, so that nothing can keep it waiting.
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    if writes:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        cursor.execute("BEGIN")
    cursor.close()
