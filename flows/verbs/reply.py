"""`reply` says something to the customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.runs.outcome import Failed, Outcome
from flows.runs.work import Work
from flows.sending import letters
from flows.verbs.action import Action
from rules.language import ReplyName, says


@dataclass(frozen=True)
class Reply(Action):
    """Say one of the reply texts to the customer, in their language.

    Inside the 24-hour window the text itself is sent; outside it the reply's approved template; and where there is
    none a colleague gets the text as a task. A text whose claims the run has not proven is never sent.
    """

    verb: ClassVar[str] = "reply"
    short: ClassVar[str | None] = "text"
    example: ClassVar[str] = "reply: deletion/received"

    text: ReplyName = says("The reply to send")

    def act(self, work: Work) -> Outcome:
        reply = work.bundle.replies[self.text]
        if unproven := sorted(reply.claims - work.proven()):
            return Failed("the text claims what has not happened", {"reply": self.text, "unproven": unproven})
        if objections := letters.objections(work, reply):
            return Failed("the guard refused the text", {"reply": self.text, "objections": objections})
        return letters.prepare(work, reply)
