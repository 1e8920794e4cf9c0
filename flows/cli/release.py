"""`firebreak release`: writing down which content was released under which version."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.context import Json
from flows.cli.paper import say, say_json


def release(
    anew: Annotated[
        bool, typer.Option("--anew", help="Forget all earlier releases: for content that nobody uses yet.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Lock the content under its versions.

    Every playbook and reply is added to playbooks/lock.json with its version. Content that changed since it was
    released needs a new version first; until it has one this is an error, and nothing is written.

    \b
    Example:
      firebreak release
    """
    from flows.shelf import ROOT
    from rules.lock import LOCK, write_lock

    added = write_lock(ROOT, anew=anew)
    if as_json:
        say_json({"added": added})
        return
    for line in added:
        say(f"released {line}")
    say(f"{LOCK} is up to date")
