"""Orders in a CSV file that somebody, or a shop's nightly export, puts in place."""

from __future__ import annotations

import csv
import io
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from flows.channels.channel import Check
from flows.orders.source import BadOrder, Order, OrdersUnavailable, digits_of, newest_first, order_of, plain_number

NEEDED = ("order", "customer", "state")
COLUMNS = (*NEEDED, "ordered_at", "article", "amount", "currency", "tracking", "history")
MOST_BYTES = 200_000_000
csv.field_size_limit(1_000_000)


class BadLine(NamedTuple):
    """A line of the file that is no order, and why."""

    line: int
    why: str


@dataclass(frozen=True)
class _Read:
    """The file as it was read: its stamp, and its orders by customer and by number."""

    stamp: tuple[int, int, int]
    by_customer: dict[str, list[Order]] = field(default_factory=dict)
    by_number: dict[str, list[Order]] = field(default_factory=dict)
    bad: tuple[BadLine, ...] = ()
    count: int = 0


class CsvFile:
    """Orders from a file with the columns of `COLUMNS`, in UTF-8 (a byte order mark is fine), with commas, semicolons
    or tabs between them. It is read again when it has changed. A bad line harms only itself; a file that is gone or
    cannot be read is an error, and never "no order"."""

    name = "file"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._turn = threading.Lock()
        self._read: _Read | None = None

    def find(self, number: str | None = None, order: str | None = None) -> list[Order]:
        read = self._current()
        if number is not None:
            found = read.by_customer.get(digits_of(number) or "", [])
            wanted = plain_number(order) if order is not None else None
            return newest_first([each for each in found if wanted in (None, plain_number(each.number))])
        return newest_first(read.by_number.get(plain_number(order), []) if order is not None else [])

    def check(self) -> Check:
        try:
            read = self._current()
        except OrdersUnavailable as error:
            return Check(False, str(error))
        if not read.bad:
            return Check(True, f"{self.path.name}: {read.count:,} orders of {len(read.by_customer):,} customers")
        first = read.bad[0]
        lines = f"{len(read.bad):,} lines are" if len(read.bad) > 1 else "1 line is"
        trouble = f"{lines} no order, the first is line {first.line}: {first.why}"
        return Check(False, f"{self.path.name}: {read.count:,} orders; {trouble}")

    def bad_lines(self) -> tuple[BadLine, ...]:
        """The lines that are no orders. Raises `OrdersUnavailable`."""
        return self._current().bad

    def _current(self) -> _Read:
        with self._turn:
            try:
                told = self.path.stat()
                stamp = (told.st_mtime_ns, told.st_size, told.st_ino)
                if self._read is None or self._read.stamp != stamp:
                    self._read = _read(self._text(told.st_size), stamp)
            except OSError as error:
                raise OrdersUnavailable(
                    f"the orders file {self.path} cannot be read ({error.strerror or type(error).__name__})"
                ) from None
            return self._read

    def _text(self, size: int) -> str:
        if size > MOST_BYTES:
            raise OrdersUnavailable(f"the orders file {self.path} has over {MOST_BYTES // 1_000_000} MB")
        try:
            return self.path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise OrdersUnavailable(f"the orders file {self.path} is not UTF-8; save it as CSV in UTF-8") from None


def _read(text: str, stamp: tuple[int, int, int]) -> _Read:
    first = text.split("\n", 1)[0]
    between = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=between)
    try:
        head = [each.strip().casefold() for each in next(rows, [])]
    except csv.Error:
        head = []
    if missing := [name for name in NEEDED if name not in head]:
        raise OrdersUnavailable(
            f"the first line of the orders file has no column {' and no column '.join(missing)}; "
            f"it names them: {', '.join(COLUMNS)}"
        )
    by_customer: defaultdict[str, list[Order]] = defaultdict(list)
    by_number: defaultdict[str, list[Order]] = defaultdict(list)
    bad: list[BadLine] = []
    count = 0
    for line, row in _rows(rows, bad):
        if not any(each.strip() for each in row):
            continue
        if len(row) > len(head):
            bad.append(BadLine(line, "it has more fields than the first line has columns"))
            continue
        try:
            order = order_of(dict(zip(head, row, strict=False)))
        except BadOrder as problem:
            bad.append(BadLine(line, str(problem)))
            continue
        count += 1
        by_number[plain_number(order.number)].append(order)
        if order.customer is not None:
            by_customer[order.customer].append(order)
    return _Read(stamp, dict(by_customer), dict(by_number), tuple(bad), count)


class _Rows(Protocol):
    """A reader of the module `csv`."""

    @property
    def line_num(self) -> int: ...

    def __next__(self) -> list[str]: ...


def _rows(rows: _Rows, bad: list[BadLine]) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line that it ends on; a row that is no CSV is noted, and the next one is read."""
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:
            bad.append(BadLine(rows.line_num, "it is no CSV"))
            continue
        yield rows.line_num, row
