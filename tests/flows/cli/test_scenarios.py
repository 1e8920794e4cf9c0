"""`firebreak test` and `firebreak rehearse`."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.assembly import open_shelf
from flows.cli.scenarios import coverage
from flows.shelf import ROOT
from flows.telling import story
from tests.flows.cli.conftest import Firebreak, read_json

PASSING = """
tests: complaint-urgent
scenarios:
  - name: Danger reaches a senior owner
    timeline:
      - customer says: The charger caught fire and burned my hand
      - after: 12 minutes
    expect:
      - reply: complaint/first-urgent
      - told: senior_owner
    never:
      - closed: solved
"""
FAILING = """
tests: complaint-urgent
scenarios:
  - name: A wish that does not come true
    timeline:
      - customer says: The charger caught fire and burned my hand
    expect:
      - reply: complaint/first-urgent
        locale: zh-CN
      - task: senior_owner
    never:
      - told: senior_owner
"""


@pytest.fixture
def passing(tmp_path: Path) -> Path:
    path = tmp_path / "passing.test.yaml"
    path.write_text(PASSING)
    return path


@pytest.fixture
def failing(tmp_path: Path) -> Path:
    path = tmp_path / "failing.test.yaml"
    path.write_text(FAILING)
    return path


def test_scenario_as_expected_passes(firebreak: Firebreak, passing: Path) -> None:
    """A designer could not tell a good procedure from a broken one."""
    result = firebreak("test", str(passing))
    assert result.exit_code == 0, result.output
    assert "ok      complaint-urgent: Danger reaches a senior owner" in result.stdout
    assert "1 scenario, none failed" in result.stdout


def test_failing_scenario_shows_both_sides(
    firebreak: Firebreak, failing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A designer would see that it failed, and not at what."""
    monkeypatch.setenv("COLUMNS", "110")
    result = firebreak("test", str(failing))
    assert result.exit_code == 1
    assert f"{failing}:4:5" in result.stdout
    rows = [line.partition("|") for line in result.stdout.splitlines() if "|" in line]
    sides = {(left.strip(), right.strip()) for left, _, right in rows}
    assert ("expected", "happened") in sides
    assert ("MISSING reply complaint/first-urgent, locale zh-CN", "") in sides
    assert ("", "+0s      > customer says: The charger caught fire") in sides
    assert ("", "reply complaint/first-urgent, locale en") in sides
    assert ("task senior_owner", "task senior_owner") in sides
    assert ("", "NEVER told senior_owner") in sides
    assert len({len(left) for left, _, _ in rows}) == 1


def test_results_can_be_read_by_a_machine(firebreak: Firebreak, passing: Path, failing: Path) -> None:
    """Another tool could not tell which scenario failed."""
    result = firebreak("test", str(passing.parent), "--json")
    assert result.exit_code == 1
    good = read_json(firebreak("test", str(passing), "--json"))
    assert good["passed"] is True
    assert good["scenarios"][0]["happened"][0] == {"after_seconds": 0, "kind": "opened", "name": "complaint-urgent"}
    assert f'"place": "{failing}:4:5"' in result.stdout


def test_coverage_names_what_was_never_played(firebreak: Firebreak, passing: Path) -> None:
    """A branch that no scenario enters would break in front of a customer."""
    (covered,) = read_json(firebreak("test", str(passing), "--json"))["coverage"]
    assert covered["reached"] < covered["steps"]
    assert "solved.on_refused" in covered["missed_branches"]
    assert "promises.first_reply.on_breach" in covered["missed_branches"]
    assert "first" not in covered["missed_steps"]
    assert "branches never played" in firebreak("test", str(passing)).stdout


def test_every_branch_counts_once() -> None:
    """Coverage would claim more or less than there is."""
    playbook = open_shelf().current.playbooks["deletion-request"]
    everything = coverage(playbook, [(playbook.name, step.path) for step in playbook.walk()])
    nothing = coverage(playbook, [])
    assert (everything.missed_steps, everything.missed_branches) == ((), ())
    assert (nothing.reached, nothing.taken) == (0, 0)
    assert len(nothing.missed_branches) == nothing.branches == everything.taken
    assert {"which_way.1", "which_way.otherwise", "our_backup.on_timeout"} <= set(nothing.missed_branches)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tests: complaint-urgnt\nscenarios: []\n", '"complaint-urgent"'),
        (PASSING.replace("customer says", "customer sayz"), '"customer says"'),
        (PASSING.replace("- told", "- tolled"), '"told"'),
        ("scenarios:\n  - [", "wrong.test.yaml:"),
    ],
)
def test_scenario_that_cannot_be_read_is_an_error(firebreak: Firebreak, tmp_path: Path, text: str, says: str) -> None:
    """A test with a slip in it would be passed over in silence."""
    path = tmp_path / "wrong.test.yaml"
    path.write_text(text)
    result = firebreak("test", str(path))
    assert result.exit_code == 1
    assert says in result.stderr


def test_playbook_is_found_by_name_and_below_the_content(
    firebreak: Firebreak, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `firebreak check` takes would not be found by `firebreak test`, or a name not where `rehearse` takes one."""
    monkeypatch.chdir(tmp_path)
    by_path, by_name = (
        [each["place"] for each in read_json(firebreak("test", given, "--json"))["scenarios"]]
        for given in ("playbooks/ordinary_message.yaml", "ordinary-message")
    )
    assert by_path == by_name != []


def test_path_without_scenarios_is_an_error(firebreak: Firebreak) -> None:
    """A misspelt path would count as "all tests passed"."""
    result = firebreak("test", "playbooks/nowhere.yaml")
    assert result.exit_code == 1
    assert "no scenario file" in result.stderr


def test_playbook_stands_for_the_scenarios_beside_it(firebreak: Firebreak) -> None:
    """A designer would have to type the name of the test file."""
    result = firebreak("test", str(ROOT / "playbooks/breach_recipient.yaml"), "--json")
    assert {each["playbook"] for each in read_json(result)["scenarios"]} == {"breach-recipient"}


# -- rehearse ----------------------------------------------------------------------------------------------------------


def test_rehearsal_of_words_tells_the_story(firebreak: Firebreak) -> None:
    """A designer could not see what would happen, minute by minute."""
    said = ["--says", "The charger caught fire", "--says", "It is still burning", "--for", "11 minutes"]
    shown = firebreak("rehearse", "complaint-urgent", *said).stdout
    for part in ("nothing is sent", "The charger caught fire", "It is still burning", "+1m 00s", "told senior_owner"):
        assert part in shown
    assert shown.count("we wrote") == 1


def test_rehearsal_leaves_no_trace(firebreak: Firebreak, home: Path) -> None:
    """A rehearsal would fill the store with cases that nobody has."""
    assert firebreak("rehearse", "complaint-urgent", "--says", "The charger caught fire").exit_code == 0
    assert not home.exists()


def test_name_alone_plays_the_scenarios_beside_the_playbook(firebreak: Firebreak) -> None:
    """`firebreak rehearse breach-recipient` would ask what to play."""
    result = firebreak("rehearse", "breach-recipient")
    assert result.exit_code == 0
    assert result.stdout.count("nothing is sent") > 1
    assert "closed as not_deleted" in result.stdout


@pytest.mark.parametrize(
    ("playbook", "event"),
    [
        ("deletion-request", "case opened"),
        ("unreadable-message", "case opened"),
        ("complaint-check-in", "case opened"),
        ("incident", "incident opened"),
    ],
)
def test_any_playbook_can_be_rehearsed_without_scenarios(firebreak: Firebreak, playbook: str, event: str) -> None:
    """A new playbook could not be tried before its tests are written."""
    (lines,) = read_json(firebreak("rehearse", playbook, "--for", "1 second", "--json"))["played"][0][
        "stories"
    ].values()
    assert event in {line["event"] for line in lines}
    assert any(line["data"].get("playbook") == playbook for line in lines)


def test_words_that_start_something_else_are_explained(firebreak: Firebreak) -> None:
    """A designer would rehearse another playbook than the one that was named, without noticing."""
    shown = firebreak("rehearse", "complaint-urgent", "--says", "What are your opening hours?").stdout
    assert "These words do not start complaint-urgent" in shown
    assert "playbook  ordinary-message" in shown


def test_scenario_file_that_fails_fails_the_rehearsal(firebreak: Firebreak, passing: Path, failing: Path) -> None:
    """A script that rehearses would go on after a failure."""
    assert firebreak("rehearse", "complaint-urgent", "--scenario", str(passing)).exit_code == 0
    result = firebreak("rehearse", "complaint-urgent", "--scenario", str(failing))
    assert result.exit_code == 1
    assert "not as expected: expected reply complaint/first-urgent" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["complaint-urgnt"], '"complaint-urgent"'),
        (["incident", "--for", "5"], "needs a unit"),
        (["incident", "--says", "x", "--scenario", "y"], "not both"),
        (["incident", "--scenario", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_wrong_rehearsal_is_one_clear_line(firebreak: Firebreak, arguments: list[str], says: str) -> None:
    """A slip would end in a traceback."""
    result = firebreak("rehearse", *arguments)
    assert result.exit_code == 1
    assert says in result.stderr


def test_rehearsed_story_is_complete(firebreak: Firebreak) -> None:
    """The JSON of a rehearsal would leave out lines that the real story has."""
    (lines,) = read_json(firebreak("rehearse", "incident", "--for", "1 second", "--json"))["played"][0][
        "stories"
    ].values()
    assert set(lines[0]) == set(story.Line.__dataclass_fields__) - {"entry"}
