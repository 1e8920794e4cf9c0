"""What colleagues send by hand is one of our messages, from the moment they say so."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from textwrap import dedent

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import delete, select, update

from flows.channels.channel import HandOver
from flows.rehearsal.scenario import START, Event, Says
from flows.rehearsal.stage import Stage, address_of
from flows.runs import our_messages
from flows.shelf import Shelf
from flows.store.tables import Customer, Outbox
from flows.verbs import all_verbs
from rules.bundle import Bundle
from tests.flows.runs.trials import ASKS, HEAD, TRIGGER, bundle, shipped

HOUR = timedelta(hours=1)
REPLY = """
    steps:
      - reply: complaint/first
      - wait_for: 2 days
"""
LATE = """
    steps:
      - wait_for: 30 hours
      - reply: complaint/first
"""


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A customer has asked, and the answer has to be sent from the app."""
    opened = Stage(Shelf(bundle(REPLY), all_verbs()))
    opened.channel.answers.append(HandOver("https://wa.me/1"))
    opened.happen(Event(customer_says=Says(ASKS)))
    yield opened
    opened.close()


def ours(stage: Stage) -> list[our_messages.OurMessage]:
    with stage.store.read() as session:
        return our_messages.to_customer(session, session.scalars(select(Customer.id)).one())


def letter(stage: Stage) -> Outbox:
    with stage.store.read() as session:
        return session.scalars(select(Outbox).where(Outbox.to == "customer")).one()


def test_a_letter_is_ours_when_it_is_ticked_off(stage: Stage) -> None:
    """It would be missing on the list of what can be recalled, or stand there before anybody has sent it."""
    stage.pass_time(HOUR)
    assert ours(stage) == []
    stage.happen(Event(answer={}))
    (said,) = ours(stage)
    assert said.sent_at == START + HOUR
    row = letter(stage)
    assert (row.id, row.form, row.status) == (said.id, "by_hand", "sent")


def test_a_letter_that_whatsapp_cannot_take_is_a_row_too() -> None:
    """What is written when the window is closed would be in no list, and would outlive every deletion."""
    files = {**shipped(), "playbooks/trial.yaml": HEAD.format(name="trial", scope="case") + TRIGGER + dedent(LATE)}
    name = "playbooks/replies/complaint/first.yaml"
    files[name] = files[name].partition("template:")[0]
    stage = Stage(Shelf(Bundle.parse(files, all_verbs()), all_verbs()))
    stage.happen(Event(customer_says=Says(ASKS)))
    stage.pass_time(30 * HOUR)
    row = letter(stage)
    assert (row.form, row.status, row.sent_at) == ("by_hand", "handed_over", None)
    stage.happen(Event(answer={}))
    assert [each.sent_at for each in ours(stage)] == [START + 30 * HOUR]
    stage.close()


def test_an_echo_of_the_same_letter_is_the_same_message(stage: Stage) -> None:
    """The colleague would be asked to delete one message twice."""
    text = stage.store.vault.open(letter(stage).sealed_body)["text"]
    stage.pass_time(HOUR)
    stage.colleague_writes(text, wamid="wamid.app.1")
    stage.colleague_writes("Something else", wamid="wamid.app.2")
    stage.pass_time(HOUR)
    stage.happen(Event(answer={}))
    first, second = ours(stage)
    assert {first.sent_at, second.sent_at} == {START + HOUR}
    assert letter(stage).id in (first.id, second.id)


def test_what_a_colleague_says_in_place_of_a_failed_letter_is_ours() -> None:
    """A customer would be told that all our messages are deleted, but for the one that a colleague wrote instead."""
    stage = Stage(Shelf(bundle(REPLY), all_verbs()))
    stage.happen(Event(send_fails_with=131050))
    stage.happen(Event(customer_says=Says(ASKS)))
    assert letter(stage).status == "failed"
    stage.pass_time(HOUR)
    stage.happen(Event(answer={}))
    (said,) = ours(stage)
    assert said.sent_at == START + HOUR
    with stage.store.read() as session:
        found = our_messages.words_of(session, stage.store.vault, said.id)
    assert found is not None
    assert found[1].startswith("Hello there")
    stage.close()


def test_nothing_is_sent_again_that_was_sent_by_hand(stage: Stage) -> None:
    """A late report of a failure would send the customer the same words a second time."""
    stage.happen(Event(answer={}))
    row = letter(stage)
    key = {
        "id": "wamid.late",
        "status": "failed",
        "timestamp": str(int(START.timestamp())),
        "recipient_id": address_of(1),
    }
    stage._post({"statuses": [{**key, "biz_opaque_callback_data": row.key, "errors": [{"code": 131000}]}]})
    stage.pass_time(HOUR)
    assert letter(stage).status == "sent"
    assert len(stage.channel.letters) == 1


@pytest.mark.parametrize("row", ["as it was handed over", "none"])
def test_what_older_releases_sent_by_hand_is_not_forgotten(stage: Stage, row: str) -> None:
    """After an update what was sent from the app would be missing in every recall and every inventory."""
    stage.pass_time(HOUR)
    stage.happen(Event(answer={}))
    stage.happen(Event(customer_says=Says(ASKS, customer=2)))  # this one was sent by WhatsApp
    before = texts(stage)
    with stage.store.begin() as session:  # as older releases left it
        older = (
            update(Outbox).values(status="handed_over", form="text", sent_at=None)
            if row == "as it was handed over"
            else delete(Outbox)
        )
        session.execute(older.where(Outbox.form == "by_hand"))
    migration = importlib.import_module("flows.store.migrations.data.0004_records_that_are_asked_for")
    for _ in range(2):  # the second time nothing is left to do
        with stage.store.begin() as session, Operations.context(MigrationContext.configure(session.connection())):
            migration._letters_by_hand()
    assert texts(stage) == before
    assert [(form, sent) for form, sent, _ in before] == [("by_hand", START + HOUR), ("text", START + HOUR)]


def texts(stage: Stage) -> list[tuple[str, datetime | None, str]]:
    """Everything that has left, with its words."""
    with stage.store.read() as session:
        rows = session.scalars(select(Outbox).where(Outbox.to == "customer", Outbox.status == "sent")).all()
        found = [(row.form, row.sent_at, stage.store.vault.open(row.sealed_body)["text"]) for row in rows]
    return sorted(found)
