"""How the preview of a masking looks on a terminal: each message before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flows.cli.paper import clean, ink, many, width, wrap


def drawn(changes: Sequence[Mapping[str, Any]], zone: ZoneInfo) -> Iterator[str]:
    """The preview line by line; nothing for a task that has none."""
    from flows.cli.timeline import day_and_minute

    if changes:
        yield f"\nwhat would change in {many(len(changes), 'message')}:"
    for each in changes:
        whose = "ours" if each["whose"] == "us" else "the customer's"
        kinds = ", ".join(kind.replace("_", " ") for kind in each["kinds"])
        yield ""
        yield f"{ink(each['id'], 'bold')}  {whose}, {day_and_minute(datetime.fromisoformat(each['sent_at']), zone)}"
        yield ink(f"  {kinds}", "dim")
        for mark, text in (("-", each["before"]), ("+", each["after"])):
            for line in wrap(clean(text), width() - 4):
                yield ink(f"  {mark} {line}", "red" if mark == "-" else "green")
