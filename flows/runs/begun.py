"""The runs that were started in a transaction: what is recorded of them is known without asking the store."""

from __future__ import annotations

from sqlalchemy.orm import Session

from flows.store.tables import Promise


def here(session: Session) -> dict[str, dict[str, Promise]]:
    """The promises, by their names, of each run that was started in this transaction, by its id. Nothing else is
    recorded of such a run but what `flows.runs.progress` has handed out meanwhile."""
    begun: dict[str, dict[str, Promise]] = session.info.setdefault("begun", {})
    return begun
