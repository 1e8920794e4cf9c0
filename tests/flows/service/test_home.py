"""One Firebreak in one home, and nothing left over of the one before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.service.home import CannotStart, end_leftovers, held, listen, mark

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
# One that has better things to do than to end.
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]


def _start(command: list[str], home: Path) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(command, env=os.environ | mark(home), stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    child.stdout.close()
    return child


def test_a_second_firebreak_on_one_home_is_refused_with_the_first_named(tmp_path: Path) -> None:
    """Two would answer every customer twice as fast as they can step on each other's toes."""
    with held(tmp_path, pytest.fail):
        with pytest.raises(CannotStart) as caught, held(tmp_path, pytest.fail):
            pass
        assert f"process {os.getpid()}" in str(caught.value)
        assert "FIREBREAK_HOME" in str(caught.value)
    with held(tmp_path, pytest.fail):
        pass


@pytest.mark.parametrize("command", [SLEEPER, STUBBORN], ids=["willing", "stubborn"])
def test_what_a_killed_firebreak_left_running_is_ended_and_nothing_else(command: list[str], tmp_path: Path) -> None:
    """Two copies of one run would be at work, or a neighbour's process would be killed."""
    ours, theirs = _start(command, tmp_path / "ours"), _start(SLEEPER, tmp_path / "theirs")
    try:
        assert end_leftovers(tmp_path / "ours", grace=0.5) == 1
        assert ours.wait(10) < 0
        assert theirs.poll() is None
        assert end_leftovers(tmp_path / "ours") == 0
    finally:
        for child in (ours, theirs):
            child.kill()
            child.wait()


def test_leftovers_are_ended_when_the_home_is_taken(tmp_path: Path) -> None:
    """After `kill -9` the next start would meet the children of the last."""
    child = _start(SLEEPER, tmp_path)
    said: list[str] = []
    with held(tmp_path, said.append):
        assert child.wait(10) < 0
    assert len(said) == 1
    assert "1 process" in said[0]


def test_a_taken_port_names_the_setting_in_one_line() -> None:
    """The operator would read a traceback instead of the setting to change."""
    with listen("127.0.0.1", 0, "FIREBREAK_PORT", "The web app") as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart) as caught:
            listen("127.0.0.1", port, "FIREBREAK_PORT", "The web app")
    assert f"port {port}: address already in use" in str(caught.value)
    assert "FIREBREAK_PORT" in str(caught.value)
    assert "\n" not in str(caught.value)
