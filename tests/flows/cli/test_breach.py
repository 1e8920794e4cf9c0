"""`firebreak breach`."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.flows.cli.conftest import Firebreak, read_json

GERMAN, BRITON = "+49 1512 3456789", "+44 7911 123456"
CSV = "Name;Order no.;Phone\nMs Fernandez;20251122;{}\nMr Okafor;20251123;{}\n"


@pytest.fixture
def leak(firebreak: Firebreak, town: dict[str, str]) -> str:
    """A leak that was opened on the command line, with nobody named yet."""
    done = firebreak("breach", "open", "--way", "lost-phone", "--data", "sensitive", "--by", "first_phone", "--json")
    assert town
    return str(read_json(done)["id"])


def test_a_leak_is_opened_with_whose_data_it_is(firebreak: Firebreak, town: dict[str, str], tmp_path: Path) -> None:
    """On-call staff would have to type every number of a lost phone, and each name of a fact exactly."""
    (tmp_path / "people.csv").write_text(CSV.format(GERMAN, BRITON), encoding="utf-8-sig")
    done = read_json(
        firebreak(
            *("breach", "open", "--way", "Lost-Phone", "--data", "sensitive", "--people", "12", "--scope", "public"),
            *("--noticed", "2025-11-22 09:00", "--affected", str(tmp_path / "people.csv"), "--case", town["urgent"]),
            *("--customer", town["customer"], "--by", "shift.lead", "--json"),
        )
    )
    assert done["affected"] == 4
    assert (done["leak_way"], done["people_affected"], done["severity"]) == ("lost_phone", 12, "urgent")
    assert done["noticed_at"].startswith("2025-11-22T09:00")
    listed = read_json(firebreak("breach", "affected", done["id"], "--json"))
    assert (listed["count"], listed["told"], listed["not_yet"]) == (done["affected"], 0, done["affected"])


def test_what_nobody_knows_is_unknown_and_counts_as_the_worst(firebreak: Firebreak) -> None:
    """At three in the morning nobody knows anything; a leak that cannot be opened without answers is not opened."""
    done = read_json(firebreak("breach", "open", "--people", "unknown", "--by", "first_phone", "--json"))
    assert (done["severity"], done["leak_way"], done["leaked_data"]) == ("urgent", "unknown", "unknown")
    assert "Nobody has said yet" in firebreak("breach", "affected", done["id"]).stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["open", "--way", "lost_fone"], 'did you mean "lost_phone"'),
        (["open", "--people", "a few"], "in digits"),
        (["open", "--noticed", "2099-01-01 09:00"], "still to come"),
        (["open", "--noticed", "yesterday"], "as in"),
        (["open", "--number", "020 7946 0000"], "country code"),
        (["open", "--customer", "P-NOBODY"], "P-NOBODY"),
        (["open", "--affected", "nowhere.csv"], "nowhere.csv cannot be read"),
        (["add", "I-0000000000", "--number", GERMAN], "I-0000000000"),
        (["report", "I-0000000000"], "I-0000000000"),
    ],
)
def test_a_slip_is_named_and_opens_nothing(firebreak: Firebreak, arguments: list[str], says: str) -> None:
    """A slip would end in a traceback, or in a leak with the wrong facts and clocks."""
    by = ["--by", "first_phone"] if arguments[0] != "report" else []
    done = firebreak("breach", *arguments, *by)
    assert done.exit_code == 1
    assert says in done.stderr
    assert read_json(firebreak("incident", "list", "--all", "--json")) == []


def test_a_line_without_anybody_is_named_and_not_repeated(firebreak: Firebreak, tmp_path: Path) -> None:
    """One of forty people would silently be left out; or the error would show names of customers in a log."""
    (tmp_path / "people.csv").write_text(f"Phone,Name\n{GERMAN},Li\n,Ms Fernandez\n", encoding="utf-8")
    done = firebreak("breach", "open", "--affected", str(tmp_path / "people.csv"), "--by", "first_phone")
    assert done.exit_code == 1
    assert "line 3" in done.stderr
    assert "Fernandez" not in done.stderr


def test_people_are_added_once(firebreak: Firebreak, leak: str, town: dict[str, str]) -> None:
    """Adding a list again, with one more on it, would tell everybody else a second time."""
    first = read_json(firebreak("breach", "add", leak, "--number", GERMAN, "--by", "first_phone", "--json"))
    assert (first["added"], first["known_before"]) == (1, 0)
    more = ("--number", "0049 1512 3456789", "--customer", town["customer"], "--by", "first_phone")
    again = read_json(firebreak("breach", "add", leak.lower()[:8], *more, "--json"))
    assert (again["added"], again["known_before"]) == (1, 1)
    assert "0 people added; 1 known before" in firebreak("breach", "add", leak, "--number", GERMAN).stdout


def test_numbers_of_a_file_are_sealed(firebreak: Firebreak, leak: str, home: Path) -> None:
    """The list of those whose data leaked would lie open in the database: the next leak."""
    firebreak("breach", "add", leak, "--number", GERMAN, "--by", "first_phone")
    for name in ("firebreak.db", "keys.db"):
        with sqlite3.connect(home / name) as database:
            assert "15123456789" not in "".join(database.iterdump())


def test_whoever_got_the_wrong_message_gets_a_case(firebreak: Firebreak, leak: str) -> None:
    """Nobody could be asked to delete a message that was not meant for them."""
    done = read_json(firebreak("breach", "recipient", leak, "--number", BRITON, "--by", "first_phone", "--json"))
    assert "breach-recipient" in firebreak("case", done["case"]).stdout


def test_the_report_is_written_as_a_page_as_markdown_and_for_machines(
    firebreak: Firebreak, leak: str, tmp_path: Path
) -> None:
    """What an authority asks for within 72 hours would have to be collected by hand."""
    firebreak("breach", "add", leak, "--number", GERMAN, "--by", "first_phone")
    page = tmp_path / "reports" / "leak.html"
    assert str(page) in firebreak("breach", "report", leak, "--to", str(page)).stdout.replace("\n", "")
    html = page.read_text()
    assert html.startswith("<!doctype html>")
    assert "http" not in html.replace("http-equiv", "")
    told = read_json(firebreak("breach", "report", leak, "--json"))
    assert told["facts"]["leak_way"] == "lost_phone"
    assert {"authority_told", "people_told", "stopped"} == {clock["promise"] for clock in told["clocks"]}
    markdown = firebreak("breach", "report", leak, "--md").stdout
    assert markdown.startswith(f"# Report about a leak of personal data, {leak}")
    for text in (html, markdown, json.dumps(told)):
        assert "15123456789" not in text
        assert "first_phone" in text


def test_leaks_are_listed_and_told_like_other_incidents(firebreak: Firebreak, leak: str) -> None:
    """Whoever comes on shift could not find the leak; or would find it among crises of another kind."""
    firebreak("incident", "open", "--what", "Chargers catch fire", "--kind", "product", "--by", "first_phone")
    assert [each["id"] for each in read_json(firebreak("breach", "list", "--json"))] == [leak]
    assert "1 open leak" in firebreak("breach", "list").stdout
    assert "first_phone opens an incident: data_leak" in firebreak("breach", leak).stdout
