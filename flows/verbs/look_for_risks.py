"""`look_for_risks` looks for sensitive data in what stays, and offers to speak to the customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.review import keeping, sensitive
from flows.runs import opening
from flows.runs.work import Work
from flows.store.tables import Customer, Task
from flows.verbs.going_through import Found, GoingThrough, State, count
from rules.language import CasePlaybookName, says

RISKS = "risks"


@dataclass(frozen=True)
class LookForRisks(GoingThrough):
    """Go through all customers and list those in whose chats the numbers of identity papers, bank cards or accounts
    stand: by customer, with kinds and counts, never the values. For each that a person ticks off as done a case is
    opened, in which the customer is spoken to; failed means to leave it as it is.

    Somebody with whom a case is open is not spoken to about it now; the next review finds it again.
    """

    verb: ClassVar[str] = "look_for_risks"
    proves: ClassVar[frozenset[str]] = frozenset()
    example: ClassVar[str] = "look_for_risks: {who: privacy_lead, talk: risk-talk}"

    talk: CasePlaybookName = says("The playbook by which a customer is spoken to")

    def see(self, work: Work, customer: Customer, state: State) -> Found | None:
        risks = sensitive.risks_of(work.session, work.desk.store.vault, customer)
        return (RISKS, dict(sensitive.counts(risks))) if risks else None

    def question(self, name: str, count: int) -> str:
        chats = f"{count} chat{'' if count == 1 else 's'} that stay{'s' if count == 1 else ''}"
        return (
            f"Quarterly review: sensitive data stands in {chats}. Weigh for each what could come of it. Tick off as "
            "done whom we should speak to about it: the customer is told honestly, and offered to have it made "
            "unreadable. Failed leaves it as it is."
        )

    def carry_out(self, work: Work, customer: Customer, task: Task, state: State) -> bool:
        if keeping.going_on(work.session, customer.id) or not keeping.anything_left(work.session, customer.id):
            count(state, "not_now")
            return True
        opening.open_case_by_hand(
            work.desk,
            work.session,
            customer_id=customer.id,
            playbook=self.talk,
            severity="general",
            opened_by=task.answered_by or "",
            flow_run=work.flow_run,
        )
        count(state, "talks")
        return True
