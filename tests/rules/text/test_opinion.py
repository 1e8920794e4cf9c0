"""What several voices say together."""

from __future__ import annotations

import pytest

from rules.text.opinion import Opinion
from rules.text.voice import Heard
from rules.vocabulary import UNKNOWN, Value

INTENT = ("deletion_request", "complaint", "other")
SIGN = (True, False)


def together(order: tuple[Value, ...], said: Value | None, *heard: tuple[Value, float]) -> Value:
    spoken = {said: ["en/list: word"]} if said is not None else {}
    return Opinion(
        order, spoken, {f"voice {n}": Heard(*each) for n, each in enumerate(heard)}, order != INTENT
    ).together()


@pytest.mark.parametrize(
    ("said", "heard", "meant"),
    [
        (None, [], "other"),
        (None, [("other", 0.99)], "other"),
        (None, [("complaint", 0.95)], "complaint"),
        (None, [("complaint", 0.7)], UNKNOWN),
        (None, [("complaint", 0.5)], "other"),
        ("complaint", [], "complaint"),
        ("complaint", [("complaint", 0.99)], "complaint"),
        ("complaint", [("other", 0.7)], "complaint"),
        ("complaint", [("other", 0.95)], UNKNOWN),
        ("deletion_request", [("complaint", 0.95), ("deletion_request", 0.99)], UNKNOWN),
        (None, [("complaint", 0.95), ("other", 0.99)], UNKNOWN),
        (None, [("complaint", 0.95), ("deletion_request", 0.7)], UNKNOWN),
        (None, [("complaint", 0.95), ("complaint", 0.7)], "complaint"),
    ],
)
def test_a_person_is_asked_where_voices_disagree_or_are_not_sure(
    said: Value | None, heard: list[tuple[Value, float]], meant: Value
) -> None:
    """A wrong procedure would otherwise start without anybody having looked."""
    assert together(INTENT, said, *heard) == meant


@pytest.mark.parametrize(
    ("said", "heard", "meant"),
    [
        (None, [], False),
        (True, [], True),
        (True, [(False, 0.99)], True),
        (None, [(True, 0.8)], True),
        (None, [(True, 0.6)], False),
        (None, [(False, 0.99), (True, 0.8)], True),
    ],
)
def test_one_who_sees_smoke_is_enough(said: Value | None, heard: list[tuple[Value, float]], meant: Value) -> None:
    """A fire would otherwise be voted down."""
    assert together(SIGN, said, *heard) == meant


def test_of_two_levels_the_higher_one_counts() -> None:
    """Somebody at the end of their patience would otherwise be taken for somewhat annoyed."""
    anger = ("furious", "upset", "calm")
    assert together(anger, "upset", ("furious", 0.7)) == "furious"
    assert together(anger, "furious", ("calm", 0.99)) == "furious"
    assert together(anger, None, ("upset", 0.5)) == "calm"


def test_it_is_told_who_spoke() -> None:
    """Nobody could otherwise check a reading, or find the list to mend."""
    opinion = Opinion(
        INTENT, {"complaint": ["en/a: x", "en/b: y", "en/a: x"]}, {"second voice": Heard("other", 0.93)}, graded=False
    )
    assert list(opinion.because()) == ["en/a: x", "en/b: y", "second voice: other, 93%"]
    silent = Opinion(SIGN, {}, {"second voice": Heard(False, 0.99)}, graded=True)
    assert list(silent.because()) == []
