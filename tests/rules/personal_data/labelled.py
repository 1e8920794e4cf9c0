"""The labelled messages in `cases/`: one a line, with the customer's country, their names, and the text.

All numbers are made up, and valid only by their check digits; all addresses in the web are those of example.com.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, cast

from rules.personal_data import Kind, Span

CASES = Path(__file__).with_name("cases")
_MARKED = re.compile(r"\{(\w+):([^{}]*)\}")


class Case(NamedTuple):
    """One message, and the spans that stand in it."""

    language: str
    line: int
    region: str | None
    own_names: tuple[str, ...]
    text: str
    spans: tuple[Span, ...]


def cases() -> Iterator[Case]:
    """Every labelled message of every language."""
    for file in sorted(CASES.glob("*.tsv")):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            if not line.startswith("#"):
                region, names, marked = line.split("\t")
                text, spans = _read(marked)
                yield Case(file.stem, number, region or None, tuple(filter(None, names.split(";"))), text, spans)


def _read(marked: str) -> tuple[str, tuple[Span, ...]]:
    text, spans, done = "", list[Span](), 0
    for found in _MARKED.finditer(marked):
        text += marked[done : found.start()]
        spans.append(Span(cast("Kind", found[1]), len(text), len(text) + len(found[2])))
        text += found[2]
        done = found.end()
    return text + marked[done:], tuple(spans)
