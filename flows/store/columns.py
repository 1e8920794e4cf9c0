"""The column types that every table shares."""

from __future__ import annotations

import enum
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Enum, Integer, LargeBinary, MetaData, String
from sqlalchemy.ext.mutable import MutableDict, MutableList
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

Json = dict[str, Any]


class Instant(TypeDecorator[datetime]):
    """A point in time: aware, and in UTC on its way in and out. SQLite itself would drop the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; the store keeps aware times only")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def naming() -> MetaData:
    """Metadata in which every constraint has a name, so that a later migration can drop it."""
    return MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


# A closed set of words is stored as text and checked in Python on the way in and out, so that a new word needs
# no migration. JSON is the text variant on PostgreSQL too: it keeps the order of the keys, which a form needs.
ANNOTATIONS: dict[Any, Any] = {
    datetime: Instant(),
    str: String(),
    bytes: LargeBinary(),
    Literal: Enum(enum.Enum, native_enum=False, length=20, validate_strings=True),
}


def json_map(*, required: bool = False) -> MappedColumn[Any]:
    """A JSON object, empty unless given. Changes of its own keys are noticed; after one deeper inside, assign anew."""
    column_type = MutableDict.as_mutable(JSON(none_as_null=True))
    return mapped_column(column_type, default=dict) if required else mapped_column(column_type)


def json_list(*, required: bool = False) -> MappedColumn[Any]:
    """A JSON list, empty unless given. Changes of its own items are noticed; after one deeper inside, assign anew."""
    column_type = MutableList.as_mutable(JSON(none_as_null=True))
    return mapped_column(column_type, default=list) if required else mapped_column(column_type)


def json_any() -> MappedColumn[Any]:
    """Any JSON value. No change inside is noticed: assign it anew."""
    return mapped_column(JSON(none_as_null=True))


def counted() -> TypeEngine[int]:
    """A number that the database gives out itself, wide enough for years of webhooks."""
    return BigInteger().with_variant(Integer(), "sqlite")


def plain_defaults(table: Any) -> dict[str, Any]:
    """The values that the columns of a table take when none is given, made anew for each row."""
    given = ((column.key, column.default) for column in table.columns if column.default is not None)
    return {key: default.arg(None) if default.is_callable else default.arg for key, default in given}
