"""One Firebreak at a time in one home, on free ports, and nothing left over from one that was killed.

Every process that Firebreak starts carries a mark in its environment. The kernel keeps that beside the process, so a
child that outlived a `kill -9` is found by it, whatever became of any file, and nobody else's process ever is.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flows.errors import FirebreakError
from flows.settings import make_home

Say = Callable[[str], None]  # takes a line for the person at the terminal

# Not a setting, hence the underscore: FIREBREAK_ names are for people.
_MARK = "_FIREBREAK_STARTED_FROM"


class CannotStart(FirebreakError):
    """Firebreak cannot be started like this."""


def mark(home: Path) -> dict[str, str]:
    """The environment variable by which a child of this home is known."""
    return {_MARK: str(home)}


@contextmanager
def held(home: Path, say: Say) -> Iterator[None]:
    """Have the home to ourselves, with what a killed Firebreak left running ended. Raises `CannotStart`.

    The lock is the kernel's: it ends with this process, however that ends.
    """
    make_home(home)
    lock = os.open(home / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 20).decode("ascii", "replace").strip()
            raise CannotStart(
                f"Firebreak is already running on {home} (process {holder}). "
                "Stop that one first, or give this one a home of its own with FIREBREAK_HOME."
            ) from None
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
        if ended := end_leftovers(home):
            say(f"ended {ended} process(es) that an earlier Firebreak left running")
        yield
    finally:
        os.close(lock)


def end_leftovers(home: Path, grace: float = 5.0) -> int:
    """End every process that was started from this home, except this one; `grace` in seconds. Returns how many.

    Found through /proc, so only on Linux; elsewhere a leftover shows as a taken port.
    """
    found = _started_from(home)
    for pid in found:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while (alive := found & _started_from(home)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in alive:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(found)


def _started_from(home: Path) -> set[int]:
    needle = f"{_MARK}={home}".encode()
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # gone meanwhile, or somebody else's
            if needle in (entry / "environ").read_bytes().split(b"\0"):
                found.add(int(entry.name))
    return found - {os.getpid()}


def listen(host: str, port: int, setting: str, what: str) -> socket.socket:
    """A socket bound to this address. Raises `CannotStart` with the setting to change when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, because asyncio switches Nagle's algorithm off only then; with it every answer takes 40 ms more.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise CannotStart(
            f"{what} cannot listen on {host} port {port}: {(error.strerror or str(error)).lower()}. "
            f"Stop what uses it, or set {setting} to another one."
        ) from None
    return listener
