"""Labels that change how later steps behave."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from flows.runs import under_way
from flows.store.tables import Case, Customer

PRIVACY_SENSITIVE = "privacy_sensitive"
"""The label of a customer who minds what is written down about them, on the customer or on any of their cases."""

_OF_CASES = select(Case.labels).where(Case.customer_id == bindparam("customer"))


def is_sensitive(session: Session, customer: Customer) -> bool:
    """Whether a customer is marked, also in one of their cases, as one who minds what is written down about them."""
    known = under_way.here(session, customer.id)
    if known is not None:
        return any(
            PRIVACY_SENSITIVE in labels for labels in (customer.labels, known.labels, *(c.labels for c in known.cases))
        )
    of_cases = session.scalars(_OF_CASES, {"customer": customer.id})
    return any(PRIVACY_SENSITIVE in labels for labels in (customer.labels, *of_cases))
