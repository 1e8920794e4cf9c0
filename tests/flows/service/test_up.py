"""The command people start first: it comes up, shows what it does, survives its Prefect, leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from flows.service.home import held, listen
from flows.service.prefect_server import PrefectServer
from flows.settings import PREFIX
from tests.flows.conftest import free_port
from tests.flows.service.looking import ROOT, ask, command, eventually, started_from

FIREBREAK = [sys.executable, "-c", "from flows.cli.main import main; main()"]


@pytest.fixture
def installation(prefect_server: PrefectServer, tmp_path: Path) -> dict[str, str]:
    """The environment of an installation on free ports, whose Prefect has been started before: that is quicker."""
    prefect = tmp_path / "prefect"
    prefect.mkdir()
    with (
        closing(sqlite3.connect(prefect_server.folder / "prefect.db", timeout=30)) as source,
        closing(sqlite3.connect(prefect / "prefect.db")) as copy,
    ):
        source.backup(copy)
    port = next(port for port in iter(free_port, 0) if _is_free(port + 1))
    ours = {"HOME": str(tmp_path), "PORT": str(port), "PREFECT_PORT": str(free_port())}
    others = {name: value for name, value in os.environ.items() if not name.startswith((PREFIX, "PREFECT_"))}
    return others | {PREFIX + name: value for name, value in ours.items()}


def _is_free(port: int) -> bool:
    try:
        listen("127.0.0.1", port, "", "").close()
    except Exception:
        return False
    return True


class House:
    """A running `firebreak up`, and what it has said."""

    def __init__(self, environment: dict[str, str], process: subprocess.Popen[str]) -> None:
        self.home = Path(environment[PREFIX + "HOME"])
        self.web = f"http://127.0.0.1:{environment[PREFIX + 'PORT']}"
        self.prefect = PrefectServer(self.home, int(environment[PREFIX + "PREFECT_PORT"]))
        self.process = process

    def until(self, words: str) -> list[str]:
        """Read on until a line has these words in it. Returns the lines."""
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line.rstrip())
            if words in line:
                return lines
        raise AssertionError("\n".join(["it ended before it said so:", words, "but said:", *lines]))


@contextmanager
def living(environment: dict[str, str], *arguments: str) -> Iterator[House]:
    """`firebreak up` in a process of its own, killed in the end if it still runs."""
    process = subprocess.Popen(
        [*FIREBREAK, "up", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield House(environment, process)
        finally:
            process.kill()


def _refused(environment: dict[str, str]) -> str:
    """The one line with which `firebreak up` says why it cannot start."""
    done = subprocess.run([*FIREBREAK, "up"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    *before, line = done.stderr.splitlines()
    assert line.startswith("firebreak: ")
    assert before in ([], ["Firebreak is loading"])
    return line


@pytest.mark.prefect
def test_it_comes_up_shows_what_it_can_do_and_leaves_nothing_behind(installation: dict[str, str]) -> None:
    """A stranger's first `make run` would fail, show nothing, or leave processes on the machine."""
    with living(installation, "--demonstration") as house:
        account = "\n".join(house.until("firebreak tasks"))
        assert account.count("we reply: ") >= 4
        assert "not answered in time" not in account
        assert house.prefect.page in account
        with urllib.request.urlopen(f"{house.web}/healthz", timeout=10) as answer:
            assert json.load(answer)["parts"]["prefect"]["up"]
        waves = {"flows": {"name": {"any_": ["respond"]}}, "flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
        assert eventually(lambda: any("C-" in str(run["tags"]) for run in _runs(house, waves)))

        assert "already running" in _refused(installation)

        house.process.send_signal(signal.SIGTERM)
        last = house.until("Firebreak has stopped")
        assert house.process.wait(10) == 0
        assert not [line for line in last if "Traceback" in line or "ERROR" in line]
    assert started_from(house.home) == []


def _runs(house: House, wanted: dict[str, object]) -> list[dict[str, object]]:
    found = ask(house.prefect, "/flow_runs/filter", wanted)
    assert isinstance(found, list)
    return found


@pytest.mark.prefect
def test_a_prefect_that_dies_is_said_and_started_again(installation: dict[str, str]) -> None:
    """Follow-ups and cleanups would end with Prefect's server, and nobody would know."""
    with living(installation) as house:
        house.until("Firebreak is up")
        (server,) = [pid for pid in started_from(house.home) if "-m prefect server" in command(pid)]
        os.kill(server, signal.SIGKILL)
        house.until("Customers are answered without it")
        assert house.process.poll() is None
        house.until("Prefect's page is on")
        house.process.send_signal(signal.SIGINT)
        house.until("Firebreak has stopped")
        assert house.process.wait(10) == 0
    assert started_from(house.home) == []


@pytest.mark.prefect
@pytest.mark.parametrize("port", ["PORT", "PREFECT_PORT"])
def test_a_taken_port_is_one_line_and_nothing_stays(port: str, installation: dict[str, str]) -> None:
    """The operator would read a traceback, and find half of Firebreak still running."""
    with listen("127.0.0.1", int(installation[PREFIX + port]), "", "") as taken:
        taken.listen()
        assert f"{PREFIX}{port}" in _refused(installation)
    assert started_from(Path(installation[PREFIX + "HOME"])) == []
    with held(Path(installation[PREFIX + "HOME"]), pytest.fail):
        pass


def test_no_command_imports_prefect_before_it_must() -> None:
    """Every command would take two seconds longer, and the first line of `firebreak up` would too."""
    names = "flows.cli.main, flows.service.up, flows.service.parts"
    code = f"import sys, {names}; sys.exit(any(name.split('.')[0] == 'prefect' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
