"""The verb `erase` in a procedure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from flows.erasing import ledger
from flows.rehearsal.scenario import Says
from flows.rehearsal.stage import Stage
from flows.shelf import Shelf
from flows.store.tables import Message, Outbox, Step, Subject
from flows.store.vault import GONE, Vault
from flows.verbs import all_verbs
from tests.flows.runs import trials

PROCEDURE = """
    promises: {answered: {within: 5 days, on_breach: {escalate: shift_lead}}}
    steps:
      - reply: deletion/received
      - erase: {}
      - notify: {who: on_call, message: All is erased}
"""


@pytest.fixture
def stage() -> Iterator[Stage]:
    opened = Stage(Shelf(trials.bundle(PROCEDURE), all_verbs()))
    yield opened
    opened.close()


def outcome(stage: Stage) -> dict[str, object]:
    with stage.store.read() as session:
        return dict(session.scalars(select(Step).where(Step.verb == "erase")).one().outcome)


def test_a_procedure_erases_and_goes_on(stage: Stage) -> None:
    """A designer who writes `erase` would get a procedure that stops there, or that claims more than was done."""
    stage.say(Says("Hello, I bought a lamp"))
    stage.settle()
    stage.say(Says(trials.ASKS))
    stage.settle()
    assert outcome(stage)["counted"] == {"erased": 3, "kept": 0, "masked": 0}
    with stage.store.read() as session:
        assert set(session.scalars(select(Message.sealed_content))) == {GONE}
        letters = session.scalars(select(Outbox).where(Outbox.to == "customer")).all()
        assert [(each.reply, each.status, each.sealed_body) for each in letters] == [
            ("deletion/received", "sent", GONE)
        ]
        assert session.scalars(select(Step.status).where(Step.verb == "notify")).all() == ["done"]
    assert [bool(each.finished_at) for each in ledger.lines(stage.store)] == [True]


def test_a_text_of_the_same_procedure_still_leaves() -> None:
    """The last answer would be destroyed with the records that it speaks of."""
    trials.tried(
        trials.bundle(
            """
            promises: {answered: {within: 5 days, on_breach: {escalate: shift_lead}}}
            steps:
              - parallel:
                  telling: [{reply: deletion/received}]
                  erasing: [{erase: {}}]
            """
        ),
        f"""
        timeline:
          - customer says: {{text: "{trials.ASKS}", name: Ada}}
        expect:
          - reply: deletion/received
        """,
    )


def test_a_keys_database_that_is_away_is_waited_for(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second without the keys database would count as "nothing to erase", or end in a task to do it by hand."""
    retire = Vault.retire

    def away(*_: object) -> list[str]:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(Vault, "retire", away)
    stage.say(Says(trials.ASKS))
    stage.settle()
    with stage.store.read() as session:
        assert session.scalars(select(Step.status).where(Step.verb == "erase")).first() is None
        assert session.scalars(select(Subject.due_at)).one() is not None
    monkeypatch.setattr(Vault, "retire", retire)
    stage.pass_time(timedelta(minutes=2))
    assert outcome(stage)["counted"] == {"erased": 2, "kept": 0, "masked": 0}
