"""The command itself: its help, its errors, its start-up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer.main

from flows.cli.main import app
from tests.flows.cli.conftest import Firebreak

COMMAND = [sys.executable, "-c", "from flows.cli.main import main; main()"]
REPOSITORY = Path(__file__).parents[3]
SLOW = ("prefect", "apprise", "uvicorn", "starlette", "alembic", "httpx", "rich", "babel", "durable_rules_engine")
LOADED = """
import json, sys
from flows.cli.main import main
for line in json.loads(sys.argv[1]):
    sys.argv = ["firebreak", *line]
    try:
        main()
    except SystemExit as end:
        print(end.code, *(name for name in json.loads(sys.stdin.readline()) if name in sys.modules), file=sys.stderr)
"""


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as a real process."""
    where = {**os.environ, "PYTHONPATH": str(REPOSITORY), **environment}
    return subprocess.run([*COMMAND, *arguments], env=where, capture_output=True, text=True, timeout=60, check=False)


def loaded_by(lines: list[list[str]], names: Sequence[str]) -> list[str]:
    """The exit code of each command in one new process, with those of the named modules that were loaded by then."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, json.dumps(lines)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        input=f"{json.dumps(names)}\n" * len(lines),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stderr.splitlines()


def commands() -> list[list[str]]:
    """Every command as it is typed."""
    group = typer.main.get_command(app)
    found = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        found += [[name, each] for each in below] if below else [[name]]
    return found


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_shows_an_example(command: list[str], firebreak: Firebreak) -> None:
    """Somebody who needs a command at night would have to guess how it is typed."""
    shown = firebreak(*command, "--help")
    assert shown.exit_code == 0
    assert f"    firebreak {' '.join(command)}" in shown.stdout


def test_commands_are_listed_with_a_whole_sentence(firebreak: Firebreak) -> None:
    """The list of commands would end in half sentences."""
    listed = firebreak("--help").stdout.partition("Commands:")[2]
    assert "..." not in listed


@pytest.mark.parametrize(("typed", "meant"), [("caes", "cases"), ("rehearze", "rehearse"), ("docter", "doctor")])
def test_unknown_command_suggests_the_nearest(typed: str, meant: str, firebreak: Firebreak) -> None:
    """A slip of the finger would end in a riddle."""
    result = firebreak(typed)
    assert result.exit_code == 2
    assert f"'{meant}'" in result.stderr


def test_unknown_word_after_incident_suggests_too(firebreak: Firebreak) -> None:
    """`incident opne` would be taken for an id."""
    result = firebreak("incident", "opne")
    assert result.exit_code == 2
    assert "'open'" in result.stderr


def test_misspelt_setting_is_one_line(firebreak: Firebreak, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong setting would show a traceback instead of its name."""
    monkeypatch.setenv("FIREBREAK_CHANEL", "manual")
    result = firebreak("cases")
    assert result.exit_code == 1
    assert result.stderr.startswith("firebreak: FIREBREAK_CHANEL is not a setting")
    assert "FIREBREAK_CHANNEL" in result.stderr
    assert result.stdout == ""


def test_database_that_is_away_tells_no_password(home: Path) -> None:
    """The password in a database address would land in the log of whoever calls the command."""
    address = "postgresql://firebreak:hunter2-secret@127.0.0.1:1/firebreak"
    done = process("cases", FIREBREAK_DATABASE_URL=address, FIREBREAK_HOME=str(home))
    assert done.returncode == 1
    assert done.stderr.count("firebreak:") == 1
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


def test_looking_at_the_store_loads_nothing_slow(town: dict[str, str]) -> None:
    """Looking at a case would take seconds, because Prefect or the like is imported for it."""
    lines = [["cases"], ["case", town["urgent"]], ["tasks"], ["rejected"], ["incident", "list"]]
    assert loaded_by(lines, SLOW) == ["0"] * len(lines)


@pytest.mark.usefixtures("town")
def test_only_up_loads_prefect() -> None:
    """A command that needs no Prefect would wait two seconds for it."""
    lines = [
        ["up", "--help"],
        ["decide", "--text", "hello"],
        ["incident", "open", "--what", "x"],
        ["doctor"],
        ["rehearse", "incident", "--for", "1 minute"],
    ]
    assert loaded_by(lines, ["prefect"]) == ["0"] * len(lines)


def test_output_that_nobody_reads_on_is_no_error(town: dict[str, str]) -> None:
    """`firebreak case … | head -1` would end with a traceback."""
    line = f"{' '.join(COMMAND[:2])} '{COMMAND[2]}' case {town['urgent']} --everything | head -1"
    done = subprocess.run(
        ["bash", "-c", line],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert done.stdout.startswith("case")
    assert "Traceback" not in done.stderr


def test_terminal_without_chinese_is_no_error(town: dict[str, str]) -> None:
    """On a terminal of another encoding the story of a Chinese customer could not be read at all."""
    done = process("case", town["deletion"], PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "\\u8bf7\\u5220" in done.stdout
