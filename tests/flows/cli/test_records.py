"""`firebreak inventory`, `plan`, `hold`, `holds`: what there is of a customer, and what becomes of it."""

from __future__ import annotations

import json

import pytest

from flows.assembly import open_store
from flows.clock import SystemClock
from flows.settings import Settings
from flows.store.tables import Task
from tests.flows.cli.conftest import Firebreak, read_json
from tests.flows.cli.town import CHINESE, NAME, NUMBER


def ids(firebreak: Firebreak, case: str, whose: str) -> list[str]:
    records = read_json(firebreak("inventory", case, "--json"))["records"]
    return [each["id"] for each in records if each["whose"] == whose]


def test_inventory_lists_messages_without_their_texts(firebreak: Firebreak, town: dict[str, str]) -> None:
    """A list that is passed on to a colleague would be one more copy of the chat; or its lines would look like texts
    that are empty."""
    shown = firebreak("inventory", town["deletion"])
    assert shown.exit_code == 0
    found = read_json(firebreak("inventory", town["customer"], "--json"))
    for record in found["records"]:
        assert record["id"] in shown.stdout
        assert "text" not in record
    assert found["counts"]["messages"] == len(found["records"]) == 3  # what they asked, our answer, our privacy notice
    assert "delete for everyone before" in shown.stdout
    assert "|" not in shown.stdout
    for personal in (NAME, NUMBER, CHINESE[:8]):
        assert personal not in shown.stdout + json.dumps(found, ensure_ascii=False)
    assert max(map(len, shown.stdout.splitlines())) <= 80


def test_texts_are_shown_to_whoever_asks_for_them(firebreak: Firebreak, town: dict[str, str]) -> None:
    """Nobody could judge what a message proves."""
    assert "聊天里的个人信息" in firebreak("inventory", town["deletion"], "--texts").stdout
    records = read_json(firebreak("inventory", town["deletion"], "--texts", "--json"))["records"]
    assert CHINESE in [record["text"] for record in records]


def test_what_steers_a_terminal_is_not_printed(firebreak: Firebreak, town: dict[str, str]) -> None:
    """A customer's text could hide what stands around it."""
    shown = firebreak("inventory", town["evil"], "--texts").stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_plan_says_for_each_place_what_can_be_done(firebreak: Firebreak, town: dict[str, str]) -> None:
    """A colleague would promise what nobody can do, or would not know where to begin."""
    shown = firebreak("plan", town["deletion"])
    assert shown.exit_code == 0
    assert "The customer's own backups" in shown.stdout
    assert "but: " in shown.stdout
    assert "waits until somebody has looked" in shown.stdout
    assert NAME not in shown.stdout
    found = read_json(firebreak("plan", town["customer"], "--json"))
    assert found["case"] == town["deletion"]
    assert len(found["places"]) == 7
    assert {each["what"] for each in found["messages"]} == {"look"}
    dues = [each["due"] for each in found["places"] if each["due"]]
    assert dues == sorted(dues)


@pytest.mark.parametrize("way", [["--language", "zh-CN"], []])
def test_plan_is_told_in_the_language_of_the_business(
    firebreak: Firebreak, town: dict[str, str], monkeypatch: pytest.MonkeyPatch, way: list[str]
) -> None:
    """A colleague who reads Chinese would have to translate under the pressure of a deadline."""
    monkeypatch.setenv("FIREBREAK_LANGUAGE", "en" if way else "zh-CN")
    shown = firebreak("plan", town["deletion"], *way).stdout
    assert "客户自己的备份" in shown
    assert "The customer's own" not in shown
    wrong = firebreak("plan", town["deletion"], "--language", "zh")
    assert wrong.exit_code == 1
    assert "zh-CN" in wrong.stderr


def test_message_is_held_and_let_go_again(firebreak: Firebreak, town: dict[str, str]) -> None:
    """Evidence would be erased although somebody has said that it must stay, or would stay for ever."""
    message = ids(firebreak, town["deletion"], "customer")[0]
    made = read_json(firebreak("hold", message, "--reason", "evidence", "--by", "anna", "--json"))
    assert (made["about"], made["reason"], made["by"]) == (message, "evidence", "anna")
    assert made["customer"] == town["customer"]
    assert [each["id"] for each in read_json(firebreak("holds", "--json"))] == [made["id"]]
    assert made["id"] in firebreak("holds", town["deletion"]).stdout
    plan = read_json(firebreak("plan", town["deletion"], "--json"))
    assert {each["id"]: each["why"] for each in plan["messages"]}[message] == "evidence"
    story = firebreak("case", town["deletion"]).stdout
    assert "held (reason: evidence)" in " ".join(story.split())
    assert firebreak("hold", "--lift", made["id"], "--by", "first_phone").exit_code == 0
    assert firebreak("hold", "--lift", made["id"]).exit_code == 0, "lifting twice is harmless"
    assert read_json(firebreak("holds", "--json")) == []
    assert "lifted by first_phone" in firebreak("holds", "--all").stdout
    assert "Nothing is held." in firebreak("holds").stdout


def test_case_is_held_as_a_whole(firebreak: Firebreak, town: dict[str, str]) -> None:
    """A lawyer's word would have to be typed for each message."""
    made = read_json(firebreak("hold", town["deletion"], "--reason", "lawyer", "--json"))
    assert made["everything"] is True
    found = read_json(firebreak("inventory", town["deletion"], "--json"))
    assert all(each["held"] for each in found["records"])
    assert "lawyer" in firebreak("inventory", town["deletion"]).stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--reason", "law"], "name what is to be held"),
        (["CASE"], "--reason"),
        (["CASE", "--reason", "lawer"], 'did you mean "law'),
        (["X-1", "--reason", "law"], "firebreak cases"),
        (["--lift", "H-NONE"], "firebreak holds"),
        (["CASE", "--lift", "H-NONE"], "--lift ends a hold"),
    ],
)
def test_slip_is_told_and_holds_nothing(
    firebreak: Firebreak, town: dict[str, str], arguments: list[str], says: str
) -> None:
    """Somebody would believe that a record is held."""
    result = firebreak("hold", *(town["deletion"] if each == "CASE" else each for each in arguments))
    assert result.exit_code == 1
    assert says in result.stderr
    assert read_json(firebreak("holds", "--all", "--json")) == []


def test_unknown_id_says_where_to_look(firebreak: Firebreak, town: dict[str, str]) -> None:
    """An id of another kind would end in a riddle."""
    assert town
    result = firebreak("inventory", "C-NONE")
    assert result.exit_code == 1
    assert "firebreak cases" in result.stderr


def test_task_shows_what_a_masking_would_change(firebreak: Firebreak, town: dict[str, str]) -> None:
    """Somebody would say yes to a masking without seeing what it takes away."""
    before, after = "Call +49 1515 5010203 about order 88213", "Call [phone number] about order 88213"
    change = {"id": "M-1", "whose": "customer", "sent_at": "2026-01-05T09:00:00+00:00", "kinds": ["phone_number"]}
    with open_store(Settings.load(), SystemClock(), print) as store, store.begin() as session:
        details = {"preview": [{**change, "before": before, "after": after}]}
        session.add(
            Task(
                id="T-PREVIEW",
                subject_id=town["customer"],
                case_id=town["deletion"],
                kind="approve",
                role="privacy_lead",
                question="May this be masked?",
                status="open",
                created_at=store.clock.now(),
                sealed_details=store.vault.seal(town["customer"], details),
            )
        )
    shown = firebreak("task", "T-PREVIEW").stdout
    assert "what would change in 1 message:" in shown
    assert f"- {before}" in shown
    assert f"+ {after}" in shown
    assert "firebreak answer T-PREVIEW yes" in shown
    assert read_json(firebreak("task", "T-PREVIEW", "--json"))["details"]["preview"][0]["after"] == after
    assert before not in firebreak("tasks").stdout
