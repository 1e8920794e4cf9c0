"""What becomes of a text when WhatsApp refuses it, keeps silent, or changes its mind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from flows.channels.channel import HandOver, Result, Unsure
from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage, refusal
from flows.store.subjects import ring
from flows.store.tables import Delivery, JournalLine, Outbox, Task

LATE_PARCEL = Event(customer_says=Says("My parcel still has not arrived after two weeks"))
UNSURE = Unsure("the connection broke")


def texts(stage: Stage) -> list[Outbox]:
    with stage.store.read() as session:
        return list(session.scalars(select(Outbox).where(Outbox.to == "customer").order_by(Outbox.created_at)))


def tasks(stage: Stage, kind: str = "do") -> list[Task]:
    with stage.store.read() as session:
        return list(session.scalars(select(Task).where(Task.kind == kind, Task.status == "open")))


def events(stage: Stage) -> list[str]:
    with stage.store.read() as session:
        return list(session.scalars(select(JournalLine.event).order_by(JournalLine.at, JournalLine.number)))


def complain(stage: Stage, *answers: Result) -> None:
    stage.channel.answers.extend(answers)
    stage.happen(LATE_PARCEL)


def status(stage: Stage, row: Outbox, word: str, code: int | None = None) -> None:
    """A delivery status comes in, as the webhook would store it."""
    with stage.store.begin() as session:
        now = stage.clock.now()
        session.add(
            Delivery(blind=row.provider_blind or "b", key=row.key, status=word, code=code, at=now, received_at=now)
        )
        ring(session, row.subject_id, now)
    stage.settle()


def test_closed_window_sends_the_template(stage: Stage) -> None:
    """WhatsApp says the window is closed although we believed it open, and the customer is never answered."""
    complain(stage, refusal(131047))
    assert [letter.kind for letter in stage.channel.letters] == ["text", "template"]
    assert [(text.status, text.form) for text in texts(stage)] == [("sent", "template")]


@pytest.mark.parametrize("code", [131026, 131048, 190, 999999])
def test_what_no_machine_can_mend_goes_to_a_person(stage: Stage, code: int) -> None:
    """A reply that WhatsApp refuses for good would be dropped."""
    complain(stage, refusal(code))
    assert [text.status for text in texts(stage)] == ["handed_over"]
    [task] = tasks(stage)
    assert task.role == "on_call"
    details = stage.store.vault.open(task.sealed_details or b"")
    assert "will look into it" in details["text"]
    stage.happen(Event(answer={}))
    assert "promise kept" in events(stage)


@pytest.mark.parametrize("code", [131056, 130429, 131000, 131016])
def test_too_fast_is_waited_off(stage: Stage, code: int) -> None:
    """A busy minute at WhatsApp would cost a customer their answer."""
    complain(stage, refusal(code), refusal(code))
    assert [text.status for text in texts(stage)] == ["ready"]
    stage.happen(Event(after=timedelta(minutes=6)))
    assert [text.status for text in texts(stage)] == ["sent"]
    assert len(stage.channel.letters) == 3
    assert len({letter.key for letter in stage.channel.letters}) == 1


def test_opted_out_is_respected(stage: Stage) -> None:
    """Somebody who wants no more messages would get the next one all the same."""
    complain(stage, refusal(131050))
    stage.happen(Event(after=timedelta(hours=2)))
    assert len(stage.channel.letters) == 1
    assert "step failed" in events(stage)


def test_unsure_is_settled_by_the_status(stage: Stage) -> None:
    """A text whose answer was lost would be sent a second time."""
    complain(stage, UNSURE)
    [text] = texts(stage)
    assert text.status == "sending"
    status(stage, text, "delivered")
    stage.happen(Event(after=timedelta(minutes=10)))
    assert [text.status for text in texts(stage)] == ["sent"]
    assert len(stage.channel.letters) == 1
    assert "promise kept" in events(stage)


def test_unsure_without_a_status_is_tried_once_more(stage: Stage) -> None:
    """A text that never left would never be sent."""
    complain(stage, UNSURE)
    stage.happen(Event(after=timedelta(minutes=1)))
    assert len(stage.channel.letters) == 1, "the status is still waited for"
    stage.happen(Event(after=timedelta(minutes=2)))
    assert len(stage.channel.letters) == 2
    assert [text.status for text in texts(stage)] == ["sent"]


def test_unsure_twice_is_looked_at_by_a_person(stage: Stage) -> None:
    """A text would be sent again and again to somebody who has read it."""
    complain(stage, UNSURE, UNSURE)
    stage.happen(Event(after=timedelta(minutes=5)))
    assert len(stage.channel.letters) == 2
    assert [text.status for text in texts(stage)] == ["handed_over"]
    assert "look before you send" in tasks(stage)[0].question


def test_failure_reported_later_reaches_a_person(stage: Stage) -> None:
    """A text that WhatsApp took and could not deliver would count as said."""
    complain(stage)
    [text] = texts(stage)
    status(stage, text, "failed", 131026)
    assert [text.status for text in texts(stage)] == ["failed"]
    assert any("could not deliver" in task.question for task in tasks(stage))


def test_read_counts_as_delivered(stage: Stage) -> None:
    """WhatsApp may leave `delivered` out, and a read text would look undelivered."""
    complain(stage)
    status(stage, texts(stage)[0], "read")
    [text] = texts(stage)
    assert text.read_at is not None
    assert text.delivered_at is not None


def test_statuses_in_any_order_twice(stage: Stage) -> None:
    """A late or repeated status would send or fail a text that is long done."""
    complain(stage)
    for word in ("read", "delivered", "sent", "read"):
        status(stage, texts(stage)[0], word)
    assert [text.status for text in texts(stage)] == ["sent"]
    assert len(stage.channel.letters) == 1


def test_by_hand_channel_waits_for_the_person(stage: Stage) -> None:
    """On a number without the API a reply would count as sent before anybody sent it."""
    complain(stage, HandOver("https://wa.me/1?text=x"))
    [task] = tasks(stage)
    assert stage.store.vault.open(task.sealed_details or b"")["link"].startswith("https://wa.me/")
    assert "promise kept" not in events(stage)
    stage.happen(Event(answer={}))
    assert "promise kept" in events(stage)
