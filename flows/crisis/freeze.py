"""The freeze: from the moment a crisis opens, nothing leaves that is not about it, until a person lifts that.

Whoever wants to send something may ask: our own letters and follow-ups, and every other tool of the business, through
`firebreak may-send` or over HTTP. What is decided, and why, stands in `rules/packs/may_send.yaml`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.channels.whatsapp_address import is_user_id
from flows.crisis.team_words import TEAM_WORDS
from flows.desk import Desk
from flows.errors import FirebreakError, NotFound
from flows.runs import history
from flows.runs.providers import About, gather
from flows.sending import notices
from flows.store.subjects import lock, ring
from flows.store.tables import Alias, Case, Customer, Incident, Run
from rules.bundle import Bundle

MARKETING = "marketing"
"""What a message is for unless it is known to be for something else."""
CRISIS_TEAM = "crisis_team"
_CUSTOMER_ID = re.compile(r"P-", re.IGNORECASE)
LONGEST_REASON = 500  # characters


@dataclass(frozen=True)
class Answer:
    """Whether a message may be sent (`yes`, `no`, or `ask`: a person decides), by which rule, and why in words.
    `until` is when to ask again, where that is known. Nothing in it is personal."""

    may_send: str
    purpose: str
    rule: str | None
    reason: str
    because: str
    incidents: tuple[str, ...]  # those that freeze what is not about them
    customer: str | None = None
    until: datetime | None = None

    @property
    def yes(self) -> bool:
        return self.may_send == "yes"

    def to_json(self) -> dict[str, object]:
        """`{"may_send", "purpose", "freeze", "incidents", "customer", "rule", "reason", "because", "until"}`."""
        return {
            "may_send": self.may_send,
            "purpose": self.purpose,
            "freeze": bool(self.incidents),
            "incidents": list(self.incidents),
            "customer": self.customer,
            "rule": self.rule,
            "reason": self.reason,
            "because": self.because,
            "until": self.until.isoformat() if self.until is not None else None,
        }


def may_send(
    desk: Desk,
    session: Session,
    purpose: str | None = None,
    customer: Customer | None = None,
    *,
    by: Bundle | None = None,
) -> Answer:
    """Whether a message for this purpose may go to this customer now; without a customer, to anybody at all.

    A purpose that is not one of the fact `purpose` counts as marketing. `by` is the content whose rules are asked; the
    one in force if it is left out.
    """
    bundle = by if by is not None else desk.shelf.current
    pack = bundle.packs.suppliers.get("may_send")
    if pack is None:
        raise FirebreakError("the content in force has no rules for what may be sent; release may_send.yaml")
    known = purpose_of(bundle, purpose)
    now = desk.now()
    morning = bundle.hours.quiet_until(now, desk.timezone)
    given = {**desk.given, "purpose": known}
    if customer is not None:
        given["in_incident"] = _in_incident(session, customer)
    about = About(session, now, customer=customer, given=given, vault=desk.store.vault, zone=desk.timezone)
    facts = gather(about, bundle, pack.facts())
    decision = pack.decide(facts)
    rule = decision.rule
    return Answer(
        may_send=str(rule.then["may_send"]) if rule is not None else "no",
        purpose=known,
        rule=rule.id if rule is not None else None,
        reason=rule.title if rule is not None else "No rule says that it may be sent",
        because=decision.because.sentence() if decision.because is not None else "no rule holds",
        incidents=tuple(each.id for each in frozen_by(session)),
        customer=customer.id if customer is not None else None,
        until=morning if rule is not None and rule.id == "at_night" else None,
    )


def asked(desk: Desk, purpose: str | None = None, to: str | None = None) -> dict[str, object]:
    """What another tool is answered: `Answer.to_json` about a message for this purpose, to a number, a user id or the
    id of a customer (P-…), or to nobody in particular. Raises `NotFound` where it cannot be told who is meant."""
    with desk.store.read() as session:
        customer = customer_at(desk, session, to) if to is not None else None
        return may_send(desk, session, purpose, customer).to_json()


def purpose_of(bundle: Bundle, purpose: str | None) -> str:
    """What a message is for, in the words of the fact `purpose`."""
    word = (purpose or "").strip().lower()
    return word if word in bundle.vocabulary.fact("purpose").values else MARKETING


def frozen_by(session: Session) -> Sequence[Incident]:
    """The open incidents whose freeze nobody has lifted, oldest first."""
    still = select(Incident).where(Incident.closed_at.is_(None), Incident.freeze_lifted_at.is_(None))
    return session.scalars(still.order_by(Incident.opened_at, Incident.id)).all()


def lifted(session: Session) -> Sequence[Incident]:
    """The open incidents whose freeze somebody has lifted, oldest first."""
    they = select(Incident).where(Incident.closed_at.is_(None), Incident.freeze_lifted_at.is_not(None))
    return session.scalars(they.order_by(Incident.opened_at, Incident.id)).all()


def lift(
    desk: Desk, session: Session, incident: Incident, by: str, reason: str, *, flow_run: str | None = None
) -> None:
    """Somebody takes it upon them that what is not about this incident may be sent again, although it goes on.

    The reason is kept sealed with the incident; the crisis team is told who did it.
    """
    words = " ".join(reason.split())
    if not words:
        raise FirebreakError('Say why, for those who ask later: --reason "Only one region is hit"')
    if len(words) > LONGEST_REASON:
        raise FirebreakError(f"The reason has {len(words):,} characters; {LONGEST_REASON} are enough.")
    _require_open(session, incident)
    if incident.freeze_lifted_at is not None:
        raise FirebreakError(f"The freeze of {incident.id} was lifted already, by {incident.freeze_lifted_by}.")
    incident.freeze_lifted_at, incident.freeze_lifted_by = desk.now(), by
    incident.sealed_lift_reason = desk.store.vault.seal(incident.id, {"reason": words})
    _tell(desk, session, incident, "freeze lifted", by, flow_run)


def again(desk: Desk, session: Session, incident: Incident, by: str, *, flow_run: str | None = None) -> None:
    """Put the freeze of an open incident in force again."""
    _require_open(session, incident)
    if incident.freeze_lifted_at is None:
        raise FirebreakError(f"The freeze of {incident.id} is in force; nobody has lifted it.")
    incident.freeze_lifted_at = incident.freeze_lifted_by = incident.sealed_lift_reason = None
    _tell(desk, session, incident, "freeze again", by, flow_run)


def customer_at(desk: Desk, session: Session, address: str) -> Customer | None:
    """The customer with this number, business-scoped user id or id (P-…), without noting anything; None for a number
    or user id that has never written to us.

    Raises `NotFound` for what is no address. The number is not repeated in any message.
    """
    written = unicodedata.normalize("NFKC", address).strip()
    if _CUSTOMER_ID.match(written):
        known = session.get(Customer, written.upper())
        if known is None:
            raise NotFound("there is no customer with this id; `firebreak cases` lists those who have a case")
        return _today(session, known)
    user_id = is_user_id(written)
    number = re.sub(r"^(\+|00)", "", re.sub(r"[\s().\-/]", "", written))
    if not user_id and not re.fullmatch(r"[0-9]{5,20}", number):
        raise NotFound("this is no telephone number, user id or id of a customer; a number needs its country code")
    blind = desk.store.vault.blind("user_id" if user_id else "wa_id", written if user_id else number)
    alias = session.get(Alias, blind)
    return _today(session, session.get_one(Customer, alias.customer_id)) if alias is not None else None


def _today(session: Session, customer: Customer) -> Customer:
    """Who somebody is by now, after any merging."""
    while customer.merged_into is not None:
        customer = session.get_one(Customer, customer.merged_into)
    return customer


def _in_incident(session: Session, customer: Customer) -> bool:
    """Whether any case of the customer belongs to an incident that goes on."""
    theirs = select(Case.id).join(Incident, Incident.id == Case.incident_id)
    theirs = theirs.where(Case.customer_id == customer.id, Incident.closed_at.is_(None))
    return session.scalars(theirs.limit(1)).first() is not None


def _require_open(session: Session, incident: Incident) -> None:
    lock(session, incident.id)
    session.refresh(incident)
    if incident.closed_at is not None:
        raise FirebreakError(f"{incident.id} is closed, and its freeze ended with it.")


def _tell(desk: Desk, session: Session, incident: Incident, event: str, by: str, flow_run: str | None) -> None:
    now, words = desk.now(), TEAM_WORDS[desk.language][event].format(by=by)
    history.tell_of(session, incident.id, now, event, {"by": by}, incident_id=incident.id, flow_run=flow_run)
    runs = select(Run).where(Run.incident_id == incident.id, Run.called_by.is_(None), Run.status != "finished")
    run = session.scalars(runs.order_by(Run.started_at, Run.id).limit(1)).first()
    if run is not None:
        notices.notice(desk, session, run, "freeze", CRISIS_TEAM, words)
        ring(session, incident.id, now)
