"""Ending a crisis and looking back on it from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows import assembly
from flows.cli.context import open_desk
from flows.ids import new_id
from flows.runs import waves
from flows.store.tables import Incident
from tests.flows.cli.conftest import Firebreak, read_json
from tests.flows.crisis import endings

PARTS = ("--cause", "en=Too few vans.", "--changed", "en=Two more vans.", "--amends", "en=The next delivery is free.")


@pytest.fixture
def crisis(firebreak: Firebreak, monkeypatch: pytest.MonkeyPatch) -> str:
    """An incident whose procedure ends by `stand_down`; its id."""
    monkeypatch.setattr(assembly, "open_shelf", lambda *_: endings.shelf())
    done = firebreak(
        "incident", "open", "--what", "Parcels are late", "--topic", "delivery", "--playbook", "crisis-end", "--json"
    )
    go_on()
    lead = next(each for each in read_json(firebreak("tasks", "--json")) if "lead" in each["question"])
    firebreak("answer", lead["id"], "done", "--by", "ann")
    go_on()
    return str(read_json(done)["id"])


def go_on() -> None:
    """What Firebreak does while it is up."""
    with open_desk() as desk:
        while waves.move(desk, new_id("R")):
            pass


def state(known: str) -> Incident:
    with open_desk() as desk, desk.store.read() as session:
        return session.get_one(Incident, known)


def test_a_proposal_a_list_and_a_yes(firebreak: Firebreak, crisis: str) -> None:
    """Whoever is on call could not end a crisis without waiting for a count."""
    shown = read_json(firebreak("incident", "stand-down", "--by", "kim", "--json"))
    assert (shown["id"], shown["state"], shown["tasks"]) == (crisis, "proposed", [])
    assert [each["words"] for each in shown["checklist"]] == list(endings.CHECKLIST)
    go_on()
    ticked = read_json(firebreak("incident", "stand-down", crisis, "--done", "1", "--by", "kim", "--json"))
    assert ticked["state"] == "asked"
    assert [each["status"] for each in ticked["checklist"]] == ["done", "open"]
    (task,) = ticked["tasks"]
    plain = firebreak("task", task).stdout
    assert endings.CHECKLIST[1] in " ".join(plain.split())
    assert "urgent cases open" in plain
    early = firebreak("incident", "stand-down", crisis, "--yes", "--by", "kim")
    assert early.exit_code == 1
    assert f"not done yet: 2. {endings.CHECKLIST[1]}" in early.stderr
    over = read_json(firebreak("incident", "stand-down", crisis, "--done", "2", "--yes", "--by", "kim", "--json"))
    assert (over["state"], over["by"]) == ("stood_down", "kim")
    go_on()
    assert state(crisis).closed_at is not None
    assert read_json(firebreak("tasks", "--json")) == []
    again = firebreak("incident", "stand-down", crisis)
    assert again.exit_code == 1
    assert "over already" in again.stderr


def test_it_can_be_decided_at_once(firebreak: Firebreak, crisis: str) -> None:
    """At three in the morning one person who knows everything would have to wait for the machine."""
    said = firebreak("incident", "stand-down", crisis, "--done", "all", "--yes", "--by", "kim")
    assert said.exit_code == 0
    assert "is over: kim stands down" in said.stdout
    assert state(crisis).stood_down_at is not None


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("--yes",), "not done yet: 1."),
        (("--done", "7"), 'there is no "7" on the checklist'),
        (("--done", "1"), "nobody has been given the checklist"),
    ],
)
def test_what_cannot_be_is_told(firebreak: Firebreak, crisis: str, given: tuple[str, ...], says: str) -> None:
    """A crisis would end by a slip of the finger."""
    done = firebreak("incident", "stand-down", crisis, *given, "--by", "kim")
    assert done.exit_code == 1
    assert says in done.stderr
    assert state(crisis).stood_down_at is None


def test_a_retrospective_in_chinese_alone(firebreak: Firebreak, crisis: str) -> None:
    """A shop that only writes Chinese could not look back on anything."""
    parts = ("--cause", "zh-CN=车太少。", "--changed", "zh-cn=多了两辆车。", "--amends", "zh-CN=以后每一单都有人核对。")
    made = read_json(firebreak("retrospective", "edit", crisis, *parts, "--by", "lee", "--json"))
    assert (made["status"], list(made["texts"])) == ("draft", ["zh-CN"])


def test_blame_is_refused_as_soon_as_it_is_typed(firebreak: Firebreak, crisis: str) -> None:
    """Whoever completes it last would be refused for words that somebody else has written."""
    done = firebreak("retrospective", "edit", crisis, "--cause", "en=It was the courier's fault.", "--by", "lee")
    assert done.exit_code == 1
    assert "no-blame-on-others" in done.stderr
    assert "{cause}" in read_json(firebreak("retrospective", "show", crisis, "--json"))["texts"]["en"]


def test_without_a_draft_the_right_command_is_named(firebreak: Firebreak, crisis: str) -> None:
    """Whoever looks back would be told to draft a statement about a crisis that is over."""
    for command in ("approve", "list"):
        done = firebreak("retrospective", command, crisis)
        assert "firebreak retrospective edit" in done.output


def test_a_retrospective_from_the_blanks_to_the_yes(firebreak: Firebreak, crisis: str) -> None:
    """The words would have to be written from nothing, by somebody who was not there."""
    firebreak("incident", "stand-down", crisis, "--done", "all", "--yes", "--by", "kim")
    go_on()
    ready = read_json(firebreak("retrospective", "show", "--json"))
    assert (ready["status"], ready["incident"]) == ("proposed", crisis)
    assert ready["missing_parts"]["en"] == ["cause", "changed", "amends"]
    assert "{cause}" in ready["texts"]["en"]
    assert "--cause en=" in firebreak("retrospective", crisis).stdout
    part = read_json(firebreak("retrospective", "edit", *PARTS[:2], "--by", "lee", "--json"))
    assert (part["id"], part["missing_parts"]["en"]) == (None, ["changed", "amends"])
    made = read_json(firebreak("retrospective", "edit", crisis, *PARTS[2:], "--by", "lee", "--json"))
    assert (made["status"], made["kind"], list(made["texts"])) == ("draft", "retrospective", ["en"])
    assert "Too few vans." in made["texts"]["en"]
    own = read_json(firebreak("retrospective", "approve", "--by", "lee", "--json"))
    assert own["status"] == "draft"
    agreed = read_json(firebreak("retrospective", "approve", made["id"], "--by", "ann", "--json"))
    assert agreed["status"] == "in_force"
    assert read_json(firebreak("retrospective", "show", "--json"))["id"] == made["id"]
    assert [each["version"] for each in read_json(firebreak("retrospective", "list", "--json"))] == [1]


def test_words_that_may_not_be_said_change_nothing(firebreak: Firebreak, crisis: str) -> None:
    """A remedy that nobody has agreed to would be promised to everybody."""
    firebreak("incident", "stand-down", crisis, "--done", "all", "--yes", "--by", "kim")
    promises = ("--amends", "en=You get a voucher.")
    done = firebreak("retrospective", "edit", crisis, *PARTS[:4], *promises, "--by", "lee")
    assert done.exit_code == 1
    assert "promises a voucher" in done.stderr
    assert read_json(firebreak("retrospective", "show", "--json"))["missing_parts"]["en"] == [
        "cause",
        "changed",
        "amends",
    ]
    fine = firebreak("retrospective", "edit", crisis, *PARTS[:4], *promises, "--remedy", "voucher", "--by", "lee")
    assert fine.exit_code == 0
    nothing = firebreak("retrospective", "edit", crisis)
    assert "Say what to change" in nothing.stderr


def test_the_report_as_a_page_as_text_and_as_data(firebreak: Firebreak, crisis: str, tmp_path: Path) -> None:
    """Nobody who was not there could learn from it."""
    firebreak("incident", "stand-down", crisis, "--done", "all", "--yes", "--by", "kim")
    go_on()
    file = tmp_path / "report.html"
    done = firebreak("incident", "report", crisis, "-o", str(file))
    assert done.exit_code == 0
    assert "kim decided" in done.stdout
    assert file.read_text(encoding="utf-8").startswith("<!doctype html>")
    told: Any = read_json(firebreak("incident", "report", "--json"))
    assert (told["id"], told["stood_down_by"], told["led_by"]) == (crisis, "kim", "ann")
    for options in ((), ("--markdown",)):
        assert firebreak("incident", "report", crisis, *options).stdout.startswith(f"# Report about {crisis}: delivery")
