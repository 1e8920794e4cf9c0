"""`legal_clock` dates a promise by the law of those whom it concerns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.runs import authorities
from flows.runs.outcome import Done, Failed, Outcome
from flows.runs.work import Work
from flows.verbs.action import Action
from rules.language import PromiseName, says


@dataclass(frozen=True)
class LegalClock(Action):
    """Make a promise of an incident as short as the law wants it, by where the people live whose data leaked.

    The clocks stand in `legal_clocks.yaml`; the shortest that runs decides, counted from when the leak was noticed. A
    promise never becomes longer by it. People who are added later make it shorter if their law wants that.
    """

    verb: ClassVar[str] = "legal_clock"
    short: ClassVar[str | None] = "promise"
    example: ClassVar[str] = "legal_clock: authority_told"

    promise: PromiseName = says("The promise to date by the law")

    def act(self, work: Work) -> Outcome:
        if work.incident is None:
            return Failed("there is no incident whose people could be looked up")
        return Done(note=authorities.shorten(work.desk, work.session, work.run, self.promise))
