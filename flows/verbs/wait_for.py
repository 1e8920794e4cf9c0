"""`wait_for` waits for time to pass or for something to happen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from flows.runs.outcome import Done, Outcome, Waiting
from flows.runs.work import Work
from flows.store.tables import Task
from flows.verbs.action import Action
from rules.language import RoleName, Time, Words, says

Event = Literal["customer_reply", "incident_worse", "incident_closed", "statement", "stood_down"]
EVENTS = {
    "customer_reply": "the customer writes, and does not begin another procedure by it",
    "incident_worse": "the incident becomes more severe",
    "incident_closed": "the incident is closed",
    "statement": "a new version of the official statement is in force",
    "stood_down": "a person has decided that the incident is over",
}


@dataclass(frozen=True)
class Word:
    """A colleague's word that something is so, or is done."""

    who: RoleName = says("The role that says so")
    question: Words = says("What they are to say or to do, as you would put it")


@dataclass(frozen=True)
class Awaited:
    """One thing to wait for, or several of which the first ends the wait."""

    time: Time | None = says("So much time, as in 3 days, or a moment, as in next working day 10:00", default=None)
    event: Event | None = says("Something that happens", default=None, words=EVENTS)
    answer: Word | None = says("A colleague's word", default=None)


@dataclass(frozen=True)
class WaitFor(Action):
    """Wait for so much time, for a moment, for an event or for a colleague's word; with `any`, for whichever of several
    comes first. With `timeout`, no longer than that."""

    verb: ClassVar[str] = "wait_for"
    short: ClassVar[str | None] = "time"
    waits: ClassVar[bool] = True
    example: ClassVar[str] = """\
wait_for:
  any:
    - event: customer_reply
    - time: next working day 10:00"""

    time: Time | None = says("So much time, as in 3 days, or a moment, as in next working day 10:00", default=None)
    event: Event | None = says("Something that happens", default=None, words=EVENTS)
    answer: Word | None = says("A colleague's word", default=None)
    any: tuple[Awaited, ...] | None = says("Several of these; the first that happens ends the wait", default=None)

    def awaited(self) -> tuple[Awaited, ...]:
        """Everything that ends the wait."""
        own = Awaited(self.time, self.event, self.answer)
        return (*((own,) if own != Awaited() else ()), *(self.any or ()))

    def act(self, work: Work) -> Outcome:
        if any(each.event == "incident_closed" for each in self.awaited()) and not work.incident_goes_on():
            return Done(note={"happened": "incident_closed"})
        on: dict[str, Any] = {}
        events: list[str] = []
        tasks: list[str] = []
        until = []
        for each in self.awaited():
            if each.time is not None:
                until.append(work.moment(each.time))
            if each.event is not None:
                events.append(each.event)
            if each.answer is not None:
                task = work.ask("do", each.answer.who, each.answer.question)
                work.tell(each.answer.who, each.answer.question, task=task)
                tasks.append(task.id)
        if until:
            on["until"] = work.wake_at(min(until)).isoformat()
        on.update({key: one_or_all(found) for key, found in (("event", events), ("task", tasks)) if found})
        return Waiting(on)

    def answered(self, work: Work, task: Task) -> Outcome:
        return Done(note={"happened": "answer", "answered_by": task.answered_by or ""})


def one_or_all(found: list[str]) -> str | list[str]:
    """One by itself, several as a list."""
    return found[0] if len(found) == 1 else found
