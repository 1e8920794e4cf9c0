"""Two columns beside each other: what a scenario expected, and what happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from flows.cli.paper import Ink, cut, fill, ink, width, wrap

if TYPE_CHECKING:
    from flows.rehearsal.comparing import Happened
    from flows.rehearsal.play import Happening, Played

_TIME = 9
_LONGEST = 160  # of a text, in cells: enough to see where it differs


@dataclass(frozen=True)
class Row:
    """A line of two columns, each wrapped on its own, with a time at the left of each."""

    left: str = ""
    right: str = ""
    left_ink: Ink = ""
    right_ink: Ink = ""
    time: str = ""
    left_time: str = ""


def columns(rows: Sequence[Row], left: str, right: str) -> Iterator[str]:
    """The rows below their headings, in the width that there is."""
    half = (width() - 5) // 2
    timed = _TIME if any(row.left_time for row in rows) else 0  # what was expected has no time of its own
    yield ink(f"  {fill(left, half)} | {right}", "bold")
    for row in rows:
        lefts, rights = list(_hanging(row.left, half - timed)), list(_hanging(row.right, half - _TIME))
        for number in range(max(len(lefts), len(rights))):
            mine, theirs = (side[number] if number < len(side) else "" for side in (lefts, rights))
            before, time = (row.left_time, row.time) if number == 0 else ("", "")
            left_side = f"{ink(fill(before, timed), 'dim')}{ink(fill(mine, half - timed), row.left_ink)}"
            right_side = f"{ink('|', 'dim')} {ink(fill(time, _TIME), 'dim')}{ink(theirs, row.right_ink)}"
            yield f"  {left_side} {right_side}".rstrip()


def _hanging(text: str, room: int) -> Iterator[str]:
    """The lines of a text, all but the first a little to the right."""
    for number, line in enumerate(wrap(text, room - 2)) if text else ():
        yield line if number == 0 else f"  {line}"


def expected_beside_happened(one: Played) -> Iterator[str]:
    """What was expected on the left, beside it what happened and what was done meanwhile; `MISSING` where nothing
    fits, `NEVER` and `TOO MUCH` where something does that must not."""
    yield from columns(list(without_repeated(_rows(one))), "expected", "happened")


def _rows(one: Played) -> Iterator[Row]:
    wanted = _wanted_details(one)
    line_of = {number: line for line, number in one.compared.fitting.items()}
    still_expected = list(range(len(one.scenario.expect)))
    events = list(one.timeline)
    for number, each in enumerate(one.happened):
        while len(one.timeline) - len(events) < each.after:
            yield from _event(one, events.pop(0))
        if number not in line_of and number not in one.compared.unwanted and _is_noise(one, number):
            continue
        expected = ""
        if number in line_of:
            while still_expected[0] != line_of[number]:
                yield _missing(one, still_expected.pop(0))
            expected = str(one.scenario.expect[still_expected.pop(0)])
        mark = _mark(one, number)
        told = f"{mark}{_told(each, wanted)}"
        yield Row(expected, told, "green" if expected else "", "red" if mark else "", _after(one, each.at))
    for line in still_expected:
        yield _missing(one, line)
    for event in events:
        yield from _event(one, event)


def without_repeated(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, what happens several times in a row only once; the same time is not said twice."""
    time = left_time = ""
    for (left, right, _), group in groupby(rows, lambda row: (row.left, row.right, row.right_ink)):
        several = list(group)
        first, last = several[0], several[-1]
        if len(several) > 1 and (not left or first.left_time):
            again = f", {len(several)} times, the last at {last.time or last.left_time}"
            first = replace(first, left=left and left + again, right=right and right + again)
            several = [first]
        for row in several:
            mine, theirs = row.left_time, row.time
            yield replace(row, time="" if theirs == time else theirs, left_time="" if mine == left_time else mine)
            time, left_time = theirs or time, mine or left_time
        time, left_time = last.time or time, last.left_time or left_time


def _after(one: Played, at: datetime) -> str:
    from flows.telling.folding import passed

    return passed(at - one.scenario.starts) or "+0s"


def _event(one: Played, happening: Happening) -> Iterator[Row]:
    time = _after(one, happening.at)
    yield Row(right=f"> {happening.event}", right_ink="cyan", time=time)
    if happening.trouble:
        yield Row(right=f"CANNOT HAPPEN {happening.trouble}", right_ink="red", time=time)


def _missing(one: Played, line: int) -> Row:
    expected = one.scenario.expect[line]
    return Row(left=str(expected)) if expected.closes else Row(left=f"MISSING {expected}", left_ink="red")


def _mark(one: Played, number: int) -> str:
    if number not in one.compared.unwanted:
        return ""
    return "NEVER " if any(one.happened[number].fits(each) for each in one.scenario.never) else "TOO MUCH "


def _is_noise(one: Played, number: int) -> bool:
    """Whether it only repeats what stands beside it: the end of a step that the scenario does not speak of, and the
    notice of a task to those who have it."""
    from flows.rehearsal.differences import repeats_a_task

    each = one.happened[number]
    spoken_of = {(expected.kind, expected.name) for expected in (*one.scenario.expect, *one.scenario.never)}
    if (each.kind, each.name) in spoken_of:
        return False
    return each.kind == "step" or (each.kind == "told" and repeats_a_task(one.happened, number))


def _wanted_details(one: Played) -> dict[tuple[str, str], set[str]]:
    """The details that the scenario speaks of: only those are shown, and only where they could fit."""
    wanted: dict[tuple[str, str], set[str]] = {}
    for each in (*one.scenario.expect, *one.scenario.never):
        kind = "task" if each.kind == "escalation" else each.kind
        wanted.setdefault((kind, each.name), set()).update(each.details)
    return wanted


def _told(happened: Happened, wanted: Mapping[tuple[str, str], set[str]]) -> str:
    from flows.rehearsal.outcomes import in_quotes

    names = wanted.get((happened.kind, happened.name), set())
    details = [in_quotes(name, cut(value, _LONGEST)) for name, value in happened.details.items() if name in names]
    return ", ".join([str(happened), *details])
