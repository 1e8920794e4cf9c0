"""A case that a person opens about an imported chat is about what the customer asked for there."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from flows.rehearsal.stage import Stage
from flows.runs import opening
from flows.store.tables import Case, Customer, Message, Promise
from tests.flows.chats.test_storing import ANA, bring, line

ASKS = "Please delete everything personal about me from this chat, I am afraid my data leaks"


def opened(stage: Stage, folder: Path, *said: str, playbook: str = "deletion-request") -> Case:
    """The case that somebody opens by hand, three days after the customer wrote this into the app."""
    then = wrote(stage)
    bring(stage, folder, "".join(line(then, ANA, text) for text in said) + line(then, "Blue Door", "One moment"))
    with stage.store.begin() as session:
        customer = session.scalars(select(Customer.id)).one()
        return opening.open_case_by_hand(
            stage.desk, session, customer_id=customer, playbook=playbook, severity="general", opened_by="anna"
        )


def wrote(stage: Stage) -> datetime:
    return stage.clock.now().replace(second=0, microsecond=0) - timedelta(days=3)


def promised(stage: Stage) -> datetime:
    with stage.store.read() as session:
        return session.scalars(select(Promise.due_at).where(Promise.name == "answered")).one()


def test_what_the_customer_wrote_counts(stage: Stage, tmp_path: Path) -> None:
    """Somebody who has said why they want their data deleted would be asked why, as if nobody had read it."""
    case = opened(stage, tmp_path, "Hello", ASKS, "Thanks")
    assert {name: case.facts[name] for name in ("intent", "motive", "demand")} == {
        "intent": "deletion_request",
        "motive": "privacy",
        "demand": "erase_our_copies",
    }
    with stage.store.read() as session:
        about = session.scalars(select(Message).where(Message.case_id == case.id)).all()
        assert [stage.store.vault.open(each.sealed_content)["text"] for each in about] == [ASKS]


def test_the_law_gives_its_time_from_when_the_customer_wrote(stage: Stage, tmp_path: Path) -> None:
    """The answer would be promised for a day on which the time that the law gives is over."""
    opened(stage, tmp_path, ASKS)
    assert promised(stage).replace(microsecond=0) == wrote(stage) + timedelta(days=28)


@pytest.mark.parametrize("said", ["Hello", "My parcel never arrived, this is a scandal"])
def test_without_a_message_that_asks_for_it_it_is_as_the_person_says(stage: Stage, tmp_path: Path, said: str) -> None:
    """A wish that came by telephone would be dated by an old message about something else."""
    case = opened(stage, tmp_path, said)
    assert "motive" not in case.facts
    assert promised(stage) == stage.clock.now() + timedelta(days=28)
    with stage.store.read() as session:
        assert session.scalars(select(Message.id).where(Message.case_id == case.id)).first() is None
