"""Many at once: several customers share a transaction, and still nobody suffers from what breaks for another."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import event, select, update

from flows.channels.channel import Letter, Result
from flows.clock import MovedClock
from flows.rehearsal.stage import Nowhere
from flows.runs import intake, waves
from flows.sending import results
from flows.shelf import Shelf
from flows.store import journal
from flows.store.database import Store
from flows.store.tables import Case, Message, Outbox, Subject
from tests.flows.runs.test_waves import Poisoned, complaints, desk_over

CROWD = waves.CROWDED + 4
_LETTERS = select(Outbox.status).where(Outbox.to == "customer")


def answered(channel: Nowhere) -> Counter[str]:
    """How many letters each number got."""
    return Counter(letter.to for letter in channel.letters)


def test_everybody_in_a_crowd_is_answered_once(any_store: Store, shelf: Shelf) -> None:
    """In a crowd somebody would be left out or answered twice, or their histories would not fit together."""
    complaints(any_store, CROWD)
    channel = Nowhere()
    waves.move(desk_over(any_store, shelf, channel), "one")
    assert len(answered(channel)) == CROWD
    assert set(answered(channel).values()) == {1}
    with any_store.read() as session:
        assert len(session.scalars(select(Case)).all()) == CROWD
        assert all(journal.verify(session, each).lines for each in session.scalars(select(Case.customer_id)))


def test_a_message_that_cannot_be_read_keeps_nobody_else_waiting(
    store: Store, shelf: Shelf, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One strange message would keep all those from being answered who share a transaction with it."""
    complaints(store, CROWD)
    with store.read() as session:
        strange = session.scalars(select(Message.id).order_by(Message.id)).first()
    read_message = intake.read_message

    def breaks(desk: Any, session: Any, message: Message, *rest: Any) -> Any:
        if message.id == strange:
            raise RuntimeError("a message that nobody has foreseen")
        return read_message(desk, session, message, *rest)

    monkeypatch.setattr(intake, "read_message", breaks)
    channel = Nowhere()
    desk = desk_over(store, shelf, channel)
    waves.move(desk, "one")
    assert len(answered(channel)) == CROWD - 1
    monkeypatch.undo()
    clock.move(waves.REST_AFTER_ERROR)
    waves.move(desk, "two")
    assert len(answered(channel)) == CROWD
    assert set(answered(channel).values()) == {1}


def test_a_call_that_breaks_in_a_crowd_harms_only_its_own_customer(store: Store, shelf: Shelf) -> None:
    """What became of the letters that left beside it would be forgotten, and they would be sent again."""
    complaints(store, CROWD)
    channel = Poisoned()
    waves.move(desk_over(store, shelf, channel), "one")
    assert len(answered(channel)) == CROWD - 1
    with store.read() as session:
        assert Counter(session.scalars(_LETTERS)) == {"sent": CROWD - 1, "sending": 1}


def test_what_breaks_after_letters_have_left_sends_none_again(
    store: Store, shelf: Shelf, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight customers would be answered twice because the answer to one letter could not be taken in."""
    complaints(store, CROWD)
    take_in, broke = results.answered, list[str]()

    def breaks(desk: Any, session: Any, row: Outbox, *rest: Any) -> None:
        take_in(desk, session, row, *rest)
        if not broke or row.id in broke:
            broke.append(row.id)
            raise RuntimeError("an answer that nobody has foreseen")

    monkeypatch.setattr(results, "answered", breaks)
    channel = Nowhere()
    waves.move(desk_over(store, shelf, channel), "one")
    assert len(set(broke)) == 1
    assert len(broke) > 1  # also when it was done by itself
    with store.read() as session:
        assert Counter(session.scalars(_LETTERS)) == {"sent": CROWD - 1, "sending": 1}
    monkeypatch.undo()
    clock.move(waves.REST_AFTER_ERROR)
    waves.move(desk_over(store, shelf, channel), "two")
    assert set(answered(channel).values()) == {1}


def test_every_letter_of_a_crowd_is_committed_before_it_leaves(store: Store, shelf: Shelf) -> None:
    """A crash in the middle of a crowd would leave letters of which nothing is known, and they would leave again."""
    seen: Counter[str] = Counter()

    class Watching(Nowhere):
        def send(self, letter: Letter) -> Result:
            with store.read() as session:
                seen.update(session.scalars(select(Outbox.status).where(Outbox.key == letter.key)))
            return super().send(letter)

    complaints(store, CROWD)
    waves.move(desk_over(store, shelf, Watching()), "one")
    assert seen == {"sending": CROWD}


def test_a_claim_that_is_lost_in_a_crowd_is_moved_by_nobody_else(store: Store, shelf: Shelf) -> None:
    """Somebody whom another responder has taken over would be answered by both, or those beside them by none."""
    complaints(store, CROWD)
    channel = Nowhere()
    wave = waves.Wave(desk_over(store, shelf, channel), "one")
    wave.claim()
    lost = min(wave.claims)
    with store.begin() as session:
        session.execute(update(Subject).where(Subject.id == lost).values(claimed_by="another"))
    for group in wave.groups():
        group()
    assert len(answered(channel)) == CROWD - 1
    with store.read() as session:
        assert lost not in session.scalars(select(Case.customer_id)).all()


def test_a_crowd_does_not_ask_the_store_for_each_by_itself(store: Store, shelf: Shelf) -> None:
    """Ten thousand customers would not be heard within ten minutes: what the store is asked is most of the work."""
    asked = Counter[str]()
    complaints(store, CROWD)
    engine = store._engines[0]

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked["begun" if statement.startswith("BEGIN") else "asked"] += 1

    event.listen(engine, "before_cursor_execute", count)
    try:
        waves.move(desk_over(store, shelf), "one")
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert asked["begun"] < 2 * CROWD
    assert asked["asked"] < 100 * CROWD
