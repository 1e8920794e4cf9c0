"""What colleagues write in the app: read for what should not have been sent."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from flows.ids import new_id
from flows.rehearsal.stage import Stage
from flows.runs import own_words
from flows.store.tables import JournalLine, Message, Task

PASSPORT = "Your passport number E12345678 is booked"


def echoed(stage: Stage, text: str, ago: timedelta = timedelta()) -> Task | None:
    """A text that a colleague wrote in the app, as it is looked at."""
    stage.know("en", None)
    with stage.store.begin() as session:
        customer, now = stage.customer_id(session), stage.clock.now()
        message = Message(
            id=new_id("M"),
            customer_id=customer,
            blind=new_id("M"),
            author="us",
            origin="echo",
            kind="text",
            place="private",
            sent_at=now - ago,
            received_at=now,
            handled_at=now,
            sealed_content=stage.store.vault.seal(customer, {"text": text}),
        )
        session.add(message)
        session.flush()
        task = own_words.after_echo(stage.desk, session, message)
        session.flush()
        return task


def test_a_passport_number_of_ours_is_to_be_deleted_in_time(stage: Stage) -> None:
    """It would stay on the customer's phone although it could still be taken back."""
    task = echoed(stage, PASSPORT)
    assert task is not None
    assert "a passport number" in task.question
    assert "within 48 hours" in task.question


def test_after_48_hours_nothing_is_promised(stage: Stage) -> None:
    """A colleague would rely on a deletion that WhatsApp no longer promises."""
    task = echoed(stage, PASSPORT, timedelta(hours=49))
    assert task is not None
    assert "nobody can promise" in task.question


def test_the_number_stands_nowhere_but_in_what_is_sealed(stage: Stage) -> None:
    """The journal, or the list of tasks, would become one more copy of it."""
    task = echoed(stage, PASSPORT)
    assert task is not None
    assert "E12345678" not in task.question
    with stage.store.read() as session:
        lines = session.scalars(select(JournalLine).where(JournalLine.event == "own text objected to")).all()
    assert [line.data["kinds"] for line in lines] == [["passport_number"]]
    assert "E12345678" not in str([line.data for line in lines])


def test_an_ordinary_text_is_left_alone(stage: Stage) -> None:
    """Colleagues would be asked to delete every order number that they mention."""
    assert echoed(stage, "Order #12345 leaves today, that makes 250 dollars") is None
