"""`follow_up` starts another playbook later, unless something made it needless."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.runs.outcome import Done, Outcome
from flows.runs.work import Work
from flows.verbs.action import Action
from rules.conditions import Condition
from rules.language import Duration, PlaybookName, says


@dataclass(frozen=True)
class FollowUp(Action):
    """Start another playbook for the same case after a while. `unless` is looked at again when the day has come."""

    verb: ClassVar[str] = "follow_up"
    example: ClassVar[str] = (
        "follow_up: {after: 7 days, playbook: deletion-check-in, unless: {customer_wrote_back: true}}"
    )

    after: Duration = says("How long from now")
    playbook: PlaybookName = says("The playbook to start")
    unless: Condition | None = says("Do not start it if this holds then", default=None)

    def act(self, work: Work) -> Outcome:
        planned = work.plan_follow_up(self.playbook, self.after, self.unless)
        return Done(note={"planned": planned.id, "playbook": self.playbook, "due": planned.due_at.isoformat()})
