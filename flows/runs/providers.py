"""Facts that the store and the clock know. One function per fact, named like the fact; `facts.yaml` says what it means.

Facts that come from what a customer wrote are in `message.facts`, those that a person answered or a step learned
in `case.facts`; the functions here supply the rest at the moment they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.store.tables import Case, Customer, Incident, Message, Outbox, Run
from rules.bundle import Bundle
from rules.vocabulary import UNKNOWN, Facts, Value

SERVICE_WINDOW = timedelta(hours=24)
"""How long free text may be sent after a customer's last message (Cloud API documentation, 2026)."""


@dataclass(frozen=True)
class About:
    """Whom and what facts are asked about, and when. `given` are facts that a rehearsal takes as known, `item` those
    of the item of a `for_each`."""

    session: Session
    now: datetime
    customer: Customer | None = None
    case: Case | None = None
    incident: Incident | None = None
    message: Message | None = None
    given: Mapping[str, Value] = field(default_factory=dict)
    item: Mapping[str, object] = field(default_factory=dict)


Provider = Callable[[About], Value]
PROVIDERS: dict[str, Provider] = {}


def provides(function: Provider) -> Provider:
    """Register a function as the supplier of the fact that it is named after."""
    PROVIDERS[function.__name__] = function
    return function


def gather(about: About, bundle: Bundle, wanted: Collection[str]) -> Facts:
    """The facts at this moment, with those that are `wanted` as far as anybody or anything can tell them; whatever
    nobody knows is `unknown`."""
    return bundle.derive(known(about, bundle, wanted), wanted).facts


def known(about: About, bundle: Bundle, wanted: Collection[str]) -> Facts:
    """What is known before the packs are asked what follows. The store and the clock are asked only for what is
    `wanted` or needed for it: each is a question to the store. What the case has learned wins over what a provider
    says; the newest message's facts win over both, and over all of them what is known of the item of a `for_each`."""
    vocabulary = bundle.vocabulary
    told: dict[str, object] = {}
    for layer in (
        about.given,
        about.incident.facts if about.incident else None,
        about.case.facts if about.case else None,
        about.message.facts if about.message else None,
        about.item,
    ):
        # What another run of the case has learned by newer content may be a fact that this content does not have.
        told.update(
            {name: value for name, value in (layer or {}).items() if value != UNKNOWN and name in vocabulary.facts}
        )
    needed = bundle.packs.needs(wanted, told) & vocabulary.facts.keys() - told.keys()
    told.update({name: provider(about) for name, provider in PROVIDERS.items() if name in needed})
    return vocabulary.gate(told)


def window_is_open(customer: Customer, now: datetime) -> bool:
    """Whether free text may be sent to this customer now."""
    return customer.last_wrote_at is not None and now - customer.last_wrote_at < SERVICE_WINDOW


@provides
def window_open(about: About) -> Value:
    return window_is_open(about.customer, about.now) if about.customer else UNKNOWN


@provides
def locale(about: About) -> Value:
    return (about.customer and about.customer.locale) or UNKNOWN


@provides
def open_case(about: About) -> Value:
    if about.customer is None:
        return UNKNOWN
    # What is left open and moves no more would otherwise swallow every later message of the customer.
    under_way = select(Case.id).join(Run, Run.case_id == Case.id)
    under_way = under_way.where(Case.customer_id == about.customer.id, Run.status != "finished")
    if about.case is not None:
        under_way = under_way.where(Case.id != about.case.id)
    return about.session.scalars(under_way.limit(1)).first() is not None


@provides
def open_incident(about: About) -> Value:
    return about.session.scalars(select(Incident.id).where(Incident.closed_at.is_(None)).limit(1)).first() is not None


@provides
def place(about: About) -> Value:
    return about.message.place if about.message else UNKNOWN


@provides
def contact_count_this_week(about: About) -> Value:
    if about.customer is None:
        return UNKNOWN
    since = about.now - timedelta(days=7)
    counted = select(func.count()).where(Message.customer_id == about.customer.id, Message.received_at > since)
    return about.session.scalar(counted) or 0


@provides
def customer_wrote_back(about: About) -> Value:
    """Whether the customer has written since we last said something in this case."""
    if about.customer is None or about.case is None:
        return UNKNOWN
    said = select(func.max(Outbox.sent_at)).where(Outbox.case_id == about.case.id, Outbox.to == "customer")
    wrote = select(func.max(Message.sent_at)).where(Message.customer_id == about.customer.id)
    last_said, last_wrote = about.session.scalar(said), about.session.scalar(wrote)
    return last_wrote is not None and (last_said is None or last_wrote > last_said)
