"""When the business works and when it lets people rest: `playbooks/hours.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from rules.language import Shaped, says
from rules.moments import WEEKDAYS
from rules.problems import Problems
from rules.reading import BAD, Reader
from rules.vocabulary import Vocabulary
from rules.yaml_source import Source

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class ClockTime(Shaped):
    """A time on the clock."""

    shape = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
    like = "a time such as 09:00 or 21:30"


class Day(Shaped):
    """A day of the calendar."""

    shape = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
    like = "a day such as 2026-12-25"


@dataclass(frozen=True)
class Quiet:
    """The hours in which nothing reaches a customer that can wait."""

    from_: ClockTime = says("When they begin")
    to: ClockTime = says("When they end; earlier than `from` means on the next morning")


@dataclass(frozen=True)
class HoursFile:
    """The hours of the business, as they are written."""

    working_days: tuple[Weekday, ...] = says("The days of the week on which the business works")
    holidays: tuple[Day, ...] | None = says("Days on which it does not, although the week says so", default=None)
    also_working: tuple[Day, ...] | None = says("Days on which it works, although the week says no", default=None)
    quiet_hours: Quiet | None = says("When follow-ups wait until the morning", default=None)


@dataclass(frozen=True)
class Hours:
    """On which days the business works, and when it is quiet. Times are on the clock of the business."""

    working_days: frozenset[int] = frozenset(range(5))
    holidays: frozenset[date] = frozenset()
    also_working: frozenset[date] = frozenset()
    quiet: tuple[time, time] | None = None

    def works_on(self, day: date) -> bool:
        """Whether the business works on this day."""
        if day in self.also_working:
            return True
        return day.weekday() in self.working_days and day not in self.holidays

    def quiet_until(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """When the quiet hours end that `now` lies in, in UTC; None outside them."""
        if self.quiet is None:
            return None
        begins, ends = self.quiet
        local = now.astimezone(zone)
        for ahead in (-1, 0):
            day = local.date() + timedelta(days=ahead)
            start = datetime.combine(day, begins, zone)
            end = datetime.combine(day if begins < ends else day + timedelta(days=1), ends, zone)
            if start.astimezone(UTC) <= now < end.astimezone(UTC):
                return end.astimezone(UTC)
        return None


def read_hours(source: Source, problems: Problems) -> Hours | None:
    """The hours in `source`; None when there is any problem (all of them are noted)."""
    reader = Reader(source, Vocabulary({}), {}, problems)
    written = reader.model(HoursFile, source.data, ())
    if written is BAD:
        return None
    before = len(problems.errors())
    holidays = _days(reader, written.holidays or (), "holidays")
    also_working = _days(reader, written.also_working or (), "also_working")
    quiet = written.quiet_hours
    if quiet is not None and quiet.from_ == quiet.to:
        reader.error(("quiet_hours",), "they begin and end at the same time; leave them out if there are none")
    if both := holidays & also_working:
        reader.error(("also_working",), f"{min(both)} is also a holiday; a day is one or the other")
    if len(problems.errors()) > before:
        return None
    return Hours(
        frozenset(WEEKDAYS.index(each) for each in written.working_days),
        holidays,
        also_working,
        (time.fromisoformat(quiet.from_), time.fromisoformat(quiet.to)) if quiet is not None else None,
    )


def _days(reader: Reader, written: tuple[Day, ...], key: str) -> frozenset[date]:
    found: set[date] = set()
    for number, each in enumerate(written):
        try:
            found.add(date.fromisoformat(each))
        except ValueError:
            reader.error((key, number), f"{each} is not a day of the calendar")
    return frozenset(found)
