"""Replies that are built from the statement in force, and those that promise more than it allows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from flows.rehearsal.events import Says
from flows.rehearsal.stage import Stage
from flows.store.tables import Customer, JournalLine, Outbox, Task
from rules.language import FactName
from tests.flows.crisis import voices
from tests.flows.runs.trials import ASKS

READY = {"backup_status": "none"}


def opened(reply: str) -> Stage:
    stage = Stage(voices.shelf(reply), {FactName("privacy_notice"): "current"})
    stage.say(Says(ASKS))
    stage.settle()
    return stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = opened("trial/news")
    yield made
    made.close()


def in_crisis(stage: Stage, remedies: list[str], news_in: timedelta | None = None) -> str:
    """The case is in an incident with a statement in force, whose id is returned."""
    incident = voices.incident(stage)
    voices.joins(stage, incident)
    made = voices.draft(stage, incident, remedies, news_in=news_in)
    assert voices.vote(stage, made, "ann") == "in_force"
    return made


def sent(stage: Stage) -> str:
    stage.answer(READY)
    stage.settle()
    return list(stage.said().values())[-1]


def test_the_words_in_force_are_what_is_said(stage: Stage) -> None:
    """Each colleague would word it anew, and customers would compare."""
    made = in_crisis(stage, [], timedelta(hours=2))
    said = sent(stage)
    assert said.startswith("Many parcels are late. We are on it. Version 1. More: ")
    assert "(UTC)" in said
    with stage.store.read() as session:
        assert session.scalars(select(Outbox.statement_id).where(Outbox.reply == "trial/news")).all() == [made]


def test_the_words_are_in_the_language_of_the_customer(stage: Stage) -> None:
    """Words in Portuguese would be approved, and nobody would get them: the replies around them are in English."""
    incident = voices.incident(stage)
    voices.joins(stage, incident)
    made = voices.draft(stage, incident, texts={**voices.WORDS, "pt": "Muitos pacotes estão atrasados."})
    voices.vote(stage, made, "ann")
    with stage.store.begin() as session:
        session.scalars(select(Customer)).one().locale = "pt"
    assert sent(stage).startswith("Muitos pacotes estão atrasados. Version 1.")


def test_a_time_for_news_that_is_over_is_not_claimed(stage: Stage) -> None:
    """The customer would be told to expect news an hour ago."""
    in_crisis(stage, [], timedelta(hours=2))
    stage.pass_time(timedelta(hours=3))
    assert sent(stage).endswith("More: as soon as we know.")


def test_without_a_statement_the_words_beside_it_are_said(stage: Stage) -> None:
    """A customer would wait for an answer until the statement has all its approvals."""
    voices.joins(stage, voices.incident(stage))
    assert sent(stage) == "We are looking into it. Version none. More: as soon as we know."


@pytest.mark.parametrize(("remedies", "leaves"), [([], False), (["voucher"], False), (["refund"], True)])
def test_a_reply_promises_only_what_the_statement_allows(remedies: list[str], leaves: bool) -> None:
    """One customer would get a refund and the next one a voucher."""
    stage = opened("trial/promises")
    in_crisis(stage, remedies)
    stage.answer(READY)
    stage.settle()
    assert bool(stage.said()) is leaves
    with stage.store.read() as session:
        lines = session.scalars(select(JournalLine).where(JournalLine.event == "step failed")).all()
    assert [each.data["objections"] for each in lines] == ([] if leaves else [["outside-the-statement"]])
    stage.close()


def test_outside_of_a_crisis_anything_may_be_promised() -> None:
    """On other days nobody could answer a simple complaint any more."""
    stage = opened("trial/promises")
    voices.incident(stage)  # of other customers
    stage.answer(READY)
    stage.settle()
    assert len(stage.said()) == 1
    stage.close()


@pytest.mark.parametrize(
    ("words", "warned"),
    [
        ("We will refund you today", True),
        ("我们会给您退款", True),
        ("A voucher is on its way to you", False),
        ("We know that you asked for a refund; we cannot yet say", False),
    ],
)
def test_a_promise_typed_in_the_app_is_noticed_at_once(stage: Stage, words: str, warned: bool) -> None:
    """The customer would insist on what one colleague has promised, and nobody would know of it."""
    in_crisis(stage, ["voucher"])
    stage.colleague_writes(words)
    stage.settle()
    with stage.store.read() as session:
        asked = [
            each.question for each in session.scalars(select(Task).where(Task.status == "open", Task.role == "on_call"))
        ]
    assert any("promised a refund" in each for each in asked) is warned
