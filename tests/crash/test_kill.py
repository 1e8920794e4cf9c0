"""Kill it anywhere: nothing is lost, nothing is said twice to a customer."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from flows.clock import MovedClock
from flows.practice.approved import templates_of
from flows.practice.server import PracticeServer
from flows.receiving.receive import receive
from flows.store import journal
from flows.store.database import Store
from flows.store.keys import new_master_key
from flows.store.tables import Outbox, Run, Subject
from tests.crash import driver
from tests.flows.practice.receiver import Receiver
from tests.flows.receiving import bodies

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = timedelta(minutes=5)  # longer than a lease, and than an uncertain letter waits for its status
REPLIES = ["complaint/first-urgent", "complaint/person-has-it", "complaint/check-in"]

ONE_IN = 5
"""Each run kills at every fifth moment, from another one on; all of them take minutes (`FIREBREAK_ALL_MOMENTS=1`)."""

# A process that has everything imported and no threads, from which a responder is forked in no time.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.crash.driver"])


class Ground:
    """A fresh store beside a practice WhatsApp, and responders to kill on it. The number makes the customer new."""

    def __init__(
        self, folder: Path, number: int, master_key: str, practice: PracticeServer, receiver: Receiver
    ) -> None:
        self.practice, self.receiver, self.master_key = practice, receiver, master_key
        self.database, self.keys = f"sqlite:///{folder}/data.db", f"sqlite:///{folder}/keys.db"
        self.moments = folder / "data.db.moments"
        self.before = len(practice.arrived())
        sender = f"1555010{number:04}"
        text = bodies.text(number, sender=sender, words="Your charger caught fire next to my bed!")
        text["timestamp"] = str(int(START.timestamp()))
        self.body = bodies.raw(bodies.messages(text, contacts=[bodies.contact(sender)]))

    def open(self) -> Store:
        return Store.open(self.database, self.keys, self.master_key, MovedClock(START + LATER))

    def run(self, kill_at: int | None, later: timedelta = timedelta(0)) -> int:
        """Run a responder until it is killed or has nothing more to do; returns its exit code."""
        place = driver.Place(
            self.database,
            self.keys,
            self.master_key,
            self.practice.url,
            self.practice.token,
            self.practice.business.phone_number_id,
            START,
            self.body,
        )
        process = FORKS.Process(target=driver.drive, args=(place, kill_at, later))
        process.start()
        process.join(60)
        assert process.exitcode is not None, "the responder hangs"
        return process.exitcode

    def take_in_statuses(self) -> None:
        """Let WhatsApp deliver what it has to say about our texts, as it would while nobody is there to move them."""
        assert self.practice.webhooks.settle()
        with self.open() as store:
            for body in self.receiver.bodies:
                receive(store, body)
            self.receiver.bodies.clear()


@pytest.fixture(scope="module")
def new_ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Ground]]:
    """Makes grounds: each a copy of one empty store."""
    folder, master_key, numbers = tmp_path_factory.mktemp("kill"), new_master_key(), itertools.count(1)
    (folder / "empty").mkdir()
    Store.open(
        f"sqlite:///{folder}/empty/data.db", f"sqlite:///{folder}/empty/keys.db", master_key, MovedClock(START)
    ).close()
    templates = templates_of(driver.SHELF.current.replies.values())
    practice = PracticeServer(clock=MovedClock(START), templates=templates, per_second=100_000)
    with Receiver(practice.app_secret) as receiver:
        practice.webhooks.url = receiver.url
        with practice:

            def make() -> Ground:
                number = next(numbers)
                shutil.copytree(folder / "empty", folder / str(number))
                return Ground(folder / str(number), number, master_key, practice, receiver)

            yield make


@pytest.fixture(scope="module")
def moments(new_ground: Callable[[], Ground]) -> int:
    """How many moments an undisturbed responder has: commits, requests and answers."""
    ground = new_ground()
    assert ground.run(kill_at=None) == 0
    assert_all_said_once(ground, "undisturbed")
    ground.take_in_statuses()
    return int(ground.moments.read_text())


def test_kill_at_every_moment(moments: int, new_ground: Callable[[], Ground]) -> None:
    """A customer would be answered twice, or never, after a power cut at some moment of a case."""
    assert moments > 40
    every = 1 if os.environ.get("FIREBREAK_ALL_MOMENTS") else ONE_IN
    # Where to begin is drawn anew for each run, and said by the seed in its head: soon every moment has had its turn.
    for moment in range(random.randint(1, every), moments + 1, every):
        ground = new_ground()
        assert ground.run(kill_at=moment) == -signal.SIGKILL, f"moment {moment} was not reached"
        ground.take_in_statuses()
        assert ground.run(kill_at=None, later=LATER) == 0, f"after a kill at moment {moment}"
        ground.take_in_statuses()
        assert_all_said_once(ground, f"after a kill at moment {moment} of {moments}")


def assert_all_said_once(ground: Ground, when: str) -> None:
    arrived = Counter(each.key for each in ground.practice.arrived()[ground.before :])
    with ground.open() as store, store.read() as session:
        texts = session.scalars(select(Outbox).where(Outbox.to == "customer").order_by(Outbox.created_at)).all()
        runs = session.scalars(select(Run).order_by(Run.started_at)).all()
        assert [text.reply for text in texts] == REPLIES, when
        assert {text.status for text in texts} == {"sent"}, when
        assert arrived == {text.key: 1 for text in texts}, when
        assert [(run.playbook, run.status) for run in runs] == [
            ("complaint-urgent", "finished"),
            ("complaint-check-in", "finished"),
        ], when
        told = Counter(text.role for text in session.scalars(select(Outbox).where(Outbox.to == "team")))
        assert told["senior_owner"] >= 2, when
        for subject_id in session.scalars(select(Subject.id)):
            journal.verify(session, subject_id)
