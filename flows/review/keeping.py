"""Whether the chat with a customer is worth keeping, by the rule pack `retention` and by what is still going on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Select, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from flows.runs import providers
from flows.runs.work import Work
from flows.store.tables import Alias, Case, Customer, FollowUp, Message, Outbox, Run, Task
from flows.store.vault import GONE
from rules.bundle import Bundle
from rules.vocabulary import UNKNOWN, Value

VALUE = "retention_value"
ASKED = {
    "order_state": "order_not_known",
    "after_sales_period": "order_not_known",
    "evidence_value": "evidence_not_known",
}
"""What nobody may have said about a customer, in the order in which it is looked at, and the word for it."""


@dataclass(frozen=True)
class Judged:
    """What keeping a chat is worth (`none`, `some`, `needed`; `unknown` where a person has to say), and why: the id of
    the rule that decided, or the word for what nobody has said."""

    value: str
    why: str


def judge(work: Work, customer: Customer) -> Judged:
    """What keeping the chat with this customer is worth. What is still going on is needed, whatever the rules say."""
    return judged(work.session, work.bundle, work.now, customer, work.desk.given)


def judged(session: Session, bundle: Bundle, now: datetime, customer: Customer, given: Mapping[str, Value]) -> Judged:
    """The same, by this content and at this moment. `given` are facts that a rehearsal takes as known."""
    if (why := going_on(session, customer.id)) is not None:
        return Judged("needed", why)
    about = providers.About(session, now, customer=customer, given={**given, **_said(session, customer.id)})
    known = providers.known(about, bundle, (VALUE,))
    derived = bundle.derive(known, (VALUE,))
    value = str(derived.facts[VALUE])
    decision = derived.decisions.get("retention")
    if decision is not None and decision.rule is not None:
        return Judged(value, decision.rule.id)
    return Judged(value, next((word for fact, word in ASKED.items() if known[fact] == UNKNOWN), "order_not_known"))


def going_on(session: Session, customer_id: str) -> str | None:
    """What is still going on with a customer, as a closed word; None if nothing is. Who has that is never touched."""
    asked = {"customer": customer_id}
    return next((word for word, found in _GOING_ON.items() if session.scalar(found, asked)), None)


def anything_left(session: Session, customer_id: str) -> bool:
    """Whether there is anything of a customer that could still be read."""
    left = or_(
        exists().where(Alias.customer_id == customer_id),
        exists().where(Message.customer_id == customer_id, Message.sealed_content != GONE),
        exists().where(Outbox.customer_id == customer_id, Outbox.sealed_body != GONE),
    )
    return bool(session.scalar(select(left)))


_OF: BindParameter[str] = bindparam("customer")
_UNSENT = ("ready", "sending")
_GOING_ON: Mapping[str, Select[tuple[bool]]] = {
    word: select(exists().where(*found))
    for word, found in {
        "case_open": (Case.customer_id == _OF, Case.closed_at.is_(None)),
        "procedure_runs": (Run.subject_id == _OF, Run.status != "finished"),
        "follow_up_planned": (FollowUp.subject_id == _OF, FollowUp.status == "waiting"),
        "task_open": (Task.subject_id == _OF, Task.status == "open"),
        "text_on_its_way": (Outbox.subject_id == _OF, Outbox.status.in_(_UNSENT)),
        "message_unread": (Message.customer_id == _OF, Message.handled_at.is_(None)),
    }.items()
}


def _said(session: Session, customer_id: str) -> dict[str, Value]:
    """What is known from the customer's cases; where two say something, the newer one counts."""
    cases = select(Case.facts).where(Case.customer_id == customer_id).order_by(Case.opened_at, Case.id)
    found: dict[str, Value] = {}
    for facts in session.scalars(cases):
        found.update({name: value for name, value in facts.items() if value != UNKNOWN})
    return found
