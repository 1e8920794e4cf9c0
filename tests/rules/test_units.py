"""Durations are written by people and must mean exactly what they say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.units import LONGEST, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("10 minutes", timedelta(minutes=10)),
        ("1 minute", timedelta(minutes=1)),
        ("1 hour 30 minutes", timedelta(minutes=90)),
        ("7 days", timedelta(days=7)),
        ("2 weeks", timedelta(days=14)),
        ("  1  Day 2hours ", timedelta(hours=26)),
        ("0 seconds", timedelta(0)),
        ("36500 days", LONGEST),
    ],
)
def test_a_duration_means_what_it_says(text: str, meant: timedelta) -> None:
    """A promise of "1 hour 30 minutes" would otherwise break at another time than the designer wrote."""
    assert parse_duration(text) == meant


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (10, "10 minutes"),
        (1.5, "unit"),
        ("10", "needs a unit"),
        ("", "found nothing"),
        ("soon", "not a duration"),
        ("10 minuts", 'write "minutes"'),
        ("10 min", 'write "minutes"'),
        ("3 months", "no fixed length"),
        ("1.5 hours", "whole numbers"),
        ("1 hour 2 hours", "twice"),
        ("-3 days", "not a duration"),
        ("36501 days", "hundred years"),
        ("9" * 400 + " days", "hundred years"),
        ("٣ days", "not a duration"),
        (None, "expected a duration"),
        (True, "expected a duration"),
        (["1 day"], "expected a duration"),
    ],
)
def test_a_wrong_duration_is_refused_with_what_to_write(text: object, hint: str) -> None:
    """A designer who forgets the unit would otherwise get some duration, or no idea of what to write instead."""
    with pytest.raises(ValueError, match=hint):
        parse_duration(text)


@given(st.integers(0, LONGEST // timedelta(seconds=1)))
def test_every_duration_reads_back_as_it_was_written(seconds: int) -> None:
    """Facts in the journal would otherwise come back as other facts."""
    duration = timedelta(seconds=seconds)
    assert parse_duration(format_duration(duration)) == duration


def test_durations_are_shown_in_the_readers_language() -> None:
    """A colleague who reads Chinese would otherwise get English units."""
    duration = timedelta(days=1, hours=1, seconds=5)
    assert format_duration(duration) == "1 day 1 hour 5 seconds"
    assert format_duration(duration, "zh-CN") == "1 天 1 小时 5 秒"
    assert format_duration(timedelta(0), "zh") == "0 秒"


def test_a_duration_below_zero_is_not_shown() -> None:
    """A clock that runs backwards would otherwise be hidden behind a plausible text."""
    with pytest.raises(ValueError, match="below zero"):
        format_duration(timedelta(seconds=-1))
