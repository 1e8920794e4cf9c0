"""`firebreak may-send` and `firebreak freeze`."""

from __future__ import annotations

import json

import pytest

from tests.flows.cli.conftest import Firebreak, read_json


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch, shelf: object) -> None:
    """The content as it stands is in force."""
    monkeypatch.setattr("flows.in_force.open_in_force", lambda *_: shelf)


def _opened(firebreak: Firebreak) -> str:
    opened = read_json(firebreak("incident", "open", "--what", "Chargers burn", "--severity", "urgent", "--json"))
    return str(opened["id"])


@pytest.mark.usefixtures("released")
def test_the_exit_code_says_yes_or_no(firebreak: Firebreak, monkeypatch: pytest.MonkeyPatch) -> None:
    """`firebreak may-send && send-the-newsletter` would send it in the middle of a crisis."""
    assert firebreak("may-send", "--purpose", "answer").exit_code == 0
    incident = _opened(firebreak)
    told = firebreak("may-send")
    assert told.exit_code == 1
    assert "may_send: no" in told.stdout
    assert incident in told.stdout
    told = firebreak("may-send", "--to", "+49 151 5550001", "--purpose", "order", "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout)["rule"] == "frozen"
    assert firebreak("may-send", "--purpose", "crisis").exit_code == 0
    monkeypatch.setenv("FIREBREAK_DATABASE_URL", "sqlite:////dev/null/firebreak.db")
    told = firebreak("may-send", "--purpose", "crisis", "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout)["may_send"] == "no"


@pytest.mark.usefixtures("released")
def test_the_freeze_is_shown_lifted_and_put_in_force_again(firebreak: Firebreak) -> None:
    """On-call staff could not see why a tool sends nothing, nor change it."""
    assert read_json(firebreak("freeze", "--json")) == {"freeze": False, "frozen_by": [], "lifted": []}
    assert firebreak("freeze", "lift", "--reason", "x").exit_code == 1
    incident = _opened(firebreak)
    assert [each["id"] for each in read_json(firebreak("freeze", "--json"))["frozen_by"]] == [incident]
    assert incident in firebreak("freeze").stdout
    assert firebreak("freeze", "lift", incident, "--by", "mei").exit_code == 1  # nobody has said why
    lifted = read_json(firebreak("freeze", "lift", "--by", "mei", "--reason", "one town", "--json"))
    assert (lifted["id"], lifted["lifted_by"], lifted["reason"], lifted["freeze"]) == (
        incident,
        "mei",
        "one town",
        False,
    )
    assert "lifted by mei: one town" in firebreak("freeze", "show").stdout
    assert read_json(firebreak("freeze", "again", incident[:6], "--by", "mei", "--json"))["freeze"] is True
    assert firebreak("freeze", "lift", "I-NOTHING", "--reason", "x").exit_code == 1


@pytest.mark.usefixtures("released")
def test_an_unknown_customer_is_no_yes(firebreak: Firebreak) -> None:
    """A misspelt id would be answered like a stranger: yes."""
    told = firebreak("may-send", "--to", "P-NOBODY", "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout)["may_send"] == "no"
    assert "P-NOBODY" in json.loads(told.stdout)["error"]
