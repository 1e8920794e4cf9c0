"""`firebreak incident join`, `leave`, `split`, `merge` and `close`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flows.cli.conftest import Firebreak, read_json

BY = ("--by", "lee", "--json")


def opened(firebreak: Firebreak, *more: str, what: str = "Something happened") -> dict[str, Any]:
    found: dict[str, Any] = read_json(firebreak("incident", "open", "--what", what, *more, *BY))
    return found


def shown(firebreak: Firebreak, incident: str) -> dict[str, Any]:
    (found,) = read_json(firebreak("incident", "show", incident, "--json"))["about"]
    return dict(found)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("given", "topic"),
    [
        (["--topic", "delivery"], "delivery"),
        (["--kind", "payment"], "payment"),
        (["--what", "Chargers of batch 7 catch fire"], "fire"),
        (["--what", "Chargers of batch 7 catch fire", "--topic", "none"], None),
        (["--playbook", "data-breach", "--what", "A phone with a fire sticker caught fire"], None),
    ],
)
def test_what_it_gathers_is_said_or_found(firebreak: Firebreak, given: list[str], topic: str | None) -> None:
    """An incident that was opened in a hurry would gather nobody, or the wrong people."""
    what = [] if "--what" in given else ["--what", "Something happened"]
    found = read_json(firebreak("incident", "open", *what, *given, *BY))
    assert found["topic"] == topic
    assert shown(firebreak, found["id"])["topic"] == topic


def test_cases_join_and_leave_by_the_beginnings_of_their_ids(firebreak: Firebreak, town: dict[str, str]) -> None:
    """On-call staff could not put right what the rules grouped wrongly."""
    incident, case = opened(firebreak, "--topic", "none")["id"], town["urgent"]
    joined = read_json(firebreak("incident", "join", incident[:7].lower(), case[:8], *BY))
    assert joined["joined"] == [case]
    assert read_json(firebreak("case", case, "--json"))["about"][0]["incident"] == incident
    found = shown(firebreak, incident)
    assert (found["cases"]["open"], found["cases"]["levels"]["urgent"], found["severity"]) == (1, 1, "urgent")
    assert "1 case open (1 urgent)" in firebreak("incident", "list").stdout
    assert "lee lets it join the incident" in firebreak("case", case).stdout
    assert read_json(firebreak("incident", "leave", case, *BY))["left"] == [case]
    assert shown(firebreak, incident)["cases"]["open"] == 0


def test_incidents_are_split_merged_and_closed(firebreak: Firebreak, town: dict[str, str]) -> None:
    """Two causes would stay one incident, or one cause two."""
    whole, case = opened(firebreak, "--topic", "none")["id"], town["urgent"]
    firebreak("incident", "join", whole, "--case", case)
    part = read_json(firebreak("incident", "split", whole, case, "--what", "Only one batch", *BY))
    assert (part["from"], part["joined"]) == (whole, [case])
    merged = read_json(firebreak("incident", "merge", part["id"], whole, *BY))
    assert (merged["merged_into"], merged["joined"]) == (whole, [case])
    assert shown(firebreak, part["id"])["merged_into"] == whole
    closed = read_json(firebreak("incident", "close", whole, "--why", "The batch was recalled", *BY))
    assert closed["closed_as"] == "by_hand"
    assert "The batch was recalled" in firebreak("incident", whole).stdout
    assert "The batch was recalled" not in firebreak("incident", whole, "--no-words").stdout
    assert read_json(firebreak("incident", "list", "--json")) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("join", "{incident}"), "which cases"),
        (("join", "{incident}", "--topic", "delivry"), "delivery"),
        (("join", "{case}", "{case}"), "is no incident"),
        (("leave", "{incident}"), "is no case"),
        (("split", "{incident}"), "which part"),
        (("merge", "{incident}", "{incident}"), "into itself"),
        (("close", "{incident}", "--why", " "), "why"),
        (("close", "I-NONE", "--why", "over"), "no case, incident or customer"),
    ],
)
def test_a_slip_is_one_clear_line(
    firebreak: Firebreak, town: dict[str, str], arguments: tuple[str, ...], says: str
) -> None:
    """A slip in the heat of the moment would end in a traceback."""
    incident = opened(firebreak, "--topic", "none")["id"]
    done = firebreak("incident", *(each.format(incident=incident, case=town["urgent"]) for each in arguments))
    assert done.exit_code == 1
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
