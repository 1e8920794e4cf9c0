"""`hand_over_data` has a colleague give the customer what we hold about them, as a file to read and to take along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from flows.runs import listing
from flows.runs.outcome import Done, Failed, Outcome, Waiting
from flows.runs.work import Work
from flows.store.tables import Task
from flows.verbs.action import Action
from rules.language import RoleName, Words, says

HANDED_OVER = "data_handed_over"
QUESTION = Words(
    "Please give this customer what we hold about them. Write the file with the command in the details, open it and "
    "read it through: if a note of a colleague would harm somebody else, write it anew with --without-notes. Then send "
    "the file in this chat as a document, or by a secure transfer, and never to another number or address. Answer done "
    "when the customer has it, or failed. Last, remove our copy: `firebreak exports` lists it."
)


@dataclass(frozen=True)
class HandOverData(Action):
    """Have somebody write the file with everything that we hold about the customer, read it, and send it to them. Only
    an answer `done` proves that they have it. What is held for a dispute or a lawyer is in it, too: a hold stands
    against erasing, not against seeing."""

    verb: ClassVar[str] = "hand_over_data"
    short: ClassVar[str | None] = "who"
    waits: ClassVar[bool] = True
    proves: ClassVar[frozenset[str]] = frozenset({HANDED_OVER})
    example: ClassVar[str] = """\
hand_over_data: {who: privacy_lead}
timeout: 4 days"""

    who: RoleName = says("The role that writes, reads and sends the file")
    question: Words = says("What they do, as you would say it", default=QUESTION)

    def act(self, work: Work) -> Outcome:
        if work.case is None or work.customer is None:
            return Failed("there is no customer who could be given anything", final=True)
        details = {"command": f"firebreak export {work.case.id} --to {work.case.id}.zip"}
        task = work.ask("do", self.who, self.question, details=details, items=[(work.customer.id, None)])
        work.tell(self.who, "A customer is to be given what we hold about them", task=task)
        return Waiting({"task": task.id})

    def answered(self, work: Work, task: Task) -> Outcome:
        counted = self._counted(work, task)
        return Done(counted=counted, note={"answered_by": task.answered_by or "", **counted})

    def timed_out(self, work: Work) -> Mapping[str, int]:
        return self._counted(work, work.task())

    def _counted(self, work: Work, task: Task) -> dict[str, int]:
        return {HANDED_OVER: listing.counts(listing.items_of(work.session, task.id)).get("done", 0)}
