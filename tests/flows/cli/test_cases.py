"""`firebreak cases` and `firebreak case`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flows.cli.paper import cells
from flows.shelf import Shelf
from tests.flows.cli.conftest import Firebreak, read_json
from tests.flows.cli.town import CHINESE, FIRE, HOURS, NAME, NUMBER, PARCEL

Town = dict[str, str]


def test_new_installation_has_no_case(firebreak: Firebreak) -> None:
    """The first command on a fresh machine would fail for want of a store."""
    result = firebreak("cases")
    assert result.exit_code == 0
    assert result.stdout == "There is no open case.\n"
    assert "master key" in result.stderr


def test_most_severe_case_comes_first(firebreak: Firebreak, town: Town) -> None:
    """A fire would stand below slow parcels."""
    found = read_json(firebreak("cases", "--json"))["cases"]
    assert [each["id"] for each in found] == [town["urgent"], town["deletion"], town["parcel"]]
    assert [each["severity"] for each in found] == ["urgent", "general", "general"]
    assert {each["status"] for each in found} == {"waiting"}


def test_list_says_who_is_waited_for_and_until_when(firebreak: Firebreak, town: Town) -> None:
    """Whoever comes on shift could not see what is due."""
    shown = firebreak("cases").stdout
    assert shown.startswith("3 open cases\n")
    block = shown.partition(town["deletion"])[2].partition("C-")[0]
    assert "waits for on_call to answer: Has our phone backed up" in block
    assert re.search(r"T-\w{10}  until .*in \d+ (hour|minute)", block)


def test_list_holds_nothing_personal(firebreak: Firebreak, town: Town) -> None:
    """A customer's name or words would stand in a list that is passed around."""
    shown = firebreak("cases", "--all").stdout + firebreak("cases", "--all", "--json").stdout
    assert town["customer"] in shown
    assert not any(word in shown for word in (NUMBER, NAME, "Feather", CHINESE[:6], FIRE, "burned"))


def test_messages_in_no_case_are_found(firebreak: Firebreak, town: Town) -> None:
    """A message that starts no playbook would be in the store and nowhere to be seen."""
    others = read_json(firebreak("cases", "--json"))["without_a_case"]
    assert sum(each["messages"] for each in others) == 1
    assert f"firebreak case {town['loose']}" in firebreak("cases").stdout
    said = [
        line["words"] for each in others for line in read_json(firebreak("case", each["customer"], "--json"))["lines"]
    ]
    assert "👍" in said


@pytest.mark.usefixtures("town")
def test_every_message_is_told_once(firebreak: Firebreak) -> None:
    """A message would be missing from every story, or be told in two."""
    listed = read_json(firebreak("cases", "--all", "--json"))
    ids = [each["id"] for each in listed["cases"]] + [each["customer"] for each in listed["without_a_case"]]
    lines = [line for each in ids for line in read_json(firebreak("case", each, "--json"))["lines"]]
    words = [line["words"] for line in lines if line["mark"] == "customer"]
    assert len(words) == 6
    for said in (FIRE, CHINESE, PARCEL, HOURS, "👍"):
        assert words.count(said) == 1


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--severity", "urgent"], ["urgent"]),
        (["--severity", "important"], []),
        (["--playbook", "deletion-request"], ["deletion"]),
        (["--all"], ["urgent", "hours", "evil", "deletion", "parcel"]),
    ],
)
def test_list_can_be_narrowed(firebreak: Firebreak, town: Town, arguments: list[str], names: list[str]) -> None:
    """In a storm of cases nobody could find the few that matter."""
    found = read_json(firebreak("cases", "--json", *arguments))["cases"]
    assert [each["id"] for each in found] == [town[name] for name in names]


@pytest.mark.usefixtures("town")
def test_wrong_severity_suggests_the_nearest(firebreak: Firebreak) -> None:
    """A misspelt filter would look like "there is nothing urgent"."""
    result = firebreak("cases", "--severity", "urgnt")
    assert result.exit_code == 1
    assert '"urgent"' in result.stderr


@pytest.mark.usefixtures("town")
def test_unknown_incident_is_an_error(firebreak: Firebreak) -> None:
    """A misspelt incident would look like an incident without cases."""
    result = firebreak("cases", "--incident", "I-NONE")
    assert result.exit_code == 1
    assert "incident list" in result.stderr


def test_story_reads_from_the_first_word_to_what_is_waited_for(firebreak: Firebreak, town: Town, shelf: Shelf) -> None:
    """Somebody woken at night could not tell what happened and what is to be done."""
    shown = firebreak("case", town["urgent"]).stdout
    parts = [
        "severity urgent",
        FIRE,
        f"complaint-urgent {shelf.current.playbooks['complaint-urgent'].version} begins",
        "because severity is urgent",
        "sign_safety is true",
        "senior_owner is to take it over",
        "we wrote complaint/first-urgent",
        "promise kept:",
        "told senior_owner once more",
        "+12m 03s",
        "first_phone has taken it over",
        "we wrote complaint/person-has-it",
        "waits for senior_owner to say yes or no",
        "firebreak task T-",
    ]
    positions = [" ".join(shown.split()).find(part) for part in parts]
    assert -1 not in positions
    assert positions == sorted(positions)


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_no_line_is_wider_than_the_terminal(
    firebreak: Firebreak, town: Town, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chinese characters take two columns: counted as one, the lines would break in ugly places."""
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = firebreak("case", town["deletion"], "--explain").stdout
    assert CHINESE[:9] in shown
    assert max(cells(line) for line in shown.splitlines()) <= columns


def test_story_can_be_passed_on_without_words(firebreak: Firebreak, town: Town) -> None:
    """What a customer wrote would leave the house with a story that is shown to somebody else."""
    for arguments in ([], ["--json"], ["--everything", "--explain"]):
        shown = firebreak("case", town["deletion"], "--no-words", *arguments).stdout
        assert "个人信息" not in shown
        assert "王" not in shown
        assert NAME not in shown
        assert "deletion/received" in shown


def test_why_not_is_told_on_demand(firebreak: Firebreak, town: Town) -> None:
    """A designer could not see why another playbook was not chosen."""
    plain, explained = (firebreak("case", town["urgent"], *more).stdout for more in ([], ["--explain"]))
    assert "not deletion-request#1" not in plain
    assert "not deletion-request#1" in explained
    assert "[owner]" in explained


def test_everything_leaves_nothing_folded(firebreak: Firebreak, town: Town) -> None:
    """A line of the journal could not be seen by any means."""
    lines = read_json(firebreak("case", town["urgent"], "--json"))["lines"]
    shown = firebreak("case", town["urgent"], "--everything", "--no-words").stdout
    marked = [line for line in shown.splitlines() if re.match(r".{18}[><@*~!-] ", line)]
    assert len(marked) == len(lines)


def test_beginning_of_an_id_is_enough(firebreak: Firebreak, town: Town) -> None:
    """Ten characters would have to be typed without a slip."""
    assert firebreak("case", town["urgent"][:8].lower()).stdout == firebreak("case", town["urgent"]).stdout


@pytest.mark.parametrize(("wanted", "says"), [("C-", "beginning of several"), ("C-NONE", "no case"), ("%", "no case")])
@pytest.mark.usefixtures("town")
def test_unknown_id_says_where_to_look(firebreak: Firebreak, wanted: str, says: str) -> None:
    """A wrong id would end in a riddle, or show the first case that comes along."""
    result = firebreak("case", wanted)
    assert result.exit_code == 1
    assert says in result.stderr


@pytest.mark.usefixtures("town")
def test_words_of_a_customer_cannot_steer_the_terminal(firebreak: Firebreak) -> None:
    """A customer could colour, move or hide what the person on shift reads."""
    every = read_json(firebreak("cases", "--all", "--json"))["cases"]
    shown = "".join(firebreak("case", each["id"], *how).stdout for each in every for how in ([], ["--json"]))
    assert "reversed" in shown
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)


def test_no_colour_off_a_terminal(firebreak: Firebreak, town: Town) -> None:
    """A file or a mail with the story in it would be full of escape codes."""
    assert "\x1b" not in firebreak("case", town["urgent"]).stdout + firebreak("cases").stdout


def test_times_are_those_of_the_business(firebreak: Firebreak, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times would be those of the server, and a promise would seem to be due eight hours later."""
    hours = {}
    for zone in ("UTC", "Asia/Shanghai"):
        monkeypatch.setenv("FIREBREAK_TIMEZONE", zone)
        shown = firebreak("case", town["urgent"]).stdout
        assert f"({zone})" in shown
        hours[zone] = int(re.search(r"^(\d\d):\d\d:\d\d", shown, re.MULTILINE)[1])  # type: ignore[index]
    assert (hours["UTC"] + 8) % 24 == hours["Asia/Shanghai"]


def test_key_of_another_installation_opens_nothing(
    firebreak: Firebreak, town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A wrong master key would end in a traceback, or in a story of nonsense."""
    monkeypatch.setenv("FIREBREAK_MASTER_KEY", "A" * 43 + "=")
    result = firebreak("case", town["urgent"])
    assert result.exit_code == 1
    assert "master key does not belong" in result.stderr
    assert str(tmp_path) not in result.stdout
