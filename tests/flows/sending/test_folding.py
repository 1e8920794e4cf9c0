"""Many notices that say the same become one, and nobody is told less for it."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from flows.channels.pace import Pace
from flows.channels.team import NotTold, Told
from flows.clock import MovedClock
from flows.desk import Desk
from flows.ids import new_id
from flows.rehearsal.scenario import START, Says
from flows.rehearsal.stage import Nowhere, Stage
from flows.runs import waves
from flows.sending import folding
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.keys import new_master_key
from flows.store.tables import Case, Customer, Outbox, Run, Subject, Task
from tests.flows.crisis.stored_crowds import BUNDLE, bundle_is_there
from tests.postgres import PostgresServer

FIRE = "Your charger caught fire and burned my hand"


class Killed(BaseException):
    """The process is gone in the middle of a call."""


@dataclass
class Phones:
    """Colleagues who keep what they are told; they may be out of reach, or be the last thing that a process does."""

    told: list[tuple[str, str, str]] = field(default_factory=list)
    away: bool = False
    kills: bool = False

    def tell(
        self, role: str, title: str, body: str, *, mail_to: str | None = None, urgent: bool = False
    ) -> Told | NotTold:
        del mail_to, urgent
        if self.kills:
            self.kills = False
            raise Killed
        if self.away:
            return NotTold("nobody can be reached")
        self.told.append((role, title, body))
        return Told((role,))

    def cases(self, role: str) -> list[int]:
        """Of how many cases each notice to a role has told."""
        found = [re.match(r"(\d+) cases · ", title) for to, title, _ in self.told if to == role]
        return [int(each[1]) if each else 1 for each in found]


@pytest.fixture
def phones(stage: Stage) -> Phones:
    phones = Phones()
    stage.desk = replace(stage.desk, team=phones)
    return phones


def burn(stage: Stage, *customers: int) -> None:
    """So many customers are in danger, and the rules read of all of them before anybody is told."""
    for customer in customers:
        stage.say(Says(FIRE, customer=customer))
    stage.settle()


def notices(stage: Stage) -> list[Outbox]:
    with stage.store.read() as session:
        wanted = select(Outbox).where(Outbox.to == "team", Outbox.role == "senior_owner").order_by(Outbox.created_at)
        return list(session.scalars(wanted))


def test_a_crowd_is_one_notice_and_a_task_for_each(stage: Stage, phones: Phones) -> None:
    """The phone of the owner would ring two hundred times, and the one that counts would drown in it."""
    burn(stage, *range(1, 21))
    assert phones.cases("senior_owner") == [20]
    [(_, title, body)] = [each for each in phones.told if each[0] == "senior_owner"]
    assert title == "20 cases · complaint-urgent"
    assert body.endswith("(20 cases; firebreak tasks --role senior_owner lists them)")
    stage.pass_time(folding.LOOK_AGAIN)
    assert {row.status for row in notices(stage)} == {"sent"}
    assert phones.cases("senior_owner") == [20]
    with stage.store.read() as session:
        assert len(session.scalars(select(Task).where(Task.role == "senior_owner", Task.status == "open")).all()) == 20


def test_a_few_are_told_one_by_one(stage: Stage, phones: Phones) -> None:
    """On an ordinary day a colleague would no longer read which case it is about."""
    burn(stage, *range(1, folding.FEW + 1))
    assert phones.cases("senior_owner") == [1] * folding.FEW
    assert all("→ T-" in body for role, _, body in phones.told if role == "senior_owner")


def test_reminders_are_one_too(stage: Stage, phones: Phones) -> None:
    """Every five minutes the phone would ring twenty times."""
    burn(stage, *range(1, 21))
    phones.told.clear()
    stage.pass_time(timedelta(minutes=6))
    assert phones.cases("senior_owner") == [20]


def test_whoever_comes_one_by_one_is_told_of_within_a_minute(stage: Stage, phones: Phones) -> None:
    """A complaint that comes in the middle of a crowd would never be heard of, or each of them would ring."""
    for customer in range(1, 41):
        burn(stage, customer)
        stage.pass_time(timedelta(seconds=7))
    stage.pass_time(timedelta(minutes=1))
    first = {row.case_id: row for row in reversed(notices(stage))}
    assert len(first) == 40
    waited = [row.sent_at - row.created_at for row in first.values() if row.sent_at is not None]
    assert len(waited) == 40
    assert max(waited) <= folding.WITHIN
    assert len(phones.cases("senior_owner")) <= 5 * (folding.FEW + 1)
    assert sum(phones.cases("senior_owner")) >= 40


def test_nobody_counts_as_told_before_somebody_was(stage: Stage, phones: Phones) -> None:
    """While the messenger is away, all but one of the notices would be lost as told."""
    phones.away = True
    burn(stage, *range(1, 13))
    stage.pass_time(timedelta(minutes=2))
    assert not {row.status for row in notices(stage)} & {"sent", "failed"}
    phones.away = False
    stage.pass_time(timedelta(minutes=12))  # as long as a notice that was refused often rests at most
    assert {row.status for row in notices(stage)} == {"sent"}
    assert phones.cases("senior_owner")[0] == 12


def test_a_process_that_dies_while_it_tells_for_all_is_made_good(stage: Stage, phones: Phones) -> None:
    """Everybody would wait for a notice that a dead process was about to send."""
    phones.kills = True
    with pytest.raises(Killed):
        burn(stage, *range(1, 13))
    stage.pass_time(waves.LEASE + timedelta(minutes=2))
    assert {row.status for row in notices(stage)} == {"sent"}
    assert 12 in phones.cases("senior_owner")


def test_two_groups_of_cases_are_told_apart(stage: Stage, phones: Phones) -> None:
    """The lead would read that twenty cases are about danger when ten of them are about parcels."""
    for customer in range(1, 17):
        text = FIRE if customer % 2 else "My parcel still has not arrived after two weeks"
        stage.say(Says(text, customer=customer))
    stage.settle()
    assert phones.cases("senior_owner") == [8]
    about_parcels = [title for _, title, _ in phones.told if title.endswith("· complaint-general")]
    assert about_parcels == ["8 cases · complaint-general"]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/data.db", f"sqlite:///{tmp_path}/keys.db"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.new_database(), server.new_database()


def test_of_two_processes_one_speaks(urls: tuple[str, str], shelf: Shelf) -> None:
    """With two responders the team would hear of the same crowd twice."""
    clock, phones, key = MovedClock(START), Phones(), new_master_key()
    stores = [Store.open(*urls, key, clock) for _ in range(2)]
    _notices(stores[0], 40)
    desks = [Desk(store, shelf, Nowhere(), phones, Pace(clock)) for store in stores]
    start = threading.Barrier(2)

    def respond(number: int) -> None:
        start.wait()
        waves.move(desks[number], f"responder-{number}", limit=20)

    both = [threading.Thread(target=respond, args=(number,)) for number in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join(60)
    for turn in range(4):  # those that waited for the one that spoke
        clock.move(folding.LOOK_AGAIN)
        waves.move(desks[0], f"later-{turn}")
    with stores[0].read() as session:
        assert set(session.scalars(select(Outbox.status))) == {"sent"}
    assert phones.cases("on_call") == [40]
    for store in stores:
        store.close()


def _notices(store: Store, count: int) -> None:
    """So many cases, each with a notice that is due."""
    now = store.clock.now()
    with store.begin() as session:
        bundle_is_there(session, now)
        for _ in range(count):
            customer, case, run = (new_id(kind) for kind in ("P", "C", "R"))
            session.execute(insert(Subject), {"id": customer, "kind": "customer", "due_at": now})
            session.flush()
            session.add_all(
                (
                    Customer(id=customer, first_seen_at=now),
                    Case(id=case, customer_id=customer, playbook="trial", opened_at=now),
                    Run(
                        id=run,
                        subject_id=customer,
                        case_id=case,
                        playbook="trial",
                        version="1.0.0",
                        bundle=BUNDLE,
                        status="waiting",
                        started_at=now,
                    ),
                    Outbox(
                        id=new_id("O"),
                        key=f"{run}/told/team/1",
                        subject_id=customer,
                        case_id=case,
                        run_id=run,
                        path="told",
                        to="team",
                        role="on_call",
                        form="notice",
                        fold="on_call/trial/told",
                        created_at=now,
                        sealed_body=store.vault.seal(
                            customer, {"title": f"{case} · trial", "body": "Please look", "task": None}
                        ),
                    ),
                )
            )
