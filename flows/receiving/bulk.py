"""Many rows in one statement: a body has up to a thousand elements, and WhatsApp waits for the answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

from flows.store.vault import Vault

T = TypeVar("T")

AT_ONCE = 500  # five columns each stay far below the 32,766 parameters that SQLite takes in one statement


def in_parts(items: Iterable[T]) -> Iterator[Sequence[T]]:
    """The items in parts that fit into one statement."""
    left = iter(items)
    while part := list(islice(left, AT_ONCE)):
        yield part


def insert_blinds(session: Session, table: type[DeclarativeBase], rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """Insert rows whose primary key is `blind`, except those that are there; returns the blinds that were not.

    When another transaction is inserting one of them, this waits until that one has ended. The rows are taken in the
    order of their blinds, so that two transactions with the same rows wait for each other and do not lock up.
    """
    target = table.__table__
    assert isinstance(target, Table)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    new: set[str] = set()
    for part in in_parts(sorted(rows, key=lambda row: str(row["blind"]))):
        statement = dialect.insert(target).values(part).on_conflict_do_nothing().returning(target.c.blind)
        new.update(session.scalars(statement))
    return new


def seal_all(vault: Vault, values: Iterable[tuple[str, Any]]) -> list[bytes]:
    """Seal each value under the key of the owner before it."""
    return [vault.seal(owner, value) for owner, value in values]
