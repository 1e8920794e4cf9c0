"""Two playings of the same beside each other, with what differs marked; and many, in a summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flows.cli.paper import Ink, cut, ink, many, say, say_json, width, wrap
from flows.cli.side_by_side import Row, columns, without_repeated
from flows.cli.stories import Shown, say_heading

if TYPE_CHECKING:
    from flows.cli.courses import Playable
    from flows.rehearsal.comparing import Happened
    from flows.rehearsal.course import Rehearsed
    from flows.rehearsal.differences import Pair
    from flows.shelf import Shelf
    from flows.store.database import Store

_SHOWN = 160  # of a text, in cells
_INKS: dict[str, Ink] = {"": "", "changed": "yellow", "gone": "red", "new": "green"}
_SIGNS = {"": " ", "changed": "~", "gone": "-", "new": "+"}
LEGEND = "- comes no more  + is new  ~ comes otherwise"


def show_differences(shelf: Shelf, old: Shelf, against: str, playables: Sequence[Playable], shown: Shown) -> None:
    """Play each under the older content and under this one; show what differs, side by side."""
    from flows.rehearsal.differences import in_words

    told, others = [], 0
    for each in playables:
        before, after = each.play(old), each.play(shelf)
        pairs = _compare(before, after)
        others += _differ(pairs)
        if shown.as_json:
            told.append({"played": each.title, "differences": list(in_words(pairs)), "remarks": list(after.remarks)})
            continue
        if not _differ(pairs):
            say(f"{each.title}: {ink('no difference', 'green')}")
            continue
        say_heading(each.title)
        for line in _draw(pairs, against, f"now{_version(shelf, each.about)}", words=shown.words):
            say(line)
        for remark in after.remarks:
            say(ink(f"  not as it was: {remark}", "yellow"))
        say(ink(f"  {LEGEND}", "dim"))
        say()
    if shown.as_json:
        say_json({"against": against, "differ": others, "played": told})
        return
    say(f"{others} of {len(playables)} go another way" if len(playables) > 1 else "")
    _say_what_is_as_now(old, shelf, playables[0].about)


def show_cases(
    shelf: Shelf, fixed: Shelf | None, store: Store, name: str, most: int, zone: ZoneInfo, *, as_json: bool
) -> None:
    """Play the last cases of a playbook under the older content (each its own, if it is not `fixed`) and under this
    one; tell which go another way."""
    from flows import shelf as shelves
    from flows.errors import FirebreakError
    from flows.rehearsal.again import play_again
    from flows.rehearsal.differences import in_words
    from flows.rehearsal.past import latest, past_of
    from rules.problems import ContentError

    results: list[tuple[str, list[str]]] = []
    failed: list[tuple[str, str]] = []
    for case in latest(store, name, most):
        try:
            past = past_of(store, case)
            with store.read() as session:
                own = fixed or shelves.Shelf(shelf.bundle(session, past.bundle), shelf.verbs)
            pairs = _compare(play_again(own, past, zone), after := play_again(shelf, past, zone))
            remarks = after.remarks[len(past.remarks) :]
            results.append((case, [*in_words(pairs), *remarks] if _differ(pairs) else []))
        except (FirebreakError, ContentError) as error:
            failed.append((case, str(error)))
    if as_json:
        other = [{"case": case, "differences": lines} for case, lines in results if lines]
        unplayed = [{"case": case, "why": why} for case, why in failed]
        say_json({"playbook": name, "played": len(results), "differ": other, "not_played": unplayed})
        return
    _say_summary(results, failed)
    if fixed is not None:
        _say_what_is_as_now(fixed, shelf, name)


def _say_what_is_as_now(old: Shelf, shelf: Shelf, name: str) -> None:
    """An older playbook with the replies of today is not all that a customer met then."""
    from flows.rehearsal.earlier import differs_only_in

    if differs_only_in(name, old.current, shelf.current):
        say(ink(f"Only {name} itself is the older one; replies, rules and word lists are as they are now.", "dim"))


def _version(shelf: Shelf, name: str) -> str:
    playbook = shelf.current.playbooks.get(name)
    return f" ({playbook.version})" if playbook is not None else ""


def _compare(old: Rehearsed, new: Rehearsed) -> list[Pair]:
    """Both timelines, side by side."""
    from flows.rehearsal.differences import differences

    return differences(old.happened, new.happened)


def _differ(pairs: Iterable[Pair]) -> bool:
    """Whether anything is different."""
    return any(pair.mark for pair in pairs)


def _draw(pairs: Sequence[Pair], left: str, right: str, *, words: bool = True) -> Iterator[str]:
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


def _say_summary(results: Sequence[tuple[str, Sequence[str]]], failed: Sequence[tuple[str, str]]) -> None:
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
