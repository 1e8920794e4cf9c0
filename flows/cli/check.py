"""`firebreak check`: everything that can be wrong with the content, found without running it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flows.cli.context import Json
from flows.cli.paper import cells, fill, ink, many, say, say_json, width, wrap

if TYPE_CHECKING:
    from rules.problems import Problem

Format = Literal["text", "json", "github", "sarif"]


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATHS]...", help="Show only the problems of these; all if none.")
    ] = None,
    as_json: Json = False,
    format_: Annotated[
        Format, typer.Option("--format", help="For people, for a program, for GitHub's pages, for code scanning.")
    ] = "text",
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="CHECK-ID", help="Say what a check means, with examples.")
    ] = None,
    list_checks: Annotated[bool, typer.Option("--list", help="List every check with its meaning.")] = False,
) -> None:
    """Check the content without running it.

    That is the playbooks, replies, facts, rules and word lists. Every problem of every file is shown at once, each with
    its line: `path:line:column: severity: message [check-id]`. The exit code is 1 when there is an error; warnings
    alone do not count.

    A warning that you have thought about is kept quiet by a comment on its line, or on the line above, with the reason:
    `# firebreak: allow missing-language, because we only serve Ireland`.

    \b
    Examples:
      firebreak check
      firebreak check playbooks/deletion_request.yaml --json
      firebreak check --format github
      firebreak check --explain unproven-claim
    """
    if explain is not None:
        return _say_meaning(explain)
    if list_checks:
        return _say_list()
    from flows.rehearsal.scenario import read_scenarios
    from flows.shelf import ROOT
    from flows.verbs import all_verbs
    from rules.check import check_content

    problems = check_content(ROOT, all_verbs(), paths or None, read_scenarios)
    _report(problems, "json" if as_json else format_)
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(1)
    return None


def _report(problems: list[Problem], format_: Format) -> None:
    from rules import formats

    if format_ == "json":
        say_json(formats.to_json(problems))
    elif format_ == "sarif":
        from importlib.metadata import version

        say_json(formats.to_sarif(problems, version("firebreak")))
    elif format_ == "github":
        for problem in problems:
            say(formats.to_github(problem))
    else:
        for problem in problems:
            say(ink(str(problem), "red" if problem.severity == "error" else "yellow"))
        errors = sum(problem.severity == "error" for problem in problems)
        warnings = len(problems) - errors
        say(f"{many(errors, 'error')}, {many(warnings, 'warning')}" if problems else "The content is sound.")


def _say_list() -> None:
    from rules.checks.explained import explained

    longest = max(cells(name) for name in explained())
    for each in explained().values():
        first, *rest = wrap(
            f"{each.meaning}{' (a warning)' if each.severity == 'warning' else ''}", width() - longest - 2
        )
        say(f"{ink(fill(each.id, longest), 'bold')}  {first}")
        for line in rest:
            say(" " * (longest + 2) + line)


def _say_meaning(name: str) -> None:
    from flows.errors import FirebreakError
    from rules.checks.explained import example_text, explained
    from rules.problems import did_you_mean

    each = explained().get(name)
    if each is None:
        hint = did_you_mean(name, explained()) or "; `firebreak check --list` shows all"
        raise FirebreakError(f'No check is called "{name}"{hint}')
    say(f"{ink(each.id, 'bold')} ({each.severity})")
    for line in wrap(each.meaning, width()):
        say(line)
    for kind, title in (("bad", "Not so"), ("good", "But so")):
        for path in each.examples(kind)[:1]:
            say()
            what = path.stem.split("--")[1].replace("-", " ")
            say(ink(f"{title} ({what}):", "red" if kind == "bad" else "green"))
            for line in example_text(path).splitlines():
                say(f"  {line}".rstrip())
