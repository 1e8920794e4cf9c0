"""`firebreak incident`."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.flows.cli.conftest import Firebreak, read_json

WHAT = "Chargers of batch 7 catch fire"


@pytest.fixture
def opened(firebreak: Firebreak) -> str:
    """An incident that was opened by hand."""
    done = firebreak(
        "incident", "open", "--what", WHAT, "--kind", "product", "--severity", "urgent", "--by", "first_phone", "--json"
    )
    return str(read_json(done)["id"])


def test_opened_incident_is_listed(firebreak: Firebreak, opened: str) -> None:
    """An incident would be open and nobody could see it."""
    (found,) = read_json(firebreak("incident", "list", "--json"))
    assert (found["id"], found["kind"], found["severity"], found["opened_by"]) == (
        opened,
        "product",
        "urgent",
        "first_phone",
    )
    assert "incident (product)" in firebreak("incident", "list").stdout
    assert "1 open incident\n" in firebreak("incident", "list").stdout


def test_incident_waits_for_a_responder(firebreak: Firebreak, opened: str) -> None:
    """Opening an incident would wake nobody."""
    (found,) = read_json(firebreak("incident", "list", "--json"))
    assert found["status"] == "moving"
    assert list(found["promises"]) == ["led"]
    assert opened in firebreak("incident", opened).stdout


@pytest.mark.parametrize("words", [[], ["show"]])
def test_story_of_an_incident_needs_no_word_before_its_id(firebreak: Firebreak, opened: str, words: list[str]) -> None:
    """`firebreak incident I-…`, as everybody would type it, would be an unknown command."""
    shown = firebreak("incident", *words, opened[:6].lower(), "--explain").stdout
    assert "first_phone opens an incident: product, severity urgent" in shown


@pytest.mark.usefixtures("opened")
def test_what_happened_is_kept_sealed(home: Path) -> None:
    """What a colleague writes about customers would lie open in the database."""
    with sqlite3.connect(home / "firebreak.db") as database:
        assert WHAT not in "".join(database.iterdump())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--what", WHAT, "--severity", "urgnt"], '"urgent"'),
        (["--what", " "], "Say what happened"),
        (["--what", WHAT, "--kind", "two words"], "one word"),
        (["--what", WHAT, "--playbook", "incidnt"], '"incident"'),
    ],
)
def test_wrong_incident_is_not_opened(firebreak: Firebreak, arguments: list[str], says: str) -> None:
    """A slip in the heat of the moment would open a wrong incident, or end in a traceback."""
    result = firebreak("incident", "open", *arguments)
    assert result.exit_code == 1
    assert says in result.stderr
    assert read_json(firebreak("incident", "list", "--all", "--json")) == []


def test_nothing_to_tell_of_an_unknown_incident(firebreak: Firebreak) -> None:
    """A wrong id would end in a riddle."""
    result = firebreak("incident", "I-NONE")
    assert result.exit_code == 1
    assert "no case, incident or customer" in result.stderr


def test_what_a_playbook_asks_for_is_checked_on_the_command_line(firebreak: Firebreak, opened: str) -> None:
    """A slip at three in the morning would open an incident that knows less than its opener."""
    for given, why in (("severity", "write the fact and its value"), ("colour=red", 'does not ask for "colour"')):
        done = firebreak("incident", "open", "--what", WHAT, "--input", given, "--by", "first_phone")
        assert done.exit_code == 1
        assert why in done.stderr
    assert [each["id"] for each in read_json(firebreak("incident", "list", "--json"))] == [opened]
