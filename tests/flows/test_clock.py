"""The clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from flows.clock import MovedClock, SystemClock


def test_the_system_clock_tells_aware_utc() -> None:
    """Otherwise every deadline would be off by the machine's time zone."""
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_a_moved_clock_stands_still_until_moved(clock: MovedClock) -> None:
    """Otherwise a rehearsal of a week's wait would really wait."""
    start = clock.now()
    assert clock.now() == start
    assert clock.move(timedelta(days=7)) == start + timedelta(days=7) == clock.now()
    assert clock.set(start + timedelta(days=8)) == clock.now() == start + timedelta(days=8)


def test_a_moved_clock_speaks_utc_whatever_it_was_given() -> None:
    """Otherwise times of one rehearsal would not compare with each other."""
    noon_in_beijing = datetime(2026, 3, 2, 12, 0, tzinfo=timezone(timedelta(hours=8)))
    assert MovedClock(noon_in_beijing).now().isoformat() == "2026-03-02T04:00:00+00:00"


def test_a_moved_clock_refuses_the_past_and_times_without_a_zone(clock: MovedClock) -> None:
    """Otherwise a rehearsal could run backwards, or hours off, without anyone noticing."""
    with pytest.raises(ValueError, match="only moves forward"):
        clock.move(timedelta(seconds=-1))
    with pytest.raises(ValueError, match="only moves forward"):
        clock.set(clock.now() - timedelta(seconds=1))
    with pytest.raises(ValueError, match="no time zone"):
        MovedClock(datetime(2026, 3, 2, 12, 0, tzinfo=UTC).replace(tzinfo=None))
