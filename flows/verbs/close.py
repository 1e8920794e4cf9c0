"""`close` ends the run and closes its case or incident."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.runs.outcome import Closed, Outcome
from flows.runs.work import Work
from flows.verbs.action import Action
from rules.language import Identifier, says


@dataclass(frozen=True)
class Close(Action):
    """End the procedure here: the case is closed, open questions are withdrawn, the clocks stop."""

    verb: ClassVar[str] = "close"
    short: ClassVar[str | None] = "as_"
    ends: ClassVar[bool] = True
    example: ClassVar[str] = "close: solved"

    as_: Identifier = says("How it ended, in one word of your own: solved, withdrawn, handed_over")

    def act(self, work: Work) -> Outcome:
        return Closed(self.as_)
