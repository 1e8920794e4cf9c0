"""The command line, as the tests type into it: in this process, by one parser that is made once.

Typer makes the parser of all commands anew each time it is asked, which takes longer than most commands do.
"""

from __future__ import annotations

from functools import cache
from unittest import mock

import typer.main
from typer import testing

from flows.cli.main import app

_once = cache(typer.main.get_command)


def typed(*words: str, stdin: str | None = None) -> testing.Result:
    """What comes of `firebreak` with these words; raises what would be a traceback to a user."""
    with mock.patch.object(testing, "_get_command", _once):
        result = testing.CliRunner().invoke(app, list(words), input=stdin, prog_name="firebreak")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result
