"""The deployments as an operator's own command leaves them on the server."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from flows.service.prefect_server import PrefectServer
from tests.flows.service.looking import ROOT, ask


@pytest.fixture(scope="session")
def deployed(prefect_server: PrefectServer) -> dict[str, dict[str, Any]]:
    """What the server holds after `prefect deploy --all`, by name."""
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {each["name"]: each for each in ask(prefect_server, "/deployments/filter", {})}
