"""What tests of acting may ask for: Prefect's real server (one for the whole session, since it takes ten seconds to
start), the shipped content, and a rehearsal stage."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from flows.rehearsal.stage import Stage
from flows.service.prefect_server import PrefectServer
from flows.shelf import Shelf
from flows.verbs import all_verbs
from rules.language import FactName
from rules.lock import write_lock
from tests.flows.service.looking import ROOT, ask

WATCHED = Path(__file__).parent / "service" / "watched"


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    """The content as it is shipped."""
    return Shelf.of_folder(all_verbs())


@pytest.fixture
def stage(shelf: Shelf) -> Iterator[Stage]:
    """A rehearsal with that content: everything is real but the way out and the time. The customer has had the privacy
    notice, so that it does not come between."""
    opened = Stage(shelf, {FactName("privacy_notice"): "current"})
    yield opened
    opened.close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the content that a test may change, released as it stands; with the smaller word list only."""
    copy = tmp_path / "content"
    left_out = shutil.ignore_patterns("*.py", "__pycache__", "en.yaml")
    for folder in ("playbooks", "rules"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=left_out)
    write_lock(copy, anew=True)
    return copy


def free_port() -> int:
    """A port that nobody listens on at this moment, nor on the next one, where the practice WhatsApp would listen."""
    while True:
        with socket.socket() as probe, socket.socket() as beside:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
            with suppress(OSError, OverflowError):
                beside.bind(("127.0.0.1", port + 1))
                return port


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """The server, ready; flows that a test calls and commands that it starts talk to this one.

    Every connection that it makes is in the file `connections` of its folder.
    """
    home = tmp_path_factory.mktemp("prefect")
    watched = {"PYTHONPATH": str(WATCHED), "WATCHED_INTO": str(home / "connections")}
    server = PrefectServer(home, free_port(), watched)
    server.start()
    try:
        server.wait(90, lambda _: None)
        with mock.patch.dict(os.environ):  # only so that it is put back afterwards
            server.adopt(os.environ)
            # Prefect reads its settings when it is imported, which another test may have done by now.
            from prefect.settings import (
                PREFECT_API_SSL_CERT_FILE,
                PREFECT_API_URL,
                PREFECT_HOME,
                PREFECT_SERVER_ALLOW_EPHEMERAL_MODE,
                temporary_settings,
            )

            with temporary_settings(
                {
                    PREFECT_API_URL: server.api,
                    PREFECT_HOME: server.folder,
                    PREFECT_API_SSL_CERT_FILE: os.environ["PREFECT_API_SSL_CERT_FILE"],
                    PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: False,
                }
            ):
                yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def deployed(prefect_server: PrefectServer) -> dict[str, dict[str, Any]]:
    """What the server holds after `prefect deploy --all`, by name."""
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {each["name"]: each for each in ask(prefect_server, "/deployments/filter", {})}
