"""`propose_erasures` proposes which chats may go, and erases those that a person has ticked off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.erasing import erasure
from flows.erasing.erasure import NotCommitted
from flows.errors import StoreError
from flows.review import keeping
from flows.runs.outcome import Outcome, Waiting
from flows.runs.work import Work
from flows.store.tables import Customer, Task
from flows.verbs.erase import TRY_AGAIN
from flows.verbs.going_through import Found, GoingThrough, State, count

PROPOSED = "proposed"
NOT_SAID = "not_said"


@dataclass(frozen=True)
class ProposeErasures(GoingThrough):
    """Go through all customers and propose whose chats may be erased: finished, past after-sales, and not worth keeping
    by the rule pack `retention`. A person ticks off customer by customer; only what is ticked off as done is erased.

    Where nobody has said whether the order is over, or what the chat would prove, that is a list of its own, and a
    question. Before each erasing it is looked once more whether something has begun meanwhile; a hold always wins.
    Nobody is asked where there is nothing to propose. What nobody ticks off in time stays.
    """

    verb: ClassVar[str] = "propose_erasures"
    short: ClassVar[str | None] = "who"
    proves: ClassVar[frozenset[str]] = frozenset({"erased"})
    example: ClassVar[str] = "propose_erasures: {who: privacy_lead}"

    def see(self, work: Work, customer: Customer, state: State) -> Found | None:
        if not keeping.anything_left(work.session, customer.id):
            return None
        judged = keeping.judge(work, customer)
        name = {"none": PROPOSED, "unknown": NOT_SAID}.get(judged.value)
        return (name, judged.why) if name is not None else None

    def question(self, name: str, count: int) -> str:
        chats = f"{count} chat{'' if count == 1 else 's'}"
        each = "Tick off as done what may be erased for good, and as failed what has to stay"
        if name == PROPOSED:
            return (
                f"Quarterly review: {chats} may go. What was ordered is finished, the time for claims is over, and "
                f"nothing in them is needed any more. {each}; `all=done` erases all that are open."
            )
        return (
            f"Quarterly review: nobody has said of {chats} whether the order is over, or what the chat would prove. "
            f"Please look at each. {each}: done means that the order is over and that nothing of it is needed."
        )

    def carry_out(self, work: Work, customer: Customer, task: Task, state: State) -> bool:
        begun = state.get("erasure")
        if begun is not None:
            try:
                result = erasure.finish(work.desk, work.session, begun)
            except NotCommitted:
                return False
            del state["erasure"]
            count(state, "erased", result.erased)
            count(state, "erased_customers")
            return True
        # Somebody approved it some time ago: what has begun since, or was said since, wins.
        if keeping.judge(work, customer).value in ("some", "needed"):
            count(state, "kept_after_all")
            return True
        state["erasure"] = erasure.begin(
            work.desk,
            work.session,
            customer,
            keep_address=False,
            step=f"{work.run.id}/{work.record.path}/{customer.id}",
        )
        return False

    def _go_on(self, work: Work, state: State) -> Outcome:
        try:
            return super()._go_on(work, state)
        except (OSError, StoreError) as error:
            # A full disk or keys that are away are trouble that passes; how far it is stands where it stood.
            until = work.wake_at(work.now + TRY_AGAIN)
            return Waiting({"until": until.isoformat()}, {"trouble": type(error).__name__})
