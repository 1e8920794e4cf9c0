"""Precision and recall: counted by hand on a few messages, and held for the shipped lists on many."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.shelf import Shelf
from flows.verbs import all_verbs
from rules.problems import Problems
from rules.vocabulary import UNKNOWN, Facts, Vocabulary
from rules.voice.labelled import Labelled, read_labelled
from rules.voice.measuring import EVERY, Measured, measure

TEXTS = Path(__file__).parents[2] / "texts"
SEVERE = ("sign_safety", "sign_property_loss", "sign_media_threat", "sign_legal_threat")


def labelled(text: str, intent: str, *, safety: bool = False, locale: str = "en") -> Labelled:
    return Labelled(text, locale, {"intent": intent, "sign_safety": safety})


def test_what_is_counted() -> None:
    """A figure in the table would otherwise mean something else than it says."""
    says: dict[str, Facts] = {
        "a": {"intent": "complaint", "sign_safety": True},
        "b": {"intent": "other", "sign_safety": True},
        "c": {"intent": UNKNOWN, "sign_safety": False},
        "d": {"intent": "complaint", "sign_safety": UNKNOWN},
    }
    messages = [
        labelled("a", "complaint", safety=True),
        labelled("b", "complaint"),
        labelled("c", "complaint", safety=True),
        labelled("d", "other", safety=True, locale="es"),
    ]
    found = measure(messages, lambda text: (says[text], {}))
    complaint = found.tally(EVERY, "intent=complaint")
    assert (complaint.right, complaint.wrong, complaint.missed, complaint.unknown) == (1, 1, 2, 1)
    assert complaint.precision == 0.5
    assert complaint.recall == pytest.approx(1 / 3)
    safety = found.tally("en", "sign_safety")
    assert (safety.right, safety.wrong, safety.missed) == (1, 1, 1)
    assert found.tally("es", "sign_safety").missed == 1
    assert found.tally("es", "sign_safety").precision is None
    assert found.messages == {"en": 3, "es": 1, EVERY: 4}
    assert {(slip.message.text, slip.fact) for slip in found.slips if slip.fact != "locale"} == {
        ("b", "intent"),
        ("b", "sign_safety"),
        ("c", "intent"),
        ("c", "sign_safety"),
        ("d", "intent"),
        ("d", "sign_safety"),
    }


@pytest.fixture(scope="module")
def measured() -> Measured:
    problems = Problems()
    vocabulary = Vocabulary.load()
    messages = [each for path in sorted(TEXTS.glob("*.tsv")) for each in read_labelled(path, vocabulary, problems)]
    problems.raise_errors()

    shipped = Shelf.of_folder(all_verbs()).current

    def read(text: str) -> tuple[Facts, dict[str, tuple[str, ...]]]:
        return shipped.reading_of(text).facts, {}

    return measure(messages, read)


@pytest.mark.parametrize("sign", SEVERE)
def test_danger_loss_press_and_law_are_hardly_ever_missed(measured: Measured, sign: str) -> None:
    """A change of the lists could otherwise lose a fire in one language, and nobody would notice."""
    recall = measured.tally(EVERY, sign).recall
    assert recall is not None
    assert recall >= 0.85


@pytest.mark.parametrize(
    ("intent", "precision", "recall"), [("deletion_request", 0.85, 0.75), ("complaint", 0.8, 0.85)]
)
def test_what_customers_want_is_mostly_understood(
    measured: Measured, intent: str, precision: float, recall: float
) -> None:
    """A change of the lists or of the examples could otherwise make every reading worse, and nobody would notice."""
    tally = measured.tally(EVERY, f"intent={intent}")
    assert tally.precision is not None
    assert tally.recall is not None
    assert tally.precision >= precision
    assert tally.recall >= recall
