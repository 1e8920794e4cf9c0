"""Facts that the store and the clock know. One function per fact, named like the fact; `facts.yaml` says what it means.

Facts that come from what a customer wrote are in `message.facts`, those that a person answered or a step learned
in `case.facts`; the functions here supply the rest at the moment they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from flows.errors import VaultError
from flows.runs import affected, causes, complaints, identity, labels, our_messages, under_way
from flows.store.customers import newest_address
from flows.store.sessions import once
from flows.store.tables import Case, Customer, Incident, Message, Outbox, Run, Step
from flows.store.vault import Vault
from rules import windows
from rules.bundle import Bundle
from rules.personal_data import jurisdiction_of
from rules.topics import TOPIC
from rules.vocabulary import UNKNOWN, FactError, Facts, Value, Vocabulary

SERVICE_WINDOW = timedelta(hours=24)
"""How long free text may be sent after a customer's last message (Cloud API documentation, 2026)."""
RECALLABLE = timedelta(hours=48)
"""How long WhatsApp promises that a message can be deleted for everyone; its app may still try a few hours longer."""
RECALL_TRIED = timedelta(hours=60)
"""How long the app goes on trying to delete a message for everyone. Nothing is promised past `RECALLABLE`."""


@dataclass(frozen=True)
class About:
    """Whom and what facts are asked about, and when. `given` are facts that a rehearsal takes as known, `item` those
    of the item of a `for_each`; `vault` opens what only the customer's own data tells; `zone` is where the business has
    its clock; `gather` adds the `bundle` that judges texts and knows the hours of the business."""

    session: Session
    now: datetime
    customer: Customer | None = None
    case: Case | None = None
    incident: Incident | None = None
    run: Run | None = None
    message: Message | None = None
    given: Mapping[str, Value] = field(default_factory=dict)
    vault: Vault | None = None
    zone: ZoneInfo | None = None
    item: Mapping[str, object] = field(default_factory=dict)
    bundle: Bundle | None = None  # the content by which it is asked


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
        told.update({name: value for name, value in (layer or {}).items() if _has_meaning(vocabulary, name, value)})
    needed = bundle.packs.needs(wanted, told) & vocabulary.facts.keys() - told.keys()
    about = replace(about, bundle=bundle)
    supplied = {name: provider(about) for name, provider in PROVIDERS.items() if name in needed}
    told.update({name: value for name, value in supplied.items() if _has_meaning(vocabulary, name, value)})
    return vocabulary.gate(told)


def _has_meaning(vocabulary: Vocabulary, name: str, value: object) -> bool:
    """Whether this content knows the fact and the value. Newer content may have brought either, while a run goes on
    with what it was started with."""
    if value == UNKNOWN or name not in vocabulary.facts:
        return False
    try:
        vocabulary[name].gate(value)
    except FactError:
        return False
    return True


def number_of(session: Session, vault: Vault, customer: Customer) -> str | None:
    """The customer's newest number, digits only; None when there is none, or when it is erased or damaged."""
    alias = newest_address(session, customer.id)
    if alias is None or alias.kind != "wa_id":
        return None
    try:
        return str(vault.open(alias.sealed_address))
    except VaultError:
        return None


def window_is_open(customer: Customer, now: datetime) -> bool:
    """Whether free text may be sent to this customer now."""
    return customer.last_wrote_at is not None and now - customer.last_wrote_at < SERVICE_WINDOW


@provides
def window_open(about: About) -> Value:
    return window_is_open(about.customer, about.now) if about.customer else UNKNOWN


@provides
def locale(about: About) -> Value:
    return (about.customer and about.customer.locale) or UNKNOWN


_OPEN_INCIDENT = select(Incident.id).where(Incident.closed_at.is_(None)).limit(1)


@provides
def open_case(about: About) -> Value:
    if about.customer is None:
        return UNKNOWN
    # What is left open and moves no more would otherwise swallow every later message of the customer.
    but = about.case.id if about.case is not None else None
    runs = under_way.runs_of(about.session, about.customer.id)
    return any(run.case_id not in (None, but) and not run.alongside for run in runs)


@provides
def quiet_now(about: About) -> Value:
    if about.bundle is None or about.zone is None:
        return UNKNOWN
    return about.bundle.hours.quiet_until(about.now, about.zone) is not None


@provides
def open_incident(about: About) -> Value:
    return bool(once(about.session, _OPEN_INCIDENT))


def topic_of(about: About) -> str | None:
    """What is spoken of complains about: the message, else the case, else the incident; None where nobody complains."""
    layers = (about.message and about.message.facts, about.case and about.case.facts, about.given)
    told = (str((layer or {}).get(TOPIC, UNKNOWN)) for layer in layers)
    of_incident = about.incident.topic if about.incident is not None else None
    return next((topic for topic in told if topic != UNKNOWN), of_incident)


@provides
def incident_about_it(about: About) -> Value:
    """For a customer who complains about nothing there is none; where no customer is spoken of, any counts."""
    known = about.incident.id if about.incident is not None else about.case.incident_id if about.case else None
    if known is not None:
        return causes.open_now(about.session, known) is not None
    topic = topic_of(about)
    if topic is None:
        return open_incident(about) if about.customer is None else False
    return causes.open_about(about.session, topic) is not None


@provides
def place(about: About) -> Value:
    return about.message.place if about.message else UNKNOWN


# -- what the customer wrote ------------------------------------------------------------------------------------------

# What WhatsApp itself reported (a new number, a setting) is marked as handled without ever being read for facts.
# What was imported from an exported chat is not read either, but they did write it.
_IMPORTED = Message.origin == "import"
_THEIR_OWN = and_(
    Message.author == "customer", or_(Message.handled_at.is_(None), Message.facts.is_not(None), _IMPORTED)
)
_WRITTEN_AT = case((Message.sent_at > Message.received_at, Message.received_at), else_=Message.sent_at)  # a clock ahead
_OF_CUSTOMER = Message.customer_id == bindparam("customer")
_LAST_WROTE = select(func.max(_WRITTEN_AT)).where(_OF_CUSTOMER, _THEIR_OWN)
_LATELY = and_(Message.received_at > bindparam("after"), or_(~_IMPORTED, Message.sent_at > bindparam("after")))
_CONTACTS = select(func.count()).where(_OF_CUSTOMER, _THEIR_OWN, _LATELY)


def _last_wrote(session: Session, customer: Customer) -> datetime | None:
    """When the customer last wrote, wherever it was; None if we know of nothing."""
    wrote = session.scalar(_LAST_WROTE, {"customer": customer.id})
    return max(filter(None, (wrote, customer.last_wrote_at)), default=None)


@provides
def contact_count_this_week(about: About) -> Value:
    if about.customer is None:
        return UNKNOWN
    asked = {"customer": about.customer.id, "after": about.now - timedelta(days=7)}
    return about.session.scalar(_CONTACTS, asked) or 0


@provides
def customer_silent_for(about: About) -> Value:
    return UNKNOWN if about.customer is None else _ago(_last_wrote(about.session, about.customer), about.now)


@provides
def customer_wrote_back(about: About) -> Value:
    """Whether the customer has written since we last said something in this case; what was said alongside, such as a
    privacy notice, is no answer to them."""
    if about.customer is None or about.case is None:
        return UNKNOWN
    said = about.session.scalar(_LAST_SAID_IN_CASE, {"whose": about.case.id})
    wrote = _last_wrote(about.session, about.customer)
    return wrote is not None and (said is None or wrote > said)


@provides
def privacy_sensitive(about: About) -> Value:
    return UNKNOWN if about.customer is None else labels.is_sensitive(about.session, about.customer)


# -- what we wrote ----------------------------------------------------------------------------------------------------


_ours = our_messages.table("customer_id").c
_NEWEST, _OLDEST = select(func.max(_ours.at)), select(func.min(_ours.at))
_YOUNG = select(func.count()).where(_ours.at > bindparam("after"))
_DONE = select(Step.outcome).where(Step.run_id == bindparam("run"), Step.status == "done")
_in_case = our_messages.table("case_id").c
_ALONGSIDE = select(Outbox.id).join(Run).where(Outbox.case_id == bindparam("whose"), Run.alongside)
_LAST_SAID_IN_CASE = select(func.max(_in_case.at)).where(_in_case.id.not_in(_ALONGSIDE))
_LETTER_OF_CASE = (
    select(Outbox.id)
    .where(Outbox.case_id == bindparam("case"), Outbox.to == "customer", Outbox.id.not_in(_ALONGSIDE))
    .where(Outbox.status.in_(("ready", "sending", "sent", "handed_over")))
    .limit(1)
)
_LETTER_OF_RUN = select(Outbox.id).where(Outbox.run_id == bindparam("run"), Outbox.to == "customer").limit(1)


@provides
def time_since_newest_message(about: About) -> Value:
    if about.customer is None:
        return UNKNOWN
    return _ago(about.session.scalar(_NEWEST, {"whose": about.customer.id}), about.now)


@provides
def time_since_oldest_message(about: About) -> Value:
    if about.customer is None:
        return UNKNOWN
    return _ago(about.session.scalar(_OLDEST, {"whose": about.customer.id}), about.now)


@provides
def time_since_last_update(about: About) -> Value:
    """All that we tell a customer is a message of ours, so the newest of those is the last update."""
    return time_since_newest_message(about)


@provides
def recallable_messages(about: About) -> Value:
    if about.customer is None:
        return UNKNOWN
    asked = {"whose": about.customer.id, "after": about.now - RECALLABLE}
    return about.session.scalar(_YOUNG, asked) or 0


@provides
def first_reply(about: About) -> Value:
    """Whether nothing has been put into words for the customer in this run yet, sent or not."""
    if about.run is None:
        return UNKNOWN
    if under_way.never_written_to(about.session, about.run.subject_id):
        return True
    return about.session.scalar(_LETTER_OF_RUN, {"run": about.run.id}) is None


@provides
def had_first_reply(about: About) -> Value:
    """Also by another procedure of the case, which this one has taken over."""
    if about.case is None:
        return UNKNOWN
    if under_way.never_written_to(about.session, about.case.customer_id):
        return False
    asked = {"case": about.case.id, "whose": about.case.id}
    return about.session.scalar(_LETTER_OF_CASE, asked) is not None


@provides
def recalled_messages(about: About) -> Value:
    return _happened(about, "recalled")


@provides
def not_recalled_messages(about: About) -> Value:
    return _happened(about, "not_recalled")


def _happened(about: About, what: str) -> Value:
    """How often the finished steps of this run say that it has happened."""
    if about.run is None:
        return UNKNOWN
    done = about.session.scalars(_DONE, {"run": about.run.id})
    return sum(int(outcome.get("counted", {}).get(what, 0)) for outcome in done)


@provides
def masked_messages(about: About) -> Value:
    return _happened(about, "masked")


@provides
def phone_cleared(about: About) -> Value:
    done = _happened(about, "phone_cleared")
    return done if done == UNKNOWN else done != 0


@provides
def data_handed_over(about: About) -> Value:
    done = _happened(about, "data_handed_over")
    return done if done == UNKNOWN else done != 0


@provides
def identity_plausible(about: About) -> Value:
    if about.case is None:
        return UNKNOWN
    return identity.plausible(about.session, about.case, about.now)


@provides
def text_arrived(about: About) -> Value:
    if about.case is None:
        return UNKNOWN
    came = affected.arrived(about.session, [about.case.id]).get(about.case.id)
    return UNKNOWN if came is None else came


@provides
def people_untold(about: About) -> Value:
    """Unknown as long as nobody has said whose data it is: somebody's it must be."""
    if about.incident is None:
        return UNKNOWN
    states = affected.count(about.session, about.incident.id)
    return states.total() - states["told"] if states else UNKNOWN


# -- a crowd ----------------------------------------------------------------------------------------------------------


@provides
def complainers_in_10_minutes(about: About) -> Value:
    return complaints.crowd(about.session, about.now, topic_of(about)).count(about.now)


@provides
def complaint_growth(about: About) -> Value:
    return complaints.crowd(about.session, about.now, topic_of(about)).growth(about.now)


@provides
def time_since_last_complaint(about: About) -> Value:
    return _ago(complaints.last(about.session, topic_of(about)), about.now)


@provides
def time_since_last_incident(about: About) -> Value:
    return _ago(causes.last_ended(about.session, topic_of(about)), about.now)


# -- what is done beside the procedures -------------------------------------------------------------------------------

NEW_FOR = timedelta(days=1)
PRIVACY_NOTICE = "privacy/notice"
SENSITIVE_ADVICE = "privacy/sensitive-received"
_LETTERS_CALLED = (
    select(Outbox.reply_version, Outbox.created_at)
    .where(
        Outbox.customer_id == bindparam("customer"),
        Outbox.reply == bindparam("reply"),
        Outbox.status.in_(("ready", "sending", "sent", "handed_over")),
    )
    .order_by(Outbox.created_at.desc(), Outbox.id)
    .limit(1)
)
_DRAFTED = select(Step.path).join(Run, Run.id == Step.run_id).where(Step.verb == under_way.DRAFTS).limit(1)


@provides
def new_customer(about: About) -> Value:
    return UNKNOWN if about.customer is None else about.now - about.customer.first_seen_at < NEW_FOR


@provides
def privacy_notice(about: About) -> Value:
    """By the newest notice that was sent, or is about to be."""
    if about.customer is None:
        return UNKNOWN
    if under_way.has_read(about.session, about.customer.id, PRIVACY_NOTICE) is False:
        return "none"
    sent = about.session.execute(_LETTERS_CALLED, {"customer": about.customer.id, "reply": PRIVACY_NOTICE}).first()
    if sent is None:
        return "none"
    now = about.bundle.replies.get(PRIVACY_NOTICE) if about.bundle is not None else None
    return "current" if now is not None and sent.reply_version == now.version else "older"


@provides
def time_since_sensitive_advice(about: About) -> Value:
    if about.customer is None:
        return UNKNOWN
    if under_way.has_read(about.session, about.customer.id, SENSITIVE_ADVICE) is False:
        return UNKNOWN
    asked = {"customer": about.customer.id, "reply": SENSITIVE_ADVICE}
    sent = about.session.execute(_LETTERS_CALLED, asked).first()
    return _ago(sent.created_at if sent is not None else None, about.now)


@provides
def confirmed_in_writing(about: About) -> Value:
    if about.customer is None:
        return UNKNOWN
    if about.case is None:
        return False
    if (known := under_way.here(about.session, about.case.customer_id)) is not None:
        return about.case.id in known.drafted
    return about.session.scalars(_DRAFTED.where(Run.case_id == about.case.id)).first() is not None


def _ago(moment: datetime | None, now: datetime) -> Value:
    passed = windows.since(moment, now)
    return UNKNOWN if passed is None else passed


@provides
def jurisdiction(about: About) -> Value:
    """By the country of the customer's newest number."""
    if about.customer is None or about.vault is None:
        return UNKNOWN
    number = number_of(about.session, about.vault, about.customer)
    return jurisdiction_of(number) if number is not None else UNKNOWN
