"""`call_customer` has a person telephone the customer, with all they should know on one screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from flows.crisis import call_sheet
from flows.runs.outcome import Done, Failed, Outcome, Waiting
from flows.runs.work import Work
from flows.store.tables import Task
from flows.verbs.action import Action
from rules.language import Duration, FactName, RoleName, Words, says
from rules.vocabulary import Value

OUTCOME = FactName("call_outcome")
NOT_REACHED = "not_reached"


@dataclass(frozen=True)
class CallCustomer(Action):
    """Have somebody call the customer, one to one. The task shows on one screen how bad it is and why, what they wrote,
    their mood and their order, what may be promised and what not, and their number. It asks what became of the call
    (the fact `call_outcome`); whoever was not reached is called again after a while."""

    verb: ClassVar[str] = "call_customer"
    short: ClassVar[str | None] = "who"
    waits: ClassVar[bool] = True
    example: ClassVar[str] = """\
call_customer: {who: senior_owner, again_after: 15 minutes}
timeout: 2 days
on_timeout: {escalate: {to: shift_lead, why: Nobody has spoken with this customer for two days}}"""

    who: RoleName = says("The role that calls")
    question: Words = says(
        "What they should do", default=Words("Please call the customer yourself, now. What became of it?")
    )
    again_after: Duration = says("When to try again if nobody answered", default=timedelta(minutes=15))

    def act(self, work: Work) -> Outcome:
        offered: Mapping[FactName, tuple[Value, ...]] = {OUTCOME: tuple(work.vocabulary[OUTCOME].values)}
        if work.case is None:
            return Failed("there is no customer to call")
        task = work.ask("ask", self.who, self.question, form=offered, details={"sheet": call_sheet.sheet(work)})
        work.tell(self.who, self.question, task=task, urgent=work.is_urgent())
        return Waiting({"task": task.id})

    def answered(self, work: Work, task: Task) -> Outcome:
        said = str((task.answer or {}).get(OUTCOME, NOT_REACHED))
        calls = int(work.record.outcome.get("calls", 0)) + 1
        note = {"calls": calls, "answered_by": task.answered_by or "", OUTCOME: said}
        if said != NOT_REACHED:
            return Done(learned=work.typed({OUTCOME: said}), note=note)
        return Waiting({"until": work.wake_at(work.now + self.again_after).isoformat()}, note)

    def woken(self, work: Work) -> Outcome:
        return self.act(work)
