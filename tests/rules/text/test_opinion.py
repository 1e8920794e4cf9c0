"""What several voices say together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.text.opinion import ENOUGH, GRAVE_HEARD, HEARD, Opinion
from rules.text.voice import Shares
from rules.vocabulary import UNKNOWN, Value

INTENT: tuple[Value, ...] = ("deletion_request", "complaint", "other")
ANGER: tuple[Value, ...] = ("furious", "upset", "calm")
SIGN: tuple[Value, ...] = (True, False)


def heard(order: tuple[Value, ...], value: Value, share: float) -> Shares:
    """A voice that hears one value with this share, and the others alike."""
    return {each: share if each == value else (1 - share) / (len(order) - 1) for each in order}


NAMES = {INTENT: "intent", ANGER: "anger", SIGN: "sign_small_bug"}


def together(
    order: tuple[Value, ...], said: Value | None, *others: tuple[Value, float], fact: str | None = None
) -> Value:
    spoken = {said: ["en/list: word"]} if said is not None else {}
    voices = {f"voice {number}": heard(order, *each) for number, each in enumerate(others)}
    return Opinion(fact or NAMES[order], order, spoken, voices, order != INTENT).together()


@pytest.mark.parametrize(
    ("said", "others", "meant"),
    [
        (None, [], "other"),
        (None, [("other", 0.99)], "other"),
        (None, [("complaint", 0.95)], "complaint"),
        (None, [("complaint", 0.6)], UNKNOWN),
        (None, [("complaint", 0.4)], "other"),
        ("complaint", [], "complaint"),
        ("complaint", [("complaint", 0.99)], "complaint"),
        ("complaint", [("other", 0.7)], "complaint"),
        ("complaint", [("other", 0.95)], UNKNOWN),
        ("deletion_request", [("complaint", 0.99), ("deletion_request", 0.6)], UNKNOWN),
        (None, [("complaint", 0.99), ("other", 0.99)], UNKNOWN),
        (None, [("complaint", 0.6), ("other", 0.99)], UNKNOWN),
        ("deletion_request", [("complaint", 0.5), ("deletion_request", 0.9)], "deletion_request"),
        (None, [("complaint", 0.6), ("deletion_request", 0.99)], UNKNOWN),
        (None, [("complaint", 0.95), ("deletion_request", 0.95)], UNKNOWN),
        (None, [("complaint", 0.8), ("complaint", 0.7)], "complaint"),
    ],
)
def test_a_person_is_asked_where_voices_disagree_or_are_not_sure(
    said: Value | None, others: list[tuple[Value, float]], meant: Value
) -> None:
    """A wrong procedure would otherwise start without anybody having looked."""
    assert together(INTENT, said, *others) == meant


@given(st.sampled_from(INTENT), st.lists(st.tuples(st.sampled_from(INTENT), st.floats(0, 1)), max_size=3))
def test_no_voice_puts_its_own_wish_for_what_the_lists_say(said: Value, others: list[tuple[Value, float]]) -> None:
    """A machine would otherwise turn a request for deletion that is plain to see into a complaint."""
    assert together(INTENT, said, *others) in (said, UNKNOWN)


@given(
    st.one_of(st.none(), st.sampled_from(INTENT)),
    st.tuples(st.sampled_from(INTENT), st.floats(0, 1)),
    st.tuples(st.sampled_from(INTENT), st.floats(0, 1)),
)
def test_a_further_voice_hides_nothing(
    said: Value | None, one: tuple[Value, float], further: tuple[Value, float]
) -> None:
    """A language model that a customer talks into something would otherwise make a request or a complaint vanish."""
    without, together_now = together(INTENT, said, one), together(INTENT, said, one, further)
    if without not in ("other", UNKNOWN):
        assert together_now in (without, UNKNOWN)
    if without == UNKNOWN:
        assert together_now != "other"


@pytest.mark.parametrize(
    ("said", "others", "meant"),
    [
        (None, [], False),
        (True, [], True),
        (True, [(False, 0.99)], True),
        (None, [(True, 0.8)], True),
        (None, [(True, 0.55)], False),
        (None, [(False, 0.99), (True, 0.8)], True),
    ],
)
def test_one_who_sees_smoke_is_enough(said: Value | None, others: list[tuple[Value, float]], meant: Value) -> None:
    """A fire would otherwise be voted down."""
    assert together(SIGN, said, *others) == meant


def test_a_grave_sign_counts_before_it_is_likely() -> None:
    """A fire that somebody tells of in unusual words would otherwise wait among the late parcels."""
    assert together(SIGN, None, (True, 0.55), fact="sign_safety") is True
    assert together(SIGN, None, (True, 0.55), fact="sign_slow_parcel") is False
    assert together(SIGN, None, (True, 0.2), fact="sign_safety") is False


def test_of_two_levels_the_higher_one_counts() -> None:
    """Somebody at the end of their patience would otherwise be taken for somewhat annoyed."""
    assert together(ANGER, "upset", ("furious", 0.9)) == "furious"
    assert together(ANGER, "furious", ("calm", 0.99)) == "furious"
    assert together(ANGER, None, ("upset", 0.5)) == "calm"


def test_it_is_told_who_spoke() -> None:
    """Nobody could otherwise check a reading, or find the list to mend."""
    voices = {"second voice": heard(INTENT, "other", 0.93)}
    opinion = Opinion("intent", INTENT, {"complaint": ["en/a: x", "en/b: y", "en/a: x"]}, voices, graded=False)
    assert list(opinion.because()) == ["en/a: x", "en/b: y", "second voice: other, 93%"]
    silent = Opinion("sign_safety", SIGN, {}, {"second voice": heard(SIGN, False, 0.99)}, graded=True)
    assert list(silent.because()) == []


def test_the_thresholds_leave_room_for_doubt() -> None:
    """A threshold of a half or less would ask nobody, one of 1 everybody."""
    assert 0.5 < ENOUGH < 1
    assert 0 < GRAVE_HEARD < HEARD < 1


def test_what_was_taken_back_comes_back_by_no_voice() -> None:
    """`Don't delete my data` would otherwise begin a deletion, because a machine knows the words."""
    voices: dict[str, Shares] = {"second voice": {"deletion_request": 0.98, "complaint": 0.005, "other": 0.015}}
    taken_back = Opinion("intent", INTENT, {}, voices, graded=False, denied=frozenset({"deletion_request"}))
    assert taken_back.together() == "other"
    said_too: dict[Value, list[str]] = {"deletion_request": ["en/list: word"]}
    spoken = Opinion("intent", INTENT, said_too, voices, graded=False, denied=frozenset({"deletion_request"}))
    assert spoken.together() == "deletion_request"
