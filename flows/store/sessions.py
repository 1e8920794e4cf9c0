"""A session that writes as late as it may: what was changed goes to the database before somebody asks a table that it
belongs to, and at the commit. The rows of many customers then leave in one statement instead of one by one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, Insert, Select, Table, TableClause, UpdateBase, event, insert, inspect
from sqlalchemy.orm import Session
from sqlalchemy.sql import visitors

_LINES, _ADDED, _REMEMBERED = "lines to be written", "rows to be written", "remembered answers"
_KNOWN = 2000  # statements; those made once for all are looked through once


class LateSession(Session):
    """A session for transactions that write. Foreign keys are checked at the commit (see `flows.store.tables`), so that
    rows may be written in any order."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "autoflush": False})

    def execute(self, statement: Any, *args: Any, **options: Any) -> Any:
        self._write_for(statement)
        return super().execute(statement, *args, **options)

    def scalars(self, statement: Any, *args: Any, **options: Any) -> Any:
        self._write_for(statement)
        return super().scalars(statement, *args, **options)

    def scalar(self, statement: Any, *args: Any, **options: Any) -> Any:
        self._write_for(statement)
        return super().scalar(statement, *args, **options)

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """The row with this key, also one that was added and is not written yet."""
        if isinstance(ident, dict):
            ident = tuple(ident[column.key] for column in inspect(entity).primary_key)
        key = ident if isinstance(ident, tuple) else (ident,)
        found = self.info.get(_ADDED, {}).get((entity, key)) or self.identity_map.get((entity, key, None))
        if found is not None and not options and not inspect(found).expired_attributes:
            return found
        return super().get(entity, ident, **options)

    def refresh(self, *args: Any, **options: Any) -> None:
        self.flush()
        super().refresh(*args, **options)

    def add_line(self, table: Table, line: Mapping[str, Any]) -> None:
        """Insert a row into a table that has no objects, at the time when everything else is written."""
        self.info.setdefault(_LINES, {}).setdefault(table, []).append(line)

    def write_lines(self, *tables: Table) -> None:
        """Write the rows that are kept back for these tables; for all, where none is named."""
        kept: dict[Table, list[Mapping[str, Any]]] = self.info.get(_LINES, {})
        for table in tables or tuple(kept):
            if rows := kept.pop(table, None):
                super().execute(_insert_into(table), rows)

    def _write_for(self, statement: Executable) -> None:
        """Write what a statement has to find; what is changed by it is asked anew."""
        changed, writes = self._changed(), isinstance(statement, UpdateBase)
        kept: dict[Table, Any] = self.info.get(_LINES, {})
        if not (changed or kept or writes):
            return
        asked = _tables_in(statement)
        if writes:
            self._forget(asked)
        if changed and (not asked or not asked.isdisjoint(changed)):
            self.flush()
        if due := [table for table in kept if not asked or table in asked]:
            self.write_lines(*due)

    def _changed(self) -> set[Any]:
        """The tables of which something is not written yet."""
        return {type(row).__table__ for rows in (self.new, self.dirty, self.deleted) for row in rows}

    def _forget(self, changed: Collection[Any]) -> None:
        remembered: dict[Any, Any] = self.info.get(_REMEMBERED, {})
        for key in [key for key in remembered if not changed or not _tables_in(key[0]).isdisjoint(changed)]:
            del remembered[key]

    def flush(self, *args: Any, **options: Any) -> None:
        if self.info.get(_REMEMBERED) and (changed := self._changed()):
            self._forget(changed)
        super().flush(*args, **options)


def once(session: Session, statement: Select[Any], **asked: Any) -> list[Any]:
    """The first column of what a statement finds: asked once in a transaction, and again only when something in a table
    that it speaks of was changed there. For what many customers' turns ask alike. `statement` is one that is made once
    for all."""
    if not isinstance(session, LateSession):
        return list(session.scalars(statement, asked))
    remembered: dict[Any, list[Any]] = session.info.setdefault(_REMEMBERED, {})
    key = statement, tuple(asked.items())
    if key in remembered and not _tables_in(statement).isdisjoint(session._changed()):
        del remembered[key]
    if key not in remembered:
        remembered[key] = list(session.scalars(statement, asked))
    return remembered[key]


def remember(session: Session, statement: Select[Any], found: Iterable[Any], **asked: Any) -> None:
    """What `once` would find, known from another question: it need not ask."""
    if isinstance(session, LateSession):
        session.info.setdefault(_REMEMBERED, {})[statement, tuple(asked.items())] = list(found)


def ask_anew(session: Session) -> None:
    """Somebody else may have changed something before they let us in: what `once` has found is asked anew."""
    session.info.pop(_REMEMBERED, None)


@event.listens_for(LateSession, "before_commit")
def _write_lines(session: LateSession) -> None:
    session.write_lines()


@event.listens_for(LateSession, "transient_to_pending")
def _added(session: LateSession, row: Any) -> None:
    session.info.setdefault(_ADDED, {})[_key_of(row)] = row


@event.listens_for(LateSession, "pending_to_persistent")
def _written(session: LateSession, row: Any) -> None:
    session.info.get(_ADDED, {}).pop(_key_of(row), None)


def _key_of(row: Any) -> tuple[type, tuple[Any, ...]]:
    return type(row), tuple(inspect(type(row)).primary_key_from_instance(row))


@lru_cache(_KNOWN)
def _tables_in(statement: Executable) -> frozenset[TableClause]:
    """The tables that a statement speaks of, wherever in it; none for one in plain SQL, of which nobody can tell."""
    found: set[TableClause] = set()
    for each in visitors.iterate(statement):  # type: ignore[arg-type]
        table = each if isinstance(each, TableClause) else getattr(each, "table", None)
        while table is not None and not isinstance(table, TableClause):
            table = getattr(table, "element", None)
        if table is not None:
            found.add(table._deannotate() if hasattr(table, "_deannotate") else table)
    return frozenset(found)


@lru_cache
def _insert_into(table: Table) -> Insert:
    return insert(table)
