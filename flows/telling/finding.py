"""Finding a row by its id, or by as much of it as somebody read out over the phone."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.errors import NotFound

Row = TypeVar("Row")


def by_id(session: Session, table: type[Row], wanted: str) -> Row | None:
    """The row with this id, or the only one whose id begins like it; None if there is none.

    Raises `NotFound` when several ids begin like it.
    """
    prefix = wanted.strip().upper()
    if not prefix:
        return None
    column: Any = table.id  # type: ignore[attr-defined]  # every table that is looked into has one
    found = session.scalars(select(table).where(column.startswith(prefix, autoescape=True)).limit(2)).all()
    if len(found) > 1:
        raise NotFound(f'"{wanted}" is the beginning of several ids; write more of it')
    return found[0] if found else None
