"""Holds: reasons why something must stay, whoever asks for its deletion. A hold always wins, item by item.

An item is a message (`M-…`) or a letter of ours (`O-…`); a hold about none of them is about everything of the customer.
Whether single details in held records may still be masked depends on the reason: evidence of an order stays evidence
with the telephone number gone, but what a court may want to see is not touched at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.errors import FirebreakError, NotFound
from flows.ids import new_id
from flows.runs import history
from flows.store.subjects import lock
from flows.store.tables import Hold, Message, Outbox
from rules.problems import did_you_mean

REASONS: Mapping[str, str] = {
    "evidence": "It proves a price, terms or an agreement that exist only here",
    "order": "An order is under way, or its after-sales period is running",
    "dispute": "A disagreement or a claim is going on",
    "law": "The law demands that it is kept",
    "lawyer": "A lawyer has asked for it to be kept",
}
"""Why something is held: closed words, each with its meaning."""

UNTOUCHED = frozenset({"dispute", "law", "lawyer"})
"""The reasons for which a record stays to the letter: not even a detail of it is masked. (As the pack `evidence` says:
for these the decision is keep, for the others mask.)"""


@dataclass(frozen=True)
class Holds:
    """The holds of one customer that are in force."""

    rows: tuple[Hold, ...]

    @property
    def everything(self) -> bool:
        """Whether one of them is about all that there is of the customer, what is still to come included."""
        return any(row.about is None for row in self.rows)

    def of(self, item: str) -> tuple[Hold, ...]:
        """The holds that keep this message or letter, those about everything included."""
        return tuple(row for row in self.rows if row.about in (None, item))

    def keeps(self, item: str) -> bool:
        """Whether this message or letter must not be erased."""
        return bool(self.of(item))

    def untouched(self, item: str) -> bool:
        """Whether not even a detail of this message or letter may be masked."""
        return any(row.reason in UNTOUCHED for row in self.of(item))


def active(session: Session, customer_id: str) -> Holds:
    """The customer's holds that nobody has lifted, oldest first."""
    wanted = select(Hold).where(Hold.customer_id == customer_id, Hold.lifted_at.is_(None))
    return Holds(tuple(session.scalars(wanted.order_by(Hold.placed_at, Hold.id))))


def place(
    session: Session,
    now: datetime,
    customer_id: str,
    reason: str,
    by: str,
    *,
    about: Iterable[str | None] = (None,),
    case_id: str | None = None,
) -> list[Hold]:
    """Hold these items (None: everything of the customer) and return the holds, one for each, in the given order.

    What is held for the same reason already keeps the hold that it has. Raises `FirebreakError` for a reason that is
    none of `REASONS`, `NotFound` for an item that is not this customer's; then nothing is held.
    """
    if reason not in REASONS:
        raise FirebreakError(f'"{reason}" is no reason to hold something{did_you_mean(reason, REASONS)}')
    lock(session, customer_id)
    items = list(dict.fromkeys(about))
    for item in items:
        if item is not None and owner_of(session, item) != customer_id:
            raise NotFound(f'there is no message or letter "{item}" of {customer_id}')
    known = {row.about: row for row in active(session, customer_id).rows if row.reason == reason}
    new = {
        item: Hold(
            id=new_id("H"),
            customer_id=customer_id,
            case_id=case_id,
            about=item,
            reason=reason,
            placed_at=now,
            placed_by=by,
        )
        for item in items
        if item not in known
    }
    session.add_all(new.values())
    if new:
        data = {"reason": reason, "held": sum(item is not None for item in new), "everything": None in new, "by": by}
        history.tell_of(session, customer_id, now, "records held", data, case_id=case_id)
        session.flush()
    return [new.get(item) or known[item] for item in items]


def lift(session: Session, now: datetime, hold_id: str, by: str) -> Hold:
    """End a hold: from now on it keeps nothing. Ending it twice is harmless. Raises `NotFound`."""
    hold = session.get(Hold, hold_id)
    if hold is None:
        raise NotFound(f'there is no hold "{hold_id}"; `firebreak holds` lists them')
    lock(session, hold.customer_id)
    session.refresh(hold)
    if hold.lifted_at is None:
        hold.lifted_at, hold.lifted_by = now, by
        data = {"hold": hold.id, "reason": hold.reason, "everything": hold.about is None, "by": by}
        history.tell_of(session, hold.customer_id, now, "hold lifted", data, case_id=hold.case_id)
    return hold


def owner_of(session: Session, item: str) -> str | None:
    """The customer to whom a message or a letter belongs; None if there is no such item."""
    for table in (Message, Outbox):
        owner = session.scalar(select(table.customer_id).where(table.id == item))
        if owner is not None:
            return str(owner)
    return None
