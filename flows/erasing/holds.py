"""Holds: reasons why something must stay, whoever asks for its deletion. A hold always wins, item by item."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.store.tables import Hold

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
