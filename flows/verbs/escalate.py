"""`escalate` hands the matter to a person and does not let go until somebody takes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from flows.runs.outcome import Done, Outcome, Waiting
from flows.runs.work import Work
from flows.store.tables import Task
from flows.verbs.action import Action
from rules.language import Duration, RoleName, Words, says


@dataclass(frozen=True)
class Escalate(Action):
    """Hand the matter to somebody in a role, and tell the role again until one of them accepts it. In the procedure of
    an incident it also ends when a person stands down."""

    verb: ClassVar[str] = "escalate"
    short: ClassVar[str | None] = "to"
    waits: ClassVar[bool] = True
    proves: ClassVar[frozenset[str]] = frozenset({"person_has_it"})
    example: ClassVar[str] = "escalate: {to: senior_owner, why: Somebody may be hurt; please call the customer}"

    to: RoleName = says("The role that must take it over")
    why: Words = says("What they should know and do", default=Words("Please take this over"))
    again_every: Duration = says("Tell them again this often until somebody accepts", default=timedelta(minutes=30))

    def act(self, work: Work) -> Outcome:
        task = work.ask("do", self.to, self.why)
        work.tell(self.to, self.why, task=task, urgent=work.is_urgent())
        work.remind_in(self.again_every)
        # Whoever says that a crisis is over would otherwise leave it open: nobody leads what is over any more.
        goes_on = work.case is None and work.incident is not None and work.incident.stood_down_at is None
        return Waiting({"task": task.id, **({"event": ["stood_down"]} if goes_on else {})})

    def reminded(self, work: Work) -> bool:
        task = work.task()
        work.tell(self.to, self.why, task=task, urgent=work.is_urgent())
        work.remind_in(self.again_every)
        return True

    def answered(self, work: Work, task: Task) -> Outcome:
        return Done(note={"taken_by": task.answered_by or ""})
