"""The stories that a rehearsal tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flows.cli.paper import ink, say, say_json, width, wrap

if TYPE_CHECKING:
    from flows.cli.courses import Playable
    from flows.rehearsal.course import Rehearsed
    from flows.shelf import Shelf
    from flows.telling.story import Line


@dataclass(frozen=True)
class Shown:
    """How it is to be shown: with every why, with what was said, for a machine."""

    explain: bool
    words: bool
    as_json: bool


def show_stories(
    shelf: Shelf, playables: Sequence[Playable], shown: Shown, says: Sequence[str], name: str | None
) -> bool:
    """Play each and tell what happens; returns whether all came out as a scenario expected. `says` are words that
    should have begun the playbook `name`."""
    told = []
    as_expected = True
    for each in playables:
        came = each.play(shelf)
        as_expected &= not came.complaints
        if shown.as_json:
            told.append({"played": each.title, **_to_json(each, came, shown)})
            continue
        say_heading(each.title)
        _say_stories(each, came, shown)
        for remark in came.remarks:
            say(ink(f"not as it was: {remark}", "yellow"))
        for complaint in came.complaints:
            say(ink(f"not as expected: {complaint.says}", "red"))
        if says and name is not None:
            _say_if_another(shelf, name, came, says[0])
    if shown.as_json:
        say_json({"playbook": name or playables[0].about, "played": told})
    return as_expected


def _to_json(each: Playable, came: Rehearsed, shown: Shown) -> dict[str, object]:
    stories = {about: [line.to_json() for line in _told(each, lines, shown)] for about, lines in came.stories.items()}
    complaints = [complaint.says for complaint in came.complaints]
    return {"stories": stories, "remarks": list(came.remarks), "complaints": complaints}


def _told(each: Playable, lines: Sequence[Line], shown: Shown) -> list[Line]:
    """A story with what was really said then; the words left out where that is asked for."""
    beside = [line for line in each.beside if lines and line.at >= lines[0].at]
    told = sorted([*lines, *beside], key=lambda line: line.at)
    return told if shown.words else [replace(line, words="") for line in told]


def say_heading(text: str) -> None:
    """What is played, above what came of it."""
    say(ink("=" * width(), "dim"))
    for line in wrap(f"{text} (a rehearsal: nothing is sent)", width()):
        say(ink(line, "bold"))
    say()


def _say_stories(each: Playable, came: Rehearsed, shown: Shown) -> None:
    from flows.cli.timeline import draw

    for about, lines in came.stories.items():
        say(ink(f"{about}", "bold"))
        for line in draw(_told(each, lines, shown), each.zone, explain=shown.explain):
            say(line)
        say()


def _say_if_another(shelf: Shelf, name: str, came: Rehearsed, said: str) -> None:
    """These words may start another playbook than the one that was named, or none."""
    from flows.cli.decide import Decided

    if any((each.kind, each.name) == ("opened", name) for each in came.happened):
        return
    say(ink(f"These words do not start {name}. What the rules made of the first:", "yellow"))
    for line in Decided.by(shelf.current, {}, said).lines(explain=False):
        say(f"  {line}")
