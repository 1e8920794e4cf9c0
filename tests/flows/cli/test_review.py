"""`firebreak review` and `firebreak cleanup`."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from flows.cli.context import open_desk
from flows.ids import new_id
from flows.runs import waves
from flows.store.tables import Task
from tests.flows.cli.conftest import Firebreak, read_json


def move() -> None:
    """What the service does when there is work."""
    with open_desk() as desk:
        while waves.move(desk, new_id("R")):
            pass


@pytest.mark.usefixtures("town")
def test_a_review_is_started_and_shown(firebreak: Firebreak) -> None:
    """Whoever calls it twice would get two reviews, or could not see how far the one is."""
    first = read_json(firebreak("review", "--by", "anna", "--json"))
    again = read_json(firebreak("review", "--json"))
    assert (first["started"], again["started"]) == (True, False)
    assert first["run"] == again["run"]
    shown = firebreak("review")
    assert first["run"] in shown.stdout
    cleaned = read_json(firebreak("cleanup", "--quarterly", "--json"))
    assert cleaned["review"] == first["run"]


@pytest.mark.usefixtures("town")
def test_tidying_by_hand_says_what_it_did(firebreak: Firebreak) -> None:
    """Nobody could tell whether anything was tidied."""
    found = read_json(firebreak("cleanup", "--daily", "--json"))
    assert {"what", "count"} == set(found["tidied"][0])
    assert "journals changed after they were written" in firebreak("cleanup").stdout


@pytest.mark.usefixtures("town")
def test_a_list_shows_whom_it_is_about(firebreak: Firebreak) -> None:
    """A person would have to say of `P-7K3MQ9XW2A` whether it may go."""
    firebreak("review", "--by", "anna")
    move()
    tasks: list[dict[str, Any]] = read_json(firebreak("tasks", "--json"))
    training = next(each for each in tasks if each["step"] == "training")
    assert training["run"] in firebreak("tasks").stdout
    assert "Training on personal data" in firebreak("task", training["id"]).stdout
    with open_desk() as desk, desk.store.begin() as session:
        from flows.store.tables import Customer, TaskItem

        task = session.scalars(select(Task).where(Task.id == training["id"])).one()
        customer = session.scalars(select(Customer).where(Customer.sealed_profile.is_not(None))).first()
        assert customer is not None
        task.sealed_details = desk.store.vault.seal("house", {"why": {customer.id: "after_sales_over"}})
        session.add(TaskItem(task_id=task.id, number=1, about=customer.id))
    [item] = read_json(firebreak("task", training["id"], "--json"))["items"]
    assert item["why"] == "after_sales_over"
    assert item["last_contact"]
    shown = firebreak("task", training["id"]).stdout
    assert "last contact" in shown
    assert "after sales over" in shown
