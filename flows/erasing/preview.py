"""The preview of a masking: each message that it changes, before and after, for the person who decides."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.erasing import holds
from flows.erasing.items import Item, items_of
from flows.erasing.masking import Person, masked, masked_text
from flows.store.tables import Customer, Task
from flows.store.vault import Vault
from rules.personal_data import find

Preview = list[dict[str, Any]]
"""One entry for each message: `id`, `whose`, `sent_at`, `kinds` (those found in it), `before` and `after`. The texts
are personal: keep them sealed."""


def preview(session: Session, vault: Vault, customer: Customer, kinds: Collection[str]) -> Preview:
    """What masking these kinds of personal data would change, oldest message first.

    What is held to the letter (for a dispute, the law or a lawyer) is left out: no masking touches it.
    """
    person = Person.of(session, vault, customer)
    in_force = holds.active(session, customer.id)
    entries = (
        _entry(item, person, kinds)
        for item in items_of(session, vault, customer.id)
        if not item.erased and not in_force.untouched(item.id)
    )
    return [entry for entry in entries if entry["kinds"]]


def mask_what_was_shown(session: Session, vault: Vault, customer: Customer, kinds: Collection[str]) -> None:
    """Mask what colleagues were shown and what they noted in tasks that are settled: the preview itself, texts sent by
    hand, remarks. They would otherwise say again what is masked in the messages."""
    person = Person.of(session, vault, customer)
    settled = select(Task).where(Task.subject_id == customer.id, Task.status != "open")
    for task in session.scalars(settled):
        for column in ("sealed_details", "sealed_remark"):
            if said := vault.open_or_nothing(getattr(task, column)):
                setattr(task, column, vault.seal(customer.id, masked(said, kinds, person)))


def _entry(item: Item, person: Person, kinds: Collection[str]) -> dict[str, Any]:
    found = {span.kind for span in find(item.text, person.region, person.names)} & set(kinds)
    return {
        "id": item.id,
        "whose": item.whose,
        "sent_at": item.at.isoformat(),
        "kinds": sorted(found),
        "before": item.text,
        "after": masked_text(item.text, kinds, person),
    }
