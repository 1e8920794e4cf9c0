"""Many rows in one statement: a body has up to a thousand elements, and WhatsApp waits for the answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

from flows.store.vault import Vault

T = TypeVar("T")

AT_ONCE = 500  # five columns each stay far below the 32,766 parameters that SQLite takes in one statement

_TURN = 7_228_011_846  # any number that no other advisory lock in this database has


def take_turn(session: Session) -> None:
    """Let one body in at a time, until its transaction ends; on SQLite a transaction that writes is alone anyway.

    Two bodies name the same people in any order, and some of them turn out to be one. Side by side they would end up in
    deadlocks, of which PostgreSQL takes a second to notice each.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_TURN)))


def in_parts(items: Iterable[T]) -> Iterator[Sequence[T]]:
    """The items in parts that fit into one statement."""
    left = iter(items)
    while part := list(islice(left, AT_ONCE)):
        yield part


def insert_blinds(session: Session, table: type[DeclarativeBase], rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """Insert rows whose primary key is `blind`, except those that are there; returns the blinds that were not.

    When another transaction is inserting one of them, this waits until that one has ended.
    """
    target = table.__table__
    assert isinstance(target, Table)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    new: set[str] = set()
    for part in in_parts(rows):
        statement = dialect.insert(target).values(part).on_conflict_do_nothing().returning(target.c.blind)
        new.update(session.scalars(statement))
    return new


def seal_all(vault: Vault, values: Iterable[tuple[str, Any]]) -> list[bytes]:
    """Seal each value under the key of the owner before it, whose subjects are locked."""
    given = list(values)
    with vault.keys_at_hand():
        vault.bring_to_hand({owner for owner, _ in given})
        return [vault.seal(owner, value) for owner, value in given]
