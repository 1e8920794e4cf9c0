"""`look_up_order` asks the order source what the customer has ordered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.runs import looked_up
from flows.runs.outcome import Done, Outcome
from flows.runs.work import Work
from flows.verbs.action import Action


@dataclass(frozen=True)
class LookUpOrder(Action):
    """Look up what the customer has ordered, where an order source is connected: the order that they named if it is
    theirs, else their newest. The fact order_state is known from then on, and {order} and {article} in texts.

    It never holds anybody up and never fails: where the source does not answer in time, or knows an order under
    another number only, order_state stays unknown and texts do without.
    """

    verb: ClassVar[str] = "look_up_order"
    learns: ClassVar[frozenset[str]] = frozenset({"order_state"})
    example: ClassVar[str] = "look_up_order: {}"

    def act(self, work: Work) -> Outcome:
        found = looked_up.found_for(work.session, work.case.id) if work.case is not None else None
        if found is None or work.case is None:
            return Done(note={"orders": "not connected"})
        if found.why_not is not None:
            return Done(note={"orders": found.why_not})
        looked_up.keep(work.desk.store.vault, work.case, found, work.now)
        note = {"orders": len(found.orders), "named_another": found.named_another}
        if found.named_another:  # whose that order is, nobody here knows; so nothing is said of any
            return Done(note=note)
        return Done(learned={"order_state": found.about.state if found.about is not None else "none"}, note=note)
