"""Recall: whether a message can still be deleted for everyone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.packs.shipped_packs import VOCABULARY, outcome

SECOND = timedelta(seconds=1)
OUTLOOKS = list(VOCABULARY["recall_outlook"].values)


@pytest.mark.parametrize(
    ("age", "outlook", "rule"),
    [
        (timedelta(0), "good", "under_24_hours"),
        (timedelta(hours=24) - SECOND, "good", "under_24_hours"),
        (timedelta(hours=24), "fair", "under_48_hours"),
        (timedelta(hours=48) - SECOND, "fair", "under_48_hours"),
        (timedelta(hours=48), "try_only", "under_60_hours"),
        (timedelta(hours=60) - SECOND, "try_only", "under_60_hours"),
        (timedelta(hours=60), "too_late", "from_60_hours"),
        (timedelta(days=400), "too_late", "from_60_hours"),
        ("unknown", "too_late", "age_not_known"),
    ],
)
def test_the_borders_are_exact(age: object, outlook: str, rule: str) -> None:
    """A colleague would be told to promise what WhatsApp does no more, or not to try what it still does."""
    assert outcome("recall", {"time_since_message": age}) == (outlook, rule)


@given(st.timedeltas(timedelta(0), timedelta(days=5)), st.timedeltas(timedelta(0), timedelta(days=5)))
def test_it_never_gets_better_with_time(one: timedelta, other: timedelta) -> None:
    """An older message would be held for easier to take back than a younger one."""
    younger, older = (
        OUTLOOKS.index(str(outcome("recall", {"time_since_message": age})[0])) for age in sorted((one, other))
    )
    assert younger >= older
