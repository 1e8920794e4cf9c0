"""Complaints that the lists and the second voice were not made with: how well a first reading goes.

The messages were written before the second voice learned subjects, and nothing is learned from them. The word lists
were mended by the first, third, fifth of each file, and so on. By the others nobody has mended anything; the floors are
theirs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from flows.shelf import Shelf
from flows.verbs import all_verbs
from rules.bundle import Bundle
from rules.problems import Problems
from rules.vocabulary import Facts, Value, Vocabulary
from rules.voice.labelled import Labelled, read_labelled

TEXTS = Path(__file__).parents[2] / "texts" / "unseen"
URGENT = "urgent"


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return Shelf.of_folder(all_verbs()).current


@pytest.fixture(scope="module")
def read(bundle: Bundle) -> list[tuple[Labelled, Mapping[str, Value]]]:
    problems = Problems()
    vocabulary = Vocabulary.load()
    messages = [
        each for path in sorted(TEXTS.glob("*.tsv")) for each in read_labelled(path, vocabulary, problems)[1::2]
    ]
    problems.raise_errors()
    return [(each, understood(bundle, each.text)) for each in messages]


def understood(bundle: Bundle, text: str) -> Facts:
    return bundle.derive(bundle.reading_of(text).facts, {"severity", "topic"}).facts


def test_what_an_unseen_complaint_is_about_is_told(read: list[tuple[Labelled, Mapping[str, Value]]]) -> None:
    """A crowd would be scattered over incidents it has nothing to do with, as soon as it speaks in words of its own."""
    told = [facts["topic"] == each.facts["topic"] for each, facts in read if "topic" in each.facts]
    assert len(told) > 150
    assert sum(told) / len(told) >= 0.85


def test_hardly_any_unseen_danger_is_missed(read: list[tuple[Labelled, Mapping[str, Value]]]) -> None:
    """A burning battery that nobody described like this before would wait behind the late parcels."""
    told = [facts["severity"] == URGENT for each, facts in read if each.facts.get("severity") == URGENT]
    assert sum(told) / len(told) >= 0.95
    others = [facts["severity"] == URGENT for each, facts in read if each.facts.get("severity") not in (None, URGENT)]
    assert sum(others) / len(others) <= 0.15


def test_most_harmless_messages_wake_nobody(read: list[tuple[Labelled, Mapping[str, Value]]]) -> None:
    """A question before buying would be answered with an apology, or ring a senior owner out of bed."""
    harmless = [facts for each, facts in read if each.facts["intent"] == "other"]
    assert sum(facts["severity"] == URGENT for facts in harmless) / len(harmless) <= 0.2
    assert sum(facts["intent"] == "complaint" for facts in harmless) / len(harmless) <= 0.15


@pytest.mark.parametrize(
    "question",
    [
        "does this charger get hot?",
        "when does it ship?",
        "is this milk powder safe for babies?",
        "这奶粉新生儿能喝吗",
        "¿el cargador se calienta mucho?",
    ],
)
def test_a_question_before_buying_is_no_complaint(bundle: Bundle, question: str) -> None:
    """Whoever asks whether something is safe would be told how sorry we are."""
    facts = understood(bundle, question)
    assert (facts["intent"], facts["severity"]) == ("other", "general")
    assert facts.get("topic", "unknown") == "unknown"


def test_waiting_is_not_dying(bundle: Bundle) -> None:
    """A senior owner would be called about a parcel."""
    facts = understood(bundle, "And nobody says when it comes!")
    assert (facts["severity"], facts["topic"]) == ("general", "delivery")
