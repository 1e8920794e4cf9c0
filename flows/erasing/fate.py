"""What becomes of one row in an erasure: by its scope, by the holds placed since, and by the erasures after it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from flows.erasing import ledger
from flows.erasing.holds import Holds
from flows.erasing.ledger import Line, Scope
from flows.erasing.scope import held_of
from flows.store.database import Store
from flows.store.tables import Alias, Customer, Export, Rejected

CLOCKS_DIFFER = timedelta(minutes=5)
"""How much the clocks of two machines on one store may differ, so that no hold is taken for an older one."""


@dataclass(frozen=True)
class Fate:
    """What becomes of a row by an erasure and by all that came after it about the same customer.

    What one erasure left was sealed anew under a key that the next one names. In a backup from before both it is still
    under the first key, and only the two scopes together say what stays of it.
    """

    scopes: Sequence[tuple[Scope, Holds]]

    @classmethod
    def of(cls, store: Store, session: Session, line: Line, everyone: Sequence[str]) -> Fate:
        """The fate of what is sealed under the keys of a line, `everyone` being all whom it is about by now."""
        later = (each for each in ledger.lines(store, after=line.number) if {*each.scope.owners} & {*everyone})
        return cls([(each.scope, placed_since(session, each, everyone)) for each in (line, *later)])

    def stays(self, row: object) -> bool:
        """Whether it is sealed anew under a key that is not destroyed."""
        return all(_stays(scope, row, held) for scope, held in self.scopes)

    @property
    def masks(self) -> bool:
        """Whether anything at all is masked."""
        return any(scope.mask for scope, _ in self.scopes)

    def kinds(self, row: object) -> set[str]:
        """The kinds of personal data that are taken out of it."""
        return {kind for scope, _ in self.scopes for kind in scope.mask.get(getattr(row, "id", ""), ())}


def placed_since(session: Session, line: Line, owners: Collection[str]) -> Holds:
    """The holds in force that the scope of a line could not know, so that they count beside it.

    It has taken every older one into account. One that is in force here all the same was lifted in between, and came
    back with an old backup: what was erased since must not come back with it. Who was joined with somebody else
    meanwhile brings holds along that nobody has looked at, and then all of them count.
    """
    held = held_of(session, owners)
    if not {*owners} <= {line.customer_id, *line.scope.owners}:
        return held
    return Holds(tuple(row for row in held.rows if row.placed_at >= line.at - CLOCKS_DIFFER))


def _stays(scope: Scope, row: object, held: Holds) -> bool:
    """Whether what is sealed in a row is sealed anew under a key that is not destroyed. `held` are the holds that count
    beside the scope (`placed_since`)."""
    if isinstance(row, Rejected):
        return False
    if scope.everything or scope.rest == "keep" or held.everything:
        return True
    if isinstance(row, Customer):  # the name: nobody needs it to answer, only to find it in what stays as it was
        return scope.address and bool(scope.keep or held.rows)
    if isinstance(row, Alias):
        return scope.address
    if isinstance(row, Export):  # where the file lies, until it is gone
        return row.removed_at is None and (scope.address or row.kind == "their_data")
    named = getattr(row, "id", "")
    return named in scope.staying or held.keeps(named)
