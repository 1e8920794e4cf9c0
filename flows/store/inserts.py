"""Writing a row that somebody else may be writing at the same moment."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Insert, Table
from sqlalchemy.orm import DeclarativeBase, Session


def insert_new(on: Session | Connection, table: type[DeclarativeBase], **values: Any) -> bool:
    """Insert a row unless one with its primary or a unique key is there, and say whether it was inserted.

    When another transaction is inserting the same row, this waits until that one has ended.
    """
    dialect = (on.get_bind() if isinstance(on, Session) else on).dialect.name
    return cast("CursorResult[Any]", on.execute(_insert(dialect, table), values)).rowcount > 0


@cache
def _insert(dialect: str, table: type[DeclarativeBase]) -> Insert:
    target = table.__table__
    assert isinstance(target, Table)
    # Imported here, because a database that is not used costs every command a tenth of a second.
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql

        return insert_on_postgresql(target).on_conflict_do_nothing()
    from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

    return insert_on_sqlite(target).on_conflict_do_nothing()
