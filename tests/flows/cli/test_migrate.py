"""`firebreak migrate`: what would be moved, and moving it."""

from __future__ import annotations

import pytest

from flows import assembly
from flows.shelf import Shelf
from tests.flows.cli.conftest import Firebreak, read_json
from tests.flows.runs.releasing import changed


@pytest.fixture
def newer(shelf: Shelf, firebreak: Firebreak, monkeypatch: pytest.MonkeyPatch) -> Firebreak:
    """The command line of an installation where complaint-general 2.0.0 is in force, and promises less time."""
    released = Shelf(changed(shelf, ("timeout: 1 day", "timeout: 2 days")), shelf.verbs)
    monkeypatch.setattr(assembly, "open_shelf", lambda *_: released)
    return firebreak


def test_a_plan_changes_nothing_and_says_what_would_be(newer: Firebreak, town: dict[str, str]) -> None:
    """Somebody would move running cases without knowing what that means for them."""
    for _ in range(2):
        said = newer("migrate", "complaint-general", "--plan").stdout
        assert f"{town['parcel']} 1.0.0 -> 2.0.0  can be moved" in said
        assert "- it waits at: " in said
        assert "1 run can be moved to 2.0.0, none cannot." in said
        assert "Nothing was changed." in said


def test_a_case_is_moved_once_and_its_story_says_so(newer: Firebreak, town: dict[str, str]) -> None:
    """A case would change its procedure, and nobody could see when and by whom."""
    moved = newer("migrate", "complaint-general", "--apply", "--by", "shift.lead")
    assert moved.exit_code == 0
    assert "was moved" in moved.stdout
    told = newer("case", town["parcel"]).stdout
    assert "shift.lead moves it from version 1.0.0 to 2.0.0" in " ".join(told.split())
    again = newer("migrate", "complaint-general", "--apply").stdout
    assert again == "No case runs under another version of complaint-general than 2.0.0.\n"


def test_one_case_may_be_chosen(newer: Firebreak, town: dict[str, str]) -> None:
    """Nobody could try it out with a single case."""
    other = read_json(newer("migrate", "complaint-general", "--case", town["deletion"], "--json"))
    assert other == {"applied": False, "moves": []}
    [move] = read_json(newer("migrate", "complaint-general", "--case", town["parcel"][:6], "--json"))["moves"]
    assert (move["about"], move["refused"]) == (town["parcel"], [])


@pytest.mark.usefixtures("town")
def test_a_version_that_never_was_is_said(newer: Firebreak) -> None:
    """Somebody who misspells the version would take it that no case is left under it."""
    assert "can be moved" in newer("migrate", "complaint-general", "--from", "1.0.0").stdout
    assert newer("migrate", "complaint-general", "--from", "2.0.0").exit_code == 0
    refused = newer("migrate", "complaint-general", "--from", "1.0.7")
    assert refused.exit_code == 1
    assert "There never was a complaint-general 1.0.7 here; --from is one of 1.0.0, 2.0.0." in refused.stderr


@pytest.mark.usefixtures("town")
def test_a_case_that_does_not_fit_stays_and_the_exit_code_says_so(
    shelf: Shelf, firebreak: Firebreak, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script would take it that every case was moved."""
    other = Shelf(changed(shelf, ("  - id: first\n", "  - id: new_first\n")), shelf.verbs)
    monkeypatch.setattr(assembly, "open_shelf", lambda *_: other)
    result = firebreak("migrate", "complaint-general", "--apply")
    assert result.exit_code == 1
    assert "stays where it is" in result.stdout
    assert "the step `first`, which it" in result.stdout


@pytest.mark.usefixtures("town")
def test_an_unknown_playbook_is_named(newer: Firebreak) -> None:
    """A slip of the finger would read as "nothing to do"."""
    result = newer("migrate", "complaint-generl")
    assert result.exit_code == 1
    assert 'no playbook "complaint-generl"' in result.stderr
