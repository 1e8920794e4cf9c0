"""`firebreak schemas`: the JSON Schemas that editors complete from."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.paper import say, tell


def schemas(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; the exit code is 1 when a file is out of date.")
    ] = False,
) -> None:
    """Write the JSON Schemas for editors, and the reference.

    They are made from the code and the facts, and committed: an editor completes what may stand where, and
    docs/reference.md has every word with its meaning.

    \b
    Examples:
      firebreak schemas
      firebreak schemas --check
    """
    from flows import schemas as files
    from flows.shelf import ROOT

    if not check:
        for path in files.write(ROOT):
            say(f"wrote {path}")
        say("The schemas are up to date.")
        return
    stale = files.stale(ROOT)
    for path in stale:
        tell(f"firebreak: {path} is out of date; run `firebreak schemas`")
    if stale:
        raise typer.Exit(1)
    say("The schemas are up to date.")
