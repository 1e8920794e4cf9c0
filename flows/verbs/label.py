"""`label` marks the case, so that people and later steps treat it accordingly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.runs.outcome import Done, Outcome
from flows.runs.work import Work
from flows.verbs.action import Action
from rules.language import Identifier, says


@dataclass(frozen=True)
class Label(Action):
    """Put labels on the case."""

    verb: ClassVar[str] = "label"
    short: ClassVar[str | None] = "labels"
    example: ClassVar[str] = "label: privacy_sensitive"

    labels: tuple[Identifier, ...] = says("One label or several")

    def act(self, work: Work) -> Outcome:
        work.add_labels(self.labels)
        return Done(note={"labels": list(self.labels)})
