"""`firebreak tasks`, `task` and `answer`."""

from __future__ import annotations

import base64
import getpass
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from flows.shelf import Shelf
from tests.flows.cli.conftest import Firebreak, read_json
from tests.flows.cli.town import Town


def only_task(firebreak: Firebreak, role: str, kind: str) -> str:
    """The id of the only open task of this role and kind."""
    (found,) = (each for each in read_json(firebreak("tasks", "--role", role, "--json")) if each["kind"] == kind)
    return str(found["id"])


@pytest.fixture
def question(firebreak: Firebreak, town: dict[str, str]) -> str:  # noqa: ARG001 - it is asked there
    """An open question with one field."""
    return only_task(firebreak, "on_call", "ask")


@pytest.fixture
def by_hand(firebreak: Firebreak, town: dict[str, str]) -> str:  # noqa: ARG001 - it is asked there
    """A text that somebody has to send."""
    return only_task(firebreak, "on_call", "do")


@pytest.fixture
def decision(firebreak: Firebreak, town: dict[str, str]) -> str:  # noqa: ARG001 - it is asked there
    """Something to say yes or no to."""
    return only_task(firebreak, "senior_owner", "approve")


def test_task_of_the_most_severe_case_comes_first(firebreak: Firebreak, town: dict[str, str]) -> None:
    """The person on shift would work on a parcel while a fire waits."""
    found = read_json(firebreak("tasks", "--json"))
    assert found[0]["case"] == town["urgent"]
    assert {each["status"] for each in found} == {"open"}


def test_each_task_shows_how_it_is_answered(firebreak: Firebreak, question: str, by_hand: str, decision: str) -> None:
    """Whoever is woken would have to look up what to type."""
    shown = firebreak("tasks").stdout
    assert f"firebreak answer {question} backup_status=none|possible|confirmed" in shown
    assert f"firebreak answer {by_hand} done" in shown
    assert f"firebreak answer {decision} yes (or no)" in shown


def test_a_question_says_how_to_read_the_chat(firebreak: Firebreak, town: dict[str, str], question: str) -> None:
    """Somebody who is asked what a chat proves, and has not got the phone, would answer without having read it."""
    assert f"firebreak inventory {town['deletion']} --texts" in firebreak("task", question).stdout


@pytest.mark.usefixtures("town")
def test_misspelt_role_is_noticed(firebreak: Firebreak) -> None:
    """A misspelt role would look like a quiet night."""
    result = firebreak("tasks", "--role", "on_cal")
    assert "no open task for on_cal" in result.stdout
    assert '"on_call"' in result.stderr


def test_text_to_send_by_hand_is_shown_with_its_link(firebreak: Firebreak, by_hand: str) -> None:
    """A colleague who has to send a reply would not know which words, or to whom."""
    shown = firebreak("task", by_hand).stdout
    assert "Hello" in shown
    assert "https://wa.me/15550100003?text=Hello" in shown
    details = read_json(firebreak("task", by_hand, "--json"))["details"]
    assert details["link"].startswith("https://wa.me/15550100003")


def test_list_of_tasks_holds_nothing_personal(firebreak: Firebreak, by_hand: str) -> None:
    """A customer's number would stand in a list that is passed around."""
    assert by_hand in (shown := firebreak("tasks").stdout + firebreak("tasks", "--json", "--all").stdout)
    assert "15550100003" not in shown


def test_answer_moves_the_case_on(
    firebreak: Firebreak, question: str, town: dict[str, str], home: Path, shelf: Shelf
) -> None:
    """An answer given at the command line would never reach its case."""
    told = firebreak("answer", question, "backup_status=none", "--by", "second_phone")
    assert told.exit_code == 0
    assert f"firebreak case {town['deletion']}" in told.stdout
    later = Town(home, base64.b64decode((home / "master.key").read_text()), shelf)
    later.go_on(timedelta(hours=3, seconds=1))  # a town's clock begins three hours back
    later.store.close()
    story = read_json(firebreak("case", town["deletion"], "--json"))["lines"]
    assert "second_phone answered" in " ".join(line["headline"] for line in story)
    assert story[-1]["step"] == "worth_as_evidence"


@pytest.mark.parametrize("given", ["yes", "YES", "approved=yes"])
def test_decision_takes_a_plain_word(firebreak: Firebreak, decision: str, given: str) -> None:
    """A yes would have to be typed like a formula."""
    told = read_json(firebreak("answer", decision, given, "--json"))
    assert told["answer"] == {"approved": "yes"}
    assert told["status"] == "answered"


@pytest.mark.parametrize("given", [[], ["done"]])
def test_thing_to_do_is_done(firebreak: Firebreak, by_hand: str, given: list[str]) -> None:
    """What was done by hand could not be ticked off."""
    assert read_json(firebreak("answer", by_hand, *given, "--json"))["status"] == "answered"


def test_name_of_the_login_is_noted(firebreak: Firebreak, decision: str) -> None:
    """Nobody could tell later who said no."""
    assert read_json(firebreak("answer", decision, "no", "--json"))["answered_by"] == getpass.getuser()


def test_remark_is_kept_sealed_and_told(firebreak: Firebreak, decision: str, town: dict[str, str], home: Path) -> None:
    """A remark about a customer would lie open in the database, or be lost."""
    remark = "she prefers calls after nine"
    assert firebreak("answer", decision, "no", "--remark", remark).exit_code == 0
    with sqlite3.connect(home / "firebreak.db") as database:
        assert remark not in "".join(database.iterdump())
    assert read_json(firebreak("task", decision, "--json"))["remark"] == remark
    assert remark in firebreak("task", decision).stdout
    assert town["urgent"] in firebreak("task", decision).stdout


def test_one_question_is_answered_by_the_answer_alone(firebreak: Firebreak, question: str) -> None:
    """Whoever is woken at three types `answer T-… none`, and would be sent back to type the name of a fact."""
    told = read_json(firebreak("answer", question, "none", "--json"))
    assert told["answer"] == {"backup_status": "none"}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["backup_status=maybe"], "one of none, possible, confirmed"),
        (["backup_sttus=none"], '"backup_status"'),
        ([], "also asks for: backup_status"),
        (["yes"], "one of none, possible, confirmed"),
        (["none", "possible"], "backup_status=none|possible|confirmed"),
        (["backup_status="], "backup_status=none|possible|confirmed"),
        (["backup_status=none", "backup_status=possible"], "twice"),
    ],
)
def test_wrong_answer_says_what_is_asked_for(firebreak: Firebreak, question: str, given: list[str], says: str) -> None:
    """A slip would be taken for an answer, or refused without a hint."""
    result = firebreak("answer", question, *given)
    assert result.exit_code == 1
    assert says in result.stderr
    assert read_json(firebreak("task", question, "--json"))["status"] == "open"


def test_second_answer_is_refused(firebreak: Firebreak, decision: str) -> None:
    """A yes would overwrite the no of a colleague who was faster."""
    assert firebreak("answer", decision, "no", "--by", "first_phone").exit_code == 0
    result = firebreak("answer", decision, "yes")
    assert result.exit_code == 1
    assert "answered by first_phone" in result.stderr
    assert "answered by first_phone" in firebreak("tasks", "--all").stdout


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\nb"])
def test_name_must_be_a_name(firebreak: Firebreak, decision: str, name: str) -> None:
    """The history would say that nobody decided."""
    result = firebreak("answer", decision, "yes", "--by", name)
    assert result.exit_code == 1
    assert "--by first_phone" in result.stderr


@pytest.mark.usefixtures("town")
def test_unknown_task_says_where_to_look(firebreak: Firebreak) -> None:
    """A wrong id would end in a riddle."""
    for command in (["task", "T-NONE"], ["answer", "T-NONE", "yes"]):
        result = firebreak(*command)
        assert result.exit_code == 1
        assert "firebreak tasks" in result.stderr
