"""Durations as people write them: `10 minutes`, `1 hour 30 minutes`, `7 days`. A number without a unit is refused."""

from __future__ import annotations

import re
from datetime import timedelta
from difflib import get_close_matches

SECONDS = {"week": 604_800, "day": 86_400, "hour": 3_600, "minute": 60, "second": 1}

LONGEST = timedelta(days=36_500)
"""A hundred years: longer than any retention period, and far below what the rule engine can count in seconds."""

_SHORT_FORMS = {"h": "hour", "hr": "hour", "m": "minute", "min": "minute", "s": "second", "sec": "second"}
_SHORT_FORMS |= {"d": "day", "w": "week", "wk": "week"}
_PAIR = re.compile(r"([0-9]+)\s*([a-z]+)")
_SHOWN = ("day", "hour", "minute", "second")
_CHINESE = {"day": "天", "hour": "小时", "minute": "分钟", "second": "秒"}


def parse_duration(text: object) -> timedelta:
    """The duration that `text` names, in whole seconds, from zero to a hundred years.

    Units: second, minute, hour, day, week, singular or plural. Raises ValueError with a text that says what to write.
    """
    if isinstance(text, int | float) and not isinstance(text, bool):
        raise ValueError(f'a duration needs a unit: write "{text} minutes", "{text} hours" or "{text} days"')
    if not isinstance(text, str):
        raise ValueError('expected a duration such as "10 minutes"')
    rest = " ".join(text.casefold().split())
    if not rest:
        raise ValueError('expected a duration such as "10 minutes", found nothing')
    if rest.isdecimal():
        raise ValueError(f'a duration needs a unit: write "{rest} minutes", "{rest} hours" or "{rest} days"')
    if re.search(r"[0-9][.,][0-9]", rest):
        raise ValueError(f'"{_cut(text)}": use whole numbers, as in "1 hour 30 minutes"')
    seconds = 0
    met: set[str] = set()
    while rest:
        pair = _PAIR.match(rest)
        if pair is None:
            raise ValueError(f'"{_cut(text)}" is not a duration; write for example "1 hour 30 minutes"')
        unit = _unit(pair[2])
        if unit in met:
            raise ValueError(f'"{_cut(text)}" names {unit}s twice; add them up')
        met.add(unit)
        if len(pair[1]) > 12:
            raise ValueError(f'"{_cut(text)}" is longer than a hundred years')
        seconds += int(pair[1]) * SECONDS[unit]
        rest = rest[pair.end() :].lstrip()
    if seconds > LONGEST.total_seconds():
        raise ValueError(f'"{_cut(text)}" is longer than a hundred years')
    return timedelta(seconds=seconds)


def format_duration(duration: timedelta, locale: str = "en") -> str:
    """`1 hour 30 minutes`, or `1 小时 30 分钟` for a Chinese locale; parts of a second are left out.

    The English form reads back through `parse_duration` to the same duration. Raises ValueError below zero.
    """
    rest = int(duration.total_seconds())
    if duration < timedelta(0):
        raise ValueError("a duration is never below zero")
    chinese = locale.casefold().startswith("zh")
    shown: list[str] = []
    for unit in _SHOWN:
        number, rest = divmod(rest, SECONDS[unit])
        if number or (unit == "second" and not shown):
            shown.append(f"{number} {_CHINESE[unit]}" if chinese else f"{number} {unit}{'' if number == 1 else 's'}")
    return " ".join(shown)


def _unit(word: str) -> str:
    name = word.removesuffix("s") if word != "s" else word
    if name in SECONDS:
        return name
    if name in ("month", "year", "mo", "y", "yr"):
        raise ValueError(f'"{word}" has no fixed length; write days, as in "30 days" or "365 days"')
    meant = _SHORT_FORMS.get(name) or next(iter(get_close_matches(name, SECONDS, n=1)), None)
    hint = f'; write "{meant}s"' if meant else "; units are seconds, minutes, hours, days, weeks"
    raise ValueError(f'"{_cut(word)}" is not a unit of time{hint}')


def _cut(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
