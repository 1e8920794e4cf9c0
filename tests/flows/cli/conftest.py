"""What tests of the command line may ask for: a home of one's own, and a store that is filled already."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from flows import assembly
from flows.shelf import Shelf
from tests.command_line import typed
from tests.flows.cli.town import Town
from tests.flows.conftest import free_port

Firebreak = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an installation that was never started, with the settings of a fresh machine."""
    for name in [name for name in os.environ if name.startswith("FIREBREAK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)  # no .env of somebody else
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("FIREBREAK_HOME", str(tmp_path / "home"))
    # Ports on which nothing listens: another Firebreak may be up on this machine.
    monkeypatch.setenv("FIREBREAK_PORT", str(free_port()))
    monkeypatch.setenv("FIREBREAK_PREFECT_PORT", str(free_port()))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, shelf: Shelf) -> tuple[Path, dict[str, str]]:
    """A home that is filled once and then only copied."""
    home = tmp_path_factory.mktemp("town")
    key = secrets.token_bytes(32)
    (home / "master.key").write_text(base64.b64encode(key).decode())
    (home / "master.key").chmod(0o600)
    return home, Town(home, key, shelf).fill()


@pytest.fixture
def town(home: Path, filled: tuple[Path, dict[str, str]]) -> dict[str, str]:
    """The filled store as this installation's own; the ids in it by a name for each."""
    shutil.copytree(filled[0], home)
    home.chmod(0o700)
    return filled[1]


@pytest.fixture
def firebreak(home: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Firebreak:  # noqa: ARG001 - in force
    """Runs a command of the real application in this process.

    The content as it is shipped is read once for all tests, which saves half a second for each command.
    """
    monkeypatch.setattr(assembly, "open_shelf", lambda *_: shelf)

    return typed


def read_json(result: Result) -> Any:
    """What a command printed as JSON, and nothing else."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
