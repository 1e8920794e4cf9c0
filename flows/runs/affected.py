"""The customers whose personal data a leak may have touched: who they are, and whether they have been told.

That somebody was told follows from rows only: every text of their case has reached the phone, or a colleague has sent
it by hand, or has told them in another way (the fact `person_told`). A text that left and was never reported as
delivered is not enough: it may lie at a phone that is switched off for ever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.ids import new_id
from flows.store.tables import Affected, Case, Customer, Outbox, Run, Step

State = Literal["told", "on_the_way", "not_reached", "not_yet"]
STATES: dict[State, str] = {
    "told": "told",
    "on_the_way": "the text has left, and nothing says yet that it arrived",
    "not_reached": "not reached so far",
    "not_yet": "nothing was sent yet",
}
"""How far the telling of one person has come, each with its meaning."""


@dataclass(frozen=True)
class Concerned:
    """One affected customer, by ids: when and by whom they were added, the case in which they are told, how far that
    has come, and since when they have known."""

    customer_id: str
    added_at: datetime
    added_by: str
    case_id: str | None
    state: State

    def to_json(self) -> dict[str, object]:
        return {
            "customer": self.customer_id,
            "added_at": self.added_at.isoformat(),
            "added_by": self.added_by,
            "case": self.case_id,
            "state": self.state,
        }


def add(session: Session, incident_id: str, customer_ids: Iterable[str], by: str, now: datetime) -> list[str]:
    """Note that a leak may have touched these customers, and return those of whom that was not known before. Whoever
    turned out to be somebody else is noted as that one. The caller holds the incident's subject."""
    known = set(session.scalars(select(Affected.customer_id).where(Affected.incident_id == incident_id)))
    new = []
    for customer_id in sorted({_now_called(session, each) for each in customer_ids} - known):
        row = Affected(id=new_id("A"), incident_id=incident_id, customer_id=customer_id, added_at=now, added_by=by)
        session.add(row)
        new.append(customer_id)
    session.flush()
    return new


def concerned(session: Session, incident_id: str) -> list[Concerned]:
    """Every affected customer of an incident once, in the order in which they were added."""
    mine = select(Affected, Case.facts).outerjoin(Case, Case.id == Affected.told_case_id)
    mine = mine.where(Affected.incident_id == incident_id).order_by(Affected.added_at, Affected.customer_id)
    rows = session.execute(mine).tuples().all()
    came = arrived(session, {row.told_case_id for row, _ in rows if row.told_case_id is not None})
    found: dict[str, Concerned] = {}
    for row, facts in rows:
        known = found.get(row.customer_id)
        if known is None or known.state != "told":  # of two that turned out to be one, what was heard counts
            state = _state(row.told_case_id, facts or {}, came)
            found[row.customer_id] = Concerned(row.customer_id, row.added_at, row.added_by, row.told_case_id, state)
    return list(found.values())


def count(session: Session, incident_id: str) -> Counter[State]:
    """How many affected customers there are in each state."""
    return Counter(each.state for each in concerned(session, incident_id))


def arrived(session: Session, case_ids: Collection[str]) -> dict[str, bool | None]:
    """Case -> whether what was said to the customer in it arrived: False when something failed, True when the newest
    text came, since then the phone is there and has those before it, None when that is not known. A case in which
    nothing was said is left out."""
    by_case: dict[str, list[bool | None]] = {}
    wanted = sorted(case_ids)
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        said = select(Run.case_id, Step).join(Run, Run.id == Step.run_id)
        said = said.where(Run.case_id.in_(some), Step.verb == "reply", Step.status.not_in(("skipped", "again")))
        said = said.order_by(Step.began_at, Step.path)
        ours = select(Outbox).where(Outbox.case_id.in_(some), Outbox.to == "customer").order_by(Outbox.created_at)
        letters = {(row.run_id, row.path): row for row in session.scalars(ours)}
        for case_id, step in session.execute(said).tuples():
            came = _came(step, letters.get((step.run_id, step.path)))
            by_case.setdefault(str(case_id), []).append(came)
    return {case_id: False if False in came else came[-1] for case_id, came in by_case.items()}


def _came(step: Step, letter: Outbox | None) -> bool | None:
    if step.status == "done" and step.outcome.get("by_hand"):
        return True
    if letter is not None and letter.delivered_at is not None:
        return True
    failed = step.status == "failed" or (letter is not None and letter.status == "failed")
    return False if failed else None


def _state(case_id: str | None, facts: dict[str, object], came: dict[str, bool | None]) -> State:
    if case_id is None:
        return "not_yet"
    if facts.get("person_told") is True or came.get(case_id) is True:
        return "told"
    if case_id not in came:
        return "not_yet"
    return "not_reached" if came[case_id] is False else "on_the_way"


def _now_called(session: Session, customer_id: str) -> str:
    customer = session.get(Customer, customer_id)
    while customer is not None and customer.merged_into is not None:
        customer_id = customer.merged_into
        customer = session.get(Customer, customer_id)
    return customer_id
