"""Holds: what must stay, whoever asks for its deletion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.store.tables import Hold

UNTOUCHED = frozenset({"law", "lawyer"})
"""Reasons for which not a letter of a record may be changed: with these, masking has to wait as well."""


@dataclass(frozen=True)
class Holds:
    """The holds of one customer that are not lifted: the reasons for each item, and those that hold everything."""

    items: Mapping[str, frozenset[str]] = field(default_factory=dict)
    everything: frozenset[str] = frozenset()

    def reasons(self, item: str) -> frozenset[str]:
        """Why an item must stay; nothing where it need not."""
        return self.items.get(item, frozenset()) | self.everything

    def __bool__(self) -> bool:
        return bool(self.items or self.everything)


def active(session: Session, customer_id: str) -> Holds:
    """The holds of a customer that are not lifted."""
    wanted = select(Hold.about, Hold.reason).where(Hold.customer_id == customer_id, Hold.lifted_at.is_(None))
    items: dict[str, frozenset[str]] = {}
    everything: frozenset[str] = frozenset()
    for about, reason in session.execute(wanted):
        if about is None:
            everything |= {reason}
        else:
            items[about] = items.get(about, frozenset()) | {reason}
    return Holds(items, everything)
