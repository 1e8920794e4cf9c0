"""A story as a timeline that fits 80 columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from flows.cli.paper import Ink, fill, ink, width, wrap
from flows.telling.folding import fold, passed
from flows.telling.story import Line

_MARKS: dict[str, tuple[str, Ink]] = {
    "customer": (">", "cyan"),
    "us": ("<", "green"),
    "team": ("@", "magenta"),
    "decision": ("*", "blue"),
    "wait": ("~", ""),
    "alarm": ("!", "red"),
    "note": ("-", "dim"),
}
LEGEND = "> customer  < we  @ colleagues  * decision  ~ waiting  ! alarm  - note"
_LEFT = 18  # time of day, time since the start


def draw(
    lines: Sequence[Line], zone: ZoneInfo, *, words: bool = True, explain: bool = False, everything: bool = False
) -> Iterator[str]:
    """The story line by line. `explain` adds what stood against every other rule and the names of the steps;
    `everything` leaves the journal's lines as they are."""
    told = list(lines) if everything else fold(lines)
    day, second = "", ""
    for line in told:
        here = line.at.astimezone(zone)
        if (today := f"{here:%A}, {here.day} {here:%B %Y}") != day:
            yield from ([""] if day else [])
            yield ink(today, "bold")
            day, second = today, ""
        now = f"{here:%H:%M:%S}"
        yield from _one(
            line, "" if now == second else f"{now} {passed(line.at - lines[0].at):>8}", words=words, explain=explain
        )
        second = now


def _one(line: Line, left: str, *, words: bool, explain: bool) -> Iterator[str]:
    mark, colour = _MARKS.get(line.mark, ("-", ""))
    step = f"  [{line.step}]" if explain and line.step else ""
    room = width() - _LEFT - 2
    for number, part in enumerate(wrap(line.headline + step, room)):
        beginning = fill(left if number == 0 else "", _LEFT)
        yield f"{ink(beginning, 'dim')}{ink(mark if number == 0 else ' ', colour)} {ink(part, colour)}".rstrip()
    yield from _indented(line.words.strip() if words else "", "| ", "| ", room, "")
    for number, reason in enumerate(line.because):
        yield from _indented(reason, "because " if number == 0 else "and ", "  ", room, "dim")
    for reason in line.why_not if explain else ():
        yield from _indented(reason, "not ", "  ", room, "dim")


def _indented(text: str, first: str, then: str, room: int, colour: Ink) -> Iterator[str]:
    if text:
        for number, part in enumerate(wrap(text, room - 2 - max(len(first), len(then)))):
            yield f"{' ' * (_LEFT + 4)}{ink((first if number == 0 else then) + part, colour)}"


def head(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What stands above a story: names and what they are, one under the other."""
    shown = [(name, text) for name, text in pairs if text]
    left = max((len(name) for name, _ in shown), default=0) + 2
    for name, text in shown:
        for number, part in enumerate(wrap(text, width() - left)):
            yield f"{ink(fill(name if number == 0 else '', left), 'dim')}{part}"


def day_and_minute(at: datetime, zone: ZoneInfo) -> str:
    """`Mon 5 Jan 2026 09:00`."""
    here = at.astimezone(zone)
    return f"{here:%a} {here.day} {here:%b %Y %H:%M}"
