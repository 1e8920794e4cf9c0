"""Complaints in eight languages, written for this: whether they are seen, how severe, and what about.

The figures are floors. The lists have been mended by these messages, so others are read somewhat worse."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.shelf import Shelf
from flows.verbs import all_verbs
from rules.bundle import Bundle
from rules.problems import Problems
from rules.topics import topic_of
from rules.vocabulary import Facts, Vocabulary
from rules.voice.labelled import read_labelled
from rules.voice.measuring import EVERY, Measured, measure

TEXTS = Path(__file__).parents[2] / "texts" / "complaints"
LOCALES = sorted(path.stem for path in TEXTS.glob("*.tsv"))


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return Shelf.of_folder(all_verbs()).current


@pytest.fixture(scope="module")
def measured(bundle: Bundle) -> Measured:
    problems = Problems()
    vocabulary = Vocabulary.load()
    messages = [each for path in sorted(TEXTS.glob("*.tsv")) for each in read_labelled(path, vocabulary, problems)]
    problems.raise_errors()

    def read(text: str) -> tuple[Facts, dict[str, tuple[str, ...]]]:
        return bundle.derive(bundle.reading_of(text).facts, {"severity", "topic"}).facts, {}

    return measure(messages, read)


def test_urgent_messages_are_hardly_ever_missed(measured: Measured) -> None:
    """A fire would wait behind a thousand late parcels."""
    tally = measured.tally(EVERY, "severity=urgent")
    assert tally.recall is not None
    assert tally.precision is not None
    assert tally.recall >= 0.97
    assert tally.precision >= 0.85


def test_complaints_are_seen_and_other_messages_left_alone(measured: Measured) -> None:
    """Angry customers would be missing from the crowd, or friendly ones be asked what went wrong."""
    tally = measured.tally(EVERY, "intent=complaint")
    assert tally.recall is not None
    assert tally.precision is not None
    assert tally.recall >= 0.92
    assert tally.precision >= 0.97


@pytest.mark.parametrize("locale", LOCALES)
def test_what_they_are_about_is_told_in_every_language(measured: Measured, locale: str) -> None:
    """Customers who write in one language would not be gathered with the others whose battery burned."""
    told = [tally for outcome, tally in measured.tallies[locale].items() if outcome.startswith("topic=")]
    right, true = sum(each.right for each in told), sum(each.true for each in told)
    assert right / true >= 0.8


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("where is my parcel, it has been three weeks", "the power bank caught fire on my desk"),
        ("we were all sick after your lunch", "the kettle gave me an electric shock"),
        ("充电宝充着电就着火了", "快递三个星期了还没到"),
        ("me cobraron dos veces", "la app no abre"),
        ("falsche Größe geliefert", "mein Konto wurde doppelt belastet, die Erstattung kommt nicht"),
    ],
)
def test_two_causes_stay_two_topics(bundle: Bundle, one: str, other: str) -> None:
    """One incident would have two causes, and half of its customers the wrong answer."""
    topics = [topic_of(bundle, bundle.reading_of(text).facts) for text in (one, other)]
    assert topics[0] != topics[1]
    assert "other" not in topics


def test_a_complaint_of_which_nobody_can_tell_is_about_something_else(bundle: Bundle) -> None:
    """It would be counted with a topic that it does not have, or not at all."""
    assert topic_of(bundle, {"intent": "complaint"}) == "other"
    assert topic_of(bundle, {}) == "other"


def test_a_topic_that_is_known_stays(bundle: Bundle) -> None:
    """A rehearsal that takes the topic as known would play another one."""
    assert topic_of(bundle, {"intent": "complaint", "sign_slow_parcel": True, "topic": "fire"}) == "fire"
