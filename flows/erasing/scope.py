"""What an erasure takes and what it leaves: from decisions, holds and what is still under way to one line of ids."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.erasing import holds, sealed
from flows.erasing.ledger import Rest, Scope
from flows.erasing.masking import Mask
from flows.errors import VaultError
from flows.store.tables import Alias, Message, Outbox, Rejected, Task
from flows.store.vault import Vault, key_of

Decision = Literal["erase", "keep"] | Mask
Place = tuple[str | None, str | None]  # a run, and the path of a step of it
SHORTEST_ADDRESS = 7
"""Digits or letters from which on an address is looked for in what was put aside; a shorter one is in anything."""


def scope_of(
    session: Session,
    vault: Vault,
    owners: Collection[str],
    keys: Collection[str],
    decisions: Mapping[str, Decision],
    *,
    keep_address: bool,
    rest: Rest = "erase",
) -> Scope:
    """The scope of an erasure of all that is sealed under `keys` for a customer (and who was merged into them: all of
    `owners`). Decisions are about messages and letters, by their ids; what becomes of the others, `rest` says.

    A hold wins over `erase`, whatever was decided. It does not keep personal data from being masked, unless the record
    is held for a reason that leaves no detail of it open (`holds.UNTOUCHED`). What nobody has read, sent or done yet
    stays until somebody has.
    """
    held = held_of(session, owners)
    by_hand = _asked_by_hand(session, owners)
    keep: list[str] = []
    mask: dict[str, tuple[str, ...]] = {}
    waiting: set[str] = set()
    erase: list[str] = []
    for each in sealed.found(session, owners, keys):
        row = each.row
        decision = decisions.get(getattr(row, "id", ""), rest)
        if isinstance(row, Task | Outbox | Message) and under_way(row, by_hand) and not _named(row, decision, held):
            waiting.add(row.id)
        if not is_item(row) or row.id in waiting:
            continue
        if isinstance(decision, Mask) and not held.untouched(row.id):
            mask[row.id] = tuple(sorted(decision.kinds))
        elif held.keeps(row.id) or decision != "erase":
            keep.append(row.id)
        else:
            erase.append(row.id)
    rejected = {} if held.everything or rest == "keep" else _mentioning(session, vault, owners)
    return Scope(
        owners=tuple(sorted(owners)),
        keys=tuple(sorted({*keys, *rejected.values()})),
        keep=tuple(sorted(keep)),
        mask=mask,
        waiting=tuple(sorted(waiting)),
        erase=tuple(sorted(erase)),
        rejected=tuple(sorted(rejected)),
        address=keep_address,
        everything=held.everything,
        rest=rest,
    )


def held_of(session: Session, owners: Collection[str]) -> holds.Holds:
    """The holds in force of a customer and of who was merged into them."""
    return holds.Holds(tuple(row for owner in owners for row in holds.active(session, owner).rows))


def is_item(row: object) -> bool:
    """Whether a row is what decisions and holds are about: a message, or a letter to the customer. That a message was
    taken back is none: who is told how many were erased counts messages."""
    if isinstance(row, Message):
        return row.kind != "revoke"
    return isinstance(row, Outbox) and row.to != "team"


def under_way(row: Task | Outbox | Message, by_hand: Collection[Place]) -> bool:
    """Whether somebody has yet to do what a row is for: to read it, to send it, to answer it. `by_hand` are the steps
    at which a colleague is asked right now."""
    if isinstance(row, Message):
        return row.handled_at is None
    if isinstance(row, Task):
        return row.status == "open"
    return row.status in ("ready", "sending") or (row.status == "handed_over" and (row.run_id, row.path) in by_hand)


def _named(row: Task | Outbox | Message, decision: Decision, held: holds.Holds) -> bool:
    """Whether a row stays for a better reason than that something is still to be done with it. A letter that has not
    left is no record of anything."""
    return isinstance(row, Message) and (held.keeps(row.id) or decision != "erase")


def _asked_by_hand(session: Session, owners: Collection[str]) -> frozenset[Place]:
    asked = select(Task.run_id, Task.path).where(Task.subject_id.in_(owners), Task.status == "open")
    return frozenset((run_id, path) for run_id, path in session.execute(asked) if run_id is not None)


def _mentioning(session: Session, vault: Vault, owners: Collection[str]) -> dict[str, str]:
    """What was put aside and mentions an address of the customer: id -> its key. Nobody knows whose it is without
    opening it, so all of it is opened, once."""
    addresses = [address for address in _addresses(session, vault, owners) if len(address) >= SHORTEST_ADDRESS]
    aside = session.execute(select(Rejected.id, Rejected.sealed_element)).all() if addresses else []
    found: dict[str, str] = {}
    for own_id, blob in aside:
        try:
            element = json.dumps(vault.open(blob), ensure_ascii=False)
        except VaultError:
            continue
        if any(address in element for address in addresses):
            found[own_id] = key_of(blob) or ""
    return found


def _addresses(session: Session, vault: Vault, owners: Collection[str]) -> Iterator[str]:
    for blob in session.scalars(select(Alias.sealed_address).where(Alias.customer_id.in_(owners))):
        try:
            yield str(vault.open(blob))
        except VaultError:
            continue
