"""`firebreak classify`: the facts in messages, and where each comes from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.flows.cli.conftest import Firebreak, read_json
from tests.flows.cli.town import CHINESE, FIRE


def test_every_fact_names_its_witness(firebreak: Firebreak) -> None:
    """Nobody could tell which list to mend when a customer is misunderstood."""
    told = read_json(firebreak("classify", "--text", FIRE, "--json"))
    assert told["facts"]["sign_safety"] is True
    assert told["facts"]["severity"] == "urgent"
    assert any(entry.startswith("en/danger: ") for entry in told["from"]["sign_safety"])
    assert told["from"]["severity"][0].startswith("triage/danger_to_people: ")


def test_what_a_complaint_is_about_is_told_with_its_rule(firebreak: Firebreak) -> None:
    """Nobody could see why a complaint is counted with one crowd and not with another."""
    told = read_json(firebreak("classify", "--text", FIRE, "--json"))
    assert told["facts"]["topic"] == "fire"
    assert told["from"]["topic"][0].startswith("topic/fire: ")
    thanks = read_json(firebreak("classify", "thank you so much, it is lovely", "--json"))
    assert thanks["facts"]["topic"] == "unknown"


def test_people_read_what_was_found_first(firebreak: Firebreak) -> None:
    """The one sign that matters would drown among twenty that are not there."""
    lines = firebreak("classify", "--text", FIRE).output.splitlines()
    found = next(number for number, line in enumerate(lines) if line.startswith("sign_safety  "))
    silent = next(number for number, line in enumerate(lines) if line.startswith("no  "))
    assert found < silent
    assert max(map(len, lines)) <= 80


def test_a_file_is_read_a_message_a_line(firebreak: Firebreak, tmp_path: Path) -> None:
    """What is read of many messages could not be put beside them again."""
    file = tmp_path / "messages.txt"
    file.write_bytes(f"{FIRE}\r\n\n{CHINESE}\n\xff\u2028one line\n".encode("utf-8", "surrogateescape")[:-1] + b"\xff\n")
    lines = [json.loads(line) for line in firebreak("classify", "--file", str(file), "--json").output.splitlines()]
    assert [line["line"] for line in lines] == [1, 2, 3, 4]
    assert [line["facts"]["intent"] for line in lines[:3]] == ["complaint", "unknown", "deletion_request"]


def test_personal_data_is_told_by_its_place(firebreak: Firebreak) -> None:
    """Whoever masks a text could not know what to mask."""
    text = "call me at 0812-3456-7890 please"
    [span] = read_json(firebreak("classify", "--text", text, "--country", "ID", "--json"))["personal_data"]
    assert (span["kind"], text[span["start"] : span["end"]]) == ("phone_number", "0812-3456-7890")
    assert "0812" not in firebreak("classify", "--text", text, "--country", "ID").output


def test_the_language_of_the_conversation_decides_what_is_too_short(firebreak: Firebreak) -> None:
    """`ok` would always be English."""
    assert read_json(firebreak("classify", "--text", "ok", "--before", "zh-TW", "--json"))["facts"]["locale"] == "zh-TW"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), 'Give --text "words of a customer", or --file FILE'),
        (("--text", "a", "--file", "b"), "Give --text"),
        (("a", "--text", "b"), "Give --text"),
        (("--text", "a", "--before", "zh-cn"), 'locale cannot be "zh-cn"; did you mean "zh-CN"?'),
        (("--text", "a", "--country", "Germany"), '"Germany" is no country; give two capital letters'),
        (("--file", "nowhere.txt"), "nowhere.txt: No such file"),
    ],
)
def test_a_slip_is_told(firebreak: Firebreak, arguments: tuple[str, ...], complaint: str) -> None:
    """A typing error would end in a trace of the program."""
    ended = firebreak("classify", *arguments)
    assert ended.exit_code == 1
    assert complaint in ended.stderr
