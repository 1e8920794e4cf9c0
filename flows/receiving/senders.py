"""The people of one body: which customer each of them is, many at a time.

`flows.store.customers` has the rules (a second address, two customers who turn out to be one) and takes one person at a
time. Two kinds of people can be taken by the hundred: complete strangers, and customers all of whose addresses are on
record. The thousand of a bad day are of these two kinds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.ids import new_id
from flows.receiving.bulk import in_parts, insert_blinds, seal_all
from flows.receiving.events import Person
from flows.store import customers
from flows.store.subjects import lock
from flows.store.tables import Alias, AliasKind, Customer, Subject
from flows.store.vault import Vault

Address = tuple[AliasKind, str]


class Senders:
    """The customers of one body, within one transaction."""

    def __init__(self, session: Session, vault: Vault, now: datetime) -> None:
        self._session = session
        self._vault = vault
        self._now = now
        self._found: dict[tuple[Address, ...], Customer] = {}

    def recognise(self, people: Iterable[Person]) -> None:
        """Find the customers of all these people, and make those who are new. Each must be `known`."""
        wanted = sorted({_addresses(person) for person in people} - self._found.keys())
        owners = self._owners(address for addresses in wanted for address in addresses)
        strangers: dict[tuple[Address, ...], str] = {}
        familiar: dict[tuple[Address, ...], str] = {}
        others = []
        fresh: set[Address] = set()
        for addresses in wanted:
            ids = {owners.get(address) for address in addresses}
            if ids == {None} and fresh.isdisjoint(addresses):
                strangers[addresses] = new_id("P")
                fresh.update(addresses)
            elif len(ids) == 1 and (owner := ids.pop()) is not None:
                familiar[addresses] = owner
            else:
                others.append(addresses)
        others += self._load(familiar)
        self._make(strangers)
        for addresses in others:
            self._recognise(addresses)

    def customer_of(self, person: Person) -> Customer:
        """The customer that a recognised person is, after any merging on the way."""
        customer = self._found[_addresses(person)]
        while customer.merged_into is not None:
            customer = self._session.get_one(Customer, customer.merged_into)
        return customer

    def join(self, person: Person, also: Person) -> None:
        """Note that a recognised person can also be reached under the addresses of `also`."""
        found = customers.add_address(
            self._session,
            self._vault,
            self._now,
            self.customer_of(person).id,
            wa_id=also.wa_id,
            user_id=also.user_id,
        )
        self._found[_addresses(also)] = found

    def learn(self, people: Iterable[Person]) -> None:
        """Take note of a second address of customers whom we know by the first; make nobody new."""
        pairs = {_addresses(person) for person in people}
        owners = self._owners(address for addresses in pairs for address in addresses)
        for addresses in sorted(pairs):
            ids = {owners.get(address) for address in addresses}
            if len(ids) > 1:
                self._recognise(addresses)

    def _recognise(self, addresses: tuple[Address, ...]) -> None:
        found = customers.recognise(self._session, self._vault, self._now, **dict(addresses))
        self._found[addresses] = found

    def _owners(self, addresses: Iterable[Address]) -> dict[Address, str]:
        """Whose these addresses are, as far as they are on record."""
        by_blind = {self._vault.blind(kind, address): (kind, address) for kind, address in addresses}
        return {
            by_blind[row.blind]: row.customer_id
            for blinds in in_parts(by_blind)
            for row in self._session.execute(select(Alias.blind, Alias.customer_id).where(Alias.blind.in_(blinds)))
        }

    def _load(self, familiar: dict[tuple[Address, ...], str]) -> list[tuple[Address, ...]]:
        """Lock and load customers who are on record; returns those who were merged into another meanwhile."""
        loaded: dict[str, Customer] = {}
        for ids in in_parts(sorted(set(familiar.values()))):
            lock(self._session, *ids)
            rows = self._session.scalars(select(Customer).where(Customer.id.in_(ids)))
            loaded.update((customer.id, customer) for customer in rows if customer.merged_into is None)
        self._found.update((addresses, loaded[owner]) for addresses, owner in familiar.items() if owner in loaded)
        return [addresses for addresses, owner in familiar.items() if owner not in loaded]

    def _make(self, strangers: dict[tuple[Address, ...], str]) -> None:
        if not strangers:
            return
        self._vault.make_keys(strangers.values())
        made = [Customer(id=owner, first_seen_at=self._now) for owner in strangers.values()]
        self._session.add_all(Subject(id=owner, kind="customer") for owner in strangers.values())
        self._session.add_all(made)
        self._session.flush()
        aliases = [(owner, address) for addresses, owner in strangers.items() for address in addresses]
        sealed = seal_all(self._vault, [(owner, address) for owner, (_, address) in aliases])
        ours = insert_blinds(
            self._session,
            Alias,
            (
                {
                    "blind": self._vault.blind(kind, address),
                    "customer_id": owner,
                    "kind": kind,
                    "sealed_address": blob,
                    "added_at": self._now,
                }
                for (owner, (kind, address)), blob in zip(aliases, sealed, strict=True)
            ),
        )
        for (addresses, owner), customer in zip(strangers.items(), made, strict=True):
            if not ours.issuperset(self._vault.blind(kind, address) for kind, address in addresses):
                # Another process made a customer of this person at the same moment: the two are one.
                customer = customers.add_address(self._session, self._vault, self._now, owner, **dict(addresses))
            self._found[addresses] = customer


def _addresses(person: Person) -> tuple[Address, ...]:
    addresses: list[Address] = []
    if person.wa_id is not None:
        addresses.append(("wa_id", person.wa_id))
    if person.user_id is not None:
        addresses.append(("user_id", person.user_id))
    return tuple(addresses)
