"""The second voice: what it learned, and that it reads as scikit-learn would."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from rules.problems import ContentError
from rules.voice import learning, second_voice
from rules.voice.labelled import Labelled
from rules.voice.second_voice import MOST_PIECES, SecondVoice, distinct_pieces

EXAMPLES = learning.examples()


def test_what_is_shipped_was_learned_from_the_examples_beside_it() -> None:
    """A corrected example would otherwise change nothing until somebody remembers to learn again."""
    assert SecondVoice.load().learned_from == learning.fingerprint(EXAMPLES), (
        "the examples have changed: python -m rules.voice.learning"
    )


def test_it_weighs_as_scikit_learn_does() -> None:
    """The table would otherwise be read in another way than it was learned."""
    lesson, exam = EXAMPLES[:1200:12], EXAMPLES[1:400:8]
    voice = learning.learn(lesson)
    counter = TfidfVectorizer(analyzer=distinct_pieces, min_df=learning.RARE, binary=True)
    counted = counter.fit_transform([each.text for each in lesson])
    model = LogisticRegression(C=learning.STRICTNESS, class_weight="balanced", max_iter=2_000)
    model.fit(counted, [str(each.facts["intent"]) for each in lesson])
    for message, shares in zip(exam, model.predict_proba(counter.transform([m.text for m in exam])), strict=True):
        if heard := voice.listen(message.text):
            expected = dict(zip(model.classes_, shares, strict=True))
            assert heard["intent"] == pytest.approx(expected, abs=0.03)


def test_the_same_examples_teach_the_same() -> None:
    """Nobody could otherwise tell whether a model belongs to its examples."""
    lesson = EXAMPLES[:120:3]
    assert learning.learn(lesson) == learning.learn(lesson)


def test_what_nobody_said_teaches_nothing() -> None:
    """Answers of people about the wish alone would teach that there is no danger in any of those messages."""
    lesson = EXAMPLES[:600:5]
    wishes = [Labelled(each.text, each.locale, {"intent": each.facts["intent"]}) for each in EXAMPLES[1:600:5]]
    taught, alone = learning.learn([*lesson, *wishes]), learning.learn(lesson)
    assert taught.outcomes == alone.outcomes
    assert learning.learn([*wishes, *lesson[:1]]).outcomes == [each for each in alone.outcomes if each[0] == "intent"]


def test_further_folders_are_learned_from(tmp_path: Path) -> None:
    """What a shop's own people said could not be learned from."""
    (tmp_path / "en.tsv").write_text("complaint\t?\t?\t-\tthe frobnicator frobs\n")
    assert learning.examples(tmp_path) == [*EXAMPLES, Labelled("the frobnicator frobs", "en", {"intent": "complaint"})]
    with pytest.raises(ContentError, match=r"no \.tsv file"):
        learning.examples(tmp_path / "typo")


def test_a_written_model_is_read_back(tmp_path: Path) -> None:
    """What was learned would otherwise be lost on its way into the file."""
    voice = learning.learn(EXAMPLES[:120:3])
    path = tmp_path / "model.json.gz"
    learning.write(voice, path)
    again = second_voice._load(path)
    assert again.listen("please delete my number") == voice.listen("please delete my number")
    assert again.learned_from == voice.learned_from


@given(st.text(st.characters(codec=None), max_size=60))
def test_any_text_has_shares_that_make_a_whole(text: str) -> None:
    """One strange message could otherwise stop the reading of all others."""
    for shares in SecondVoice.load().listen(text).values():
        assert sum(shares.values()) == pytest.approx(1)
        assert all(0 <= share <= 1 for share in shares.values())


def test_a_text_without_a_known_piece_says_nothing() -> None:
    """A guess about nothing would otherwise count as an opinion."""
    assert SecondVoice.load().listen("") == {}
    assert SecondVoice.load().listen("🜁🜂🜃") == {}


def test_a_long_text_is_heard_in_bounded_time() -> None:
    """Ten megabytes from one sender would otherwise hold up everybody."""
    assert len(distinct_pieces("".join(chr(0x4E00 + number % 20_000) for number in range(100_000)))) == MOST_PIECES


def test_numbers_are_not_learned() -> None:
    """An order number would otherwise be a reason, and a telephone number be kept in a model."""
    assert not [piece for piece in SecondVoice.load().weights if any(sign.isdigit() and sign != "0" for sign in piece)]
