"""What a person types on the command line, as values: words of a fact, numbers of people, moments."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from flows.desk import Desk


def word(desk: Desk, fact: str, given: str) -> str:
    """A value of a fact as people type it: `Lost-Phone` is `lost_phone`. `FirebreakError` with the nearest one for a
    word that is none; `unknown` always is."""
    from flows.errors import FirebreakError
    from rules.problems import did_you_mean

    typed = given.strip().lower().replace("-", "_").replace(" ", "_")
    offered = [str(each) for each in desk.shelf.current.vocabulary.fact(fact).values]
    if typed not in (*offered, "unknown", ""):
        hint = did_you_mean(typed, offered) or f"; write one of {', '.join(offered)}, or unknown"
        raise FirebreakError(f'"{given}" is no value of {fact}{hint}')
    return typed


def count(given: str) -> int | None:
    """A number of people in digits; None for `unknown`."""
    from flows.errors import FirebreakError

    plain = given.strip().lower()
    if plain in ("unknown", ""):
        return None
    if not plain.isascii() or not plain.isdigit() or len(plain) > 9:
        raise FirebreakError(f'"{given}" is no number of people: write it in digits, as in --people 12, or unknown')
    return int(plain)


def moment(given: str, zone: ZoneInfo, now: datetime) -> datetime:
    """A moment as people write it, in the business's time zone unless it brings its own."""
    from flows.errors import FirebreakError

    text = given.strip()
    if text.lower() == "now":
        return now
    try:
        at = datetime.fromisoformat(text)
        if len(text) == 5 or at.year < 2000:
            raise ValueError
        at = at if at.tzinfo is not None else at.replace(tzinfo=zone)
        return at.astimezone(now.tzinfo)
    except (ValueError, OverflowError):
        raise FirebreakError(f'"{given}" is no moment: write the day and the time, as in "2026-11-22 09:00"') from None
