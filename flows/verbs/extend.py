"""`extend` gives a promise a later day, as far as the law allows it, and leads to telling the customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.runs.outcome import Done, Failed, Outcome
from flows.runs.redating import date_promise, extended_by
from flows.runs.work import Work
from flows.verbs.action import Action
from rules.language import Duration, PromiseName, Steps, says
from rules.legal_clocks import first_to_end, in_force


@dataclass(frozen=True)
class Extend(Action):
    """Give an open promise a later day. {answer_by} in texts is the new day from then on.

    It fails, and `on_failure` goes on, unless every law in force for the customer leaves so much time: one that knows
    no extension, or whose time for telling the customer is over, leaves none (`playbooks/legal_clocks.yaml`).
    """

    verb: ClassVar[str] = "extend"
    proves: ClassVar[frozenset[str]] = frozenset({"extended"})
    example: ClassVar[str] = """\
extend: {promise: answered, by: 30 days}
then:
  - reply: deletion/extended
on_failure: {escalate: privacy_lead}"""

    promise: PromiseName = says("The promise that gets a later day")
    by: Duration = says("How much later than the day it has now")
    then: Steps = says("What happens once it is later: first of all the customer is told, with the reason", beside=True)

    def act(self, work: Work) -> Outcome:
        promise = work.progress.promises.get(self.promise)
        if promise is None or promise.status != "open":
            return Failed("the promise is not open any more", {"promise": self.promise}, final=True)
        promised = work.progress.playbook.promises[self.promise]
        asked_at = promise.due_at - promised.within - extended_by(work.progress, self.promise)
        clocks = list(work.bundle.legal_clocks.values())
        facts = work.facts({name for clock in clocks for name in clock.facts()})
        first = first_to_end(in_force(clocks, self.promise, work.progress.playbook, facts), asked_at, work.now)
        if first is None:
            return Failed("no legal clock says that this promise may be later", {"promise": self.promise}, final=True)
        clock, end = first
        due = promise.due_at + self.by
        if due > end:
            why = {"promise": self.promise, "clock": clock.id, "until": end.isoformat()}
            return Failed("the law leaves no more time for this promise", why, final=True)
        date_promise(work.session, work.run, work.progress, self.promise, due, promised, work.now)
        seconds = int(self.by.total_seconds())
        note: dict[str, object] = {"promise": self.promise, "extended_by": seconds, "until": due.isoformat()}
        return Done(enter="then", counted={"extended": 1}, note=note)
