"""Going through all customers: in portions, so that neither memory nor a transaction grows with their number.

What is found becomes lists for a person, each thing on them ticked off as done or failed. What is ticked off as done is
carried out one by one, each in a transaction of its own, so a crash in the middle goes on where it was.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import select

from flows.runs import listing
from flows.runs.outcome import Done, Outcome, Waiting
from flows.runs.work import Work
from flows.store.tables import Customer, Task
from flows.verbs.action import Action
from rules.language import RoleName, says

PORTION = 200
"""How many customers are looked at in one transaction."""
ON_A_LIST = 200
"""How many things one list has at most: more, and nobody reads it to its end."""
STATE = "review"
"""Where a step's outcome keeps how far it is."""

State = dict[str, Any]
Found = tuple[str, Any]
"""The list that a customer belongs on, and what is said of them there: closed words and numbers."""


@dataclass(frozen=True)
class GoingThrough(Action):
    """A verb that goes through all customers."""

    waits: ClassVar[bool] = True

    who: RoleName = says("The role that looks through the lists")

    # -- what each such verb says -----------------------------------------------------------------------------

    def see(self, work: Work, customer: Customer, state: State) -> Found | None:
        """Look at one customer: the list they belong on, or None. May count in `state["counts"]`."""
        raise NotImplementedError

    def question(self, name: str, count: int) -> str:
        """What a person is asked about the list of this name, with so many customers."""
        raise NotImplementedError

    def carry_out(self, work: Work, customer: Customer, task: Task, state: State) -> bool:
        """Do what was ticked off for a customer; False if it takes one more transaction: then it is called again."""
        raise NotImplementedError

    def looked(self, work: Work, state: State) -> None:
        """All customers have been looked at."""

    # -- going through ----------------------------------------------------------------------------------------

    def act(self, work: Work) -> Outcome:
        return self._look(work, {"after": "", "counts": {}, "found": {}, "settled": [], "at": 0})

    def woken(self, work: Work) -> Outcome:
        state = _state(work)
        return self._look(work, state) if state["after"] is not None else self._go_on(work, state)

    def answered(self, work: Work, task: Task) -> Outcome:
        return self._go_on(work, _state(work))

    def timed_out(self, work: Work) -> Mapping[str, int]:
        return {name: count for name, count in _state(work)["counts"].items() if name in self.proves}

    def _look(self, work: Work, state: State) -> Outcome:
        """Look at the next portion of customers."""
        not_merged = (Customer.id > state["after"], Customer.merged_into.is_(None))
        portion = work.session.scalars(select(Customer).where(*not_merged).order_by(Customer.id).limit(PORTION)).all()
        for customer in portion:
            count(state, "customers")
            if (found := self.see(work, customer, state)) is not None:
                name, said = found
                count(state, name)
                state["found"].setdefault(name, []).append([customer.id, said])
        more = len(portion) == PORTION
        for name, listed in state["found"].items():
            while len(listed) >= ON_A_LIST or (listed and not more):
                self._list(work, name, listed[:ON_A_LIST])
                del listed[:ON_A_LIST]
        if more:
            state["after"] = portion[-1].id
            return _another_transaction(work, state)
        state["after"] = None
        self.looked(work, state)
        return self._go_on(work, state)

    def _list(self, work: Work, name: str, listed: Sequence[Sequence[Any]]) -> None:
        said = {"about": name, "why": {str(each): why for each, why in listed}}
        things = [(str(customer_id), None) for customer_id, _ in listed]
        task = work.ask("do", self.who, self.question(name, len(things)), details=said, items=things)
        work.tell(self.who, self.question(name, len(things)).partition(". ")[0], task=task)

    def _go_on(self, work: Work, state: State) -> Outcome:
        """Carry out the next thing that was ticked off; without any, wait for the lists that are open."""
        work.session.flush()
        mine = select(Task).where(Task.run_id == work.run.id, Task.path == work.record.path)
        tasks = work.session.scalars(mine.order_by(Task.created_at, Task.id)).all()
        for task in (each for each in tasks if each.status == "answered" and each.id not in state["settled"]):
            wanted = [item for item in listing.items_of(work.session, task.id) if item.number > state["at"]]
            for item in (each for each in wanted if each.status == "done"):
                customer = work.session.get(Customer, item.about)
                if customer is None or self.carry_out(work, customer, task, state):
                    state["at"] = item.number
                return _another_transaction(work, state)
            state["settled"], state["at"] = [*state["settled"], task.id], 0
        _keep(work, state)
        if still_open := [task.id for task in tasks if task.status == "open"]:
            return Waiting({"task": still_open}, {"listed": len(still_open)})
        counts = state["counts"]
        return Done(counted={name: counts.get(name, 0) for name in sorted(self.proves)}, note=dict(counts))


def count(state: State, name: str, by: int = 1) -> None:
    """Count something of a step that goes through all customers."""
    state["counts"][name] = state["counts"].get(name, 0) + by


def _state(work: Work) -> State:
    known: State = work.record.outcome[STATE]
    return copy.deepcopy(known)  # so that the store notices what changes in it


def _keep(work: Work, state: State) -> None:
    work.record.outcome = {**work.record.outcome, STATE: state}


def _another_transaction(work: Work, state: State) -> Waiting:
    _keep(work, state)
    return Waiting({"until": work.go_on().isoformat()})
