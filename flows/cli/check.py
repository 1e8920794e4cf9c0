"""`firebreak check`: everything that can be wrong with the content, found without running it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.context import Json
from flows.cli.paper import ink, many, say, say_json


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATHS]...", help="Show only the problems of these; all if none.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check the content without running it.

    That is the playbooks, replies, facts, rules and word lists. Every problem of every file is shown at once, each with
    its line. The exit code is 1 when there is an error; warnings alone do not count.

    \b
    Examples:
      firebreak check
      firebreak check playbooks/deletion_request.yaml --json
    """
    from flows.rehearsal.scenario import read_scenarios
    from flows.shelf import ROOT
    from flows.verbs import all_verbs
    from rules.check import check_content

    problems = check_content(ROOT, all_verbs(), paths or None, read_scenarios)
    errors = sum(problem.severity == "error" for problem in problems)
    if as_json:
        say_json({"sound": not errors, "problems": [problem.to_json() for problem in problems]})
    else:
        for problem in problems:
            say(ink(str(problem), "red" if problem.severity == "error" else "yellow"))
        warnings = len(problems) - errors
        say(f"{many(errors, 'error')}, {many(warnings, 'warning')}" if problems else "The content is sound.")
    if errors:
        raise typer.Exit(1)
