"""What is seen at a glance: who is to be read first, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.shelf import ROOT
from flows.verbs import all_verbs
from rules.bundle import Bundle, content_files
from rules.glance import severity_at_a_glance


@pytest.fixture(scope="module")
def content() -> Bundle:
    return Bundle.parse(content_files(ROOT), all_verbs())


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("My charger caught fire", 2),
        ("充电宝冒烟了，太吓人了", 2),
        ("You will hear from my lawyer", 2),
        ("The vacuum stopped working after two days", 1),
        ("My parcel has not arrived", 0),
        ("It is not broken at all, thank you", 0),
        ("What time do you open?", 0),
        ("", 0),
    ],
)
def test_danger_is_seen_at_a_glance(content: Bundle, text: str, rank: int) -> None:
    """Of ten thousand who wait to be read, somebody in danger would be read by chance."""
    assert severity_at_a_glance(content, text) == rank


@given(text=st.text(max_size=80))
def test_any_text_can_be_looked_at(content: Bundle, text: str) -> None:
    """A strange text would be stored without a look, and the log would fill."""
    assert severity_at_a_glance(content, text) in (0, 1, 2)
