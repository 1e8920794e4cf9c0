"""`firebreak migrate`: what would be moved, and moving it."""

from __future__ import annotations

import pytest

from flows import assembly
from flows.shelf import Shelf
from tests.flows.cli.conftest import Firebreak, read_json
from tests.flows.runs.releasing import changed, version_in


@pytest.fixture
def released(shelf: Shelf) -> Shelf:
    """The next version of complaint-general, and the rest as it is shipped."""
    return Shelf(changed(shelf, ("timeout: 1 day", "timeout: 2 days")), shelf.verbs)


@pytest.fixture
def versions(shelf: Shelf, released: Shelf) -> tuple[str, str]:
    """That of the cases that are open, and that which is in force."""
    return version_in(shelf.current), version_in(released.current)


@pytest.fixture
def newer(released: Shelf, firebreak: Firebreak, monkeypatch: pytest.MonkeyPatch) -> Firebreak:
    """The command line of an installation where another complaint-general is in force, which leaves more time."""
    monkeypatch.setattr(assembly, "open_shelf", lambda *_: released)
    return firebreak


def test_a_plan_changes_nothing_and_says_what_would_be(
    newer: Firebreak, town: dict[str, str], versions: tuple[str, str]
) -> None:
    """Somebody would move running cases without knowing what that means for them."""
    before, after = versions
    for _ in range(2):
        said = newer("migrate", "complaint-general", "--plan").stdout
        assert f"{town['parcel']} {before} -> {after}  can be moved" in said
        assert "- it waits at: " in said
        assert f"1 run can be moved to {after}, none cannot." in said
        assert "Nothing was changed." in said


def test_a_case_is_moved_once_and_its_story_says_so(
    newer: Firebreak, town: dict[str, str], versions: tuple[str, str]
) -> None:
    """A case would change its procedure, and nobody could see when and by whom."""
    before, after = versions
    moved = newer("migrate", "complaint-general", "--apply", "--by", "shift.lead")
    assert moved.exit_code == 0
    assert "was moved" in moved.stdout
    told = newer("case", town["parcel"]).stdout
    assert f"shift.lead moves it from version {before} to {after}" in " ".join(told.split())
    again = newer("migrate", "complaint-general", "--apply").stdout
    assert again == f"No case runs under another version of complaint-general than {after}.\n"


def test_one_case_may_be_chosen(newer: Firebreak, town: dict[str, str]) -> None:
    """Nobody could try it out with a single case."""
    other = read_json(newer("migrate", "complaint-general", "--case", town["deletion"], "--json"))
    assert other == {"applied": False, "moves": []}
    [move] = read_json(newer("migrate", "complaint-general", "--case", town["parcel"][:6], "--json"))["moves"]
    assert (move["about"], move["refused"]) == (town["parcel"], [])


@pytest.mark.usefixtures("town")
def test_a_version_that_never_was_is_said(newer: Firebreak, versions: tuple[str, str]) -> None:
    """Somebody who misspells the version would take it that no case is left under it."""
    before, after = versions
    assert "can be moved" in newer("migrate", "complaint-general", "--from", before).stdout
    assert newer("migrate", "complaint-general", "--from", after).exit_code == 0
    refused = newer("migrate", "complaint-general", "--from", "1.0.77")
    assert refused.exit_code == 1
    told, _, known = refused.stderr.partition("; --from is one of ")
    assert told.endswith("There never was a complaint-general 1.0.77 here")
    assert {before, after} <= set(known.removesuffix(".\n").split(", "))


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
