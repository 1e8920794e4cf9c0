"""Python loads this at its start when it lies on PYTHONPATH: from then on every connection is written down.

One line for each event, with the address as Python has it, into the file that WATCHED_INTO names.
"""

from __future__ import annotations

import os
import sys

_INTO = os.open(os.environ["WATCHED_INTO"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
_WATCHED = ("socket.bind", "socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.sendmsg")


def _write_down(event: str, arguments: tuple[object, ...]) -> None:
    if event in _WATCHED:
        address = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
        os.write(_INTO, f"{event} {address!r}\n".encode())


sys.addaudithook(_write_down)
