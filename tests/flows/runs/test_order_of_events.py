"""Events in the order that nobody hoped for: crashes, late statuses, late answers, claims lost in a send."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from flows import answering
from flows.channels.channel import Letter, Result, Sent, Unsure
from flows.ids import new_id
from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Nowhere, Stage, refusal
from flows.runs import waves
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.subjects import ring
from flows.store.tables import Case, Delivery, JournalLine, Outbox, Promise, Run, Step, Task
from tests.flows.runs.test_waves import complaints, desk_over

PARCEL = Event(customer_says=Says("My parcel still has not arrived after two weeks"))
FIRE = Event(customer_says=Says("The charger caught fire and burned my hand"))


def texts(store: Store) -> list[Outbox]:
    with store.read() as session:
        return list(session.scalars(select(Outbox).where(Outbox.to == "customer").order_by(Outbox.created_at)))


def open_tasks(store: Store) -> list[Task]:
    with store.read() as session:
        return list(session.scalars(select(Task).where(Task.status == "open").order_by(Task.created_at, Task.id)))


def events(store: Store) -> list[str]:
    with store.read() as session:
        return list(session.scalars(select(JournalLine.event).order_by(JournalLine.at, JournalLine.number)))


def status(stage: Stage, row: Outbox, word: str, code: int | None = None) -> None:
    with stage.store.begin() as session:
        now = stage.clock.now()
        session.add(Delivery(blind="b", key=row.key, status=word, code=code, at=now, received_at=now))
        ring(session, row.subject_id, now)
    stage.settle()


def test_one_customers_cap_silences_nobody_else(store: Store, shelf: Shelf) -> None:
    """A marketing cap of one customer would keep an emergency of another waiting for a day."""
    channel = Nowhere(answers=[refusal(131049)])
    desk = desk_over(store, shelf, channel)
    complaints(store, 1)
    waves.move(desk, "one")
    complaints(store, 3)
    waves.move(desk, "two")
    assert len({letter.to for letter in channel.letters}) == 3


def test_a_letter_of_a_dead_process_waits_for_its_status_after_any_downtime(stage: Stage) -> None:
    """After an hour without power the text would be said again at once, although WhatsApp delivered it long ago."""
    stage.channel.answers.append(Unsure("the power went"))
    stage.happen(PARCEL)
    with stage.store.begin() as session:
        left = session.scalars(select(Outbox).where(Outbox.to == "customer")).one()
        left.not_before = None  # as a killed process leaves it
    stage.clock.move(timedelta(hours=1))
    with stage.store.begin() as session:
        ring(session, left.subject_id, stage.clock.now())
    stage.settle()
    assert len(stage.channel.letters) == 1
    status(stage, texts(stage.store)[0], "delivered")
    stage.happen(Event(after=timedelta(minutes=30)))
    assert len(stage.channel.letters) == 1
    assert texts(stage.store)[0].status == "sent"


def test_what_has_left_is_written_down_although_the_claim_is_lost(store: Store, shelf: Shelf) -> None:
    """A send that took longer than the lease would be done again by whoever took over."""
    complaints(store, 1)

    class TakenOver(Nowhere):
        def send(self, letter: Letter) -> Result:
            store.clock.move(waves.LEASE * 2)  # type: ignore[attr-defined]
            with store.begin() as session:
                from flows.store import subjects

                subjects.claim(session, "somebody else", store.clock.now(), waves.LEASE, 5)
            return super().send(letter)

    channel = TakenOver()
    waves.move(desk_over(store, shelf, channel), "slow")
    assert [text.status for text in texts(store)] == ["sent"]
    store.clock.move(waves.LEASE * 2)  # type: ignore[attr-defined]
    waves.move(desk_over(store, shelf), "next")
    assert len(channel.letters) == 1
    with store.read() as session:
        assert session.get_one(Step, (session.scalars(select(Run.id)).one(), "first")).status == "done"


def test_a_status_takes_back_the_request_to_send_by_hand(stage: Stage) -> None:
    """A colleague would send by hand what the customer has read already."""
    stage.channel.answers += [Unsure("one"), Unsure("two")]
    stage.happen(PARCEL)
    stage.happen(Event(after=timedelta(minutes=5)))
    assert texts(stage.store)[0].status == "handed_over"
    status(stage, texts(stage.store)[0], "read")
    assert texts(stage.store)[0].status == "sent"
    assert not [task for task in open_tasks(stage.store) if "by hand" in task.question]
    assert "promise kept" in events(stage.store)


def test_a_customer_who_must_still_be_reached_is_not_forgotten_when_the_case_closes(stage: Stage) -> None:
    """The task to reach somebody another way would disappear together with the case."""
    stage.happen(PARCEL)
    status(stage, texts(stage.store)[0], "failed", 131026)
    stage.happen(Event(answer={"complaint_solved": True}))
    with stage.store.read() as session:
        assert session.scalars(select(Case.closed_as)).one() == "solved"
    assert [task.question for task in open_tasks(stage.store) if "could not deliver" in task.question]


def test_a_window_that_closed_meanwhile_is_told_later_and_the_template_goes(stage: Stage) -> None:
    """WhatsApp often reports a closed window only afterwards, and the customer would get nothing."""
    stage.happen(PARCEL)
    status(stage, texts(stage.store)[0], "failed", 131047)
    assert [letter.kind for letter in stage.channel.letters] == ["text", "template"]


def test_an_opt_out_that_is_told_later_bothers_nobody(stage: Stage) -> None:
    """A colleague would be asked to reach somebody who wants no more messages."""
    stage.happen(PARCEL)
    status(stage, texts(stage.store)[0], "failed", 131050)
    assert not [task for task in open_tasks(stage.store) if "another way" in task.question]


def test_an_answer_after_its_time_is_none(stage: Stage) -> None:
    """A yes three hours after its time limit would open the gate that its silence has shut."""
    stage.happen(FIRE)
    stage.happen(Event(answer={}))
    stage.happen(Event(answer={"call_outcome": "looked_after"}))
    [task] = open_tasks(stage.store)
    stage.clock.move(timedelta(days=2, hours=3))  # nobody is there to notice that the time is up
    with pytest.raises(answering.WrongAnswer, match="time for"), stage.store.begin() as session:
        answering.answer(
            session, stage.desk.shelf.current.vocabulary, task.id, {"approved": "yes"}, "colleague", stage.clock.now()
        )
    stage.settle()
    with stage.store.read() as session:
        assert session.get_one(Step, (task.run_id, "solved")).status == "timed_out"


def test_an_answer_in_time_counts_although_nobody_looked(stage: Stage) -> None:
    """An answer a minute before the limit would be lost because the responder was down."""
    stage.happen(FIRE)
    stage.happen(Event(answer={}))
    stage.happen(Event(answer={"call_outcome": "looked_after"}))
    [task] = open_tasks(stage.store)
    stage.clock.move(timedelta(days=1))
    with stage.store.begin() as session:
        answering.answer(
            session, stage.desk.shelf.current.vocabulary, task.id, {"approved": "yes"}, "colleague", stage.clock.now()
        )
    stage.clock.move(timedelta(days=3))
    stage.settle()
    with stage.store.read() as session:
        assert session.scalars(select(Case.closed_as)).one() == "solved"


def test_a_promise_counts_from_when_the_customer_wrote(store: Store, shelf: Shelf) -> None:
    """After four hours without power the history would say that everyone was answered in time."""
    complaints(store, 1)
    store.clock.move(timedelta(hours=4))  # type: ignore[attr-defined]
    desk = desk_over(store, shelf)
    for _ in range(3):
        waves.move(desk, new_id("R"))
    with store.read() as session:
        assert session.scalars(select(Promise.status).where(Promise.name == "first_reply")).one() == "broken"
    assert "promise broken" in events(store)


def test_a_letter_that_waits_is_withdrawn_when_the_case_is_closed_by_hand(stage: Stage) -> None:
    """A text would leave hours after somebody has closed the case."""
    from flows.runs.ending import close_by_hand

    stage.channel.answers += [refusal(130429)]
    stage.happen(PARCEL)
    with stage.store.begin() as session:
        close_by_hand(session, session.scalars(select(Case.id)).one(), "withdrawn", "colleague", stage.clock.now())
    stage.happen(Event(after=timedelta(hours=1)))
    assert len(stage.channel.letters) == 1
    assert [text.status for text in texts(stage.store)] == ["withdrawn"]


def test_an_early_status_without_our_key_is_found_again(stage: Stage) -> None:
    """A failure that WhatsApp reports before it answers the send would be taken for somebody else's."""
    blind = stage.store.vault.blind("wamid", "wamid.early")
    with stage.store.begin() as session:
        now = stage.clock.now()
        session.add(Delivery(blind=blind, status="failed", code=131026, at=now, received_at=now, handled_at=now))
    stage.channel.answers.append(Sent("wamid.early"))
    stage.happen(PARCEL)
    assert texts(stage.store)[0].status == "failed"
