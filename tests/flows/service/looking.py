"""Looking at other processes, and at Prefect's server, from outside."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flows.service.home import mark
from flows.service.prefect_server import PrefectServer

ROOT = Path(__file__).parents[3]


def ask(server: PrefectServer, path: str, question: object = None) -> Any:
    """What the API answers: to a POST when there is a question, to a GET otherwise.

    503 is how Prefect's server asks to be asked again: its database was locked.
    """
    body = None if question is None else json.dumps(question).encode()
    request = urllib.request.Request(server.api + path, body, {"Content-Type": "application/json"})
    for rest in (0.5, 1, 2, 4, None):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code != 503 or rest is None:
                raise
            time.sleep(rest)
    raise AssertionError("the last try returns or raises")


def eventually(holds: Callable[[], object], within: float = 30.0) -> bool:
    """Ask another process again and again, until it holds or time is over."""
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def command(pid: int) -> str:
    """The command line of a process; empty once it has ended, also while nobody has asked about it."""
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def started_from(home: Path) -> list[int]:
    """The processes that carry the mark of this home."""
    ((name, value),) = mark(home).items()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            environment = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if f"{name}={value}".encode() in environment:
            found.append(int(entry.name))
    return found
