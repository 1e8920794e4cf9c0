"""What of a customer is sealed, in whatever table: found by whose row it is and by the key in its head."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from flows.store.tables import Base, Rejected
from flows.store.vault import GONE

_AT_ONCE = 400  # parameters of each kind in one statement


@dataclass(frozen=True)
class Found:
    """One sealed value: a row, and the column that holds it."""

    row: Any
    column: str

    @property
    def table(self) -> str:
        return str(self.row.__tablename__)

    @property
    def blob(self) -> bytes:
        blob: bytes = getattr(self.row, self.column)
        return blob

    def put(self, blob: bytes) -> None:
        """Put another sealed value in its place."""
        setattr(self.row, self.column, blob)

    def empty(self) -> None:
        """Leave nothing but the mark that something was erased here."""
        self.put(GONE)


def found(session: Session, owners: Collection[str], keys: Collection[str]) -> Iterator[Found]:
    """Every value of these customers that is sealed under one of these keys, and every element put aside that is."""
    session.flush()
    for table, columns in sealed_columns().items():
        whose = _of(table, owners)
        for some in _in_parts(keys):
            heads = [bytes.fromhex(key) for key in some]
            under = [func.substr(getattr(table, column), 2, 16).in_(heads) for column in columns]
            for row in session.scalars(select(table).where(whose, or_(*under)).order_by(*table.__table__.primary_key)):
                for column in columns:
                    if (blob := getattr(row, column)) is not None and blob[1:17].hex() in some:
                        yield Found(row, column)


@cache
def sealed_columns() -> dict[Any, tuple[str, ...]]:
    """Each class of rows that holds anything personal, with the columns that do."""
    columns = {
        mapper.class_: tuple(sorted(each.key for each in mapper.column_attrs if each.key.startswith("sealed_")))
        for mapper in Base.registry.mappers
    }
    return {table: names for table, names in sorted(columns.items(), key=lambda each: each[0].__name__) if names}


@cache
def owner_columns(table: Any) -> tuple[str, ...]:
    """The columns that say whose a row is: a customer's, or a subject's, which a customer is; else an incident's."""

    def linked(*targets: str) -> list[str]:
        columns = [each for each in table.__table__.columns if each.key != "merged_into"]
        return [each.key for each in columns if {key.target_fullname for key in each.foreign_keys} & {*targets}]

    return tuple(sorted(linked("subjects.id", "customers.id") or linked("incidents.id")))


def _of(table: Any, owners: Collection[str]) -> ColumnElement[bool]:
    if table is Rejected:  # nobody's: of what could not be understood it is not known whose it is
        return Rejected.id.is_not(None)
    return or_(*(getattr(table, column).in_(owners) for column in owner_columns(table)))


def _in_parts(keys: Collection[str]) -> Iterator[list[str]]:
    wanted = sorted(keys)
    for start in range(0, len(wanted), _AT_ONCE):
        yield wanted[start : start + _AT_ONCE]
