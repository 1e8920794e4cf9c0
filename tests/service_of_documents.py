"""A Firebreak that is up while a document is played: whatever a command has set going goes on before the next one.

It stands for the `firebreak up` in the reader's other terminal: the same store and the same waves, on a clock that the
document moves, with colleagues who are always reached. What we write is sent by hand (`FIREBREAK_CHANNEL=manual`); or,
where customers write in the document themselves, by an API that takes everything.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
from collections.abc import Iterator
from datetime import datetime
from unittest import mock

from sqlalchemy import func, select

from flows import assembly
from flows.clock import MovedClock, SystemClock
from flows.receiving.receive import receive
from flows.rehearsal.stage import Nobody, Nowhere
from flows.runs import following, waves
from flows.settings import Settings
from flows.shelf import ROOT, Shelf
from flows.store.tables import FollowUp, Subject
from flows.verbs import all_verbs
from tests.customers_of_documents import Customers, Said


class Service:
    """The service over the store in the current folder, whose content is read once."""

    def __init__(self, clock: MovedClock, channel: Nowhere) -> None:
        self.clock = clock
        self._channel = channel
        self._customers = Customers()
        self._waves = 0

    def hear(self, said: Said) -> None:
        """Take in a message when it is time for it, and do what is due then."""
        self.go_on(said.at)
        body = self._customers.body(said, list(self._channel.sent.items()))
        with assembly.open_store(Settings.load(), self.clock) as store:
            receive(store, json.dumps(body).encode())
        self.go_on()

    def go_on(self, until: datetime | None = None) -> None:
        """Do everything that is due, stopping at each moment at which something is, up to the given one."""
        until = until or self.clock.now()
        settings = Settings.load()
        with assembly.open_store(settings, self.clock) as store:
            desk = assembly.open_desk(settings, store)
            while True:
                with store.read() as session:
                    follow_ups = select(func.min(FollowUp.due_at)).where(FollowUp.status == "waiting")
                    moments = session.scalar(select(func.min(Subject.due_at))), session.scalar(follow_ups)
                due = min((each for each in moments if each is not None), default=None)
                if due is None or due > until:
                    break
                self.clock.set(max(due, self.clock.now()))
                self._waves += 1
                waves.move(desk, f"document-{self._waves}")
                following.start_due(desk)
        self.clock.set(until)


@contextlib.contextmanager
def up(starts: datetime, *, by_hand: bool = True) -> Iterator[Service]:
    """The service, from this moment on; every command that is typed meanwhile sees its time."""
    clock, shelf, channel = MovedClock(starts), Shelf.of_folder(all_verbs(), ROOT), Nowhere("cloud_api")
    key = base64.b64encode(os.urandom(32)).decode()
    os.environ.update(
        FIREBREAK_CHANNEL="manual" if by_hand else "practice", FIREBREAK_MASTER_KEY=key, LOGNAME="first_phone"
    )
    with (
        mock.patch.object(SystemClock, "now", clock.now),
        mock.patch.object(assembly, "open_shelf", return_value=shelf),
        mock.patch.object(assembly, "open_team", return_value=Nobody()),
        contextlib.nullcontext() if by_hand else mock.patch.object(assembly, "open_channel", return_value=channel),
    ):
        yield Service(clock, channel)
