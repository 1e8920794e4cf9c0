"""A responder in a process of its own, which can be killed at any moment that matters.

It carries one urgent complaint from the message to the check-in a week later, answering the tasks itself. What it does
is decided by the store alone, so a second process goes on where a killed one stopped.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import apprise.plugins  # noqa: F401 - loaded once before the forks, since it takes a second
import httpx
from sqlalchemy import Engine, event, func, select

from flows import answering
from flows.channels.cloud_api import CloudApi
from flows.channels.pace import Pace
from flows.channels.team import Team
from flows.clock import MovedClock
from flows.desk import Desk
from flows.ids import new_id
from flows.receiving.receive import receive
from flows.runs import following, waves
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.tables import FollowUp, Subject, Task
from flows.verbs import all_verbs

SHELF = Shelf.of_folder(all_verbs())
SHELF.current.reading_of("Your charger caught fire next to my bed!", None, "US")  # what reading needs is made once, too
ROLES = ("on_call", "shift_lead", "senior_owner")
ANSWERS: dict[str, dict[str, object]] = {
    "approve": {"approved": "yes"},
    "ask": {"call_outcome": "solved"},
}
"""What the colleagues say to a task of this kind (the call is the only question that is asked); to any other, that
they have it."""


@dataclass(frozen=True)
class Place:
    """Where the store, the practice WhatsApp and the clock are."""

    database: str
    keys: str
    master_key: str
    practice: str
    token: str
    number: str
    start: datetime
    body: bytes


class Deadline:
    """Counts the moments that matter and ends the process, with no chance to tidy up, at one of them."""

    def __init__(self, kill_at: int | None) -> None:
        self.kill_at = kill_at
        self.moments = 0

    def reached(self, *_: Any) -> None:
        self.moments += 1
        if self.moments == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Before every commit, before every request leaves, and after every answer came."""
        event.listen(Engine, "commit", self.reached)
        send = httpx.HTTPTransport.handle_request

        def handle_request(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
            self.reached()
            response = send(transport, request)
            response.read()
            self.reached()
            return response

        httpx.HTTPTransport.handle_request = handle_request  # type: ignore[method-assign,assignment]


def drive(place: Place, kill_at: int | None, later: timedelta) -> None:
    """Carry the complaint to its end, unless killed at the `kill_at`-th moment. `later` is how much time has passed
    since an earlier process was killed. Writes the number of moments beside the database."""
    deadline = Deadline(kill_at)
    clock = MovedClock(place.start + later)
    with Store.open(place.database, place.keys, place.master_key, clock) as store:
        deadline.watch()
        team = Team.of(
            {role: [f"json://{place.practice.removeprefix('http://')}/practice/team/{role}"] for role in ROLES}
        )
        channel = CloudApi(place.practice, "v23.0", place.number, place.token)
        desk = Desk(store, SHELF, channel, team, Pace(clock))
        receive(store, place.body)
        _carry(desk, clock)
    Path(f"{place.database.removeprefix('sqlite:///')}.moments").write_text(str(deadline.moments))


def _carry(desk: Desk, clock: MovedClock) -> None:
    while True:
        waves.move(desk, new_id("R"))
        following.start_due(desk)
        if _answer_one(desk):
            continue
        due = _next_due(desk)
        if due is None:
            return
        clock.set(max(due, clock.now()))


def _answer_one(desk: Desk) -> bool:
    with desk.store.begin() as session:
        task = session.scalars(select(Task).where(Task.status == "open").order_by(Task.created_at, Task.id)).first()
        if task is None:
            return False
        given = ANSWERS.get(task.kind, {})
        answering.answer(session, SHELF.current.vocabulary, task.id, given, "colleague", desk.now())
        return True


def _next_due(desk: Desk) -> datetime | None:
    with desk.store.read() as session:
        subject = session.scalar(
            select(func.min(func.coalesce(Subject.claimed_until, Subject.due_at))).where(
                (Subject.due_at.is_not(None)) | (Subject.claimed_until.is_not(None))
            )
        )
        follow_up = session.scalar(select(func.min(FollowUp.due_at)).where(FollowUp.status == "waiting"))
    return min((due for due in (subject, follow_up) if due is not None), default=None)
