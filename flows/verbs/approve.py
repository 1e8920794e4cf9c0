"""`approve` asks a colleague for a yes. Only a yes opens the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.runs.outcome import Done, Outcome, Waiting
from flows.runs.work import Work
from flows.store.tables import Task
from flows.verbs.action import Action
from rules.language import RoleName, Steps, Words, says

YES = "yes"


@dataclass(frozen=True)
class Approve(Action):
    """Ask a colleague for a yes. Nothing that comes after it in the procedure happens without one.

    A no goes through `on_refused`, silence through `on_timeout`, and then the procedure ends there: its promises
    stay open, so that somebody hears of it.
    """

    verb: ClassVar[str] = "approve"
    waits: ClassVar[bool] = True
    gate: ClassVar[bool] = True
    proves: ClassVar[frozenset[str]] = frozenset({"person_agreed"})
    example: ClassVar[str] = """\
approve: {who: privacy_lead, question: May we tell the customer that this is done?}
on_refused: {notify: {who: on_call, message: The answer was not approved}}
timeout: 1 day
on_timeout: {escalate: privacy_lead}"""

    who: RoleName = says("The role that decides")
    question: Words = says("What they decide, as you would say it")
    on_refused: Steps | None = says("What happens after a no", default=None, beside=True)

    def act(self, work: Work) -> Outcome:
        task = work.ask("approve", self.who, self.question)
        work.tell(self.who, self.question, task=task)
        return Waiting({"task": task.id})

    def answered(self, work: Work, task: Task) -> Outcome:
        said = (task.answer or {}).get("approved")
        note = {"answered_by": task.answered_by or "", "approved": said == YES}
        if said == YES:
            return Done(open=True, note=note)
        return Done(enter="on_refused" if self.on_refused else None, note=note)
