"""`firebreak law`: the legal clocks, and what they say about one case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from flows.cli.context import Json, load_settings, open_desk
from flows.cli.paper import ink, say, say_json, width, wrap

if TYPE_CHECKING:
    from flows.law import Bound
    from rules.legal_clocks import LegalClock


def law(
    case: Annotated[str | None, typer.Argument(metavar="[CASE]", help="A case; without one, every clock.")] = None,
    as_json: Json = False,
) -> None:
    """Show the deadlines of the law, all or those of a case.

    For a case: whose law counts, until when the answer is due by each clock, and until when it could be made later and
    the customer told so. It is no legal advice; the list is playbooks/legal_clocks.yaml.

    \b
    Examples:
      firebreak law
      firebreak law C-2K4M9PQR7T
      firebreak law C-2K4M9PQR7T --json
    """
    if case is None:
        from flows.assembly import open_shelf
        from flows.law import clock_to_json

        clocks = open_shelf().current.legal_clocks.values()
        if as_json:
            say_json({"clocks": [clock_to_json(each) for each in clocks]})
            return
        for number, each in enumerate(clocks):
            if number:
                say()
            for line in _lines(each):
                say(line)
        return
    from flows.law import binding

    settings = load_settings()
    with open_desk(settings) as desk:
        found = binding(desk, case)
    if as_json:
        say_json(found.to_json())
        return
    for line in _of_a_case(found, settings.timezone):
        say(line)


def _lines(clock: LegalClock) -> Iterator[str]:
    from flows.drawing.words import condition_in_words
    from rules.units import format_duration

    yield ink(clock.id, "bold")
    yield from _wrapped(f"{clock.title}")
    more = clock.extension
    later = f"{format_duration(more.by)} more, if told within {format_duration(more.told_within)}" if more else "none"
    yield f"  {clock.promise}: within {format_duration(clock.within)}; extension: {later}"
    whom = condition_in_words(clock.protects) if clock.protects is not None else "everybody"
    yield from _wrapped(f"when {condition_in_words(clock.when)}; protects {whom}")
    yield from _wrapped(f"{clock.source}")


def _of_a_case(found: Bound, timezone: ZoneInfo) -> Iterator[str]:
    from flows import local_time

    def at(moment: datetime) -> str:
        return local_time.minute(moment, timezone)

    yield f"{found.case}: jurisdiction {found.jurisdiction}"
    if not found.deadlines:
        yield "No legal clock runs for it."
    for each in found.deadlines:
        yield ""
        yield f"{ink(each.clock.id, 'bold')}: the law leaves until {at(each.until)}"
        yield f"  we promised {each.clock.promise} by {at(each.due_at)} ({each.status})"
        if each.extended_until is not None and each.tell_by is not None:
            yield f"  can be extended until {at(each.extended_until)}, if the customer is told by {at(each.tell_by)}"
        else:
            yield "  cannot be extended"
        yield from _wrapped(f"{each.clock.source}")


def _wrapped(text: str) -> Iterator[str]:
    return (f"  {line}" for line in wrap(text, width() - 2))
