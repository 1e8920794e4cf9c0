"""What the turns of several customers will ask the store for, asked for at once.

Each turn goes on as if it were alone: it finds these rows, keys and chains in the session instead of in the store.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.runs import progress
from flows.sending.courier import WAITING
from flows.store import customers, journal
from flows.store.tables import Customer, Outbox, Subject

_SUBJECTS: BindParameter[Any] = bindparam("subjects", expanding=True)
_ROWS = (
    select(Subject).where(Subject.id.in_(_SUBJECTS)),
    select(Customer).where(Customer.id.in_(_SUBJECTS)),
    select(Outbox).where(Outbox.subject_id.in_(_SUBJECTS), WAITING),
)


def bring(desk: Desk, session: Session, subject_ids: Collection[str]) -> None:
    """Have all that at hand for these subjects, until the transaction ends. The caller holds them."""
    desk.store.vault.bring_to_hand(subject_ids)
    journal.bring(session, subject_ids)
    for rows in _ROWS:
        session.scalars(rows, {"subjects": list(subject_ids)}).all()
    customers.bring_addresses(session, subject_ids)
    progress.bring(desk, session, subject_ids)
