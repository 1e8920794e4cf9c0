"""How the dates of an exported chat are written, told by all of them together.

Phones write dates as their country does, so whether 03/04 is in March or in April is told by the whole chat: every day
must exist, time goes forward, and some files carry the day in their name. Where that tells nothing, the language of the
phone does, unless it is English. Otherwise it has to be asked.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from flows.chats.files import NotAChat
from flows.chats.lines import EVENING, MORNING, NOON, Head
from flows.chats.words import DAY_FIRST

ORDERS = {"dmy": "day first, as in 24/12/2025", "mdy": "month first, as in 12/24/2025", "ymd": "year first"}

_A_DAY = timedelta(days=1)  # phones travel, and what was written without a network comes late
_FEW = 0.2  # of the lines may only look like the beginning of a message
_DAY_IN_NAME = re.compile(r"(?<![0-9])(20[0-9]{2})-?(0[1-9]|1[0-2])-?(0[1-9]|[12][0-9]|3[01])(?![0-9])")

_ELSEWHERE = (set(MORNING) | set(EVENING)) - {"am", "pm"}
# Spanish phones leave a space in "p. m.", Indonesian ones write points in the time.
_DAY_FIRST_HERE = re.compile(r"[0-9],? (?:um|à|às|a las?|pukul) |\b[ap]\.\sm\.| Uhr|[, ][0-9]{1,2}\.[0-9]{2}[] .]")

Date = tuple[str, str, str]
Locales = tuple[str, ...]


def order_of(path: Path, heads: Sequence[Head], locales: Callable[[], Collection[Locales]]) -> str:
    """How day, month and year stand: one of `ORDERS`. `locales` finds the languages in which WhatsApp itself may
    speak in the chat, for each of its sentences. Raises `NotAChat` when it cannot be told."""
    dates = [head.date for head in heads]
    if sum(len(first) == 4 for first, _, _ in dates) > len(dates) / 2:
        return "ymd"
    odd = {order: _odd(dates, order) for order in ("dmy", "mdy")}
    fewest = min(odd.values())
    possible = [order for order, number in odd.items() if number == fewest]
    few = len(dates) * _FEW
    if fewest > (max(1, few) if len(possible) == 1 else few):
        raise NotAChat(
            f"The dates in {path} are neither day first nor month first. Say how they are with --dates: "
            + ", ".join(f"{order} ({like})" for order, like in ORDERS.items())
        )
    if len(possible) == 1:
        return possible[0]
    if told := _by_files(heads) or _by_language(heads, locales()):
        return told
    read = ((date, _day_or_none(date, "dmy"), _day_or_none(date, "mdy")) for date in dates)
    two_ways = next(((date, one, other) for date, one, other in read if one and other and one != other), None)
    if two_ways is None:
        return "dmy"  # as in 03/03/2025: it is the same day
    date, one, other = two_ways
    raise NotAChat(
        f"The dates in {path} can be read in two ways: {'/'.join(date)} may be {one:%d %B %Y} or {other:%d %B %Y}. "
        "Say which with --dates dmy (day first) or --dates mdy (month first)."
    )


def going_forward(heads: Sequence[Head], order: str) -> list[bool]:
    """Of each head whether it is one: a line that somebody pasted has a day that does not exist, or breaks the order of
    time. Where many break it the chat itself is out of order, and all are kept."""
    days = [_day_or_none(head.date, order) for head in heads]
    chain = _longest_chain(days)
    linked = set(chain)
    kept = [False] * len(days)
    before: datetime | None = None
    for index, day in enumerate(days):
        following = bisect_right(chain, index)
        after = days[chain[following]] if following < len(chain) else None
        early = before is not None and day is not None and day < before - _A_DAY
        late = after is not None and day is not None and day > after + _A_DAY
        kept[index] = day is not None and not early and not late
        if index in linked:
            before = day
    few = max(1, len(kept) * _FEW)
    if kept.count(False) <= few:
        return kept
    # Where most days do not exist it is the order that is wrong, and no line is to be lost by that.
    return [day is not None or days.count(None) > few for day in days]


def moment(path: Path, head: Head, order: str, zone: ZoneInfo) -> datetime:
    """When a message was written, by the clock of the phone. Raises `NotAChat` when there is no such day or hour."""
    hour = head.hour
    if head.half in MORNING and hour == 12:
        hour = 0
    elif head.half == "晚上" and hour == 12:
        hour = 0  # twelve at night; the next day has begun
    elif head.half in EVENING and hour < (11 if head.half == NOON else 12):
        hour += 12
    try:
        return _day(head.date, order).replace(hour=hour, minute=head.minute, second=head.second, tzinfo=zone)
    except ValueError:
        shown = "/".join(head.date)
        raise NotAChat(
            f"{path}: there is no day {shown} with {ORDERS[order]}; say how dates are with --dates."
        ) from None


def going_on(moments: Iterable[datetime]) -> list[datetime]:
    """The moments, told apart in the hour that clocks show twice in autumn: when they go back, the second one began."""
    told: list[datetime] = []
    for at in moments:
        again = at.replace(fold=1)
        back = told and at.timestamp() < told[-1].timestamp() <= again.timestamp()
        told.append(again if back else at)
    return told


def _odd(dates: Sequence[Date], order: str) -> int:
    """How many dates do not exist, or are not in order, if they are read like this."""
    days = [_day_or_none(date, order) for date in dates]
    real = [day for day in days if day is not None]
    back = sum(later - earlier < -_A_DAY for earlier, later in pairwise(real))
    return len(days) - len(real) + back


def _by_files(heads: Sequence[Head]) -> str | None:
    """The order in which the dates are those in the names of the files that were sent: IMG-20251224-WA0001.jpg."""
    for head in heads:
        if found := _DAY_IN_NAME.search(head.rest):
            sent = datetime(*map(int, found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001 - a day, anywhere
            fits = [
                order
                for order in ("dmy", "mdy")
                if (day := _day_or_none(head.date, order)) and abs(day - sent) <= _A_DAY
            ]
            if len(fits) == 1:
                return fits[0]
    return None


def _by_language(heads: Sequence[Head], locales: Collection[Locales]) -> str | None:
    """No country that begins with the month writes points between month and day, halves of the day in Arabic or in
    Chinese, or a word between day and hour."""
    told = {
        heads[0].separator == ".",
        any(_is_day_first(head) for head in heads[:50]),
        bool(locales) and all(DAY_FIRST.issuperset(each) for each in locales),
    }
    return "dmy" if True in told else None


def _is_day_first(head: Head) -> bool:
    return head.half in _ELSEWHERE or _DAY_FIRST_HERE.search(head.line.removesuffix(head.rest)) is not None


def _longest_chain(days: Sequence[datetime | None]) -> list[int]:
    """The places of the longest row of days in which none is before the one before it. The first line of a chat is no
    pasted one, so none is before that either."""
    first = days[0] - _A_DAY if days and days[0] else datetime.min  # noqa: DTZ901 - a day, wherever that was
    ends: list[datetime] = []
    places: list[int] = []
    before: list[int] = []
    for index, day in enumerate(days):
        before.append(-1)
        if day is None or day < first:
            continue
        at = bisect_right(ends, day)
        before[index] = places[at - 1] if at else -1
        ends[at : at + 1] = [day]
        places[at : at + 1] = [index]
    chain: list[int] = []
    place = places[-1] if places else -1
    while place >= 0:
        chain.append(place)
        place = before[place]
    return chain[::-1]


def _day_or_none(date: Date, order: str) -> datetime | None:
    try:
        return _day(date, order)
    except ValueError:
        return None


def _day(date: Date, order: str) -> datetime:
    parts = dict(zip(order, date, strict=True))
    year = int(parts["y"]) + (2000 if len(parts["y"]) == 2 else 0)
    return datetime(year, int(parts["m"]), int(parts["d"]))  # noqa: DTZ001 - a day, wherever that was
