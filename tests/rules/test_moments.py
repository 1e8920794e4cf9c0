"""Moments and the hours of the business: the day somebody means, on the clock they look at."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.hours import Hours, read_hours
from rules.moments import DAYS, FURTHEST, WEEKDAYS, Moment, parse_moment
from rules.problems import Problems
from rules.yaml_source import Source

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
WEEK = Hours()
MOMENTS = st.builds(
    Moment, st.sampled_from(["", *DAYS]), st.times().map(lambda at: at.replace(second=0, microsecond=0))
)
YEARS = timedelta(days=3 * 365)
NOWS = st.timedeltas(timedelta(0), YEARS).map(lambda ahead: datetime(2024, 1, 1, tzinfo=UTC) + ahead)
ZONES = st.sampled_from([ZoneInfo("UTC"), SHANGHAI, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia")])


def hours(text: str) -> Hours | list[str]:
    """What the file says, or every problem with it."""
    problems = Problems()
    source = Source.parse(text, "playbooks/hours.yaml", problems)
    found = read_hours(source, problems) if source is not None else None
    return [problem.message for problem in problems] if found is None else found


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "now", "meant"),
    [
        ("next working day 10:00", "2026-03-02 02:30", "2026-03-03 02:00"),  # Monday 10:30 in Shanghai
        ("next working day 10:00", "2026-03-06 12:00", "2026-03-09 02:00"),  # Friday evening: Monday
        ("working day 10:00", "2026-03-01 19:00", "2026-03-02 02:00"),  # Monday 3 a.m.: still today
        ("working day 10:00", "2026-03-02 02:00", "2026-03-03 02:00"),  # exactly 10:00 is over
        ("10:00", "2026-03-07 01:59", "2026-03-07 02:00"),  # a Saturday is a day like any other
        ("10:00", "2026-03-07 02:00", "2026-03-08 02:00"),
        ("tomorrow 09:30", "2026-03-02 16:30", "2026-03-04 01:30"),  # 0:30 in Shanghai: tomorrow is the 4th there
        ("monday 18:00", "2026-03-02 09:00", "2026-03-02 10:00"),  # this Monday, still ahead
        ("next monday 18:00", "2026-03-02 11:00", "2026-03-09 10:00"),
    ],
)
def test_a_moment_is_the_one_that_a_person_there_means(said: str, now: str, meant: str) -> None:
    """A customer would otherwise be called in the night, or a day late."""
    assert parse_moment(said).after(utc(now), SHANGHAI, WEEK) == utc(meant)


def test_holidays_and_days_that_are_worked_instead_count() -> None:
    """On the first morning of a long holiday nobody would be there to do what the wait was for."""
    golden_week = Hours(
        holidays=frozenset(date(2026, 10, day) for day in range(1, 8)), also_working=frozenset([date(2026, 10, 10)])
    )
    next_day = parse_moment("next working day 10:00")
    assert next_day.after(utc("2026-09-30 09:00"), SHANGHAI, golden_week) == utc("2026-10-08 02:00")
    assert next_day.after(utc("2026-10-09 09:00"), SHANGHAI, golden_week) == utc("2026-10-10 02:00")  # a Saturday


@pytest.mark.parametrize(
    ("said", "now", "meant"),
    [("02:30", "2026-03-28 12:00", "2026-03-29 01:30"), ("02:30", "2026-10-24 12:00", "2026-10-25 00:30")],
)
def test_a_time_that_the_clock_skips_or_shows_twice_still_comes_once(said: str, now: str, meant: str) -> None:
    """In the two nights a year when clocks are changed a wait would otherwise never end, or end twice."""
    assert parse_moment(said).after(utc(now), BERLIN, WEEK) == utc(meant)


@given(MOMENTS, NOWS, ZONES)
def test_a_moment_is_always_ahead_and_soon_and_on_its_clock(moment: Moment, now: datetime, zone: ZoneInfo) -> None:
    """A wait would otherwise end at once, or never."""
    found = moment.after(now, zone, WEEK)
    assert now < found <= now + timedelta(days=8)
    local = found.astimezone(zone)
    assert abs(_minutes(local.time()) - _minutes(moment.at)) in (
        0,
        30,
        60,
    )  # other than 0 only where clocks are changed
    if moment.day in WEEKDAYS:
        assert local.weekday() == WEEKDAYS.index(moment.day)
    if "working day" in moment.day:
        assert local.weekday() < 5
    if moment.day in ("tomorrow", "next working day"):
        assert local.date() > now.astimezone(zone).date()


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


@given(MOMENTS)
def test_a_moment_reads_back_as_it_is_shown(moment: Moment) -> None:
    """What the history shows would otherwise not be what was written."""
    assert parse_moment(str(moment)) == moment
    assert parse_moment(f"  {str(moment).upper()} ") == moment


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("25:00", "no clock shows 25:00"),
        ("next workingday 10:00", 'did you mean "next working day"'),
        ("mondy 10:00", 'did you mean "monday"'),
        ("next working day", "is not a moment"),
        ("10.30", "is not a moment"),
        ("friday at noon", "is not a moment"),
        ("today 18:00", 'leave "today" out: 18:00'),
    ],
)
def test_a_moment_that_cannot_be_meant_says_what_to_write(said: str, why: str) -> None:
    """A designer would otherwise not know what is wrong with it."""
    with pytest.raises(ValueError, match=why):
        parse_moment(said)


def test_a_calendar_without_a_working_day_does_not_hold_anybody_for_ever() -> None:
    """One slip in the hours file would otherwise leave every such wait open for ever."""
    never = Hours(working_days=frozenset())
    now = utc("2026-03-02 12:00")
    assert parse_moment("next working day 10:00").after(now, SHANGHAI, never) == now + FURTHEST


def test_quiet_hours_end_in_the_morning() -> None:
    """A follow-up would otherwise ring in the night, or wait a whole day more."""
    night = hours("working_days: [monday]\nquiet_hours: {from: 21:00, to: 08:00}")
    assert isinstance(night, Hours)
    assert night.quiet_until(utc("2026-03-02 13:00"), SHANGHAI) == utc("2026-03-03 00:00")  # 21:00 exactly
    assert night.quiet_until(utc("2026-03-02 23:59"), SHANGHAI) == utc("2026-03-03 00:00")  # 07:59
    assert night.quiet_until(utc("2026-03-03 00:00"), SHANGHAI) is None  # 08:00
    assert night.quiet_until(utc("2026-03-02 12:59"), SHANGHAI) is None
    noon = hours("working_days: [monday]\nquiet_hours: {from: 12:00, to: 13:00}")
    assert isinstance(noon, Hours)
    assert noon.quiet_until(utc("2026-03-02 04:30"), SHANGHAI) == utc("2026-03-02 05:00")
    assert noon.quiet_until(utc("2026-03-02 05:30"), SHANGHAI) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("working_days: [mon]", '"mon" is not allowed here'),
        ("working_days: [monday]\nholidays: [2026-02-30]", "2026-02-30 is not a day of the calendar"),
        ("working_days: [monday]\nholidays: [25.12.2026]", "expected a day such as 2026-12-25"),
        ("working_days: [monday]\nquiet_hours: {from: 9, to: 08:00}", "expected a time such as 09:00"),
        ("working_days: [monday]\nquiet_hours: {from: 08:00, to: 08:00}", "begin and end at the same time"),
        ("working_days: [monday]\nholidays: [2026-05-01]\nalso_working: [2026-05-01]", "2026-05-01 is also a holiday"),
        ("holidays: [2026-05-01]", "missing: working_days"),
    ],
)
def test_hours_that_make_no_sense_are_refused_with_a_reason(text: str, why: str) -> None:
    """A wrong calendar would otherwise move waits to days on which nobody is there."""
    found = hours(text)
    assert isinstance(found, list)
    assert any(why in message for message in found), found
