"""Who is writing: one customer behind a number, a business-scoped user id, or both, found without storing either.

WhatsApp names a person by ``wa_id`` (the number), by ``user_id``, or by both. When both appear and belong to two
customers, the two were one person all along and are merged into the one seen first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import bindparam, event, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from flows.ids import new_id
from flows.store import journal
from flows.store.inserts import insert_new
from flows.store.sessions import once, remember
from flows.store.subjects import lock, retire
from flows.store.tables import Alias, AliasKind, Base, Customer, Subject
from flows.store.vault import Vault

MERGED = "customers merged"
"""The journal's word for two customers who turned out to be one."""

Address = tuple[AliasKind, str, str]  # the kind, the address itself, its blind

_NEWEST_ADDRESS = (
    select(Alias)
    .where(Alias.customer_id == bindparam("customer"))
    .order_by(Alias.kind.desc(), Alias.added_at.desc())
    .limit(1)
)
_ADDRESSES = (
    select(Alias)
    .where(Alias.customer_id.in_(bindparam("customers", expanding=True)))
    .order_by(Alias.kind.desc(), Alias.added_at.desc())
)


def recognise(
    session: Session, vault: Vault, now: datetime, *, wa_id: str | None = None, user_id: str | None = None
) -> Customer:
    """The customer with this number or user id, made when new; a new address of a known one is added to it.

    The customer's subject is locked until the transaction ends, so that nobody merges it away meanwhile.
    """
    return _joined(session, vault, now, None, _addresses(vault, wa_id, user_id))


def add_address(
    session: Session,
    vault: Vault,
    now: datetime,
    customer_id: str,
    *,
    wa_id: str | None = None,
    user_id: str | None = None,
) -> Customer:
    """Note that a customer can also be reached here, as after a change of number; returns who the customer is now."""
    return _joined(session, vault, now, current(session, customer_id), _addresses(vault, wa_id, user_id))


def current(session: Session, customer_id: str) -> Customer:
    """The customer that this one is by now, after any merging. Locked until the transaction ends."""
    merged_into: str | None = customer_id
    while merged_into is not None:
        customer_id = merged_into
        lock(session, customer_id)
        merged_into = session.scalars(select(Customer.merged_into).where(Customer.id == customer_id)).one()
    return session.get_one(Customer, customer_id)


def newest_address(session: Session, customer_id: str) -> Alias | None:
    """Where to write to a customer: the newest number if there is one, else the newest business-scoped id."""
    return next(iter(once(session, _NEWEST_ADDRESS, customer=customer_id)), None)


def bring_addresses(session: Session, customer_ids: Collection[str]) -> None:
    """Have the newest addresses of these customers at hand, until the transaction ends or an address changes."""
    newest: dict[str, list[Alias]] = {customer_id: [] for customer_id in customer_ids}
    for alias in session.scalars(_ADDRESSES, {"customers": list(customer_ids)}):
        newest[alias.customer_id].append(alias)
    for customer_id, found in newest.items():
        remember(session, _NEWEST_ADDRESS, found[:1], customer=customer_id)


def owners(session: Session, customer_id: str) -> list[str]:
    """Every name under which keys of this customer may lie in the vault: destroy them all to erase the customer."""
    merged = select(Customer.id).where(Customer.merged_into == customer_id).order_by(Customer.id)
    return [customer_id, *session.scalars(merged)]


def merge(session: Session, vault: Vault, now: datetime, one_id: str, other_id: str) -> Customer:
    """Make two customers one: everything of the one seen later goes to the one seen first, which is returned.

    Whoever holds a claim on the other loses it; the one that stays is rung for.
    """
    lock(session, one_id, other_id)
    one, other = current(session, one_id), current(session, other_id)
    if one is other:
        return one
    stays, goes = sorted((one, other), key=lambda customer: (customer.first_seen_at, customer.id))
    session.flush()
    for reference in _references():
        session.execute(update(reference.class_).where(reference == goes.id).values({reference: stays.id}))
    goes.merged_into = stays.id
    stays.last_wrote_at = max(filter(None, (stays.last_wrote_at, goes.last_wrote_at)), default=None)
    stays.locale = stays.locale or goes.locale
    stays.labels = sorted({*stays.labels, *goes.labels})
    stays.sealed_profile, goes.sealed_profile = stays.sealed_profile or goes.sealed_profile, None
    session.flush()
    retire(session, goes.id, stays.id, now)
    journal.write(session, stays.id, now, MERGED, {"merged": goes.id})

    # Only after the commit: keys must not change hands for a merging that is then undone. Should a crash come between,
    # nothing is unreadable, and `owners` still names both.
    gone_id, stayed_id = goes.id, stays.id

    @event.listens_for(session, "after_commit", once=True)
    def _hand_over_keys(_: Session) -> None:
        vault.merge(gone_id, stayed_id)

    return stays


def _joined(
    session: Session, vault: Vault, now: datetime, customer: Customer | None, addresses: list[Address]
) -> Customer:
    blinds = [blind for _, _, blind in addresses]
    noted = select(Alias.blind, Alias.customer_id).where(Alias.blind.in_(blinds))
    known = dict(session.execute(noted).tuples().all())
    # Known addresses first, so that nobody is made anew who turns out to be known by the other address.
    for kind, address, blind in sorted(addresses, key=lambda each: each[2] not in known):
        owner = known.get(blind)
        if owner is None:
            customer = customer or _made(session, now)
            owner = _noted(session, vault, now, customer.id, kind, address, blind)
        found = current(session, owner)
        customer = found if customer is None else merge(session, vault, now, customer.id, found.id)
    assert customer is not None
    return customer


def _made(session: Session, now: datetime) -> Customer:
    customer = Customer(id=new_id("P"), first_seen_at=now)
    session.add_all([Subject(id=customer.id, kind="customer"), customer])
    session.flush()
    return customer


def _noted(
    session: Session, vault: Vault, now: datetime, customer_id: str, kind: AliasKind, address: str, blind: str
) -> str:
    """Write the alias, and return whose it is: another's if somebody else wrote it at the same moment."""
    sealed = vault.seal(customer_id, address)
    row = {"customer_id": customer_id, "kind": kind, "sealed_address": sealed, "added_at": now}
    if insert_new(session, Alias, blind=blind, **row):
        return customer_id
    return session.scalars(select(Alias.customer_id).where(Alias.blind == blind)).one()


def _addresses(vault: Vault, wa_id: str | None, user_id: str | None) -> list[Address]:
    given: list[tuple[AliasKind, str]] = []
    if wa_id is not None:
        given.append(("wa_id", "".join(filter("0123456789".__contains__, wa_id))))
    if user_id is not None:
        given.append(("user_id", user_id.strip()))
    if not given or not all(address for _, address in given):
        raise ValueError("a customer is known by a number or a user id, and there is neither")
    return [(kind, address, vault.blind(kind, address)) for kind, address in given]


def _references() -> Iterator[InstrumentedAttribute[str]]:
    """Every column that names the subject or customer that a row belongs to."""
    for mapper in Base.registry.mappers:
        for attribute in mapper.column_attrs:
            column = attribute.columns[0]
            to = {key.target_fullname for key in column.foreign_keys}
            if to & {"subjects.id", "customers.id"} and not column.primary_key:
                yield getattr(mapper.class_, attribute.key)
