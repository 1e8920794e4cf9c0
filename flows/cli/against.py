"""Two playings of the same beside each other, with what differs marked; and many, in a summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from flows.cli.paper import Ink, cut, ink, many, say, width, wrap
from flows.cli.side_by_side import Row, columns, without_repeated

if TYPE_CHECKING:
    from flows.rehearsal.comparing import Happened
    from flows.rehearsal.course import Rehearsed
    from flows.rehearsal.differences import Pair

_SHOWN = 160  # of a text, in cells
_INKS: dict[str, Ink] = {"": "", "changed": "yellow", "gone": "red", "new": "green"}
_SIGNS = {"": " ", "changed": "~", "gone": "-", "new": "+"}
LEGEND = "- comes no more  + is new  ~ comes otherwise"


def compare(old: Rehearsed, new: Rehearsed) -> list[Pair]:
    """Both timelines, side by side."""
    from flows.rehearsal.differences import differences

    return differences(old.happened, new.happened)


def differ(pairs: Iterable[Pair]) -> bool:
    """Whether anything is different."""
    return any(pair.mark for pair in pairs)


def draw(pairs: Sequence[Pair], left: str, right: str, *, words: bool = True) -> Iterator[str]:
    """Both timelines in two columns; details only where they differ."""
    start = min((each.at for pair in pairs for each in (pair.old, pair.new) if each is not None), default=None)
    if start is None:
        yield "  nothing happens under either"
        return
    yield from columns(list(without_repeated(_row(pair, start, words) for pair in pairs)), left, right)


def _row(pair: Pair, start: datetime, words: bool) -> Row:
    mark, colour = _SIGNS[pair.mark], _INKS[pair.mark]
    left, right = (f"{mark} {_told(pair, each, words)}" if each else "" for each in (pair.old, pair.new))
    at_left, at_right = (_after(each, start) if each else "" for each in (pair.old, pair.new))
    return Row(left, right, colour, colour, at_right, at_left)


def _after(each: Happened, start: datetime) -> str:
    from flows.telling.folding import passed

    return passed(each.at - start) or "+0s"


def _told(pair: Pair, each: Happened, words: bool) -> str:
    from flows.rehearsal.differences import seen
    from flows.rehearsal.outcomes import in_quotes

    other = pair.new if each is pair.old else pair.old
    known = seen(other) if other is not None else {}
    details = [
        in_quotes(key, cut(value, _SHOWN))
        for key, value in seen(each).items()
        if known.get(key) != value and (words or key != "says") and (other is not None or key == "says")
    ]
    return ", ".join([str(each), *details])


def say_summary(results: Sequence[tuple[str, Sequence[str]]], failed: Sequence[tuple[str, str]]) -> None:
    """How many go another way, and which: (case, its differences in words), and what could not be played."""
    others = [(case, differences) for case, differences in results if differences]
    for case, differences in others:
        say(ink(case, "bold"))
        for difference in differences:
            for number, line in enumerate(wrap(difference, width() - 6)):
                say(f"{'    ' if number == 0 else '      '}{line}")
    for case, why in failed:
        say(ink(f"{case}  cannot be played: {why}", "yellow"))
    same = len(results) - len(others)
    goes = "goes" if same == 1 else "go"
    say(f"{many(len(results), 'case')}: {same} {goes} the same way, {len(others)} another way")
