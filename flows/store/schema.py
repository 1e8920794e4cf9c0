"""Bringing a database's tables up to date when it is opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, inspect, select, table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import column

from flows.errors import StoreError
from flows.store import migrations
from flows.store.engines import in_memory, on_sqlite, reading, writing
from flows.store.keys import KeysBase
from flows.store.tables import Base

Which = Literal["data", "keys"]

TABLES: dict[Which, MetaData] = {"data": Base.metadata, "keys": KeysBase.metadata}
SCRIPTS = Path(migrations.__file__).parent

# Whoever migrates a PostgreSQL database holds this lock; the number means nothing.
_LOCK = 4_670_216


def bring_up_to_date(engine: Engine, which: Which) -> None:
    """Run the migrations that a database lacks, all or none, once even when two processes start together.

    A database in memory gets its tables at once. Raises ``StoreError`` when the database cannot be reached, is none, or
    was written by a newer Firebreak.
    """
    if in_memory(engine):
        raw: Any = engine.raw_connection()
        raw.driver_connection.deserialize(_empty(which))
        raw.close()
        return
    known = versions(which)
    try:
        with reading(engine) as connection:
            version = _version(connection)
    except DBAPIError as error:
        place = engine.url.host or engine.url.database
        raise StoreError(f"The {which} database ({place}) cannot be used: {error.orig}") from None
    if version == known[-1]:
        return
    with _without_foreign_keys(engine), writing(engine) as connection:
        if not on_sqlite(engine):
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        version = _version(connection)
        if version is not None and version not in known:
            raise StoreError(
                f"The {which} database is at version {version}, and this Firebreak knows {known[-1]} at most. "
                "It was written by a newer Firebreak: install that one, or restore a backup made before."
            )
        if version != known[-1]:
            _upgrade(connection, which)
            if on_sqlite(engine) and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise StoreError(f"The {which} database could not be brought up to date: rows would be lost.")


@contextmanager
def _without_foreign_keys(engine: Engine) -> Iterator[None]:
    """SQLite alters a table by making it anew and dropping the old one, which counts as deleting what others point at.
    That can be switched off only for a whole connection."""
    if not on_sqlite(engine):
        yield
        return

    def off(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA foreign_keys = OFF").close()

    engine.dispose()
    event.listen(engine, "connect", off)
    try:
        yield
    finally:
        event.remove(engine, "connect", off)
        engine.dispose()


def versions(which: Which) -> list[str]:
    """The versions that there is a migration to, oldest first: ``0001``, ``0002``, …"""
    return sorted(path.name.split("_")[0] for path in (SCRIPTS / which).glob("[0-9]*.py"))


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(select(column("version_num")).select_from(table("alembic_version")))


def _upgrade(connection: Connection, which: Which) -> None:
    # Alembic takes a tenth of a second to import, which a database that is up to date need not pay.
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection, "tables": TABLES[which]})
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("version_locations", str(SCRIPTS / which).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    command.upgrade(config, "head")


@cache
def _empty(which: Which) -> bytes:
    """The image of a new SQLite database: copying it takes a millisecond, making the tables takes twenty."""
    engine = create_engine("sqlite://")
    try:
        TABLES[which].create_all(engine)
        raw: Any = engine.raw_connection()
        image: bytes = raw.driver_connection.serialize()
        raw.close()
        return image
    finally:
        engine.dispose()
