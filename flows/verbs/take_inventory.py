"""`take_inventory` looks through all that there is of the customer, and writes down how much of what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.erasing.inventory import inventory
from flows.erasing.plan import plan_of
from flows.runs.outcome import Done, Failed, Outcome
from flows.runs.work import Work
from flows.verbs.action import Action


@dataclass(frozen=True)
class TakeInventory(Action):
    """Look through every message of the customer, theirs and ours, and write down how many there are of what, and for
    each place whether it can be deleted there.

    The history gets numbers and closed words only; `firebreak inventory` and `firebreak plan` show the messages. What
    conditions ask for (`held_messages`, `messages_with_evidence`, `recallable_messages` and others) is counted anew
    whenever it is asked for, so nothing here grows old.
    """

    verb: ClassVar[str] = "take_inventory"
    example: ClassVar[str] = "take_inventory: {}"

    def act(self, work: Work) -> Outcome:
        if work.case is None or work.customer is None:
            return Failed("there is no customer whose records could be looked through", final=True)
        found = inventory(work.desk, work.session, work.customer, work.bundle)
        kinds = {"personal_data": list(found.kinds())}
        if work.bundle.deletion_plan is None:  # a case that was started with older content
            return Done(note={**found.counts(), **kinds})
        plan = plan_of(work.desk, work.session, work.case, work.bundle)
        return Done(note={**found.counts(), **kinds, "plan": plan.in_short()})
