"""`recall` and `clear_phone`: what is asked, in which order, until when, and what counts as done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from flows import answering
from flows.cli.task_items import opened
from flows.erasing.inventory import inventory
from flows.rehearsal.scenario import START, Event, Says
from flows.rehearsal.stage import Stage
from flows.runs.listing import items_of
from flows.shelf import Shelf
from flows.store.tables import Customer, Export, Hold, JournalLine, Outbox, Run, Step, Task, TaskItem
from flows.verbs import all_verbs
from tests.flows.chats.test_storing import bring
from tests.flows.runs.trials import ASKS, bundle, tried

HOUR = timedelta(hours=1)
LEAST = timedelta(microseconds=1)
TWICE = """
    steps:
      - reply: complaint/first
      - wait_for: 20 hours
      - reply: complaint/first
      - wait_for: {wait}
      - {{id: take_back, recall: on_call}}
      - {{id: after, notify: {{who: on_call, message: it goes on}}}}
"""
CLEAR = """
    steps:
      - {id: phone, clear_phone: on_call}
      - {id: after, notify: {who: on_call, message: it goes on}}
"""


@pytest.fixture
def played() -> Iterator[Callable[[str], Stage]]:
    """Plays a procedure to where it waits: two texts 20 hours apart, then whatever the test says."""
    opened: list[Stage] = []

    def start(steps: str) -> Stage:
        stage = Stage(Shelf(bundle(steps), all_verbs()))
        opened.append(stage)
        stage.happen(Event(customer_says=Says(ASKS)))
        return stage

    yield start
    for stage in opened:
        stage.close()


def waiting(stage: Stage, wait: str = "1 hour") -> list[TaskItem]:
    """The list that `take_back` asks for, once it does."""
    stage.pass_time(20 * HOUR)
    stage.pass_time(timedelta(hours=int(wait.split()[0])))
    return the_list(stage)


def the_task(stage: Stage) -> Task:
    with stage.store.read() as session:
        return session.scalars(select(Task).order_by(Task.created_at.desc()).limit(1)).one()


def the_list(stage: Stage) -> list[TaskItem]:
    task = the_task(stage)
    with stage.store.read() as session:
        return list(items_of(session, task.id))


def step(stage: Stage, path: str = "take_back") -> Step | None:
    with stage.store.read() as session:
        return session.scalars(select(Step).where(Step.path == path)).first()


def tick(stage: Stage, **given: Any) -> None:
    """A colleague says this of the list: `tick(stage, _1="done")`."""
    task, words = the_task(stage).id, {name.lstrip("_"): value for name, value in given.items()}
    with stage.store.begin() as session:
        vocabulary = stage.desk.shelf.current.vocabulary
        answering.answer(session, vocabulary, task, words, "first_phone", stage.clock.now())
    stage.settle()


def told(stage: Stage) -> list[str]:
    """What colleagues were told, oldest first."""
    with stage.store.read() as session:
        rows = session.scalars(select(Outbox).where(Outbox.to == "team").order_by(Outbox.created_at, Outbox.key)).all()
        return [stage.store.vault.open(row.sealed_body)["body"] for row in rows]


def due(items: list[TaskItem]) -> list[datetime | None]:
    return [item.due_at for item in items]


def test_the_soonest_deadline_comes_first(played: Callable[[str], Stage]) -> None:
    """The message that can be deleted for another hour would wait behind one that has a day."""
    items = waiting(played(TWICE.format(wait="1 hour")))
    assert due(items) == [START + 48 * HOUR, START + 68 * HOUR]
    assert [item.status for item in items] == ["open", "open"]


def test_past_48_hours_it_is_tried_and_not_promised(played: Callable[[str], Stage]) -> None:
    """A promise would be made that WhatsApp does not keep; or the last hours in which it may work would be lost."""
    stage = played(TWICE.format(wait="30 hours"))
    items = waiting(stage, "30 hours")
    assert due(items) == [START + 60 * HOUR, START + 68 * HOUR]
    assert "1 of 2 are older than 48 hours: try it, and promise nothing" in the_task(stage).question


def test_what_is_too_old_is_not_asked_for(played: Callable[[str], Stage]) -> None:
    """People would hunt for messages that nobody can delete, and the customer would wait for that."""
    stage = played(TWICE.format(wait="40 hours"))
    items = waiting(stage, "40 hours")
    assert due(items) == [START + 68 * HOUR]


def test_nothing_to_recall_goes_straight_on(played: Callable[[str], Stage]) -> None:
    """A case would wait for ever for a list with nothing on it; and "recalled" would be claimed for nothing."""
    stage = played("\n    steps:\n      - {id: take_back, recall: {}}\n")
    done = step(stage)
    assert done is not None
    assert done.status == "done"
    assert done.outcome["counted"] == {"recalled": 0, "not_recalled": 0}


def test_progress_is_kept_and_the_last_one_ends_it(played: Callable[[str], Stage]) -> None:
    """Two people on one list would undo each other's work, or the case would go on before the list is through."""
    stage = played(TWICE.format(wait="1 hour"))
    waiting(stage)
    tick(stage, _2="failed")
    assert [item.status for item in the_list(stage)] == ["open", "failed"]
    assert (found := step(stage)) is not None
    assert found.status == "waiting"
    tick(stage, _1="done")
    assert the_task(stage).status == "answered"
    assert the_task(stage).answer == {"done": 1, "failed": 1}
    assert (found := step(stage)) is not None
    assert found.outcome["counted"] == {"recalled": 1, "not_recalled": 1}
    assert step(stage, "after") is not None
    with stage.store.read() as session:
        lines = session.scalars(select(JournalLine).where(JournalLine.event == "task items settled")).all()
    assert [(line.data["failed"], line.data["open"]) for line in lines] == [(1, 1)]


def test_each_message_expires_by_itself(played: Callable[[str], Stage]) -> None:
    """A list would stand open for ever, or be closed while half of it could still be done."""
    stage = played(TWICE.format(wait="1 hour"))
    waiting(stage)
    stage.pass_time(START + 60 * HOUR - LEAST - stage.clock.now())
    assert [item.status for item in the_list(stage)] == ["open", "open"]
    stage.pass_time(LEAST)
    assert [item.status for item in the_list(stage)] == ["expired", "open"]
    tick(stage, all="done")
    assert (found := step(stage)) is not None
    assert found.outcome["counted"] == {"recalled": 1, "not_recalled": 1}


def test_when_all_are_too_old_the_case_goes_on(played: Callable[[str], Stage]) -> None:
    """A case whose list nobody touched would stand still for ever."""
    stage = played(TWICE.format(wait="1 hour"))
    waiting(stage)
    stage.pass_time(START + 80 * HOUR - stage.clock.now())
    assert the_task(stage).status == "expired"
    assert (found := step(stage)) is not None
    assert found.outcome["counted"] == {"recalled": 0, "not_recalled": 2}
    assert step(stage, "after") is not None


def test_somebody_is_told_again_before_a_deadline(played: Callable[[str], Stage]) -> None:
    """A list that came at night would be found when it is too late."""
    stage = played(TWICE.format(wait="1 hour"))
    waiting(stage)
    before = len(told(stage))
    stage.pass_time(START + 46 * HOUR - LEAST - stage.clock.now())
    assert len(told(stage)) == before
    stage.pass_time(LEAST)
    assert told(stage)[before:] == [
        "2 of 2 messages are still to be deleted for everyone, the first before 2026-01-07 09:00:00"
    ]
    stage.pass_time(12 * HOUR)
    assert len(told(stage)) == before + 2  # once more an hour later, then there is nothing near


def test_a_reminder_says_nothing_of_what_is_done(played: Callable[[str], Stage]) -> None:
    """Whoever has done it in time would be woken for it."""
    stage = played(TWICE.format(wait="1 hour"))
    waiting(stage)
    tick(stage, _1="done")
    before = len(told(stage))
    stage.pass_time(START + 50 * HOUR - stage.clock.now())
    assert len(told(stage)) == before
    with stage.store.read() as session:
        assert "told again" not in set(session.scalars(select(JournalLine.event)))


def test_what_was_done_before_the_time_limit_counts() -> None:
    """The customer would be told that nothing was taken back, although most of it was."""
    tried(
        bundle(
            """
            steps:
              - reply: complaint/first
              - wait_for: 1 hour
              - reply: complaint/first
              - id: take_back
                recall: {who: on_call}
                timeout: 2 hours
                on_timeout: {notify: {who: on_call, message: the rest was left}}
            """
        ),
        f"""
        timeline:
          - customer says: {ASKS}
          - after: 1 hour
          - answer: {{done: 1}}
          - after: 2 hours
        expect:
          - step: take_back
            status: timed out
          - told: on_call
            says: the rest was left
        """,
    )


def hold(stage: Stage, about: str | None) -> None:
    with stage.store.begin() as session:
        customer = session.scalars(select(Customer)).one()
        held = Hold(id="H-1", customer_id=customer.id, about=about, reason="dispute", placed_at=START, placed_by="lee")
        session.add(held)


def test_a_held_message_is_not_on_the_list(played: Callable[[str], Stage]) -> None:
    """The evidence of an order would be deleted on both telephones because somebody worked through a list."""
    stage = played(TWICE.format(wait="1 hour"))
    with stage.store.read() as session:
        first = session.scalars(select(Outbox.id).where(Outbox.to == "customer")).one()
    hold(stage, first)
    assert due(waiting(stage)) == [START + 68 * HOUR]
    assert "1 message must be kept" in the_task(stage).question


def test_what_was_recalled_is_not_asked_for_again(played: Callable[[str], Stage]) -> None:
    """A second request would send people after messages that are gone."""
    steps = TWICE.format(wait="1 hour") + "      - {id: once_more, recall: on_call}\n"
    stage = played(steps)
    waiting(stage)
    stage.pass_time(HOUR)
    tick(stage, _1="done", _2="failed")
    assert due(the_list(stage)) == [START + 68 * HOUR]
    assert the_task(stage).path == "once_more"


def test_what_was_recalled_is_told_as_gone_and_the_rest_as_still_possible(played: Callable[[str], Stage]) -> None:
    """Whoever looks at the inventory would delete a message a second time, or leave one that still can be deleted."""
    stage = played(TWICE.format(wait="1 hour"))
    first, second = (item.about for item in waiting(stage))
    tick(stage, _1="done")
    with stage.store.read() as session:
        seen = inventory(stage.desk, session, session.scalars(select(Customer)).one())
    told_of = {each.id: (each.taken_back, each.recallable) for each in seen.records}
    assert (told_of[first], told_of[second]) == ((True, False), (False, True))
    assert seen.counts()["recallable"] == 1


def test_closing_a_case_closes_its_list(played: Callable[[str], Stage]) -> None:
    """People would go on deleting for a case that is closed."""
    stage = played(TWICE.format(wait="1 hour"))
    waiting(stage)
    stage.happen(Event(close="case"))
    assert the_task(stage).status == "withdrawn"
    assert {item.status for item in the_list(stage)} == {"expired"}


@pytest.mark.parametrize(("answer", "count"), [({}, 1), ({"1": "done"}, 1), ({"1": "failed"}, 0)])
def test_the_phone_counts_only_when_it_was_cleared(
    played: Callable[[str], Stage], answer: dict[str, str], count: int
) -> None:
    """The customer would be told that our phone is clean when somebody said that it is not."""
    stage = played(CLEAR)
    tick(stage, **{f"_{name}": value for name, value in answer.items()})
    assert (found := step(stage, "phone")) is not None
    assert found.outcome["counted"] == {"phone_cleared": count}
    assert step(stage, "after") is not None


@pytest.mark.parametrize(("file", "cleared"), [("done", 1), ("failed", 0)])
def test_the_file_a_chat_was_imported_from_has_to_go_too(
    played: Callable[[str], Stage], tmp_path: Path, file: str, cleared: int
) -> None:
    """A customer would read that their chat is gone while all of it lies in somebody's folder."""
    stage = played("\n    steps:\n      - wait_for: 1 hour\n" + CLEAR.partition("steps:\n")[2])
    bring(stage, tmp_path, "21/11/2025, 09:15 - Ana: Hello\n21/11/2025, 09:16 - Blue Door: Hello Ana\n")
    stage.pass_time(HOUR)
    task = the_task(stage)
    assert "1 file that the chat was exported to is on the list, too" in task.question
    with stage.store.read() as session:
        shown = opened(session, stage.store.vault, items_of(session, task.id))
    assert [each["text"] for each in shown] == ["", str(tmp_path / "chat.txt")]
    tick(stage, _1="done", _2=file)
    assert (found := step(stage, "phone")) is not None
    assert found.outcome["counted"] == {"phone_cleared": cleared}
    with stage.store.read() as session:
        export = session.scalars(select(Export)).one()
        assert (export.removed_at is not None) == bool(cleared)


def test_a_phone_that_is_not_cleared_is_not_forgotten(played: Callable[[str], Stage]) -> None:
    """The task would sink in the list, and the case would stand still with it."""
    stage = played(CLEAR)
    stage.pass_time(3 * 24 * HOUR)
    assert told(stage) == ["A chat is to be deleted on our own phones"] * 4
    stage.pass_time(HOUR)
    tick(stage)
    stage.pass_time(3 * 24 * HOUR)
    assert told(stage)[4:] == ["it goes on"]


def test_held_messages_stay_on_the_phone(played: Callable[[str], Stage]) -> None:
    """Clearing the phone would delete what must be kept, and nobody would have said which that is."""
    stage = played(
        "\n    steps:\n      - reply: complaint/first\n      - wait_for: 1 hour\n" + CLEAR.partition("steps:\n")[2]
    )
    with stage.store.read() as session:
        first = session.scalars(select(Outbox.id).where(Outbox.to == "customer")).one()
    hold(stage, first)
    stage.pass_time(HOUR)
    task = the_task(stage)
    assert "1 message is held and stays" in task.question
    assert "Hello there" not in task.question
    assert stage.store.vault.open(task.sealed_details or b"")["stays"].startswith("2026-01-05 09:00:00 Hello there")


def test_nobody_is_asked_to_clear_what_is_held_as_a_whole(played: Callable[[str], Stage]) -> None:
    """A hold on everything would be undone by the next step."""
    stage = played("\n    steps:\n      - wait_for: 1 hour\n" + CLEAR.partition("steps:\n")[2])
    hold(stage, None)
    stage.pass_time(HOUR)
    assert (found := step(stage, "phone")) is not None
    assert found.outcome["counted"] == {"phone_cleared": 0}
    with stage.store.read() as session:
        assert session.scalars(select(Task)).all() == []
        assert session.scalars(select(Run.status)).one() == "finished"
