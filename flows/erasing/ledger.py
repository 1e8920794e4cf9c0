"""The ledger of erasures: what was erased and what stayed, written before anything is destroyed.

A line stands in the keys database, chained by its hash to the line before it as a journal line is, and a second time in
a file of its own (`FIREBREAK_LEDGER`). Whoever puts an old backup in place brings back rows and keys, but neither that
file nor, if only the data was put back, the lines; they are carried out again (`flows/erasing/restore.py`), and nobody
is resurrected. Ids only: a customer's id is random and says nothing to anyone else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal

from sqlalchemy import Connection, Select, insert, select, update

from flows.erasing import ledger_file
from flows.errors import LedgerAhead, LedgerBroken
from flows.ids import new_id
from flows.store.database import Store
from flows.store.journal import FIRST, Chain
from flows.store.keys import Erasure
from flows.store.vault import Vault

Rest = Literal["erase", "keep"]
_EVERY = select(*Erasure.__table__.columns).order_by(Erasure.number)


@dataclass(frozen=True)
class Scope:
    """What an erasure is about: the keys that go, and what does not go with them. Whatever was sealed under `keys` and
    is not named as staying is erased, also what nobody thought of; unless the `rest` is to be kept."""

    owners: tuple[str, ...]  # the customer, and who was merged into them
    keys: tuple[str, ...]  # ids of the keys that are destroyed
    keep: tuple[str, ...] = ()  # ids of messages and letters that stay as they are
    mask: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # id -> kinds of personal data taken out of it
    waiting: tuple[str, ...] = ()  # messages not read, letters not sent, tasks not done: they stay until they are
    erase: tuple[str, ...] = ()  # ids of the messages and letters that go
    rejected: tuple[str, ...] = ()  # ids of elements put aside that mention an address of the customer
    address: bool = True  # whether the address stays, so that we can still answer
    everything: bool = False  # all of it is held, so that nothing goes
    rest: Rest = (
        "erase"  # what becomes of what nobody has decided about; "keep" for a masking, which takes nothing else
    )

    @cached_property
    def staying(self) -> frozenset[str]:
        """The ids of everything that stays, in one way or another."""
        return frozenset((*self.keep, *self.mask, *self.waiting))

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Scope:
        """The scope that `asdict` gave, as JSON has it."""
        plain: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in data.items()}
        plain["mask"] = {each: tuple(kinds) for each, kinds in data["mask"].items()}
        return cls(**plain)


@dataclass(frozen=True)
class Line:
    """One erasure. `number` and `hash` also prove that no line before it was changed or taken out."""

    number: int
    id: str
    at: datetime
    customer_id: str
    case_id: str | None
    step: str | None  # what asked for it, `run id/path`, so that a step that is done again goes on with it
    scope: Scope
    previous: str
    hash: str
    finished_at: datetime | None = None


def append(store: Store, customer_id: str, scope: Scope, *, case_id: str | None, step: str | None) -> Line:
    """Write a line, and return only when it is committed and in the file too.

    Raises `LedgerAhead` when the file knows more than the keys database, which is then to be mended first.
    """
    at = store.clock.now()
    with store.vault.transaction() as connection:
        last = _last(connection)
        if (known := _last_in_file(store)) is not None and known["number"] > last.lines:
            raise LedgerAhead
        values = {
            "number": last.lines + 1,
            "id": new_id("E"),
            "at": at.astimezone(UTC),
            "customer_id": customer_id,
            "step": step,
            "data": json.loads(json.dumps({"case": case_id, "scope": asdict(scope)})),
            "previous": last.hash,
        }
        values["hash"] = _hash(store.vault, values)
        connection.execute(insert(Erasure).values(values))
    write_file(store)
    return _line(values)


def lines(store: Store, *, customer_id: str | None = None, unfinished: bool = False, after: int = 0) -> list[Line]:
    """The lines, oldest first; only those about a customer, those that are not finished, or those after a number."""
    wanted = _EVERY.where(Erasure.number > after)
    if customer_id is not None:
        wanted = wanted.where(Erasure.customer_id == customer_id)
    if unfinished:
        wanted = wanted.where(Erasure.finished_at.is_(None))
    return [_line(row) for row in _rows(store, wanted)]


def line(store: Store, erasure_id: str) -> Line:
    """The line of this id. Raises KeyError when there is none."""
    rows = _rows(store, _EVERY.where(Erasure.id == erasure_id))
    if not rows:
        raise KeyError(erasure_id)
    return _line(rows[0])


def line_of_step(store: Store, step: str) -> Line | None:
    """The erasure that a step asked for, if it has."""
    rows = _rows(store, _EVERY.where(Erasure.step == step))
    return _line(rows[0]) if rows else None


def finish(store: Store, erasure_id: str) -> None:
    """Note that an erasure is finished: its keys are destroyed, and its rows are gone for good."""
    still = update(Erasure).where(Erasure.id == erasure_id, Erasure.finished_at.is_(None))
    with store.vault.transaction() as connection:
        connection.execute(still.values(finished_at=store.clock.now()))


def verify(store: Store) -> Chain:
    """Follow the chain from its first line, and hold it against the file. Raises `LedgerBroken` at the first line that
    does not fit, and `LedgerAhead` when the file knows more."""
    rows = _rows(store, _EVERY)
    chain = _followed(store.vault, rows)
    for number, (known, row) in enumerate(zip(ledger_file.read(store.ledger_file), rows, strict=False), 1):
        if known != _written(row):
            raise LedgerBroken(f"Line {number} of the ledger of erasures is another one in its file.")
    if missing(store):
        raise LedgerAhead
    return chain


def missing(store: Store) -> int:
    """How many erasures the file names that the keys database knows nothing of: more than 0 after an old backup of the
    keys was put in place."""
    known = _last_in_file(store)
    with store.vault.transaction() as connection:
        return max(0, known["number"] - _last(connection).lines) if known is not None else 0


def adopt(store: Store) -> int:
    """Take lines of the file that the keys database lacks into it, not finished, and return how many that were.

    Raises `LedgerBroken` when they do not follow from the lines that are there.
    """
    known = ledger_file.read(store.ledger_file)
    _followed(store.vault, [_values(each) for each in known])
    with store.vault.transaction() as connection:
        last = _last(connection)
        if last.lines and len(known) >= last.lines and known[last.lines - 1]["hash"] != last.hash:
            raise LedgerBroken(f"Line {last.lines} of the ledger of erasures is another one in its file.")
        new = known[last.lines :]
        for each in new:
            connection.execute(insert(Erasure).values(_values(each)))
    return len(new)


def lacking(store: Store) -> int:
    """How many lines the file lacks: more than 0 when it was lost or put back, until the next start writes them."""
    if store.ledger_file is None:
        return 0
    return max(0, len(_rows(store, _EVERY)) - len(ledger_file.read(store.ledger_file)))


def write_file(store: Store) -> None:
    """Put into the file whatever line it lacks, and return when the disk has it."""
    if store.ledger_file is None:
        return
    ledger_file.complete(store.ledger_file, [_written(row) for row in _rows(store, _EVERY)])


def _rows(store: Store, wanted: Select[Any]) -> list[dict[str, Any]]:
    with store.vault.transaction() as connection:
        return [dict(row._mapping) for row in connection.execute(wanted)]


def _last(connection: Connection) -> Chain:
    if connection.dialect.name == "postgresql":  # one at a time; on SQLite it is so anyway
        connection.exec_driver_sql("LOCK TABLE erasures IN EXCLUSIVE MODE")
    newest = select(Erasure.number, Erasure.hash).order_by(Erasure.number.desc()).limit(1)
    row = connection.execute(newest).first()
    return Chain(row.number, row.hash) if row else Chain(0, FIRST)


def _last_in_file(store: Store) -> dict[str, Any] | None:
    known = ledger_file.read(store.ledger_file)
    return known[-1] if known else None


def _followed(vault: Vault, rows: list[dict[str, Any]]) -> Chain:
    previous = FIRST
    for number, row in enumerate(rows, 1):
        if row["number"] != number or row["previous"] != previous or row["hash"] != _hash(vault, row):
            raise LedgerBroken(
                f"The ledger of erasures was changed after it was written: line {number} does not follow from the line "
                "before it."
            )
        previous = row["hash"]
    return Chain(len(rows), previous)


_HASHED = ("number", "id", "at", "customer_id", "step", "data", "previous")


def _hash(vault: Vault, values: Mapping[str, Any]) -> str:
    """Under the master key: who can write the file, or the database, cannot write a line that follows."""
    ordered = {name: values[name] for name in _HASHED} | {"at": values["at"].isoformat(timespec="microseconds")}
    text = json.dumps(ordered, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return vault.blind("ledger of erasures", text)


def _line(row: Mapping[str, Any]) -> Line:
    data = row["data"]
    return Line(
        row["number"],
        row["id"],
        row["at"],
        row["customer_id"],
        data["case"],
        row["step"],
        Scope.of(data["scope"]),
        row["previous"],
        row["hash"],
        row.get("finished_at"),
    )


def _written(row: Mapping[str, Any]) -> dict[str, Any]:
    """A line as the file has it; that it is finished is not part of it."""
    return {**{name: row[name] for name in (*_HASHED, "hash")}, "at": row["at"].isoformat(timespec="microseconds")}


def _values(written: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: written[name] for name in (*_HASHED, "hash")}, "at": datetime.fromisoformat(written["at"])}
