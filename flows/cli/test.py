"""`firebreak test`: plays the scenarios that lie beside the playbooks."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.context import Json
from flows.cli.paper import Ink, cells, cut, fill, ink, many, say, say_json, width, wrap

if TYPE_CHECKING:
    from flows.cli.scenarios import Coverage
    from flows.rehearsal.play import Happened, Played
    from flows.rehearsal.scenario import Expected, ScenarioFile
    from rules.problems import Problem


def run_scenarios(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATHS]...", help="Playbooks, scenario files or folders; all if none."),
    ] = None,
    as_json: Json = False,
    allow_gaps: Annotated[
        bool, typer.Option("--allow-gaps", help="Only show what was never played; the exit code stays 0.")
    ] = False,
) -> None:
    """Play the scenarios beside the playbooks.

    The clock is a virtual one and nothing is sent. A scenario that does not come out as expected shows what was
    expected and what happened side by side, and the exit code is 1. At the end stands how much of each playbook was
    played. When all are played, every step and every branch must have been, or the exit code is 1, too.

    \b
    Examples:
      firebreak test
      firebreak test playbooks/deletion_request.yaml
    """
    from flows.assembly import open_shelf
    from flows.cli import scenarios
    from flows.cli.gaps import gaps
    from flows.rehearsal.ensemble import play_all
    from flows.shelf import ROOT

    files = scenarios.scenario_files(ROOT, paths or [])
    shelf = open_shelf()
    bundle = shelf.current
    read = scenarios.read_files(files, bundle, ROOT)
    began = time.monotonic()
    played: list[tuple[ScenarioFile, Played]] = []
    files_of = [file for file in read for _ in file.scenarios]
    for each in zip(files_of, play_all(shelf, [one for file in read for one in file.scenarios]), strict=True):
        played.append(each)
        if not as_json:
            _say_one(*each)
    reached = {pair for _, one in played for pair in one.steps}
    wanted = {file.tests for file in read} if paths else set(bundle.playbooks)
    covered = [scenarios.coverage(bundle.playbooks[name], reached) for name in sorted(wanted)]
    missed = [] if paths else [gap for each in covered for gap in gaps(bundle.playbooks[each.playbook], each)]
    failed = sum(not one.passed for _, one in played)
    if as_json:
        told = [_to_json(*each) for each in played]
        say_json(
            {
                "passed": not failed,
                "scenarios": told,
                "coverage": [each.to_json() for each in covered],
                "gaps": [gap.to_json() for gap in missed],
            }
        )
    else:
        _say_coverage(covered)
        _say_gaps(missed)
        seconds = time.monotonic() - began
        say(f"\n{many(len(played), 'scenario')}, {failed or 'none'} failed, in {seconds:.1f} s")
    if failed or (missed and not allow_gaps):
        raise typer.Exit(1)


def _say_one(file: ScenarioFile, one: Played) -> None:
    mark = ink("ok    ", "green") if one.passed else ink("FAILED", "red")
    say(f"{mark}  {file.tests}: {one.scenario.name}")
    if one.passed:
        return
    say(ink(f"        {file.source.place(one.scenario.keys)}", "dim"))
    for complaint in one.complaints:
        for number, line in enumerate(wrap(complaint, width() - 10)):
            say(ink(f"        {'' if number == 0 else '  '}{line}", "red"))
    say()
    for line in side_by_side(one):
        say(line)
    say()


def side_by_side(one: Played) -> Iterator[str]:
    """What was expected on the left, beside it what happened; `MISSING` where there is nothing beside it."""
    half = (width() - 4) // 2
    yield ink(f"  {fill('expected', half)}| happened", "bold")
    wanted = _wanted_details(one)
    for expected, happened in _paired(one.scenario.expect, one.happened):
        left = right = ""
        never = happened is not None and any(happened.fits(each) for each in one.scenario.never)
        if expected is not None:
            left = str(expected) if happened is not None else f"MISSING {expected}"
        if happened is not None:
            start = one.happened[0].at
            right = f"{'NEVER ' if never else ''}{_after(happened.at, start):<9}{_told(happened, wanted)}"
        lines = _beside(left, right, half)
        colour: Ink = "red" if never or happened is None else "green" if expected is not None else ""
        for mine, theirs in lines:
            yield f"  {ink(fill(mine, half), colour)}{ink('|', 'dim')} {ink(theirs, colour if never else '')}".rstrip()


def _beside(left: str, right: str, half: int) -> Iterator[tuple[str, str]]:
    """Two texts wrapped into columns of their own, line by line beside each other."""
    lefts, rights = list(wrap(left, half - 2)) if left else [], list(wrap(right, half - 2)) if right else []
    for number in range(max(len(lefts), len(rights))):
        yield (lefts[number] if number < len(lefts) else "", rights[number] if number < len(rights) else "")


def _paired(
    expected: Sequence[Expected], happened: Sequence[Happened]
) -> Iterator[tuple[Expected | None, Happened | None]]:
    """Expected things beside those that happened, in the order of both; the matching is that of the comparison."""
    position = 0
    for each in expected:
        found = next((n for n in range(position, len(happened)) if happened[n].fits(each)), None)
        if found is None:
            yield each, None
            continue
        for other in happened[position:found]:
            yield None, other
        yield each, happened[found]
        position = found + 1
    for other in happened[position:]:
        yield None, other


def _wanted_details(one: Played) -> dict[tuple[str, str], set[str]]:
    """The details that the scenario speaks of: only those are shown, and only where they could fit."""
    wanted: dict[tuple[str, str], set[str]] = {}
    for each in (*one.scenario.expect, *one.scenario.never):
        wanted.setdefault((each.kind, each.name), set()).update(each.details)
    return wanted


def _told(happened: Happened, wanted: Mapping[tuple[str, str], set[str]]) -> str:
    names = wanted.get((happened.kind, happened.name), set())
    details = [f"{name} {cut(value, 60)!r}" for name, value in happened.details.items() if name in names]
    return ", ".join([f"{happened.kind.replace('_', ' ')} {happened.name}", *details])


def _after(at: datetime, start: datetime) -> str:
    from flows.telling.folding import passed

    return passed(at - start) or "+0s"


def _say_coverage(covered: list[Coverage]) -> None:
    say()
    longest = max((cells(each.playbook) for each in covered), default=0)
    for each in covered:
        steps, branches = f"{each.reached} of {each.steps} steps", f"{each.taken} of {each.branches} branches"
        say(f"{fill(each.playbook, longest)}  {fill(steps, 16)}  {branches}")
        for what, missed in (("steps", each.missed_steps), ("branches", each.missed_branches)):
            if missed:
                for number, line in enumerate(wrap(f"{what} never played: {', '.join(missed)}", width() - 8)):
                    say(ink(f"{'    ' if number == 0 else '      '}{line}", "yellow"))


def _say_gaps(missed: list[Problem]) -> None:
    if missed:
        say()
    for gap in missed:
        say(ink(str(gap), "yellow"))


def _to_json(file: ScenarioFile, one: Played) -> dict[str, object]:
    from flows.rehearsal.stage import START

    return {
        "playbook": file.tests,
        "scenario": one.scenario.name,
        "place": str(file.source.place(one.scenario.keys)),
        "passed": one.passed,
        "complaints": list(one.complaints),
        "happened": [
            {
                "after_seconds": int((each.at - START).total_seconds()),
                "kind": each.kind,
                "name": each.name,
                **each.details,
            }
            for each in one.happened
        ],
    }
