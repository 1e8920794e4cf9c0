"""`firebreak heard`: customers of a team that has no webhook."""

from __future__ import annotations

import pytest

from flows.cli.context import open_desk
from flows.ids import new_id
from flows.runs import waves
from tests.flows.cli.conftest import Firebreak, read_json

LATE = "My parcel still has not arrived. Two weeks!"


@pytest.fixture(autouse=True)
def manual(home: object, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - in force
    monkeypatch.setenv("FIREBREAK_CHANNEL", "manual")
    monkeypatch.setenv("FIREBREAK_MASTER_KEY", "A" * 43 + "=")


def go_on() -> None:
    """What Firebreak does while it is up."""
    with open_desk() as desk:
        while waves.move(desk, new_id("R")):
            pass


def test_a_team_without_a_webhook_sees_the_fire_too(firebreak: Firebreak) -> None:
    """In `manual` mode no complaint would be read, counted, answered or gathered, however many came."""
    incident = read_json(firebreak("incident", "open", "--what", "-", "--topic", "delivery", "--by", "ann", "--json"))
    told = read_json(firebreak("heard", "+44 7700 900123", LATE, "--name", "Ann", "--json"))
    go_on()
    (case,) = read_json(firebreak("cases", "--json"))["cases"]
    assert (case["customer"], case["incident"]) == (told["customer"], incident["id"])
    shown = next(each for each in read_json(firebreak("tasks", "--json")) if each["case"] == case["id"])
    assert "wa.me/447700900123" in firebreak("task", shown["id"]).stdout


def test_the_same_customer_is_known_again(firebreak: Firebreak) -> None:
    """Every message of one person would be another customer, and thirty of them a crowd."""
    first = read_json(firebreak("heard", "+44 7700 900123", LATE, "--json"))
    again = read_json(firebreak("heard", "0044 (7700) 900-123", "-", "--json", stdin=f"{LATE}\n"))
    assert first["customer"] == again["customer"]
    assert first["message"] != again["message"]


@pytest.mark.parametrize(("number", "words", "says"), [("abc", LATE, "country code"), ("+447700900123", " ", "wrote")])
def test_what_nobody_can_have_written_is_refused(firebreak: Firebreak, number: str, words: str, says: str) -> None:
    """A slip would open a case for nobody."""
    done = firebreak("heard", number, words)
    assert done.exit_code == 1
    assert says in done.stderr
