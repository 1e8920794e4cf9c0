"""A telephone call on one screen: what `firebreak task` shows of the sheet for whoever calls a customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flows.cli.paper import ink, width, wrap

NARROW = 48
"""Columns of a telephone held upright."""


def drawn(sheet: Mapping[str, Any]) -> Iterator[str]:
    """The lines of the screen, what matters most first."""
    for name in ("name", "number", "call", "language"):
        if name in sheet:
            yield f"{name:<9}{sheet[name]}"
    yield f"{'level':<9}{ink(str(sheet.get('level', 'unknown')), 'bold')}"
    yield from _list("why", sheet.get("why", ()))
    if "about" in sheet:
        yield from _list("about", [sheet["about"]])
    mood, worst = sheet.get("mood"), sheet.get("worst mood")
    if mood or worst:
        yield f"{'mood':<9}{mood or 'unknown'}{f', {worst} before' if worst and worst != mood else ''}"
    yield from _list("they wrote", [f"{each['at'][5:16]} {each['text']}" for each in sheet.get("they wrote", ())])
    yield from _list("order", list(_order(sheet.get("order"))))
    if "statement" in sheet:
        yield from _list("what we say", [sheet["statement"]])
    if "news at" in sheet:
        yield f"{'news at':<9}{sheet['news at']}"
    yield from _list("you may promise", sheet.get("may promise", ()))
    yield from _list("not to say", sheet.get("not to say", ()))


def _list(title: str, entries: Any) -> Iterator[str]:
    if not entries:
        return
    yield ink(title, "dim")
    for each in entries:
        first, *rest = [*wrap(str(each), min(width(), NARROW) - 4)] or [""]
        yield f"  - {first}"
        yield from (f"    {line}" for line in rest)


def _order(found: Any) -> Iterator[str]:
    """What the order source said, whatever its shape: one line for each order."""
    if isinstance(found, Mapping) and isinstance(found.get("orders"), list):
        found = found["orders"]
    for each in found if isinstance(found, list) else [found] if found else []:
        if isinstance(each, Mapping):
            yield ", ".join(f"{name} {value}" for name, value in each.items() if value not in (None, "", [], {}))
        else:
            yield str(each)
