"""A course of events that can be played under any content: what came of it, so that two can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from flows.rehearsal.comparing import Complaint, Happened
from flows.rehearsal.play import happened_in, stories_of
from flows.rehearsal.scenario import START, ZONE
from flows.rehearsal.stage import Stage
from flows.shelf import Shelf
from flows.store.tables import Case, Incident
from flows.telling import story
from rules.language import FactValues


@dataclass(frozen=True)
class Rehearsed:
    """What came of a course of events: all that happened, the story of every case and incident by its id, what could
    not be played as it was, and what a scenario had expected otherwise."""

    happened: tuple[Happened, ...]
    stories: Mapping[str, tuple[story.Line, ...]]
    remarks: tuple[str, ...] = ()
    complaints: tuple[Complaint, ...] = ()


@dataclass(frozen=True)
class Course:
    """What is done, and under what name it is shown. `act` does it on a stage and returns remarks."""

    title: str
    act: Callable[[Stage], Iterable[str]]
    starts: datetime = START
    zone: ZoneInfo = ZONE
    given: FactValues = field(default_factory=dict)

    def play(self, shelf: Shelf) -> Rehearsed:
        """Play it under this content."""
        stage = Stage(shelf, self.given, starts=self.starts, zone=self.zone)
        try:
            remarks = tuple(self.act(stage))
            with stage.store.read() as session:
                opened = [
                    *session.scalars(select(Case.id).order_by(Case.opened_at, Case.id)),
                    *session.scalars(select(Incident.id).order_by(Incident.opened_at, Incident.id)),
                ]
            return Rehearsed(
                happened_in(stage.store, said=stage.said()), stories_of(stage.store, opened, self.zone), remarks
            )
        finally:
            stage.close()
