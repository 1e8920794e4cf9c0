"""Several responders on one store, errors that harm only themselves, and work that nobody may forget."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from flows import tidying
from flows.channels.channel import Letter, Result, Sent
from flows.channels.pace import Pace
from flows.clock import MovedClock
from flows.desk import Desk
from flows.errors import ClaimLost
from flows.ids import new_id
from flows.receiving.receive import receive
from flows.rehearsal.stage import Nobody, Nowhere
from flows.runs import trouble, waves
from flows.shelf import Shelf
from flows.store import journal, subjects
from flows.store.database import Store
from flows.store.tables import Bundle, Case, JournalLine, Message, Outbox, Run, Subject, Task
from tests.flows.receiving import bodies
from tests.flows.runs.releasing import changed, version_in

MANY = 12


def desk_over(store: Store, shelf: Shelf, channel: Nowhere | None = None) -> Desk:
    return Desk(store, shelf, channel or Nowhere(), Nobody(), Pace(store.clock, per_second=1000))


def complaints(store: Store, how_many: int = MANY, words: str = "My parcel has not arrived after two weeks") -> None:
    messages, contacts = [], []
    for number in range(1, how_many + 1):
        sender = f"1555010{number:04}"
        message = bodies.text(number, sender=sender, words=words)
        message["timestamp"] = str(int(store.clock.now().timestamp()))
        messages.append(message)
        contacts.append(bodies.contact(sender))
    receive(store, bodies.raw(bodies.messages(*messages, contacts=contacts)))


def test_two_responders_never_answer_the_same_customer_twice(any_store: Store, shelf: Shelf) -> None:
    """With two responders on one store, customers would get their first reply twice."""
    complaints(any_store)
    channel = Nowhere()
    desks = [desk_over(any_store, shelf, channel), desk_over(any_store, Shelf(shelf.current, shelf.verbs), channel)]
    failures: list[BaseException] = []

    def respond(desk: Desk) -> None:
        try:
            for _ in range(MANY):
                waves.move(desk, new_id("R"), limit=2)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=respond, args=(desk,)) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Counter(letter.key for letter in channel.letters).most_common(1)[0][1] == 1
    assert len(channel.letters) == MANY
    with any_store.read() as session:
        assert len(session.scalars(select(Case)).all()) == MANY
        assert set(session.scalars(select(Message.handled_at.is_not(None)))) == {True}


def test_a_responder_that_lost_its_claim_moves_nothing(any_store: Store, shelf: Shelf, clock: MovedClock) -> None:
    """A responder that was frozen for minutes would wake up and repeat what another has done meanwhile."""
    complaints(any_store, 1)
    desk = desk_over(any_store, shelf)
    frozen = waves.Wave(desk, "frozen")
    assert frozen.claim() == 1
    groups = frozen.groups()
    first = next(groups)
    clock.move(waves.LEASE + timedelta(seconds=1))
    assert waves.move(desk, "other")
    before = len(desk.channel.letters)  # type: ignore[attr-defined]
    assert first() == []
    assert [group() for group in groups] == []
    assert len(desk.channel.letters) == before  # type: ignore[attr-defined]


def test_a_lost_claim_is_noticed_before_anything_is_written(store: Store, clock: MovedClock) -> None:
    """The transaction of a responder without a claim would be committed."""
    complaints(store, 1)
    with store.begin() as session:
        [claim] = subjects.claim(session, "one", clock.now(), waves.LEASE, 1)
    clock.move(waves.LEASE * 2)
    with store.begin() as session:
        subjects.claim(session, "two", clock.now(), waves.LEASE, 1)
    with pytest.raises(ClaimLost), store.begin() as session:
        subjects.hold(session, claim.subject_id, "one", clock.now(), waves.LEASE)


class Poisoned(Nowhere):
    """A channel that breaks in a way nobody has foreseen, for one customer."""

    victim = "15550100001"

    def send(self, letter: Letter) -> Result:
        if letter.to == self.victim:
            raise RuntimeError(f"unforeseen, and it names {letter.to}")
        return super().send(letter)


def test_a_call_that_breaks_harms_only_its_own_customer(store: Store, shelf: Shelf, clock: MovedClock) -> None:
    """One customer's strange number would keep everyone else from being answered."""
    complaints(store, 3)
    channel = Poisoned()
    desk = desk_over(store, shelf, channel)
    waves.move(desk, "one")
    assert len(channel.letters) == 2
    with store.read() as session:
        told = " ".join(str(line.data) for line in session.scalars(select(JournalLine)))
    assert "the call broke (RuntimeError)" in told
    assert channel.victim not in told
    channel.victim = ""
    clock.move(timedelta(minutes=3))
    waves.move(desk, "two")
    assert len(channel.letters) == 3


def test_a_step_that_breaks_reaches_a_person(store: Store, shelf: Shelf) -> None:
    """A case that no code can move would be tried every minute for ever, and nobody would know."""
    complaints(store, 2)
    desk = desk_over(store, shelf)
    wave = waves.Wave(desk, "one")
    wave.claim()
    groups = wave.groups()
    next(groups)()  # read
    with store.begin() as session:
        broken = session.scalars(select(Case).order_by(Case.id)).all()[0]
        session.execute(
            text("UPDATE cases SET facts = '[1]' WHERE id = :id"), {"id": broken.id}
        )  # as nothing writes it
    for group in groups:
        group()
    with store.read() as session:
        runs = {run.case_id: run.status for run in session.scalars(select(Run))}
        tasks = [task.question for task in session.scalars(select(Task).where(Task.case_id == broken.id))]
    assert runs.pop(broken.id) == "stuck"
    assert set(runs.values()) == {"waiting"}
    assert any("something unforeseen" in question for question in tasks)


def test_content_that_cannot_be_read_any_more_stops_nobody_else(store: Store, shelf: Shelf, clock: MovedClock) -> None:
    """One old run would keep every customer from being answered, at every start again."""
    complaints(store, 3)
    desk = desk_over(store, shelf)
    wave = waves.Wave(desk, "one", limit=1)
    wave.claim()
    groups = wave.groups()
    next(groups)()  # read, and killed before anything was said: the wave is never heard of again
    with store.begin() as session:
        run = session.scalars(select(Run)).one()
        session.add(Bundle(digest="unreadable", stored_at=clock.now(), files={"rules/facts.yaml": "]"}))
        run.bundle = "unreadable"
    clock.move(waves.LEASE * 2)
    waves.move(desk, "two")
    assert len(desk.channel.letters) == 2  # type: ignore[attr-defined]
    with store.read() as session:
        assert [task.question for task in session.scalars(select(Task).where(Task.run_id.is_(None)))] == [
            trouble.QUESTION
        ]
        assert "moving failed" in session.scalars(select(JournalLine.event)).all()


def test_an_emergency_does_not_wait_for_the_rest_of_a_long_wave(store: Store, shelf: Shelf, clock: MovedClock) -> None:
    """Somebody in danger would wait until a hundred late parcels were answered."""

    class Slow(Nowhere):
        def send(self, letter: Letter) -> Result:
            clock.move(timedelta(seconds=1))
            return super().send(letter)

    channel = Slow()
    complaints(store, 60)
    desk = desk_over(store, shelf, channel)
    waves.move(desk, "one")
    assert 20 <= len(channel.letters) <= 20 + waves.MOST_LETTERS
    message = bodies.text(77, sender="15550107777", words="The battery exploded and my son is hurt")
    message["timestamp"] = str(int(clock.now().timestamp()))
    receive(store, bodies.raw(bodies.messages(message, contacts=[bodies.contact("15550107777")])))
    before = len(channel.letters)
    while all(letter.to != "15550107777" for letter in channel.letters):
        waves.move(desk, new_id("R"))
    position = [letter.to for letter in channel.letters].index("15550107777")
    assert position - before <= waves.MOST_LETTERS


def test_the_most_severe_goes_first(store: Store, shelf: Shelf) -> None:
    """Somebody in danger would wait behind a hundred late parcels."""
    complaints(store, 3)
    message = bodies.text(77, sender="15550107777", words="The battery exploded and my son is hurt")
    message["timestamp"] = str(int(store.clock.now().timestamp()))
    receive(store, bodies.raw(bodies.messages(message, contacts=[bodies.contact("15550107777")])))
    desk = desk_over(store, shelf)
    wave = waves.Wave(desk, "one")
    wave.claim()
    named = {group.verb: group() for group in wave.groups()}
    first = named["reply"][0]
    assert first.playbook == "complaint-urgent"


def test_one_group_for_equal_steps(store: Store, shelf: Shelf) -> None:
    """Prefect's page would show a thousand task runs where one says it all."""
    complaints(store, 5)
    wave = waves.Wave(desk_over(store, shelf), "one")
    wave.claim()
    names = []
    for group in wave.groups():
        names.append(group.name)
        group()
    assert {"read ×5", "reply ×5", "send ×5"} <= set(names)
    assert {name.partition(" ")[2] for name in names} == {"×5"}


def test_forgotten_work_is_found_again(store: Store, shelf: Shelf) -> None:
    """Work without a bell, however it came about, would lie there for ever."""
    complaints(store, 2)
    with store.begin() as session:
        session.execute(update(Subject).values(due_at=None))
    desk = desk_over(store, shelf)
    assert waves.move(desk, "one") == []
    tidied = {each.what: each.count for each in tidying.daily(desk)}
    assert tidied["forgotten subjects woken"] == 2
    assert waves.move(desk, "two")


def test_the_journal_names_nobody(store: Store, shelf: Shelf) -> None:
    """The history would become one more copy of the customer's data."""
    words = "My parcel has not arrived, says the owner of Blue Door"
    complaints(store, 1, words)
    waves.move(desk_over(store, shelf), "one")
    with store.read() as session:
        told = " ".join(str(line.data) for line in session.scalars(select(JournalLine)))
        for subject in session.scalars(select(Subject.id)):
            journal.verify(session, subject)
    for personal in ("Blue Door", "1555010", bodies.NAME, "parcel has not"):
        assert personal not in told


def test_absence_of_prefect_is_written_down(store: Store, shelf: Shelf) -> None:
    """Nobody could tell later why a case has no flow run."""
    complaints(store, 1)
    waves.move(desk_over(store, shelf), "one", note_absence=True)
    with store.read() as session:
        lines = session.scalars(select(JournalLine).where(JournalLine.event == "moved without Prefect")).all()
        assert len(lines) == 1
        assert lines[0].case_id == session.scalars(select(Case.id)).one()


def test_a_run_keeps_the_bundle_it_was_started_with(store: Store, shelf: Shelf) -> None:
    """A release would change what was promised to customers whose cases are open."""
    complaints(store, 1)
    waves.move(desk_over(store, shelf), "one")
    newer = changed(shelf, ("reply: complaint/counted", "label: new"))
    desk = desk_over(store, Shelf(newer, shelf.verbs))
    with store.read() as session:
        run = session.scalars(select(Run)).one()
        assert run.version == version_in(shelf.current) != version_in(newer)
        assert version_in(desk.shelf.bundle(session, run.bundle)) == run.version


def test_every_text_is_committed_before_it_is_sent(store: Store, shelf: Shelf) -> None:
    """A crash right after a send would leave no trace of what was said."""
    seen: list[str] = []

    class Watching(Nowhere):
        def send(self, letter: Letter) -> Result:
            with store.read() as session:
                seen.extend(session.scalars(select(Outbox.status).where(Outbox.key == letter.key)))
            return Sent("wamid.1")

    complaints(store, 1)
    waves.move(desk_over(store, shelf, Watching()), "one")
    assert seen == ["sending"]
