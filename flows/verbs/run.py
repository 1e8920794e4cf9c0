"""`run` carries out another playbook and goes on when it has ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.runs.outcome import Outcome, Waiting
from flows.runs.work import Work
from flows.verbs.action import Action
from rules.language import PlaybookName, says


@dataclass(frozen=True)
class Run(Action):
    """Carry out another playbook for the same case or incident, and go on when it has ended.

    It is the version that was released together with this one, also when a newer one is released meanwhile. If an
    `approve` in it does not get its yes, nothing after this step happens either: not by a no, and not by time.
    """

    verb: ClassVar[str] = "run"
    short: ClassVar[str | None] = "playbook"
    waits: ClassVar[bool] = True
    example: ClassVar[str] = "run: deletion-check-in"

    playbook: PlaybookName = says("The playbook to carry out")

    def act(self, work: Work) -> Outcome:
        called = work.call(self.playbook)
        return Waiting({"run": called.id}, {"playbook": self.playbook})
