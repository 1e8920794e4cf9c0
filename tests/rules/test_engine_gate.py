"""The gate before the engine: quick for what is usual, and never another gate for that."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.vocabulary import UNKNOWN, FactError, Vocabulary
from tests.rules.strategies import EVERY_KIND, WIDE, values

ODD: tuple[object, ...] = (
    *(None, 0, 1, -1, 1.0, 0.0, 10**5_000, float("nan"), True, False, b"a", (), [], {}),
    *("true", "1", "", "unknown", "known", "a", "A", "high", "2 days", "\ud800", "a\u200d"),
    *(timedelta(seconds=1.5), timedelta(seconds=-1), timedelta.max),
)


def outcome(gate: Any) -> object:
    try:
        return repr(gate())  # as text, because True == 1 == 1.0
    except FactError as error:
        return str(error)


@given(st.sampled_from(list(EVERY_KIND)), st.data())
def test_the_quick_way_through_the_gate_is_the_way_of_each_fact(fact: Any, data: st.DataObject) -> None:
    """A `1` would be taken for yes, or a word of one fact for a value of another, and decide a customer's case."""
    given_value = data.draw(st.sampled_from(ODD) | values(fact))
    assert outcome(lambda: EVERY_KIND.gate({fact.name: given_value})[fact.name]) == outcome(
        lambda: fact.gate(given_value)
    )


def test_facts_pass_the_gate_of_a_vocabulary_once() -> None:
    """Each decision about a case would look at every fact again; and facts of other content would pass unseen."""
    facts = EVERY_KIND.gate({"level": "high"})
    assert EVERY_KIND.gate(facts) is facts
    same_words = Vocabulary(dict(EVERY_KIND.facts))
    assert same_words.gate(facts) == facts
    assert same_words.gate(facts) is not facts
    with pytest.raises(FactError):
        WIDE.gate(facts)
    assert EVERY_KIND.gate({**facts, "level": UNKNOWN}) != facts


def test_a_text_of_ten_megabytes_is_refused_at_once() -> None:
    """One message would hold up all others while somebody looks for the word that it might have meant."""
    huge = "x" * 10_000_000
    began = time.process_time()
    for raw in ({"level": huge}, {huge: True}, {"time": huge}, {"yes": 10**5_000}):
        with pytest.raises(FactError) as refused:
            EVERY_KIND.gate(raw)
        assert len(str(refused.value)) < 300
    assert time.process_time() - began < 2  # it took a minute
