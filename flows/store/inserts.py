"""Writing a row that somebody else may be writing at the same moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def insert_or_set(
    session: Session,
    table: type[DeclarativeBase],
    rows: Sequence[Mapping[str, Any]],
    *,
    by: Sequence[str],
    **values: Any,
) -> None:
    """Insert thousands of rows at once; of one that is there already, known `by` the columns of a unique constraint,
    only these `values` are set. What the session has read of the table is read anew."""
    if not rows:
        return
    session.flush()
    session.execute(
        _insert_or_set(session.get_bind().dialect.name, table, tuple(by), tuple(values)),
        [{**row, **values} for row in rows],
    )
    for known in session.identity_map.values():
        if isinstance(known, table):
            session.expire(known)


@cache
def _insert(dialect: str, table: type[DeclarativeBase]) -> Insert:
    return cast("Insert", _insert_on(dialect, table).on_conflict_do_nothing())


@cache
def _insert_or_set(dialect: str, table: type[DeclarativeBase], by: tuple[str, ...], names: tuple[str, ...]) -> Insert:
    insert = _insert_on(dialect, table)
    renewed = {name: insert.excluded[name] for name in names}
    return cast("Insert", insert.on_conflict_do_update(index_elements=by, set_=renewed))


def _insert_on(dialect: str, table: type[DeclarativeBase]) -> Any:
    target = table.__table__
    assert isinstance(target, Table)
    # Imported here, because a database that is not used costs every command a tenth of a second.
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql

        return insert_on_postgresql(target)
    from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

    return insert_on_sqlite(target)
