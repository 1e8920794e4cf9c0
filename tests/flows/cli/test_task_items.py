"""Lists of things to do, as `firebreak tasks`, `task` and `answer` show them and take them."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from flows.clock import SystemClock
from flows.ids import new_id
from flows.runs import listing
from flows.store.database import Store
from flows.store.tables import Message, Outbox, Task, TaskItem
from tests.flows.cli.conftest import Firebreak, read_json

WORDS = "Your order is on its way,\nplease have a look at the tracking page"


def opened(home: Path) -> Store:
    """The store of this installation."""
    key = base64.b64decode((home / "master.key").read_text())
    return Store.open(f"sqlite:///{home}/firebreak.db", f"sqlite:///{home}/keys.db", key, SystemClock())


@pytest.fixture
def listed(home: Path, town: dict[str, str]) -> str:
    """A task with three messages of ours on it: a letter, one that a colleague wrote in the app, and one whose row is
    gone. The first has half an hour left, the second a day, the third is overdue."""
    store = opened(home)
    now, customer = store.clock.now(), town["customer"]
    with store.begin() as session:
        sent = now - timedelta(hours=47, minutes=30)
        letter = Outbox(
            id=new_id("O"), key="a", subject_id=customer, customer_id=customer, to="customer", form="text",
            status="sent", created_at=sent, sent_at=sent, sealed_body=store.vault.seal(customer, {"text": WORDS}),
        )  # fmt: skip
        written = Message(
            id=new_id("M"), customer_id=customer, blind="b", author="us", origin="echo", kind="image", place="private",
            sent_at=now, received_at=now, handled_at=now, sealed_content=store.vault.seal(customer, {"text": None}),
        )  # fmt: skip
        task = Task(
            id=new_id("T"), subject_id=customer, case_id=town["deletion"], kind="do", role="on_call",
            question="Please delete 3 messages of ours", form={}, created_at=now,
        )  # fmt: skip
        session.add_all([letter, written, task])
        due = [now + timedelta(minutes=30, seconds=30), now + timedelta(days=1, seconds=30), now - timedelta(hours=1)]
        listing.make(session, task, zip((letter.id, written.id, "O-GONE"), due, strict=True))
        found = task.id
    store.close()
    return found


def statuses(firebreak: Firebreak, task: str) -> list[str]:
    return [item["status"] for item in read_json(firebreak("task", task, "--json"))["items"]]


def test_the_list_is_shown_to_the_person_who_works_on_it(firebreak: Firebreak, listed: str) -> None:
    """Nobody could find the message in the chat, or see which one has the least time left."""
    shown = firebreak("task", listed).stdout
    assert "[ ]   1  open, before " in shown
    assert "(in 30 minutes" in shown
    assert "\n         sent " in shown
    assert "Your order is on its way, please have" in shown
    assert "[image]" in shown
    assert "it may still be tried" in shown
    assert "+4915550100099" in shown
    assert f"firebreak answer {listed} 1=done (or failed; all=done for the rest)" in shown
    first, second, third = read_json(firebreak("task", listed, "--json"))["items"]
    assert (first["number"], first["text"], first["status"]) == (1, WORDS, "open")
    assert (second["text"], third["text"], third["sent_at"]) == ("[image]", "", None)


def test_the_list_of_tasks_shows_how_far_it_is_and_no_words(firebreak: Firebreak, listed: str) -> None:
    """Whoever takes over could not see what is left; or a customer's words would stand where all can read."""
    assert firebreak("answer", listed, "2=done", "--by", "first_phone").exit_code == 0
    shown = firebreak("tasks").stdout
    assert "1 of 3 done, next before " in shown
    assert "on its way" not in shown + firebreak("tasks", "--json").stdout
    (task,) = (each for each in read_json(firebreak("tasks", "--json")) if each["id"] == listed)
    assert [item["status"] for item in task["items"]] == ["open", "done", "open"]
    assert task["items"][1]["settled_by"] == "first_phone"
    assert "2  done by first_phone" in firebreak("task", listed).stdout


def test_things_are_ticked_off_one_by_one(firebreak: Firebreak, listed: str) -> None:
    """The case would go on before the list is through, or wait although it is."""
    told = firebreak("answer", listed, "1=done", "3=failed")
    assert "1 of 3 done, 1 failed" in told.stdout
    assert statuses(firebreak, listed) == ["done", "open", "failed"]
    answered = read_json(firebreak("answer", listed, "2=DONE", "--by", "lee", "--json"))
    assert (answered["status"], answered["answer"]) == ("answered", {"done": 2, "failed": 1})
    assert answered["answered_by"] == "lee"
    assert listed not in firebreak("tasks").stdout


def test_all_means_what_is_still_open(firebreak: Firebreak, listed: str) -> None:
    """What could not be deleted would count as deleted, by the one word for the rest."""
    assert firebreak("answer", listed, "all=done", "2=failed").exit_code == 0
    assert statuses(firebreak, listed) == ["done", "failed", "done"]


def test_a_plain_done_is_no_answer_to_a_list(firebreak: Firebreak, listed: str) -> None:
    """A slip of the finger would claim that three messages are gone."""
    for given in ([], ["done"]):
        result = firebreak("answer", listed, *given)
        assert result.exit_code == 1
        assert "lists 3 things, 3 of them open" in result.stderr
        assert "1=done" in result.stderr
    assert statuses(firebreak, listed) == ["open"] * 3


def test_saying_it_twice_is_harmless_and_otherwise_it_is_refused(firebreak: Firebreak, listed: str) -> None:
    """Two people at one list would get errors for nothing, or one would undo what the other has said."""
    assert firebreak("answer", listed, "1=done", "--by", "lee").exit_code == 0
    assert firebreak("answer", listed, "1=done").exit_code == 0
    result = firebreak("answer", listed, "1=failed", "2=done")
    assert result.exit_code == 1
    assert "marked done by lee" in result.stderr
    assert statuses(firebreak, listed) == ["done", "open", "open"]
    assert firebreak("answer", listed, "all=failed").exit_code == 0
    assert firebreak("answer", listed, "1=done", "3=failed").exit_code == 0  # also when the list is through
    assert firebreak("answer", listed, "3=done").exit_code == 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("4=done", "from 1 to 3"),
        ("0=done", "from 1 to 3"),
        ("1=maybe", "done or failed"),
        ("1=dnoe", '"done"'),
        ("all=maybe", "done or failed"),
        ("three=done", "from 1 to 3"),
        ("1", "1=done"),
        ("yes", "1=done"),
    ],
)
def test_a_slip_says_what_to_write(firebreak: Firebreak, listed: str, given: str, says: str) -> None:
    """A slip would tick off something else, or end in a riddle; and what stands beside it would be taken."""
    result = firebreak("answer", listed, "2=done", given)
    assert result.exit_code == 1
    assert says in result.stderr
    assert statuses(firebreak, listed) == ["open"] * 3


@pytest.mark.parametrize(("given", "status"), [([], "done"), (["done"], "done"), (["failed"], "failed")])
def test_a_list_of_one_takes_a_plain_word(
    firebreak: Firebreak, listed: str, home: Path, given: list[str], status: str
) -> None:
    """To delete the chat on our phone would have to be answered like a formula."""
    store = opened(home)
    with store.begin() as session:
        for item in session.scalars(select(TaskItem).where(TaskItem.number > 1)):
            session.delete(item)
    store.close()
    assert f"firebreak answer {listed} done (or failed)" in firebreak("task", listed).stdout
    for _ in range(2):
        assert firebreak("answer", listed, *given).exit_code == 0
    assert statuses(firebreak, listed) == [status]
