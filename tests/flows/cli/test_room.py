"""`firebreak room`, `waiting`, `incident room` and `incident assign`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flows.cli.context import open_desk
from flows.ids import new_id
from flows.runs import waves
from tests.flows.cli.conftest import Firebreak, read_json
from tests.flows.cli.town import NAME, NUMBER

pytestmark = pytest.mark.usefixtures("town")


@pytest.fixture
def incident(firebreak: Firebreak) -> str:
    opened = read_json(firebreak("incident", "open", "--what", "Parcels are late", "--by", "kim", "--json"))
    return str(opened["id"])


def test_the_room_has_three_parts(firebreak: Firebreak, incident: str) -> None:
    """Whoever leads would have to put together what they need from five commands."""
    shown = firebreak("room").stdout
    assert shown.startswith(incident)
    assert re.findall(r"^(\d)\. ", shown, re.MULTILINE) == ["1", "2", "3"]
    found = read_json(firebreak("room", incident[:6], "--json"))
    assert {"incident", "at", "severity", "people", "official", "progress", "link", "text"} <= found.keys()
    assert found["progress"]["levels"][0]["name"] == "urgent"
    assert found["official"] == {"statement": None, "draft": None}


def test_without_an_incident_there_is_no_room(firebreak: Firebreak) -> None:
    """An empty digest would look as if all were well."""
    shown = firebreak("room")
    assert shown.exit_code == 1
    assert "No incident is open" in shown.stderr
    assert "there is no incident" in firebreak("room", "I-NOBODY").stderr


def test_of_several_incidents_the_worst_is_shown_and_the_others_are_named(firebreak: Firebreak, incident: str) -> None:
    """A second crisis would be overlooked because of the first."""
    worse = read_json(firebreak("incident", "open", "--what", "Fire", "--severity", "urgent", "--json"))["id"]
    shown = firebreak("room")
    assert shown.stdout.startswith(worse)
    assert incident in shown.stderr
    assert read_json(firebreak("room", "--json"))["other_incidents"] == [incident]


def test_who_does_what_is_in_the_digest(firebreak: Firebreak, incident: str) -> None:
    """Three people would do the same, and nobody the rest."""
    given = ("--lead", "kim", "--fix", "lee", "--answers", "urgent=sam", "--by", "kim")
    assert read_json(firebreak("incident", "assign", incident, *given, "--json"))["duties"] == {
        "lead": "kim",
        "fix": "lee",
        "urgent": "sam",
    }
    firebreak("incident", "assign", incident, "--fix", "", "--by", "kim")
    found = read_json(firebreak("room", incident, "--json"))["progress"]
    assert (found["lead"], found["fix"]) == ("kim", None)
    assert found["levels"][0]["answered_by"] == "sam"
    assert "kim said who does what" in firebreak("incident", incident).stdout


def test_nobody_is_asked_to_lead_once_somebody_does(firebreak: Firebreak, incident: str) -> None:
    """The shift lead would be told every five minutes that nobody leads, below a digest that names who does."""
    with open_desk() as desk:
        while waves.move(desk, new_id("R")):
            pass
    asked = [each["id"] for each in read_json(firebreak("tasks", "--json")) if "lead this incident" in each["question"]]
    assert len(asked) == 1
    firebreak("incident", "assign", incident, "--fix", "lee", "--by", "kim")
    assert read_json(firebreak("task", asked[0], "--json"))["status"] == "open"
    firebreak("incident", "assign", incident, "--lead", "ann", "--by", "kim")
    told = read_json(firebreak("task", asked[0], "--json"))
    assert (told["status"], told["answered_by"]) == ("answered", "ann")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "Say who does what"),
        (["--answers", "sam"], "--answers urgent=NAME"),
        (["--answers", "urgnt=sam"], 'did you mean "urgent"'),
        (["--lead", "x" * 61], "at most 60"),
    ],
)
def test_what_nobody_can_do_is_refused(firebreak: Firebreak, incident: str, given: list[str], told: str) -> None:
    """A slip would be noted, and somebody would believe that it is taken care of."""
    shown = firebreak("incident", "assign", incident, *given)
    assert shown.exit_code == 1
    assert told in shown.stderr


def test_the_link_is_kept_sealed_and_shown_on_request(firebreak: Firebreak, incident: str, home: Path) -> None:
    """The team would not find the room, or anybody with a backup would."""
    link = "https://t.me/+AbCdEfGh"
    assert firebreak("incident", "room", incident, "--link", link, "--by", "kim").exit_code == 0
    assert read_json(firebreak("room", incident, "--json"))["link"] == link
    assert link in firebreak("room").stdout
    assert link.encode() not in (home / "firebreak.db").read_bytes()
    assert "is no link" in firebreak("incident", "room", incident, "--link", "our group").stderr


def test_the_waiting_list(firebreak: Firebreak, town: dict[str, str]) -> None:
    """Nobody would know whom to answer first."""
    shown = firebreak("waiting").stdout
    assert shown.startswith("1 customer waits: 1 general")
    assert town["parcel"] in shown
    assert not {NAME, NUMBER} & set(shown.split())
    found = read_json(firebreak("waiting", "--json"))
    assert found["waiting"] == 1
    assert found["levels"]["urgent"] == {"waiting": 0, "longest_seconds": None}
    [case] = found["cases"]
    assert (case["case"], case["level"], case["who"]) == (town["parcel"], "general", "on_call")
    assert case["waiting_seconds"] > 0
    assert case["waits_for"] == "our text complaint/first by hand"


def test_the_waiting_list_of_one_level_or_incident(firebreak: Firebreak, incident: str) -> None:
    """Whoever answers the urgent ones would have to look through all."""
    assert "Nobody waits" in firebreak("waiting", "--level", "urgent").stdout
    assert read_json(firebreak("waiting", "--severity", "general", "--json"))["levels"].keys() == {"general"}
    of_incident = read_json(firebreak("waiting", "--incident", incident, "--json"))["cases"]
    assert {case["incident"] for case in of_incident} <= {incident}
    assert 'did you mean "urgent"' in firebreak("waiting", "--level", "urgnt").stderr
