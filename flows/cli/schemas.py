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
    """Write the JSON Schemas for editors.

    They are made from the code and the facts, and committed, so that an editor completes what may stand where.

    \b
    Examples:
      firebreak schemas
      firebreak schemas --check
    """
    from flows import schemas as files
    from flows.shelf import ROOT

    folder = ROOT / "schemas"
    if not check:
        for name in files.write(folder):
            say(f"wrote schemas/{name}")
        say("The schemas are up to date.")
        return
    stale = files.stale(folder)
    for name in stale:
        tell(f"firebreak: schemas/{name} is out of date; run `firebreak schemas`")
    if stale:
        raise typer.Exit(1)
    say("The schemas are up to date.")
