"""The steps `take_inventory` and `hold` in a procedure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import select

from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage
from flows.shelf import Shelf
from flows.store.tables import Case, Hold, JournalLine, Message, Outbox, Step
from flows.verbs import all_verbs
from tests.flows.runs import trials

NAME = "Wilhelmina Oduya"
ADDRESS = "I am Wilhelmina Oduya, please send order 88213 to Lindenweg 12, 50667 Köln"
content = cache(trials.bundle)


@contextmanager
def talk(steps: str, first: str = ADDRESS) -> Iterator[Stage]:
    """A customer writes this, an address mostly, then asks for deletion; these are the steps of the procedure."""
    stage = Stage(Shelf(content(f"steps:\n{steps}"), all_verbs()))
    for text in (first, trials.ASKS):
        stage.pass_time(timedelta(minutes=1))
        stage.happen(Event(customer_says=Says(text, name=NAME)))
    yield stage
    stage.close()


def outcome(stage: Stage, verb: str) -> dict[str, Any]:
    with stage.store.read() as session:
        return dict(session.scalars(select(Step.outcome).where(Step.verb == verb)).one())


def held(stage: Stage) -> list[Hold]:
    with stage.store.read() as session:
        return list(session.scalars(select(Hold).order_by(Hold.id)))


def test_inventory_writes_numbers_into_the_history_and_nothing_else() -> None:
    """The history, which is kept for years, would be one more copy of the chat; or nobody could say what was found."""
    with talk("  - take_inventory: {}") as stage:
        found = outcome(stage, "take_inventory")
        with stage.store.read() as session:
            told = " ".join(str(line.data) for line in session.scalars(select(JournalLine)))
    assert (found["messages"], found["with_personal_data"], found["held"]) == (2, 1, 0)
    assert found["personal_data"] == ["own_name", "postal_address"]
    assert found["plan"]["customer_backup"] == "no"
    for word in ("Oduya", "Lindenweg", "88213"):
        assert word not in told


def test_everything_is_held_with_what_is_still_to_come() -> None:
    """The customer's next message, which may settle a dispute, would be erased."""
    with talk("  - hold: {reason: lawyer, what: everything}") as stage:
        (hold,) = held(stage)
        assert (hold.about, hold.reason, hold.placed_by) == (None, "lawyer", "playbook trial")
        assert outcome(stage, "hold")["counted"] == {"kept": 2}


def test_proof_that_no_message_shows_may_be_any_of_them() -> None:
    """A colleague has read that the chat proves an agreement, and nothing would be held because no rule sees it: it
    would be erased later on, and the customer's final answer, which says what is kept, could not be sent."""
    with talk("  - hold: evidence", "Good morning") as stage:
        with stage.store.read() as session:
            messages = set(session.scalars(select(Message.id)))
        assert {each.about for each in held(stage)} == messages
        assert outcome(stage, "hold")["counted"] == {"kept": 2}


def test_what_nobody_can_judge_counts_as_evidence() -> None:
    """A price that no rule recognises would be erased as if it proved nothing."""
    with talk("  - hold: evidence") as stage:
        with stage.store.read() as session:
            messages = set(session.scalars(select(Message.id)))
        assert {each.about for each in held(stage)} <= messages
        assert outcome(stage, "hold")["counted"]["kept"] == len(held(stage))


def test_inside_a_loop_the_item_is_held() -> None:
    """Holding one of our messages would hold all of the chat, or none."""
    steps = "  - collect: our_messages\n  - for_each: our_messages\n    steps: [{hold: order}]"
    with talk(f"  - reply: deletion/check-in\n{steps}") as stage:
        with stage.store.read() as session:
            ours = set(session.scalars(select(Outbox.id).where(Outbox.sent_at.is_not(None), Outbox.to == "customer")))
        assert ours
        assert {each.about for each in held(stage)} == ours
        assert {each.reason for each in held(stage)} == {"order"}


def test_held_messages_can_be_asked_for_at_once() -> None:
    """A condition below the hold would not know of it, and the text would say that all was erased."""
    steps = """
  - hold: {reason: dispute, what: everything}
  - choose:
      - when: {held_messages: {at_least: 2}, messages_with_personal_data: 1, exported_copies: 0}
        steps: [{label: knows}]
    otherwise: [{label: knows_not}]"""
    with talk(steps) as stage, stage.store.read() as session:
        assert session.scalars(select(Case.labels).where(Case.playbook == "trial")).all() == [["knows"]]


def test_held_records_survive_an_erasure_that_comes_after() -> None:
    """A hold always wins, message by message."""
    with talk("  - hold: {reason: law, what: everything}\n  - erase: {}") as stage:
        assert outcome(stage, "erase")["counted"]["erased"] == 0
        with stage.store.read() as session:
            blobs = session.scalars(select(Message.sealed_content)).all()
        assert ADDRESS in {stage.store.vault.open(blob)["text"] for blob in blobs}
