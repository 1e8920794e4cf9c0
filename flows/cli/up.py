"""`firebreak up`: everything as one process tree."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.context import load_settings
from flows.cli.paper import tell


def up(
    demonstration: Annotated[
        bool, typer.Option("--demonstration", help="Let four customers write, and tell what came of it.")
    ] = False,
) -> None:
    """Start Firebreak and stay up until Ctrl-C.

    That is the web app, the responder, Prefect's server and, in practice mode, a WhatsApp of its own.

    \b
    Examples:
      firebreak up
      firebreak up --demonstration
    """
    settings = load_settings()
    settings.require_complete()
    tell("Firebreak is loading")  # the imports below take a second or two
    import asyncio

    from flows.service.up import up as live

    asyncio.run(live(settings, demonstration=demonstration))
