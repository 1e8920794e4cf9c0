"""What becomes of letters that have not left when the statement changes, or the crisis ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from flows.crisis import standing_down, statements
from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage
from flows.runs import waves
from flows.runs.moved import Moved
from flows.shelf import Shelf
from flows.store.tables import Incident, JournalLine, Outbox, Statement
from rules.language import FactName, Words

LATE = "My parcel has not arrived after two weeks"
SLOWER = 130429
"""WhatsApp asks us to be slower: what is refused with this leaves later."""


@pytest.fixture
def stage(shelf: Shelf) -> Iterator[Stage]:
    """A customer of an open incident has had the first reply."""
    opened = Stage(shelf, {FactName("privacy_notice"): "current"})
    opened.happen(Event(incident=Words("Parcels are late"), topic="delivery"))
    opened.happen(Event(customer_says=Says(LATE)))
    yield opened
    opened.close()


def state(stage: Stage, remedies: Sequence[str], words: str) -> str:
    """Draft a statement and put it into force; returns its id. Nobody moves meanwhile."""
    with stage.store.begin() as session:
        incident = session.scalars(select(Incident)).one()
        about = (stage.desk, session, incident, {"en": words}, list(remedies), None)
        made = statements.draft(*about, "lee")
        return statements.vote(stage.desk, session, made, "ann", True, role="senior_owner").id


def stand_down(stage: Stage) -> None:
    with stage.store.begin() as session:
        incident = session.scalars(select(Incident)).one()
        standing_down.stand_down(stage.desk, session, incident, "lee", 4)


def letters(stage: Stage) -> list[tuple[str, str]]:
    """Every text for the customer: which, and its status."""
    with stage.store.read() as session:
        rows = session.scalars(select(Outbox).where(Outbox.to == "customer").order_by(Outbox.created_at, Outbox.key))
        return [(str(each.reply), each.status) for each in rows]


def said(stage: Stage) -> list[str]:
    return [letter.text for letter in stage.channel.letters]


def failures(stage: Stage) -> list[str]:
    with stage.store.read() as session:
        failed = JournalLine.event.in_(("moving failed", "step failed"))
        return [str(each.data) for each in session.scalars(select(JournalLine).where(failed))]


def test_an_offer_that_waits_to_leave_is_made_of_the_statement_in_force(stage: Stage) -> None:
    """Customers would be offered money an hour after that was taken back, in words that nobody stands for any more."""
    stage.happen(Event(send_fails_with=SLOWER))
    state(stage, ["refund"], "It is the depot in the north.")
    stage.settle()
    assert ("crisis/offer", "ready") in letters(stage)
    tried = len(stage.channel.letters)
    state(stage, ["voucher"], "It is every depot.")
    stage.pass_time(timedelta(minutes=3))
    offers = [letter for letter in stage.channel.letters[tried:] if letter.buttons]
    assert [[each.id for each in offer.buttons] for offer in offers] == [["remedy:voucher", "remedy:person"]]
    assert "every depot" in offers[0].text
    assert not any("north" in text for text in said(stage)[tried:])
    assert failures(stage) == []


def test_a_statement_that_comes_while_letters_leave_reaches_those_behind(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the minutes that it takes to write to ten thousand, the second half would still get the words of before."""
    state(stage, ["refund"], "It is the depot in the north.")
    send = waves.Wave.send
    changed: list[str] = []

    def changes_just_before(wave: waves.Wave, subject_id: str) -> list[Moved]:
        if not changed and any(reply == "crisis/offer" for reply, _ in letters(stage)):
            changed.append(state(stage, ["voucher"], "It is every depot."))
        return send(wave, subject_id)

    monkeypatch.setattr(waves.Wave, "send", changes_just_before)
    stage.settle()
    stage.pass_time(timedelta(minutes=3))
    assert len(changed) == 1
    assert not any("north" in text for text in said(stage))
    assert [[each.id for each in letter.buttons] for letter in stage.channel.letters if letter.buttons] == [
        ["remedy:voucher", "remedy:person"]
    ]
    with stage.store.read() as session:
        left = session.scalars(select(Outbox.statement_id).where(Outbox.status == "sent", Outbox.to == "customer"))
        assert {each for each in left if each is not None} == set(changed)
        assert session.get_one(Statement, changed[0]).status == "in_force"
    assert failures(stage) == []


def test_nobody_hears_that_we_are_still_at_it_after_it_is_over(stage: Stage) -> None:
    """They would read that it is over and, a minute later, that we are still working on it."""
    stage.pass_time(timedelta(minutes=29))
    stage.happen(Event(send_fails_with=SLOWER))
    stage.pass_time(timedelta(minutes=1))
    assert ("crisis/still-working", "ready") in letters(stage)
    stand_down(stage)
    stage.pass_time(timedelta(minutes=5))
    assert [reply for reply, status in letters(stage) if status == "sent"] == ["complaint/first", "crisis/over"]
    assert ("crisis/still-working", "withdrawn") in letters(stage)
    assert failures(stage) == []
