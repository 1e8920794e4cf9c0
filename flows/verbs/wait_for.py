"""`wait_for` waits for time to pass or for something to happen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from flows.runs.outcome import Outcome, Waiting
from flows.runs.work import Work
from flows.verbs.action import Action
from rules.language import Duration, says

Event = Literal["customer_reply"]


@dataclass(frozen=True)
class WaitFor(Action):
    """Wait for a length of time, or for an event; with `timeout`, no longer than that."""

    verb: ClassVar[str] = "wait_for"
    short: ClassVar[str | None] = "time"
    waits: ClassVar[bool] = True
    example: ClassVar[str] = """\
wait_for: {event: customer_reply}
timeout: 3 days"""

    time: Duration | None = says("How long to wait", default=None)
    event: Event | None = says("What to wait for: the customer writes", default=None)

    def act(self, work: Work) -> Outcome:
        on: dict[str, object] = {}
        if self.time is not None:
            on["until"] = work.wake_in(self.time).isoformat()
        if self.event is not None:
            on["event"] = self.event
        return Waiting(on)
