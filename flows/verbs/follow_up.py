"""`follow_up` starts another playbook later, unless something made it needless."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.runs.outcome import Done, Outcome
from flows.runs.work import Work
from flows.verbs.action import Action
from rules.conditions import Condition
from rules.language import PlaybookName, Time, says


@dataclass(frozen=True)
class FollowUp(Action):
    """Start another playbook for the same case after a while. `unless` and `hold_if` are looked at when the day has
    come, and in the quiet hours of the business it waits for the morning."""

    verb: ClassVar[str] = "follow_up"
    example: ClassVar[str] = (
        "follow_up: {after: 7 days, playbook: deletion-check-in, unless: {customer_wrote_back: true}}"
    )

    after: Time = says("So much time from now, as in 7 days, or a moment, as in next working day 10:00")
    playbook: PlaybookName = says("The playbook to start")
    unless: Condition | None = says("Do not start it if this holds then", default=None)
    hold_if: Condition | None = says(
        "Not yet while this holds: looked at again every four hours, for thirty days at most", default=None
    )

    def act(self, work: Work) -> Outcome:
        planned = work.plan_follow_up(self.playbook, work.moment(self.after), self.unless, self.hold_if)
        return Done(note={"planned": planned.id, "playbook": self.playbook, "due": planned.due_at.isoformat()})
