"""Facts about what we hold of a customer, counted anew whenever a condition asks (see `flows.runs.providers`)."""

from __future__ import annotations

from sqlalchemy import func, select

from flows.erasing import holds
from flows.erasing.inventory import looked_through
from flows.erasing.items import items_of
from flows.runs.providers import About, provides
from flows.store.tables import Export
from rules.vocabulary import UNKNOWN, Value


@provides
def held_messages(about: About) -> Value:
    if about.customer is None or about.vault is None:
        return UNKNOWN
    in_force = holds.active(about.session, about.customer.id)
    if not in_force.rows:
        return 0
    listed = items_of(about.session, about.vault, about.customer.id)
    return sum(in_force.keeps(item.id) for item in listed if not item.erased)


@provides
def messages_with_personal_data(about: About) -> Value:
    return _counted(about, "with_personal_data")


@provides
def messages_with_evidence(about: About) -> Value:
    return _counted(about, "evidence")


@provides
def exported_copies(about: About) -> Value:
    if about.customer is None:
        return UNKNOWN
    made = select(func.count()).select_from(Export)
    made = made.where(Export.customer_id == about.customer.id, Export.removed_at.is_(None))
    return about.session.scalar(made) or 0


def _counted(about: About, what: str) -> Value:
    """A number of the customer's inventory at this moment: every text is read for it."""
    if about.customer is None or about.vault is None or about.bundle is None:
        return UNKNOWN
    return looked_through(about.session, about.vault, about.bundle, about.now, about.customer).counts()[what]


@provides
def everything_held(about: About) -> Value:
    return holds.active(about.session, about.customer.id).everything if about.customer else UNKNOWN


@provides
def holds_in_force(about: About) -> Value:
    return len(holds.active(about.session, about.customer.id).rows) if about.customer else UNKNOWN
