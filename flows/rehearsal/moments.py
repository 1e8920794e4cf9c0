"""Moments as a designer writes them: `23:30`, `Monday 23:30`, `2026-01-05 23:30`. To the minute, in one time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.language import Shaped
from rules.moments import WEEKDAYS
from rules.problems import did_you_mean

DAYS = tuple(day.capitalize() for day in WEEKDAYS)
_ANY_CASE = "|".join(f"[{day[0].upper()}{day[0]}]{day[1:]}" for day in WEEKDAYS)
LIKE = '"23:30", "Monday 23:30" or "2026-01-05 23:30"'
_PARTS = re.compile(r"(?:(\S+) +)?([0-9]{1,2}):([0-9]{2})")


class MomentText(Shaped):
    """A moment, as it is written."""

    shape = re.compile(rf"(({_ANY_CASE}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}) +)?([01]?[0-9]|2[0-3]):[0-5][0-9]")
    like = f"a moment such as {LIKE}"


@dataclass(frozen=True)
class Moment:
    """A time of day; with a day of the week or a date, only then. `day` counts from 0, which is Monday."""

    at: time
    day: int | None = None
    date: date | None = None

    def __str__(self) -> str:
        day = DAYS[self.day] if self.day is not None else self.date.isoformat() if self.date is not None else ""
        return f"{day} {self.at:%H:%M}".strip()

    def next(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The first such moment that is not before `now`; None if it is over for good."""
        if self.date is not None:
            found = datetime.combine(self.date, self.at, zone)
            return found if found >= now else None
        today = now.astimezone(zone).date()
        for days in range(9):
            found = datetime.combine(today + timedelta(days), self.at, zone)
            if found >= now and self.day in (None, found.weekday()):
                return found
        raise AssertionError("a week has every day")

    def is_at(self, moment: datetime, zone: ZoneInfo) -> bool:
        """Whether `moment` is in this minute."""
        here = moment.astimezone(zone)
        fits = self.day in (None, here.weekday()) and self.date in (None, here.date())
        return fits and (here.hour, here.minute) == (self.at.hour, self.at.minute)


def parse_moment(text: object) -> Moment:
    """The moment that a text names. Raises ValueError with a text that says what to write."""
    found = _PARTS.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"expected {MomentText.like}")
    day, hour, minute = found.groups()
    try:
        at = time(int(hour), int(minute))
    except ValueError:
        raise ValueError(f"there is no time {hour}:{minute}; a day ends at 23:59") from None
    if day is None:
        return Moment(at)
    if day.casefold() in WEEKDAYS:
        return Moment(at, day=WEEKDAYS.index(day.casefold()))
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", day):
        raise ValueError(f'"{day}" is neither a day of the week nor a date like 2026-01-05{did_you_mean(day, DAYS)}')
    try:
        return Moment(at, date=date.fromisoformat(day))
    except ValueError:
        raise ValueError(f"there is no day {day}") from None
