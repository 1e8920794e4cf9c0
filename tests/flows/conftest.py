"""Prefect's real server, one for the whole session: starting it takes ten seconds."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from flows.service.prefect_server import PrefectServer

WATCHED = Path(__file__).parent / "service" / "watched"


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert isinstance(port, int)
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
