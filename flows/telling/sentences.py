"""What the sentences of a story are made of: a journal line with what belongs to it, and times and values as people
write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from rules.units import format_duration

Data = Mapping[str, Any]


class Asked(Protocol):
    """What is known of a human task (a row of `tasks`)."""

    id: str
    kind: str
    role: str
    question: str


@dataclass(frozen=True)
class Told:
    """A line in words. `because` are the reasons, the deciding one first; `why_not` is what stood against the rest."""

    mark: str
    headline: str
    because: tuple[str, ...] = ()
    why_not: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One line of the journal, with what belongs to it."""

    event: str
    data: Data
    at: datetime
    task: Asked | None = None
    zone: ZoneInfo = ZoneInfo("UTC")

    def moment(self, name: str) -> str:
        """A time of the line's data as people read it."""
        return moment(datetime.fromisoformat(self.data[name]), self.zone, self.at)


def moment(at: datetime, zone: ZoneInfo, seen_from: datetime | None = None) -> str:
    """`13:00` on the day of `seen_from`, `Tue 6 Jan 09:20` in its year, `6 Jan 2027 09:20` otherwise."""
    here = at.astimezone(zone)
    there = (seen_from or datetime.fromtimestamp(0, UTC)).astimezone(zone)
    if here.date() == there.date():
        return here.strftime("%H:%M")
    return f"{here:%a} {here.day} {here:%b %H:%M}" if here.year == there.year else f"{here.day} {here:%b %Y %H:%M}"


def roughly(time: timedelta) -> str:
    """A duration by its two largest units: `8 days 1 hour`, `12 minutes`."""
    units = format_duration(max(time, timedelta(0))).split(" ")
    return " ".join(units[:4])


def shown(value: Any) -> str:
    """A value of the journal as a person writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {shown(each)}" for key, each in value.items())
    return ", ".join(shown(each) for each in value) if isinstance(value, list | tuple) else str(value)
