"""Ending a case by hand, and reaching the person whom a task is about."""

from __future__ import annotations

from tests.flows.cli.conftest import Firebreak, read_json
from tests.flows.cli.town import CHINESE, NAME, NUMBER


def test_a_case_is_closed_by_hand(firebreak: Firebreak, town: dict[str, str]) -> None:
    """A case that nobody goes on with would stand open for ever."""
    said = firebreak("close", town["deletion"], "--as", "withdrawn", "--by", "first_phone")
    assert said.exit_code == 0
    assert town["deletion"] in said.stdout
    still_open = {each["id"] for each in read_json(firebreak("cases", "--json"))["cases"]}
    assert town["deletion"] not in still_open
    lines = read_json(firebreak("case", town["deletion"], "--json"))["lines"]
    assert any(line["event"] == "closed by hand" and line["data"]["by"] == "first_phone" for line in lines)
    assert not [task for task in read_json(firebreak("tasks", "--json")) if task["case"] == town["deletion"]]


def test_a_case_that_does_not_exist_cannot_be_closed(firebreak: Firebreak) -> None:
    """A slip in the id would end in a traceback, or close somebody else's case."""
    said = firebreak("close", "C-0000000000", "--as", "solved")
    assert said.exit_code == 1
    assert "there is no case" in said.stderr


def test_a_task_says_how_to_reach_the_customer(firebreak: Firebreak, town: dict[str, str]) -> None:
    """`Please call the customer` would come without a number."""
    [task] = [each for each in read_json(firebreak("tasks", "--json")) if each["case"] == town["deletion"]]
    shown = firebreak("task", task["id"]).stdout
    assert f"+{NUMBER}" in shown
    assert f"https://wa.me/{NUMBER}" in shown
    assert NAME in shown
    assert CHINESE[:8] in shown


def test_an_incident_says_what_it_is_about(firebreak: Firebreak) -> None:
    """Whoever takes over an incident could not read what happened."""
    firebreak("incident", "open", "--what", "chargers of batch 7 overheat", "--by", "first_phone")
    [found] = read_json(firebreak("incident", "list", "--json"))
    assert "chargers of batch 7 overheat" in firebreak("incident", "show", found["id"]).stdout
