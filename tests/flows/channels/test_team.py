"""Reaching the team: the file, the order of people, and what is told to whom."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.channels.team import NotTold, Team, Told, UnknownRole
from flows.practice.server import PracticeServer
from rules.problems import ContentError

SECRET = "secret-of-the-bot"


@pytest.fixture(scope="module")
def practice() -> Iterator[PracticeServer]:
    with PracticeServer() as server:
        yield server


@pytest.fixture
def nowhere() -> Iterator[str]:
    """The address of a service that nobody answers at."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yield f"json://127.0.0.1:{unused.getsockname()[1]}/{SECRET}"


def load(tmp_path: Path, text: str, **environment: str) -> Team:
    path = tmp_path / "team.yaml"
    path.write_text(text, encoding="utf-8")
    return Team.load(path, environment)


def problems(tmp_path: Path, text: str, **environment: str) -> list[str]:
    with pytest.raises(ContentError) as raised:
        load(tmp_path, text, **environment)
    return [str(problem).removeprefix(str(tmp_path)) for problem in raised.value.problems]


TEAM = """\
people:
  first_phone:
    - json://127.0.0.1:${PORT}/practice/team/first_phone
    - ${WHOLE_ADDRESS}
  second_phone: json://127.0.0.1:${PORT}/practice/team/second_phone
roles:
  shift_lead: [first_phone, second_phone]
  privacy_lead: second_phone
"""


def test_a_role_is_told_in_the_order_of_the_file(tmp_path: Path, practice: PracticeServer, nowhere: str) -> None:
    """The first person named is the first to be called, and a dead address does not hide the ones that work."""
    team = load(tmp_path, TEAM, PORT=practice.url.rsplit(":", 1)[1], WHOLE_ADDRESS=nowhere)
    before = len(practice.team())
    assert team.roles() == ("shift_lead", "privacy_lead")
    assert team.people_of("shift_lead") == ("first_phone", "second_phone")
    assert team.tell("shift_lead", "紧急", "Case C-1 needs a call.") == Told(("first_phone", "second_phone"))
    told = practice.team()[before:]
    assert [(notice.role, notice.title, notice.message) for notice in told] == [
        ("first_phone", "紧急", "Case C-1 needs a call."),
        ("second_phone", "紧急", "Case C-1 needs a call."),
    ]


def test_one_person_can_be_told_alone(practice: PracticeServer) -> None:
    """An escalation that goes from person to person must not ring everybody at once."""
    address = practice.team_address
    team = Team({"a": (address("a"),), "b": (address("b"),)}, {"on_call": ("a", "b")})
    before = len(practice.team())
    assert team.tell("on_call", "t", "m", person="b") == Told(("b",))
    assert [notice.role for notice in practice.team()[before:]] == ["b"]
    assert isinstance(team.tell("on_call", "t", "m", person="c"), NotTold)


def test_who_was_missed_is_named(practice: PracticeServer, nowhere: str) -> None:
    """A person who was not reached has to be reached in another way."""
    team = Team({"a": (nowhere,), "b": (practice.team_address("b"),)}, {"on_call": ("a", "b"), "alone": ("a",)})
    assert team.tell("on_call", "t", "m") == Told(("b",), missed=("a",))
    outcome = team.tell("alone", "t", "m")
    assert isinstance(outcome, NotTold)
    assert "alone" in outcome.reason


def test_an_unknown_role_is_said_clearly() -> None:
    """An escalation to a misspelt role would otherwise disappear."""
    team = Team.of({"shift_lead": ["json://127.0.0.1:1/x"]})
    outcome = team.tell("shift_leed", "t", "m")
    assert isinstance(outcome, NotTold)
    assert 'did you mean "shift_lead"?' in outcome.reason
    with pytest.raises(UnknownRole, match="shift_leed"):
        team.people_of("shift_leed")


def test_addresses_are_never_shown(
    nowhere: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """An Apprise address holds the key to a chat or a telephone account."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("apprise").setLevel(logging.DEBUG)
    team = Team({"a": (nowhere, f"nosuchservice://{SECRET}")}, {"on_call": ("a",)})
    shown = [repr(team), repr(team.tell("on_call", "t", "m")), *team.check()]
    shown += [record.getMessage() for record in caplog.records]
    shown += list(capfd.readouterr())
    assert not [line for line in shown if SECRET in line]


def test_the_check_names_addresses_that_apprise_does_not_understand() -> None:
    """A misspelt service would be found in the night in which it is needed."""
    team = Team({"first_phone": ("json://127.0.0.1:1/x", "telegramm://x/y")}, {"on_call": ("first_phone",)})
    [problem] = team.check()
    assert "first_phone" in problem
    assert "2 of 2" in problem


def test_every_slip_in_the_file_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    """Whoever sets up the team should not have to run into one error after the other."""
    text = """\
people:
  first_phone: tgram://${BOT_TOKEN}/${FIRST_CHAT}
  second_phone: []
  zoe: ring her up
roles:
  shift_lead: [first_phone, omr]
  nobody: []
telephones: {}
"""
    found = problems(tmp_path, text, BOT_TOKEN=SECRET)
    assert len(found) == 6
    assert any(line.startswith("/team.yaml:2:") and "FIRST_CHAT" in line for line in found)
    assert any(line.startswith("/team.yaml:3:") and "at least one address" in line for line in found)
    assert any(line.startswith("/team.yaml:4:") and "tgram://" in line for line in found)
    assert any(line.startswith("/team.yaml:6:") and 'did you mean "first_phone"?' not in line for line in found)
    assert any(line.startswith("/team.yaml:7:") and "reaches nobody" in line for line in found)
    assert any(line.startswith("/team.yaml:8:") and "telephones" in line for line in found)
    assert not [line for line in found if SECRET in line]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("people: [a, b]\nroles: {x: a}\n", "names, each with its list"),
        ("people: {a: json://x}\n", 'needs "roles"'),
        ("just a text\n", "names, each with its list"),
        ("people: {a: json://x}\nroles: {x: [a, 5]}\n", "needs a list"),
        ("people: {a: json://x}\npeople: {a: json://y}\nroles: {x: a}\n", "twice"),
        ("", "empty"),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """A file that is half understood leaves roles that reach nobody."""
    assert any(words in line for line in problems(tmp_path, text))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    """The path in FIREBREAK_TEAM may be wrong."""
    with pytest.raises(ContentError, match=r"nowhere\.yaml"):
        Team.load(tmp_path / "nowhere.yaml", {})


CALLED = """\
people:
  first_phone: json://127.0.0.1:${PORT}/practice/team/chat
calls:
  first_phone: json://127.0.0.1:${PORT}/practice/team/call
roles:
  senior_owner: [first_phone]
"""


def test_what_is_urgent_also_goes_where_people_are_called(tmp_path: Path, practice: PracticeServer) -> None:
    """A telephone would ring at night for a slow parcel, or stay silent when somebody is hurt."""
    team = load(tmp_path, CALLED, PORT=practice.url.rsplit(":", 1)[1])
    before = len(practice.team())
    assert team.tell("senior_owner", "C-1", "a slow parcel") == Told(("first_phone",))
    assert team.tell("senior_owner", "C-2", "somebody is hurt", urgent=True) == Told(("first_phone",))
    assert team.tell("senior_owner", "C-3", "urgent, and told alone", "first_phone", urgent=True) == Told(
        ("first_phone",)
    )
    assert [notice.role for notice in practice.team()[before:]] == ["chat", "call", "chat", "call", "chat"]


def test_calls_are_for_people_of_the_file(tmp_path: Path) -> None:
    """A slip in a name would leave the one telephone that matters silent."""
    wrong = CALLED.replace("calls:\n  first_phone", "calls:\n  first_fone").replace("${PORT}", "1")
    (problem,) = problems(tmp_path, wrong)
    assert 'nobody called "first_fone" stands under "people"' in problem
    assert 'did you mean "first_phone"' in problem
