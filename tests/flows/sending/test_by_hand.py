"""What colleagues send by hand is one of our messages, from the moment they say so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from flows.channels.channel import HandOver
from flows.rehearsal.scenario import START, Event, Says
from flows.rehearsal.stage import Stage
from flows.runs import our_messages
from flows.shelf import Shelf
from flows.store.engines import connect, writing
from flows.store.schema import bring_up_to_date
from flows.store.tables import Customer, Outbox
from flows.verbs import all_verbs
from tests.flows.runs.trials import ASKS, bundle

HOUR = timedelta(hours=1)
REPLY = """
    steps:
      - reply: complaint/first
      - wait_for: 2 days
"""
LATE = """
    steps:
      - wait_for: 30 hours
      - reply: deletion/received
"""


@pytest.fixture
def asked(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A customer has asked, and these steps are on their way."""
    stage = Stage(Shelf(bundle(request.param), all_verbs()))
    if request.param == REPLY:
        stage.channel.answers.append(HandOver("https://wa.me/1"))
    stage.happen(Event(customer_says=Says(ASKS)))
    yield stage
    stage.close()


def ours(stage: Stage) -> list[our_messages.OurMessage]:
    with stage.store.read() as session:
        return our_messages.to_customer(session, session.scalars(select(Customer.id)).one())


def letter(stage: Stage) -> Outbox:
    with stage.store.read() as session:
        return session.scalars(select(Outbox).where(Outbox.to == "customer")).one()


@pytest.mark.parametrize("asked", [REPLY], indirect=True)
def test_a_letter_is_ours_when_it_is_ticked_off(asked: Stage) -> None:
    """It would be missing on the list of what can be recalled, or stand there before anybody has sent it."""
    asked.pass_time(HOUR)
    assert ours(asked) == []
    asked.happen(Event(answer={}))
    (said,) = ours(asked)
    assert said.sent_at == START + HOUR
    row = letter(asked)
    assert (row.id, row.form, row.status) == (said.id, "by_hand", "sent")


@pytest.mark.parametrize("asked", [LATE], indirect=True)
def test_a_letter_that_whatsapp_cannot_send_is_a_row_too(asked: Stage) -> None:
    """What is written when the window is closed would be in no list, and would outlive every deletion."""
    asked.pass_time(30 * HOUR)
    row = letter(asked)
    if row.form != "by_hand":
        pytest.fail("this reply has a template now; take one that has none")
    assert (row.status, row.sent_at) == ("handed_over", None)
    asked.happen(Event(answer={}))
    assert [each.sent_at for each in ours(asked)] == [START + 30 * HOUR]


@pytest.mark.parametrize("asked", [REPLY], indirect=True)
def test_an_echo_of_the_same_letter_is_the_same_message(asked: Stage) -> None:
    """The colleague would be asked to delete one message twice."""
    text = asked.store.vault.open(letter(asked).sealed_body)["text"]
    asked.pass_time(HOUR)
    asked.colleague_writes(text, wamid="wamid.app.1")
    asked.colleague_writes("Something else", wamid="wamid.app.2")
    asked.pass_time(HOUR)
    asked.happen(Event(answer={}))
    first, second = ours(asked)
    assert {first.sent_at, second.sent_at} == {START + HOUR}
    assert letter(asked).id in (first.id, second.id)
