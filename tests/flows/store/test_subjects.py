"""Claims and bells: nobody is looked after by two, and no work is forgotten."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from flows.clock import MovedClock
from flows.errors import ClaimLost, NotFound
from flows.store import journal
from flows.store.database import Store
from flows.store.subjects import Claim, claim, hold, release, ring, wake
from flows.store.tables import Customer, JournalLine, Subject
from tests.flows.store import racer
from tests.postgres import PostgresServer

LEASE = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


def add(store: Store, **due: datetime | None) -> None:
    with store.begin() as session:
        for name, at in due.items():
            session.add(Subject(id=name, kind="customer", due_at=at))


def take(store: Store, owner: str, limit: int = 10) -> list[Claim]:
    with store.begin() as session:
        return claim(session, owner, store.clock.now(), LEASE, limit)


def subject(store: Store, name: str) -> Subject:
    with store.read() as session:
        return session.get_one(Subject, name)


def test_the_most_severe_comes_first_then_the_longest_due(any_store: Store) -> None:
    """Otherwise somebody whose charger caught fire would wait behind a thousand slow parcels."""
    now = any_store.clock.now()
    with any_store.begin() as session:
        for name, severity, ago in (("A", 1, 3), ("B", 3, 1), ("C", 3, 2), ("D", 1, 4), ("E", 2, 0)):
            session.add(Subject(id=name, kind="customer", severity=severity, due_at=now - ago * MINUTE))
        session.add(Subject(id="F", kind="customer", severity=9, due_at=now + MINUTE))
        session.add(Subject(id="G", kind="customer", severity=9))
    assert [each.subject_id for each in take(any_store, "one", limit=3)] == ["C", "B", "E"]
    assert take(any_store, "two") == [Claim("D", 0, 1), Claim("A", 0, 1)]
    assert take(any_store, "three") == []


def test_a_bell_makes_a_subject_due_now_but_never_later(any_store: Store, clock: MovedClock) -> None:
    """Otherwise a customer who writes would wait for the next follow-up, or an overdue one be put off."""
    now = clock.now()
    add(any_store, asleep=None, later=now + MINUTE, overdue=now - MINUTE)
    with any_store.begin() as session:
        for name in ("asleep", "later", "overdue"):
            ring(session, name, now)
    assert [subject(any_store, name).due_at for name in ("asleep", "later", "overdue")] == [now, now, now - MINUTE]
    assert subject(any_store, "asleep").bells == 1


def test_waking_only_ever_brings_the_time_forward(any_store: Store, clock: MovedClock) -> None:
    """Otherwise a timer set for next week would hide one that is due tomorrow."""
    now = clock.now()
    add(any_store, asleep=None, later=now + 2 * MINUTE, sooner=now)
    with any_store.begin() as session:
        for name in ("asleep", "later", "sooner"):
            wake(session, name, now + MINUTE)
    assert [subject(any_store, name).due_at for name in ("asleep", "later", "sooner")] == [
        now + MINUTE,
        now + MINUTE,
        now,
    ]


def test_a_bell_for_nobody_is_an_error(any_store: Store) -> None:
    """Otherwise work for a subject that does not exist would vanish in silence."""
    with pytest.raises(NotFound, match="P-404"), any_store.begin() as session:
        ring(session, "P-404", any_store.clock.now())


def test_a_released_subject_sleeps_until_it_is_due(any_store: Store, clock: MovedClock) -> None:
    """Otherwise a case that waits a week would be looked at every second of it."""
    add(any_store, P=clock.now())
    (mine,) = take(any_store, "one")
    assert take(any_store, "two") == []
    with any_store.begin() as session:
        assert release(session, mine, "one", clock.now() + timedelta(days=7))
    clock.move(timedelta(days=6))
    assert take(any_store, "two") == []
    clock.move(timedelta(days=1))
    assert [each.subject_id for each in take(any_store, "two")] == ["P"]


def test_a_released_subject_without_a_next_time_sleeps_until_rung(any_store: Store, clock: MovedClock) -> None:
    """Otherwise a closed case would be looked at for ever, or a new message not at all."""
    add(any_store, P=clock.now())
    (mine,) = take(any_store, "one")
    with any_store.begin() as session:
        release(session, mine, "one", None)
    clock.move(timedelta(days=365))
    assert take(any_store, "two") == []
    with any_store.begin() as session:
        ring(session, "P", clock.now())
    assert take(any_store, "two") == [Claim("P", 1, 0)]


def test_a_bell_rung_while_somebody_works_is_heard_afterwards(any_store: Store, clock: MovedClock) -> None:
    """Otherwise a customer's second message, sent while the first is answered, would lie unread."""
    add(any_store, P=clock.now())
    (mine,) = take(any_store, "one")
    with any_store.begin() as session:
        ring(session, "P", clock.now())
    with any_store.begin() as session:
        release(session, mine, "one", clock.now() + timedelta(days=7))
    assert take(any_store, "two") == [Claim("P", 1, 0)]


def test_a_bell_that_was_heard_while_holding_wakes_nobody_again(any_store: Store, clock: MovedClock) -> None:
    """Otherwise every message that was read in passing would cost another wave for nothing."""
    add(any_store, P=clock.now())
    take(any_store, "one")
    with any_store.begin() as session:
        ring(session, "P", clock.now())
    with any_store.begin() as session:
        fresh = hold(session, "P", "one", clock.now(), LEASE)
        release(session, fresh, "one", None)
    assert take(any_store, "two") == []


def test_a_claim_of_the_dead_is_taken_over_and_the_dead_change_nothing(any_store: Store, clock: MovedClock) -> None:
    """Otherwise a crash would leave a customer unanswered, or a process that comes back would answer twice."""
    add(any_store, P=clock.now())
    (old,) = take(any_store, "one")
    clock.move(LEASE - MINUTE)
    assert take(any_store, "two") == []
    with any_store.begin() as session:
        hold(session, "P", "one", clock.now(), LEASE)
    clock.move(LEASE - MINUTE)
    assert take(any_store, "two") == []
    clock.move(MINUTE)
    assert take(any_store, "two") == [old]
    with pytest.raises(ClaimLost, match="P was lost"), any_store.begin() as session:
        hold(session, "P", "one", clock.now(), LEASE)
    with any_store.begin() as session:
        assert not release(session, old, "one", None)
    assert subject(any_store, "P").claimed_by == "two"


def test_whoever_was_late_but_undisturbed_goes_on(any_store: Store, clock: MovedClock) -> None:
    """Otherwise a machine that slept for an hour would throw away work that nobody else has touched."""
    add(any_store, P=clock.now())
    take(any_store, "one")
    clock.move(timedelta(hours=1))
    with any_store.begin() as session:
        hold(session, "P", "one", clock.now(), LEASE)
    assert take(any_store, "two") == []


def test_what_a_session_has_read_before_is_brought_up_to_date(any_store: Store, clock: MovedClock) -> None:
    """Otherwise the code after a bell would decide by the state from before it."""
    add(any_store, P=None)
    with any_store.begin() as session:
        known = session.get_one(Subject, "P")
        ring(session, "P", clock.now())
        assert (known.bells, known.due_at) == (1, clock.now())
        claim(session, "one", clock.now(), LEASE, 1)
        assert known.claimed_by == "one"


@pytest.mark.postgres
def test_claiming_does_not_wait_for_what_others_have_in_hand(postgres_store: Store, clock: MovedClock) -> None:
    """Otherwise one slow case would hold up every responder there is."""
    add(postgres_store, A=clock.now(), B=clock.now())
    with postgres_store.begin() as session:
        assert [each.subject_id for each in claim(session, "one", clock.now(), LEASE, 1)] == ["A"]
        with ThreadPoolExecutor() as elsewhere:
            taken = elsewhere.submit(take, postgres_store, "two").result(20)
        assert [each.subject_id for each in taken] == ["B"]


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_processes_that_compete_share_the_work_and_lose_none(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, master_key: str, clock: MovedClock
) -> None:
    """Otherwise two responders on one store would answer a customer twice, or both leave it to the other."""
    urls = f"sqlite:///{tmp_path}/data.db", f"sqlite:///{tmp_path}/keys.db"
    if kind == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        urls = server.empty_pair()
    racers, messages = 2, 40
    with Store.open(*urls, master_key, clock) as store:
        with store.begin() as session:
            for name in racer.SUBJECTS:
                session.add_all([Subject(id=name, kind="customer"), Customer(id=name, first_seen_at=clock.now())])
        _race(racers, *urls, master_key, messages=messages)
        assert racer.all_handled(store, racers * messages)
        with store.read() as session:
            busy = set()
            for name in racer.SUBJECTS:
                lines = select(JournalLine).where(JournalLine.subject_id == name).order_by(JournalLine.number)
                told = [(line.event, line.data["by"]) for line in session.scalars(lines)]
                assert journal.verify(session, name).lines == len(told) > 0
                for taken, given in zip(told[::2], told[1::2], strict=True):
                    assert (taken[0], given[0], taken[1]) == ("taken", "given back", given[1])
                    busy.add(taken[1][0])
            assert busy == set("AB")  # there was a race: each process had some of the work
            assert session.execute(text("SELECT count(*) FROM subjects WHERE due_at IS NOT NULL")).scalar() == 0


def _race(racers: int, data: str, keys: str, master_key: str, messages: int) -> None:
    pipe, root = subprocess.PIPE, Path(racer.__file__).parents[3]
    started = []
    for name in "AB"[:racers]:
        arguments = [data, keys, master_key, name, str(messages), str(messages * racers)]
        command = [sys.executable, "-m", "tests.flows.store.racer", *arguments]
        started.append(subprocess.Popen(command, cwd=root, stdin=pipe, stdout=pipe, stderr=pipe, text=True))
    try:
        for each in started:
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
        for each in started:
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        assert [(each.communicate(timeout=120)[1], each.returncode) for each in started] == [("", 0)] * racers
    finally:
        for each in started:
            each.kill()
            each.communicate()
