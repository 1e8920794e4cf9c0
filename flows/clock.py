"""The only source of the current time: everything else is given a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time as an aware datetime in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class MovedClock:
    """A clock that stands still until it is moved: for rehearsals and tests."""

    def __init__(self, start: datetime) -> None:
        self._now = _in_utc(start)

    def now(self) -> datetime:
        return self._now

    def move(self, by: timedelta) -> datetime:
        """Move on by a duration that is not negative, and return the new time."""
        if by < timedelta(0):
            raise ValueError(f"a clock only moves forward, not by {by}")
        self._now += by
        return self._now

    def set(self, to: datetime) -> datetime:
        """Move on to a point in time that is not in this clock's past, and return it."""
        to = _in_utc(to)
        if to < self._now:
            raise ValueError(f"a clock only moves forward: it is {self._now}, asked for {to}")
        self._now = to
        return to


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone; give it one, for example datetime.UTC")
    return value.astimezone(UTC)
