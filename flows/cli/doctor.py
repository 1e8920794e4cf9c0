"""`firebreak doctor`: what is configured, what can be reached, what is missing, and what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from flows.cli.context import Json, load_settings
from flows.cli.paper import Ink, fill, ink, say, say_json, tell, width, wrap

if TYPE_CHECKING:
    from flows.cli.findings import Finding
    from flows.settings import Settings

_INKS: dict[str, Ink] = {"ok": "green", "warn": "yellow", "missing": "red", "broken": "red"}


def doctor(as_json: Json = False) -> None:
    """Look at everything and say what is wrong.

    That is the settings, the store and its keys, the content, the team, the channel, what runs now, and work that lies
    about. The exit code is 1 when something needed is missing or broken. Secrets are never shown.

    \b
    Examples:
      firebreak doctor
      firebreak doctor --json
    """
    found: list[Finding] = []
    for finding in _look():
        found.append(finding)
        if not as_json:
            _say(finding)
    bad = [finding for finding in found if finding.bad]
    if as_json:
        say_json({"well": not bad, "findings": [finding.to_json() for finding in found]})
    if bad:
        raise typer.Exit(1)


def _look() -> Iterator[Finding]:
    from flows.cli import checkup
    from flows.cli.findings import Finding
    from flows.settings import SettingsError

    try:
        settings = load_settings()
    except SettingsError as error:
        for line in str(error).splitlines():
            yield Finding("settings", "broken", line, "mend it in the environment or in the file .env")
        settings = None
    if settings is not None:
        yield from checkup.settings_findings(settings)
        yield from checkup.home_findings(settings)
        yield from checkup.key_findings(settings)
        yield from _look_into_store(settings)
    content, shelf = checkup.content_findings()
    yield from content
    yield from checkup.release_findings()
    if shelf is not None:
        yield from checkup.engine_findings(shelf)
    if settings is not None:
        if shelf is not None:
            yield from checkup.team_findings(settings, shelf)
        yield from checkup.channel_findings(settings)
        if shelf is not None:
            yield from checkup.third_voice_findings(settings, shelf)
        yield from checkup.orders_findings(settings)
        yield from checkup.service_findings(settings)


def _look_into_store(settings: Settings) -> Iterator[Finding]:
    from flows.cli import checkup

    databases, current = checkup.store_findings(settings)
    yield from databases
    if not current or settings.missing():
        return
    opened, store = checkup.open_findings(settings)
    yield from opened
    if store is None:
        return
    from flows.cli import backlog, erasures

    with store:
        yield from backlog.backlog_findings(store)
        yield from backlog.journal_findings(store, _progress)
        yield from erasures.ledger_findings(store)


def _progress(done: int, of: int) -> None:
    if done and done % 2000 == 0 and sys.stderr.isatty():
        tell(f"checking the journal: {done} of {of} histories")


def _say(finding: Finding) -> None:
    state = ink(fill(finding.state, 8), _INKS[finding.state])
    beginning = f"{state}{fill(finding.what, 14)}"
    text = f"{finding.says}{f' -> {finding.do}' if finding.do else ''}"
    for number, line in enumerate(wrap(text, width() - 22)):
        say(f"{beginning if number == 0 else ' ' * 22}{line}")
