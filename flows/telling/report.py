"""What a report is made of: sections with sentences and a table, and the same as data for machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from flows.crisis.words import Language
from flows.waiting_times import WaitingTimes

Table = tuple[tuple[str, ...], ...]
"""Rows of cells; the first row is the heading."""


@dataclass(frozen=True)
class Section:
    """One part of the report: what it is called, what it says, a table below that, and
    waiting times, which a page shows as a picture."""

    title: str
    sentences: tuple[str, ...] = ()
    table: Table = ()
    waited: WaitingTimes | None = None


class Sheet(Protocol):
    """What can be put on a page."""

    @property
    def title(self) -> str: ...

    @property
    def written_at(self) -> datetime: ...

    @property
    def language(self) -> Language: ...

    @property
    def sections(self) -> tuple[Section, ...]: ...


@dataclass(frozen=True)
class Report:
    """A report about one incident, as it stood at `written_at`. `facts` are what is known of the leak, `people` how
    many of those concerned are in which state, `clocks` the promises with the law behind each."""

    incident_id: str
    title: str
    written_at: datetime
    facts: Mapping[str, object]
    people: dict[str, int]
    clocks: tuple[dict[str, object], ...]
    timeline: tuple[dict[str, object], ...]
    authority: dict[str, str]
    sections: tuple[Section, ...]
    language: Language = "en"

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.incident_id,
            "written_at": self.written_at.isoformat(),
            "facts": self.facts,
            "people": self.people,
            "clocks": list(self.clocks),
            "authority_notice": self.authority,
            "timeline": list(self.timeline),
        }
