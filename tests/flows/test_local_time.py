"""How far something lies ahead, in words."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.local_time import from_now

UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


@given(st.timedeltas(timedelta(minutes=1), timedelta(days=6)))
def test_nobody_waits_longer_than_they_were_told(time: timedelta) -> None:
    """Somebody who was told `in 2 hours` would hear from us after two hours and a half."""
    said = re.fullmatch(r"in (\d+) (minute|hour|day)s?", from_now(time))
    assert said is not None
    assert int(said[1]) * UNITS[said[2]] >= time


@pytest.mark.parametrize(
    ("minutes", "locale", "words"),
    [(30, "en", "in 30 minutes"), (60, "en", "in 1 hour"), (145, "en", "in 3 hours"), (120, "zh-CN", "2小时后")],
)
def test_a_time_is_said_as_people_say_it(minutes: int, locale: str, words: str) -> None:
    """An update would be announced in a way that nobody speaks."""
    assert from_now(timedelta(minutes=minutes), locale) == words
