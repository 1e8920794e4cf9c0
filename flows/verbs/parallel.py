"""`parallel` does several lists of steps side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from flows.runs.outcome import Done, Outcome
from flows.runs.work import Work
from flows.verbs.action import Action
from rules.language import Identifier, Steps, says


@dataclass(frozen=True)
class Parallel(Action):
    """Do several lists of steps side by side, and go on when all of them have ended.

    One that waits does not hold up the others.
    """

    verb: ClassVar[str] = "parallel"
    short: ClassVar[str | None] = "lists_"
    side_by_side: ClassVar[bool] = True
    example: ClassVar[str] = """\
parallel:
  tell_the_team:
    - notify: {who: crisis_team, message: The official statement is needed}
  answer_the_customer:
    - reply: deletion/received"""

    lists_: Mapping[Identifier, Steps] = says("The lists of steps, each under a name of your own")

    def act(self, work: Work) -> Outcome:
        return Done(enter=tuple(self.lists_))
