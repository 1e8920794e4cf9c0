"""Moments as people say them: `next working day 10:00`, `tomorrow 09:30`, `monday 18:00`, `10:00`.

A moment is a day of the calendar and a time on the clock of the business. Which moment of the world that is follows
from now, the time zone and the working days; all three are handed in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from typing import Protocol
from zoneinfo import ZoneInfo

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAYS = ("working day", "next working day", "tomorrow", *WEEKDAYS)
LIKE = '"next working day 10:00", "tomorrow 09:30", "monday 18:00" or "10:00"'

FURTHEST = timedelta(days=60)
"""No moment is farther away: a calendar without a working day in two months is a mistake, and we go on all the same."""

_DAY_WORDS = ("today", "tomorrow", "next", "on", "working", *WEEKDAYS)
"""With what a day begins, also one without a time, or with a time that is not understood."""

_SHAPE = re.compile(r"(?:(?P<day>[a-z ]+?)\s+)?(?:at\s+)?(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})")


class Calendar(Protocol):
    """Who knows on which days the business works."""

    def works_on(self, day: date) -> bool: ...


@dataclass(frozen=True)
class Moment:
    """A day, as one of `DAYS` or "" for the next time that the clock shows it, and a time on the business's clock."""

    day: str
    at: time

    def after(self, now: datetime, zone: ZoneInfo, calendar: Calendar) -> datetime:
        """The first such moment after `now`, in UTC.

        A time that the clock leaves out when summer time begins is taken as the moment it jumps to; one that it shows
        twice is the first of the two.
        """
        local = now.astimezone(zone)
        first = 1 if self.day in ("tomorrow", "next working day") else 0
        for ahead in range(first, FURTHEST.days):
            day = local.date() + timedelta(days=ahead)
            if self._fits(day, ahead, calendar):
                found = datetime.combine(day, self.at, zone).astimezone(UTC)
                if found > now:
                    return found
        return now.astimezone(UTC) + FURTHEST

    def _fits(self, day: date, ahead: int, calendar: Calendar) -> bool:
        if self.day in WEEKDAYS:
            return day.weekday() == WEEKDAYS.index(self.day)
        if self.day == "tomorrow":
            return ahead == 1
        return self.day == "" or calendar.works_on(day)

    def __str__(self) -> str:
        return f"{self.day} {self.at:%H:%M}".strip()


def parse_moment(text: object) -> Moment:
    """The moment that `text` names. Raises ValueError with a text that says what to write."""
    if not isinstance(text, str):
        raise ValueError(f"expected a moment such as {LIKE}")
    plain = " ".join(text.casefold().split())
    found = _SHAPE.fullmatch(plain)
    if found is None:
        raise ValueError(f'"{text[:40]}" is not a moment; write for example {LIKE}')
    hour, minute = int(found["hour"]), int(found["minute"])
    if hour > 23 or minute > 59:
        raise ValueError(f'"{text[:40]}": no clock shows {found["hour"]}:{found["minute"]}')
    day = (found["day"] or "").removeprefix("on ")
    day = day.removeprefix("next ") if day.removeprefix("next ") in WEEKDAYS else day
    if day == "today":
        raise ValueError(f'leave "today" out: {hour:02}:{minute:02} is the next time that the clock shows it')
    if day and day not in DAYS:
        near = get_close_matches(day, DAYS, n=1)
        meant = f'; did you mean "{near[0]}"?' if near else f"; days are {', '.join(DAYS)}"
        raise ValueError(f'"{day[:40]}" is not a day{meant}')
    return Moment(day, time(hour, minute))


def looks_like_moment(text: object) -> bool:
    """Whether somebody who wrote this meant a moment and not a length of time."""
    words = text.casefold().split() if isinstance(text, str) else []
    return isinstance(text, str) and (":" in text or (bool(words) and words[0] in _DAY_WORDS))
