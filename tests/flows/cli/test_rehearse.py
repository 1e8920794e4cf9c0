"""`firebreak rehearse` with a past case, an exported chat, and an older version."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.cli.context import open_store
from flows.shelf import Shelf
from flows.store.bundles import put
from flows.store.tables import Case
from tests.flows.cli.conftest import Firebreak, read_json

CHAT = """\
24/12/2025, 21:05 - Ana: The charger caught fire and burned my hand
24/12/2025, 21:25 - Shop: Have you tried another socket?
25/12/2025, 09:06 - Ana: Please delete my personal information from our chat
"""

SCENARIOS = """\
tests: complaint-urgent
scenarios:
  - name: Danger to a person
    timeline:
      - customer says: The charger caught fire and burned my hand
      - after: 20 minutes
    expect: [{opened: complaint-urgent}]
  - name: A lawyer is no danger
    timeline:
      - customer says: You will hear from my lawyer about this
    expect: [{opened: complaint-urgent}]
"""


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    path = tmp_path / "chat.txt"
    path.write_text(CHAT, encoding="utf-8")
    return path


@pytest.fixture
def older(tmp_path: Path, shelf: Shelf) -> Path:
    """complaint-urgent as it might have been before: another first text, and more patience."""
    text = shelf.current.files[shelf.current.playbooks["complaint-urgent"].source.path]
    version = f"version: {shelf.current.playbooks['complaint-urgent'].version}"
    for now, then in (
        (version, "version: 0.9.0"),
        ("complaint/first-urgent", "complaint/first"),
        ("5 minutes", "2 hours"),
    ):
        assert now in text
        text = text.replace(now, then)
    path = tmp_path / "older.yaml"
    path.write_text(text, encoding="utf-8")
    return path


# -- a past case -------------------------------------------------------------------------------------------------------


def test_past_case_is_played_again(firebreak: Firebreak, town: dict[str, str]) -> None:
    """Nobody could try a new version on what really happened."""
    shown = firebreak("rehearse", "--case", town["urgent"]).stdout
    for part in ("nothing is sent", "The charger caught fire", "told senior_owner", "first_phone has taken it over"):
        assert part in shown
    assert "not as it was" not in shown


def test_past_case_is_shown_without_words_on_request(firebreak: Firebreak, town: dict[str, str]) -> None:
    """A rehearsal that is passed on would carry what a customer wrote."""
    shown = firebreak("rehearse", "--case", town["urgent"], "--no-words").stdout
    assert "The charger caught fire" not in shown
    assert "we wrote complaint/first-urgent" in shown


def test_store_is_only_read(firebreak: Firebreak, town: dict[str, str], home: Path) -> None:
    """A rehearsal would leave traces in the history of real customers."""

    def rows() -> list[str]:
        with sqlite3.connect(home / "firebreak.db") as database:
            return list(database.iterdump())

    before = rows()
    assert firebreak("rehearse", "--case", town["urgent"]).exit_code == 0
    assert firebreak("rehearse", "complaint-urgent", "--cases", "5").exit_code == 0
    assert rows() == before


def test_backtest_tells_which_cases_go_another_way(firebreak: Firebreak, town: dict[str, str], older: Path) -> None:
    """A new version would be released without knowing whom it treats otherwise."""
    same = read_json(firebreak("rehearse", "complaint-urgent", "--cases", "9", "--json"))
    assert same == {"playbook": "complaint-urgent", "played": 1, "differ": [], "not_played": []}
    other = read_json(firebreak("rehearse", "complaint-urgent", "--cases", "9", "--against", str(older), "--json"))
    (case,) = other["differ"]
    assert case["case"] == town["urgent"]
    assert "reply complaint/first-urgent comes instead of complaint/first" in case["differences"]
    said = firebreak("rehearse", "complaint-urgent", "--cases", "9", "--against", str(older)).stdout
    assert "1 case: 0 go the same way, 1 another way" in said


def test_erased_words_are_not_made_up(firebreak: Firebreak, town: dict[str, str]) -> None:
    """A case whose customer was erased would be played as if nothing were missing."""
    with open_store() as store:
        with store.read() as session:
            customer = session.get_one(Case, town["urgent"]).customer_id
        store.vault.destroy(customer)
    shown = firebreak("rehearse", "--case", town["urgent"]).stdout
    assert "1 message is erased and is played without words" in shown


# -- an exported chat --------------------------------------------------------------------------------------------------


def test_chat_is_played_beside_what_was_written_then(firebreak: Firebreak, chat: Path) -> None:
    """A team on the Business app could not see what the procedure would have done for it."""
    result = firebreak("rehearse", "--chat", str(chat), "--we", "Shop", "--for", "1 hour")
    assert result.exit_code == 0, result.output
    for part in ("24 December 2025", "then, Shop wrote", "Have you tried another socket?", "deletion-request"):
        assert part in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--chat", "CHAT"], 'Say it with --we NAME: "Ana", "Shop"'),
        (["--chat", "CHAT", "--we", "Shopp"], 'did you mean "Shop"?'),
        (["--chat", "CHAT", "--we", "Shop", "--dates", "dym"], "it is one of dmy, mdy, ymd"),
        (["--chat", "CHAT", "--we", "Shop", "--against", "1.0.0"], "Say which playbook"),
        (["--we", "Shop", "incident"], "go with --chat"),
        ([], "Say which playbook"),
        (["--cases", "3"], "Say which playbook"),
        (["--case", "C-1", "--says", "x"], "--says or --case, not both"),
        (["incident", "--against", "0.0.7"], "incident 0.0.7 is nowhere to be found"),
        (["incident", "--against", "nowhere"], "neither a version such as 1.0.0, nor a file"),
    ],
)
def test_wrong_wish_is_one_clear_line(firebreak: Firebreak, chat: Path, arguments: list[str], says: str) -> None:
    """A slip would end in a traceback, or in the rehearsal of something else."""
    result = firebreak("rehearse", *[str(chat) if each == "CHAT" else each for each in arguments])
    assert result.exit_code == 1
    assert says in result.stderr


# -- against an older version ------------------------------------------------------------------------------------------


def test_both_versions_stand_side_by_side(firebreak: Firebreak, older: Path, tmp_path: Path) -> None:
    """A designer would release a change without seeing what it changes."""
    scenarios = tmp_path / "urgent.test.yaml"
    scenarios.write_text(SCENARIOS, encoding="utf-8")
    shown = firebreak("rehearse", "complaint-urgent", "--scenario", str(scenarios), "--against", str(older)).stdout
    assert "~ reply complaint/first" in shown
    assert "+ told senior_owner" in shown
    assert "A lawyer is no danger: no difference" in shown
    assert "1 of 2 go another way" in shown
    assert "replies, rules and word lists are as they are now" in shown


def test_same_version_makes_no_difference(firebreak: Firebreak, home: Path, shelf: Shelf) -> None:
    """Differences would be shown where there are none; or a store would be made where there is none."""
    version = shelf.current.playbooks["complaint-check-in"].version
    told = read_json(firebreak("rehearse", "complaint-check-in", "--against", version, "--json"))
    assert told["played"]
    assert told["differ"] == 0
    assert {len(each["differences"]) for each in told["played"]} == {0}
    assert not home.exists()


def test_older_version_is_found_in_the_store(
    firebreak: Firebreak, town: dict[str, str], shelf: Shelf, older: Path
) -> None:
    """A version that real cases ran under could not be compared with any more."""
    path = shelf.current.playbooks["complaint-urgent"].source.path
    files = {**shelf.current.files, path: older.read_text(encoding="utf-8")}
    with open_store() as store, store.begin() as session:
        put(session, "0123456789abcdef", files, datetime.now(UTC))
    told = read_json(firebreak("rehearse", "--case", town["urgent"], "--against", "0.9.0", "--json"))
    assert "reply complaint/first-urgent comes instead of complaint/first" in told["played"][0]["differences"]
