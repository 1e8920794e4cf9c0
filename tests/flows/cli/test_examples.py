"""`firebreak examples`: answers of people, listed and written down for measuring and learning."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from flows import answering
from flows.shelf import Shelf
from flows.store.tables import Task
from rules.problems import Problems
from rules.vocabulary import UNKNOWN, Vocabulary
from rules.voice.labelled import Labelled, read_labelled
from tests.flows.cli.conftest import Firebreak, read_json
from tests.flows.cli.town import Town

SECRETS = ("4915550100077", "Ada Lovelace", "ada@example.com")


@pytest.fixture
def later(town: dict[str, str], home: Path, shelf: Shelf) -> Town:  # noqa: ARG001 - it is filled there
    """The filled town, in which more can happen. Two people have asked about opening hours and said thanks, and a
    colleague has said that both are nothing."""
    found = Town(home, base64.b64decode((home / "master.key").read_text()), shelf)
    found._count = 1_000  # so that no message has the id of an earlier one
    return found


def answer(later: Town, given: dict[str, str]) -> None:
    """A colleague answers the only open task that asks for this."""
    with later.store.begin() as session:
        asked = session.scalars(select(Task).where(Task.kind == "ask", Task.status == "open"))
        [task] = [each for each in asked if set(each.form) == set(given)]
        vocabulary = later.desk.shelf.current.vocabulary
        answering.answer(session, vocabulary, task.id, given, "second_phone", later.clock.now())


def hear(later: Town, number: str, text: str, means: str, **more: str) -> None:
    """A customer writes, and a colleague says what it means."""
    later.clock.move(timedelta(minutes=20))  # a town's clock begins anew where the filled one began
    later.write(number, text, **more)
    later.go_on()
    answer(later, {"intent": means})
    later.store.close()


def read(path: Path) -> list[Labelled]:
    problems = Problems()
    found = read_labelled(path, Vocabulary.load(), problems)
    assert not problems.items
    return found


@pytest.mark.usefixtures("town")
def test_answers_are_listed_with_what_was_read(firebreak: Firebreak) -> None:
    """Nobody could see where people and machines differ."""
    found = read_json(firebreak("examples", "--json"))
    assert len(found) == 2
    for each in found:
        assert (each["said"], each["by"], each["locale"]) == ({"intent": "other"}, "first_phone", "en")
        assert set(each["read"]) == {"intent"}
        assert each["agreed"] == (each["read"]["intent"] == "other")
    shown = firebreak("examples").stdout
    assert "2 answers" in shown
    assert all(f"{each['task']}" in shown for each in found)
    assert "intent = other; read " in shown


@pytest.mark.usefixtures("town")
def test_words_are_shown_only_if_wanted(firebreak: Firebreak) -> None:
    """A list that is passed around would hold what customers wrote."""
    assert "opening hours" not in firebreak("examples").stdout + firebreak("examples", "--json").stdout
    assert "opening hours" in firebreak("examples", "--texts").stdout
    assert "opening hours" in firebreak("examples", "--texts", "--json").stdout


def test_what_is_personal_is_taken_out(firebreak: Firebreak, later: Town, tmp_path: Path) -> None:
    """A name or a number would be learned from, and stand in a file that outlives the customer's key."""
    text = f"hello this is {', '.join(SECRETS)}\twhen are you\nopen on sunday?"
    hear(later, "4915550100077", text, "other", name=SECRETS[1])
    firebreak("examples", "--into", str(tmp_path / "mine"))
    shown = firebreak("examples", "--texts").stdout + (tmp_path / "mine/en.tsv").read_text()
    assert "[e-mail]" in shown
    assert not [secret for secret in SECRETS if secret in shown]


def test_what_is_written_can_be_measured_by_and_learned_from(firebreak: Firebreak, later: Town, tmp_path: Path) -> None:
    """Answers would be collected, and nobody could use them."""
    later.store.close()
    folder = tmp_path / "mine"
    assert "2 messages" in firebreak("examples", "--into", str(folder)).stdout
    found = read(folder / "en.tsv")
    assert [dict(each.facts) for each in found] == [{"intent": "other"}] * 2
    assert any("opening hours" in each.text for each in found)
    measured = read_json(firebreak("measure", str(folder), "--json"))
    assert measured["all"]["messages"] == 2
    assert {name for name in measured["all"]["outcomes"] if not name.startswith(("intent=", "locale="))} == set()


def test_answers_about_media_and_about_other_things_are_none(firebreak: Firebreak, later: Town) -> None:
    """An example would have no words, or would be learned as what the customer wrote."""
    answer(later, {"backup_status": "none"})
    hear(later, "15550100044", "", "complaint", kind="audio")
    assert len(read_json(firebreak("examples", "--json"))) == 2


def test_example_is_erased_with_its_customer(firebreak: Firebreak, later: Town, tmp_path: Path) -> None:
    """Words of somebody who was erased would go on in the examples."""
    assert len(read_json(firebreak("examples", "--json"))) == 2
    firebreak("examples", "--into", str(tmp_path))
    later.store.vault.destroy(*later.store.vault.owners())
    later.store.close()
    assert read_json(firebreak("examples", "--json")) == []
    assert "Nobody has said yet" in firebreak("examples").stdout
    firebreak("examples", "--into", str(tmp_path))
    assert read(tmp_path / "en.tsv") == []


@pytest.mark.usefixtures("town")
def test_files_of_others_are_not_overwritten(firebreak: Firebreak, tmp_path: Path) -> None:
    """The examples that are shipped, or somebody's own, would be gone."""
    theirs = tmp_path / "en.tsv"
    theirs.write_text("other\tcalm\t-\t-\tmine\n")
    result = firebreak("examples", "--into", str(tmp_path))
    assert result.exit_code == 1
    assert str(theirs) in result.stderr
    assert theirs.read_text() == "other\tcalm\t-\t-\tmine\n"


def test_message_in_a_language_that_nobody_knows_is_left_out_aloud(
    firebreak: Firebreak, later: Town, tmp_path: Path
) -> None:
    """A message would be learned as one of a language that it is not in, or vanish without a word."""
    hear(later, "15550100045", "ᚠᚢᚦᚨᚱᚲ", "other")
    assert UNKNOWN in {each["locale"] for each in read_json(firebreak("examples", "--json"))}
    assert "1 message left out" in firebreak("examples", "--into", str(tmp_path)).stderr
    assert [path.name for path in tmp_path.glob("*.tsv")] == ["en.tsv"]
