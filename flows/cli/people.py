"""Customers as a colleague names them: by id, by case, by number, or a file of these."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flows.desk import Desk

Customers = Annotated[
    list[str] | None, typer.Option("--customer", metavar="P-…", help="A customer; again for the next one.")
]
Cases = Annotated[list[str] | None, typer.Option("--case", metavar="C-…", help="The customer of this case.")]
Numbers = Annotated[
    list[str] | None, typer.Option("--number", metavar="N", help="A number with its country code, as in +44….")
]
Files = Annotated[
    list[Path] | None,
    typer.Option(
        "--affected", "--file", metavar="FILE", help="A text or CSV file: a number, a P-… or a C-… in each line."
    ),
]

_ID = re.compile(r"[PC]-[0-9A-Z]{1,10}", re.IGNORECASE)
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")
_NUMBER = re.compile(r"(?:\+|00)?\d[\d\s().\-/]{5,}\d")
_COLUMN = re.compile(r"phone|mobile|number|whatsapp|wa_?id|customer|case|tel|电话|手机|号码|客户", re.IGNORECASE)


@dataclass(frozen=True)
class Named:
    """Whom a colleague named: ids of customers and cases, and numbers (digits only, with the country code)."""

    ids: tuple[str, ...]
    numbers: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.ids or self.numbers)


def named(
    customers: Iterable[str] | None = None,
    cases: Iterable[str] | None = None,
    numbers: Iterable[str] | None = None,
    files: Iterable[Path] | None = None,
) -> Named:
    """Everybody who was named, each once. `FirebreakError` for a number without a country code, and for a file that
    cannot be read or has a line without anybody in it; it names the line and never its content."""
    ids = [each.strip().upper() for each in (*(customers or ()), *(cases or ()))]
    found = [_digits(each, "--number") for each in numbers or ()]
    for path in files or ():
        for what, where in _in_file(path):
            if _ID.fullmatch(what):
                ids.append(what.upper())
            else:
                found.append(_digits(what, where))
    return Named(tuple(dict.fromkeys(ids)), tuple(dict.fromkeys(found)))


def customer_ids(desk: Desk, who: Named) -> list[str]:
    """The customers who were named; whoever is not known yet becomes a customer, with the number sealed. `NotFound` for
    an id that nobody has. Each number is a transaction of its own, so that no two customers are held at once."""
    from flows.errors import NotFound
    from flows.store import customers
    from flows.store.tables import Case, Customer
    from flows.telling import story

    found = []
    with desk.store.read() as session:
        for wanted in who.ids:
            about = story.find(session, wanted)
            if isinstance(about, Case):
                found.append(about.customer_id)
            elif isinstance(about, Customer):
                found.append(about.id)
            else:
                raise NotFound(f"{about.id} is no customer and no case")
    for number in who.numbers:
        with desk.store.begin() as session:
            found.append(customers.recognise(session, desk.store.vault, desk.now(), wa_id=number).id)
    return list(dict.fromkeys(found))


def _in_file(path: Path) -> Iterator[tuple[str, str]]:
    """What stands for somebody in each line, and which line that is."""
    from flows.errors import FirebreakError

    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FirebreakError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise FirebreakError(f"{path} is no text in UTF-8; save it as CSV (UTF-8) and try again") from None
    lines = [line for line in text.splitlines() if line.strip()]
    delimiter = max(",;\t", key=lambda sign: sum(line.count(sign) for line in lines[:20]))
    column: int | None = None
    for number, cells in enumerate(csv.reader(text.splitlines(), delimiter=delimiter), 1):
        row = [unicodedata.normalize("NFKC", cell).strip() for cell in cells]
        if not any(row) or row[0].startswith("#"):
            continue
        if (what := _somebody(row, column)) is not None:
            yield what, f"{path}, line {number}"
        elif column is None and number == 1:
            column = next((at for at, cell in enumerate(row) if _COLUMN.search(cell)), None)
        else:
            raise FirebreakError(f"{path}, line {number}: there is no number, no P-… and no C-… in it")


def _somebody(row: Sequence[str], column: int | None) -> str | None:
    if column is not None and column < len(row) and _stands_for_somebody(row[column]):
        return row[column]
    fitting = [cell for cell in row if _stands_for_somebody(cell)]
    return next((cell for cell in fitting if _ID.fullmatch(cell) or cell.startswith("+")), next(iter(fitting), None))


def _stands_for_somebody(cell: str) -> bool:
    if _ID.fullmatch(cell):
        return True
    return _NUMBER.fullmatch(cell) is not None and _DATE.fullmatch(cell) is None


def _digits(number: str, where: str) -> str:
    from flows.errors import FirebreakError

    plain = unicodedata.normalize("NFKC", number).strip()
    digits = "".join(filter("0123456789".__contains__, plain)).removeprefix("00")
    if not _NUMBER.fullmatch(plain) or not 7 <= len(digits) <= 15 or digits.startswith("0"):
        raise FirebreakError(f"{where}: write the number with its country code, as in +44 20 7946 0000")
    return digits
