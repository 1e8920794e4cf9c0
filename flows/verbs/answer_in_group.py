"""`answer_in_group` says one line where everybody reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.runs.outcome import Done, Failed, Outcome
from flows.runs.work import Work
from flows.sending import in_group
from flows.verbs.action import Action
from rules.language import ReplyName, says

LONGEST_LINE = 200
"""Characters: what a phone shows of a group without unfolding it."""


@dataclass(frozen=True)
class AnswerInGroup(Action):
    """Say one line in the group in which the customer has complained, so that everybody sees that we care, and go on in
    a private chat. Nobody is named there, nothing is explained and nothing is offered, and each customer is answered
    there once a day at most, whatever else is written.

    Where the number may not write to groups, a colleague gets the line as a task.
    """

    verb: ClassVar[str] = "answer_in_group"
    short: ClassVar[str | None] = "text"
    in_private: ClassVar[bool] = False
    example: ClassVar[str] = "answer_in_group: crisis/group"

    text: ReplyName = says("The reply to say: one line, without a name or a number")

    def act(self, work: Work) -> Outcome:
        group = in_group.group_of(work)
        if group is None:
            return Done(note={"in_group": "the customer did not write in a group"})
        if in_group.was_answered(work, group, work.now):
            return Done(note={"in_group": "answered there within a day already"})
        reply = work.bundle.replies[self.text]
        locale = reply.locale_for(work.customer.locale if work.customer else None)
        line = reply.text[locale].strip()
        if reply.placeholders() or "\n" in line or len(line) > LONGEST_LINE:
            return Failed(
                "a line for a group is short, on one line, and has nothing to be filled", {"reply": self.text}
            )
        facts = {**work.facts(work.bundle.guards.facts()), **work.typed({"audience": "group"})}
        if objections := list(work.bundle.guards.objections(line, facts)):
            return Failed("the guard refused the text", {"reply": self.text, "objections": objections})
        return in_group.prepare(work, reply, line, locale, group)
