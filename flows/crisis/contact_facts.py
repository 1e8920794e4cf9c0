"""Facts about how often we write to a customer unasked, and whether they want us to (see `flows.runs.providers`)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import and_, bindparam, or_, select

from flows.runs import our_messages
from flows.runs.providers import SERVICE_WINDOW, About, provides
from flows.store.tables import Case, Message, Outbox
from rules.vocabulary import UNKNOWN, Value

WEEK = timedelta(days=7)
SWITCH = "user_preferences"
"""The kind of message by which WhatsApp tells that a customer has switched marketing off, or on again."""
SWITCHED_OFF = 131050
"""The code with which WhatsApp refuses a marketing template to somebody who has done so."""

_ours = our_messages.table("customer_id").c
_LATELY = select(_ours.at).where(_ours.at > bindparam("after"))
_WROTE = select(Message.sent_at).where(
    Message.customer_id == bindparam("customer"),
    Message.author == "customer",
    Message.place == "private",
    Message.kind.not_in(("reaction", "edit", "revoke", "system", SWITCH)),
    Message.sent_at > bindparam("after"),
)
_WORDS_OR_SWITCH = (
    select(Message.kind, Message.facts, Message.sealed_content)
    .where(Message.customer_id == bindparam("customer"), Message.author == "customer")
    .where(or_(Message.kind == SWITCH, Message.facts.is_not(None)))
    .order_by(Message.sent_at.desc(), Message.id.desc())
)
_REFUSED = select(Outbox.created_at).where(
    and_(Outbox.customer_id == bindparam("customer"), Outbox.code == SWITCHED_OFF, Outbox.status == "failed")
)
_ASKED_FOR = select(Case.facts, Case.playbook, Case.closed_as).where(Case.customer_id == bindparam("customer"))


@provides
def contacts_from_us_this_week(about: About) -> Value:
    """What we wrote although the customer had not written in the day before: that was no answer."""
    if about.customer is None:
        return UNKNOWN
    ours = about.session.scalars(_LATELY, {"whose": about.customer.id, "after": about.now - WEEK}).all()
    since = about.now - WEEK - SERVICE_WINDOW
    wrote = sorted(about.session.scalars(_WROTE, {"customer": about.customer.id, "after": since}))
    before = [(at, bisect_right(wrote, at)) for at in ours]
    return len([at for at, count in before if count == 0 or at - wrote[count - 1] >= SERVICE_WINDOW])


@provides
def wants_no_messages(about: About) -> Value:
    """By their newest word on it: a sentence, WhatsApp's own switch, or a marketing template that WhatsApp refused for
    that reason."""
    if about.customer is None:
        return UNKNOWN
    asked = {"customer": about.customer.id}
    for kind, facts, content in about.session.execute(_WORDS_OR_SWITCH, asked):
        if kind == SWITCH:
            told = about.vault.open_or_nothing(content) if about.vault is not None else {}
            return _switched(told) == "stop"
        if (facts or {}).get("asks_to_stop") is True:
            return True
    return about.session.scalars(_REFUSED, asked).first() is not None


@provides
def asked_for_deletion(about: About) -> Value:
    if about.customer is None:
        return UNKNOWN
    cases = about.session.execute(_ASKED_FOR, {"customer": about.customer.id})
    return any(
        (facts.get("intent") == "deletion_request" or playbook.startswith("deletion")) and closed_as != "withdrawn"
        for facts, playbook, closed_as in cases  # one that a colleague opened has no message with an intent
    )


def _switched(told: Mapping[str, object]) -> object:
    """`stop` or `resume`, as WhatsApp wrote it; a switch that cannot be read counts as off."""
    element = told.get("raw")
    return element.get("value", "stop") if isinstance(element, dict) else "stop"
