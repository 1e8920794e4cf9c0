"""`hold` keeps records from being erased."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from flows.erasing import holds
from flows.erasing.inventory import inventory
from flows.runs.outcome import Done, Failed, Outcome
from flows.runs.work import Work
from flows.verbs.action import Action
from rules.language import says

Reason = Literal["evidence", "order", "dispute", "law", "lawyer"]
What = Literal["proof", "everything"]
WHAT = {
    "proof": "the messages that prove something, and those that nobody can judge",
    "everything": "all that there is of the customer, what is still to come included",
}


@dataclass(frozen=True)
class Hold(Action):
    """Keep records of the customer, whatever is erased later: a hold always wins, message by message. Inside
    `for_each` it holds the item. Where no message shows what it proves, each that there is by now is held as proof.

    It ends only when a colleague lifts it (`firebreak hold --lift`).
    """

    verb: ClassVar[str] = "hold"
    short: ClassVar[str | None] = "reason"
    proves: ClassVar[frozenset[str]] = frozenset({"kept"})
    example: ClassVar[str] = "hold: {reason: evidence, what: proof}"

    reason: Reason = says("Why they must stay", words=holds.REASONS)
    what: What = says("What is held, outside of `for_each`", default="proof", words=WHAT)

    def act(self, work: Work) -> Outcome:
        if work.customer is None:
            return Failed("there is no customer whose records could be held", final=True)
        found = inventory(work.desk, work.session, work.customer, work.bundle)
        mine = {record.id for record in found.records if not record.erased}
        about: list[str | None] = []
        item = next((each.id for each in reversed(work.items) if each.id in mine), None)
        if item is not None:
            about, kept = [item], 1
        elif self.what == "everything":
            about, kept = [None], len(mine)
        else:
            proof = [record.id for record in found.records if record.is_evidence and record.id in mine]
            # Somebody has said that the chat proves something. Where no message shows what, it may be any of them.
            about = [*(proof or sorted(mine))]
            kept = len(about)
        by = f"playbook {work.run.playbook}"
        holds.place(work.session, work.now, work.customer.id, self.reason, by, about=about, case_id=work.run.case_id)
        return Done(counted={"kept": kept}, note={"reason": self.reason, "kept": kept})
