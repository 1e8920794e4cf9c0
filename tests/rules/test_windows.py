"""Counting within a window, held against counting naively."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.windows import CROWD_WINDOW, FEWEST_THAT_GROW, Crowd, growth, since

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WINDOW = timedelta(seconds=10)
LEAST = timedelta(microseconds=1)

Event = tuple[str, datetime]

# Few people and a narrow time, so that they meet, come again while still there, and touch the borders.
moments = st.integers(-25, 25).map(lambda second: NOON + timedelta(seconds=second))
events = st.lists(st.tuples(st.sampled_from("abcd"), moments), max_size=25)


def crowd(met: list[Event]) -> Crowd:
    built = Crowd(WINDOW)
    for who, at in met:
        built.add(who, at)
    return built


def naive(met: list[Event], now: datetime) -> int:
    return len({who for who, at in met if timedelta(0) <= now - at < WINDOW})


@given(events, moments)
def test_crowd_is_counted_as_by_hand(met: list[Event], now: datetime) -> None:
    """A crisis would be announced for a handful of people, or not for a crowd."""
    built = crowd(met)
    assert built.count(now) == naive(met, now)
    assert built.growth(now) == growth(naive(met, now - WINDOW), naive(met, now))


@given(events.flatmap(lambda met: st.tuples(st.just(met), st.permutations(met))), st.data())
def test_order_of_arrival_and_repeats_change_nothing(
    pair: tuple[list[Event], list[Event]], data: st.DataObject
) -> None:
    """WhatsApp delivers out of order and more than once: the same surge would be another one when it is read again."""
    met, shuffled = pair
    again = data.draw(st.lists(st.sampled_from(met), max_size=5)) if met else []
    one, other = crowd(met), crowd([*shuffled, *again])
    for second in range(-25, 40):
        now = NOON + timedelta(seconds=second)
        assert one.count(now) == other.count(now)


@given(events, st.tuples(st.sampled_from("abcde"), moments), moments)
def test_one_more_complaint_never_makes_a_smaller_crowd(met: list[Event], more: Event, now: datetime) -> None:
    """Angry customers who write again would calm the alarm."""
    before, after = crowd(met).count(now), crowd([*met, more]).count(now)
    assert 0 <= after - before <= 1


@given(events, moments)
def test_what_has_not_happened_yet_changes_nothing(met: list[Event], now: datetime) -> None:
    """Looking back at a surge, one would find other facts than those that were decided by."""
    so_far = [each for each in met if each[1] <= now]
    assert crowd(met).count(now) == crowd(so_far).count(now)
    assert crowd(met).growth(now) == crowd(so_far).growth(now)


def test_window_is_half_open_to_the_microsecond() -> None:
    """Whoever complained exactly ten minutes ago would count in this window and in the one before."""
    met = Crowd()
    met.add("a", NOON)
    over = NOON + CROWD_WINDOW
    assert [met.count(now) for now in (NOON - LEAST, NOON, over - LEAST, over)] == [0, 1, 1, 0]


def test_somebody_who_writes_without_a_pause_is_one_person_until_the_end() -> None:
    """One customer with a hundred messages would be a crowd."""
    met = Crowd()
    for minute in range(0, 60, 2):
        met.add("a", NOON + timedelta(minutes=minute))
    last = NOON + timedelta(minutes=58)
    assert {met.count(NOON + timedelta(minutes=minute)) for minute in range(68)} == {1}
    assert met.count(last + CROWD_WINDOW) == 0


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (0, 0, "steady"),
        (0, 1, "steady"),
        (1, 2, "steady"),
        (2, 4, "steady"),
        (0, 5, "doubling"),
        (2, 5, "doubling"),
        (3, 5, "growing"),
        (4, 5, "steady"),
        (10, 14, "steady"),
        (10, 15, "growing"),
        (10, 19, "growing"),
        (10, 20, "doubling"),
        (20, 20, "steady"),
        (20, 19, "falling"),
        (1, 0, "falling"),
    ],
)
def test_growth_says_what_the_vocabulary_says(before: int, now: int, expected: str) -> None:
    """A designer who writes `complaint_growth: doubling` would mean something else than the rules do."""
    assert growth(before, now) == expected


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_more_people_never_grow_less(before: int, now: int, more: int) -> None:
    """The alarm would stop as the crowd becomes larger."""
    levels = ("falling", "steady", "growing", "doubling")
    assert levels.index(growth(before, now)) <= levels.index(growth(before, now + more))
    assert growth(before, min(now, FEWEST_THAT_GROW - 1)) in ("falling", "steady")


def test_silence_is_never_negative() -> None:
    """A clock that runs ahead would end the reading of a message: no duration is below zero."""
    assert since(NOON - WINDOW, NOON) == WINDOW
    assert since(NOON + WINDOW, NOON) == timedelta(0)
    assert since(None, NOON) is None
