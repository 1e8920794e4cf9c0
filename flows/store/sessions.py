"""A session that writes as late as it may: what was changed goes to the database before somebody asks a table that it
belongs to, and at the commit. The rows of many customers then leave in one statement instead of one by one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, Insert, Table, TableClause, event, insert
from sqlalchemy.orm import Session
from sqlalchemy.sql import visitors

_LINES = "lines to be written"
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
        """Write what a statement has to find."""
        kept: dict[Table, Any] = self.info.get(_LINES, {})
        changed = {type(row).__table__ for rows in (self.new, self.dirty, self.deleted) for row in rows}
        if not kept and not changed:
            return
        asked = _tables_in(statement)
        if not asked or not asked.isdisjoint(changed):
            self.flush()
        self.write_lines(*(table for table in tuple(kept) if not asked or table in asked))


@event.listens_for(LateSession, "before_commit")
def _write_lines(session: LateSession) -> None:
    session.write_lines()


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
