"""The board on which the team's notices arrive in practice, in place of chat services and phones."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from flows.clock import Clock


@dataclass(frozen=True, slots=True)
class TeamNotice:
    """One notice to a role, as Apprise posted it."""

    role: str
    title: str
    message: str
    kind: str
    at: datetime


class TeamBoard:
    """Keeps every notice, in order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._notices: list[TeamNotice] = []
        self._lock = threading.Lock()

    def post(self, role: str, title: str, message: str, kind: str) -> None:
        with self._lock:
            self._notices.append(TeamNotice(role, title, message, kind, self._clock.now()))

    def notices(self) -> list[TeamNotice]:
        with self._lock:
            return list(self._notices)
