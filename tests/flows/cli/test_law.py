"""`firebreak law`: the deadlines of the law, and those of one case."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.flows.cli.conftest import Firebreak, read_json


def test_every_clock_is_shown_with_its_source(firebreak: Firebreak) -> None:
    """Whoever advises a shop on the law could not see which deadlines it goes by."""
    said = firebreak("law")
    assert said.exit_code == 0, said.output
    assert "GDPR, Art. 12(3)" in said.stdout
    assert "60 days more, if told within 28 days" in said.stdout
    clocks = {each["id"]: each for each in read_json(firebreak("law", "--json"))["clocks"]}
    assert clocks["gbt_35273_thirty_days"]["extension"] is None
    assert clocks["lgpd_access_fifteen_days"]["within"] == "15 days"


def test_a_case_without_a_legal_clock_says_so(firebreak: Firebreak, town: dict[str, str]) -> None:
    """Nobody could tell an answer of nothing from an error."""
    said = firebreak("law", town["parcel"])
    assert said.exit_code == 0, said.output
    assert "No legal clock runs for it." in said.stdout


def test_a_deletion_request_shows_until_when(firebreak: Firebreak, town: dict[str, str]) -> None:
    """A privacy lead could not see how long the answer may take, nor until when the customer has to be told."""
    found = read_json(firebreak("law", town["deletion"], "--json"))
    first = found["clocks"][0]
    assert first["promise"] == "first_reply" or first["within"] == "28 days"
    asked = datetime.fromisoformat(found["asked_at"])
    answered = [each for each in found["clocks"] if each["promise"] == "answered"]
    assert datetime.fromisoformat(answered[0]["until"]) - asked == timedelta(days=28)
    assert "the law leaves until" in firebreak("law", town["deletion"]).stdout


def test_a_case_that_is_not_there(firebreak: Firebreak, town: dict[str, str]) -> None:  # noqa: ARG001 - the store
    """A slip in an id would look like a fault of the program."""
    said = firebreak("law", "C-NOSUCHCASE")
    assert said.exit_code == 1
    assert 'there is no case "C-NOSUCHCASE"' in said.stderr
