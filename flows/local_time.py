"""Times as people read them: in the business's time zone, in the reader's language."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def day(moment: datetime, zone: ZoneInfo, locale: str = "en") -> str:
    """A day without the time: `December 21, 2026`, `2026年12月21日`."""
    from babel import Locale, UnknownLocaleError  # a tenth of a second that most commands do not need
    from babel.dates import format_date

    try:
        known = Locale.parse(locale, sep="-")
    except (UnknownLocaleError, ValueError):
        known = Locale("en")
    return format_date(moment.astimezone(zone).date(), format="long", locale=known)


def hour(moment: datetime, zone: ZoneInfo, locale: str = "en") -> str:
    """A day and a time for a customer, who may live elsewhere: `November 22, 6:05 PM (UTC+8)`."""
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_skeleton, format_time

    try:
        known = Locale.parse(locale, sep="-")
    except (UnknownLocaleError, ValueError):
        known = Locale("en")
    local = moment.astimezone(zone)
    date, time = format_skeleton("MMMMd", local, locale=known), format_time(local, "short", locale=known)
    minutes = int((local.utcoffset() or timedelta(0)).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    ahead = f"{'-' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}" if minutes else ""
    return f"{date}{' ' if known.language in ('zh', 'ja') else ', '}{time} (UTC{ahead})"


def minute(moment: datetime, zone: ZoneInfo) -> str:
    """A moment for colleagues: `2026-11-22 03:14:05`."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


_UNITS = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1))


def from_now(time: timedelta, locale: str = "en") -> str:
    """How far something lies ahead, which is true on every clock of the world: `in 2 hours`, `2小时后`.

    Parts of a minute, an hour or a day count in full: whoever is told `in 2 hours` does not wait for longer."""
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_timedelta

    try:
        known = Locale.parse(locale, sep="-")
    except (UnknownLocaleError, ValueError):
        known = Locale("en")
    whole = next(unit for unit in _UNITS if time >= unit or unit is _UNITS[-1])
    time = -(-time // whole) * whole
    return format_timedelta(time, add_direction=True, threshold=1, locale=known)
