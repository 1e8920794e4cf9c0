"""The subject of a complaint: what the lists bring up, and what the other voices make of the message as a whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.text.subject import NARROWER, SAID_BY, SUBJECT, is_complaint, subject_of
from rules.text.turns_of_speech import Said, without_turns_of_speech
from rules.text.voice import Shares
from rules.vocabulary import UNKNOWN, Value, Vocabulary

SUBJECTS = [str(value) for value in Vocabulary.load()[SUBJECT].values]


@pytest.mark.parametrize(
    ("said", "subject"),
    [
        ({"speaks_of_payment": True, "sign_slow_parcel": True}, "payment"),
        ({"sign_safety": True, "danger": "fire", "speaks_of_payment": True}, "fire"),
        ({"sign_safety": True}, "danger"),
        ({"danger": "fire"}, UNKNOWN),
        ({"speaks_of_wrong_order": True, "sign_product_failure": True}, "wrong_order"),
        ({"speaks_of_data_leak": True, "sign_bad_experience": True}, "data"),
        ({}, UNKNOWN),
    ],
)
def test_without_another_voice_the_gravest_that_the_lists_speak_of_counts(said: dict[str, Value], subject: str) -> None:
    """A shop whose content has no second voice would have no topics."""
    assert subject_of(said, {})[0] == subject


def test_the_message_as_a_whole_counts_beside_its_words() -> None:
    """`I want my money back for the parcel that never came` would be about money as soon as the word is there, or never
    about it."""
    said: dict[str, Value] = {"speaks_of_payment": True, "sign_slow_parcel": True}
    late: Shares = {"payment": 0.2, "delivery": 0.7, "fire": 0.1}
    owed: Shares = {"payment": 0.6, "delivery": 0.3, "fire": 0.1}
    burning: Shares = {"payment": 0.01, "delivery": 0.01, "fire": 0.98}
    assert subject_of(said, {"v": late})[0] == "delivery"
    assert subject_of(said, {"v": owed})[0] == "payment"
    assert subject_of(said, {"v": burning})[0] == "fire"


@given(
    said=st.dictionaries(st.sampled_from([*SAID_BY, "sign_safety"]), st.booleans()),
    shares=st.lists(st.integers(1, 100), min_size=len(SUBJECTS), max_size=len(SUBJECTS)),
)
def test_what_the_lists_bring_up_never_makes_it_less_likely(said: dict[str, bool], shares: list[int]) -> None:
    """A customer who says more plainly what it is about would be understood worse."""
    heard: dict[str, Shares] = {"v": {name: share / sum(shares) for name, share in zip(SUBJECTS, shares, strict=True)}}
    best, because = subject_of(said, heard)
    assert because
    fact = next((name for name, subject in SAID_BY.items() if subject == best), None)
    if fact is not None and best not in NARROWER:
        assert subject_of({**said, fact: True}, heard)[0] == best


def test_only_what_complains_has_a_subject() -> None:
    """Thanks and questions would be counted with a crowd."""
    assert is_complaint({"intent": "complaint"})
    assert is_complaint({"intent": "deletion_request", "sign_slow_parcel": True})
    assert not is_complaint({"intent": "other", "sign_slow_parcel": False})


SAID: Said = {
    "intent": {"complaint": ["en/danger: get hot"]},
    "sign_safety": {True: ["en/danger: get hot"]},
    "danger": {"fire": ["en/danger_fire: get hot"]},
    "speaks_of_terms": {True: ["en/speaks_of_terms: price"]},
}


def voice(complaint: float, safety: float) -> dict[str, dict[str, Shares]]:
    return {
        "v": {
            "intent": {"complaint": complaint, "other": 1 - complaint},
            "sign_safety": {True: safety, False: 1 - safety},
        }
    }


def test_a_question_that_nobody_takes_for_a_complaint_loses_its_danger() -> None:
    """Whoever asks whether a charger gets hot would be called by a senior owner."""
    left = without_turns_of_speech(SAID, voice(0.2, 0.1), "does it get hot?")
    assert {name for name, values in left.items() if values} == {"speaks_of_terms"}


@pytest.mark.parametrize(
    ("complaint", "safety", "text"),
    [(0.2, 0.1, "it gets hot"), (0.05, 0.2, "it gets hot"), (0.3, 0.1, "does it get hot?"), (0.1, 0.4, "is it ok?")],
)
def test_in_doubt_a_danger_stays(complaint: float, safety: float, text: str) -> None:
    """A real fire, told calmly, would be taken for small talk."""
    assert without_turns_of_speech(SAID, voice(complaint, safety), text) == SAID


def test_nobody_overrules_the_lists_alone() -> None:
    """Without a second voice no danger would be left."""
    assert without_turns_of_speech(SAID, {}, "does it get hot?") == SAID
    louder = {**voice(0.05, 0.01), "w": voice(0.9, 0.9)["v"]}
    assert without_turns_of_speech(SAID, louder, "does it get hot?") == SAID
