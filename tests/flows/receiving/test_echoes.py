"""What colleagues do in the app, as the number reports it: messages of ours, and recalls that confirm themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from flows.rehearsal.scenario import START, Event, Says
from flows.rehearsal.stage import Stage
from flows.runs.listing import BY_WHATSAPP
from flows.shelf import Shelf
from flows.store.tables import Case, Customer, Message, Step, TaskItem
from flows.telling import story
from flows.telling.overview import unassigned
from flows.verbs import all_verbs
from rules.language import Words
from tests.flows.runs.trials import ASKS, bundle, tried

HOUR = timedelta(hours=1)
RECALL = """
    steps:
      - reply: complaint/first
      - wait_for: 1 hour
      - {id: take_back, recall: on_call}
      - wait_for: 2 days
"""


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A customer has asked, we have answered, and in an hour our messages are to be recalled."""
    opened = Stage(Shelf(bundle(RECALL), all_verbs()))
    opened.happen(Event(customer_says=Says(ASKS)))
    yield opened
    opened.close()


def the_list(stage: Stage) -> list[tuple[str, str | None]]:
    """How each thing on the list stands, and by whom."""
    with stage.store.read() as session:
        return [(item.status, item.settled_by) for item in session.scalars(select(TaskItem).order_by(TaskItem.number))]


def the_step(stage: Stage) -> Step:
    with stage.store.read() as session:
        return session.scalars(select(Step).where(Step.path == "take_back")).one()


def test_what_a_colleague_writes_in_the_app_is_ours_and_read_by_nobody(stage: Stage) -> None:
    """A colleague's own words would open a case, count as the customer's reply, or be in no recall."""
    stage.happen(Event(colleague_writes=Words("Delete everything, I am furious")))
    with stage.store.read() as session:
        (ours,) = session.scalars(select(Message).where(Message.author == "us")).all()
        assert (ours.kind, ours.origin, ours.handled_at, ours.facts) == ("text", "echo", START, None)
        content = stage.store.vault.open(ours.sealed_content)
        assert (content["text"], content["raw"]["to"]) == ("Delete everything, I am furious", "15550100001")
        assert len(session.scalars(select(Case)).all()) == 1
        assert session.scalars(select(Customer.last_wrote_at)).one() == START
        assert unassigned(session) == []
        customer = ours.customer_id
    stage.pass_time(HOUR)
    assert len(the_list(stage)) == 2
    lines = [line.headline for line in story.tell(stage.store, customer, stage.desk.timezone)]
    assert "a colleague wrote in the app" in lines


def test_a_deletion_in_the_app_ticks_itself_off(stage: Stage) -> None:
    """People would tick off by hand what WhatsApp reports anyway, and forget some of it."""
    stage.pass_time(HOUR / 2)
    stage.happen(Event(colleague_writes=Words("One moment please")))
    stage.pass_time(HOUR / 2)
    stage.happen(Event(colleague_deletes=1))
    assert the_list(stage) == [("done", BY_WHATSAPP), ("open", None)]
    assert the_step(stage).status == "waiting"
    with stage.store.read() as session:
        echo = session.scalars(select(Message).where(Message.author == "us", Message.kind == "text")).one()
        wamid = stage.store.vault.open(echo.sealed_content)["wamid"]
    stage.colleague_deletes(wamid)
    stage.colleague_deletes(wamid)  # WhatsApp may tell it again
    stage.settle()
    assert the_list(stage) == [("done", BY_WHATSAPP), ("done", BY_WHATSAPP)]
    assert the_step(stage).outcome["counted"] == {"recalled": 2, "not_recalled": 0}


def test_what_was_deleted_before_is_not_asked_for(stage: Stage) -> None:
    """A colleague who was quick would be sent to look for a message that is gone."""
    stage.happen(Event(colleague_deletes=1))
    stage.pass_time(HOUR)
    assert the_list(stage) == []
    assert the_step(stage).status == "done"


def test_what_the_customer_takes_back_ticks_off_nothing(stage: Stage) -> None:
    """A message of ours would count as deleted because somebody else named its id."""
    stage.pass_time(HOUR)
    stage.take_message({"id": "wamid.in.9", "type": "revoke", "revoke": {"original_message_id": "wamid.1"}})
    stage.settle()
    assert the_list(stage) == [("open", None)]


def test_a_scenario_can_tell_it() -> None:
    """Designers could not try what happens when a number confirms by itself."""
    tried(
        bundle(RECALL),
        f"""
        timeline:
          - customer says: {ASKS}
          - colleague writes: One moment please
          - after: 1 hour
          - colleague deletes: 1
          - answer: {{failed: 1}}
        expect:
          - task: on_call
            says: 2 messages of ours
          - step: take_back
            status: done
            within: 1 hour
        """,
    )
