"""`firebreak up`: everything as one process tree."""

from __future__ import annotations

from typing import Annotated

import typer


def up(
    demonstration: Annotated[
        bool, typer.Option("--demonstration", help="Let four customers write, and tell what came of it.")
    ] = False,
) -> None:
    """Start Firebreak and stay up until Ctrl-C: the web app, the responder, Prefect's server and, in practice mode, a
    WhatsApp of its own.

    \b
    Examples:
      firebreak up
      firebreak up --demonstration
    """
