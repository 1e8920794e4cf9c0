"""`firebreak test`: plays the scenarios that lie beside the playbooks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.context import Json
from flows.cli.paper import cells, fill, ink, many, say, say_json, width, wrap

if TYPE_CHECKING:
    from flows.cli.scenarios import Coverage
    from flows.rehearsal.play import Played
    from flows.rehearsal.scenario import ScenarioFile
    from rules.problems import Problem


def run_scenarios(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATHS]...", help="Playbooks, scenario files or folders; all if none."),
    ] = None,
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Also write the results as JUnit XML.")
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
    `pytest playbooks/` plays the same scenarios, each as a test.

    \b
    Examples:
      firebreak test
      firebreak test playbooks/deletion_request.yaml
    """
    from flows.assembly import open_shelf
    from flows.cli import scenarios
    from flows.cli.gaps import gaps
    from flows.cli.junit import Result, write_junit
    from flows.errors import FirebreakError
    from flows.rehearsal.ensemble import play_all
    from flows.shelf import ROOT

    files = scenarios.scenario_files(ROOT, paths or [])
    shelf = open_shelf()
    bundle = shelf.current
    read = scenarios.read_files(files, bundle, ROOT)
    began = time.monotonic()
    played: list[tuple[ScenarioFile, Played]] = []
    results: list[Result] = []
    whose = [file for file in read for _ in file.scenarios]
    for file, one in zip(whose, play_all(shelf, [one for each in read for one in each.scenarios]), strict=True):
        played.append((file, one))
        if not as_json:
            _say_one(file, one)
        wrong = "" if one.passed else "\n".join(what_is_wrong(file, one))
        results.append(Result(file.tests, one.scenario.name, one.seconds, wrong))
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
    if junit is not None:
        try:
            write_junit(junit, results)
        except OSError as error:
            raise FirebreakError(f"{junit} cannot be written: {error.strerror}") from None
    if failed or (missed and not allow_gaps):
        raise typer.Exit(1)


def _say_one(file: ScenarioFile, one: Played) -> None:
    mark = ink("ok    ", "green") if one.passed else ink("FAILED", "red")
    say(f"{mark}  {file.tests}: {one.scenario.name}")
    if not one.passed:
        for line in what_is_wrong(file, one):
            say(line)
        say()


def what_is_wrong(file: ScenarioFile, one: Played) -> Iterator[str]:
    """What is not as expected, line by line; then what was expected and what happened, side by side."""
    from flows.cli.side_by_side import expected_beside_happened

    yield ink(f"        {file.source.place(one.scenario.keys)}", "dim")
    for complaint in one.complaints:
        line_of = file.source.place(complaint.keys).line
        for number, line in enumerate(wrap(f"line {line_of}: {complaint.says}", width() - 10)):
            yield f"        {'' if number == 0 else '  '}{ink(line, 'red')}"
    yield ""
    yield from expected_beside_happened(one)


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
    return {
        "playbook": file.tests,
        "scenario": one.scenario.name,
        "place": str(file.source.place(one.scenario.keys)),
        "passed": one.passed,
        "complaints": [{"place": str(file.source.place(each.keys)), "says": each.says} for each in one.complaints],
        "happened": [
            {
                "after_seconds": int((each.at - one.scenario.starts).total_seconds()),
                "kind": each.kind,
                "name": each.name,
                **each.details,
            }
            for each in one.happened
        ],
    }
