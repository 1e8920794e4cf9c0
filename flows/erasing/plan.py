"""The deletion plan of a case: what the rules say about each place, with the dates of this customer filled in, and what
happens to each message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.erasing import holds
from flows.erasing.inventory import META_KEEPS, Inventory, Record, inventory
from flows.errors import FirebreakError
from flows.runs import providers
from flows.store.tables import Case, Customer, Promise, Run
from rules.bundle import DELETION_PLAN, Bundle
from rules.deletion_plan import PlaceWays, Way
from rules.language import ANSWERED
from rules.vocabulary import Facts

DECISION = "evidence_decision"
What = Literal["erase", "mask", "keep", "look", "gone"]
WHAT: Mapping[What, str] = {
    "erase": "is erased",
    "mask": "stays, with its personal details masked",
    "keep": "stays as it is",
    "look": "nothing happens until somebody has looked at it",
    "gone": "is erased already",
}


@dataclass(frozen=True)
class PlacePlan:
    """What is done in one place. `what`, `why_not` and `title` are texts by language."""

    place: str
    title: Mapping[str, str]
    can: str
    what: Mapping[str, str]
    why_not: Mapping[str, str]
    who: str
    due: datetime | None
    """By when; None where no day follows from anything."""
    because: str

    def to_json(self) -> dict[str, Any]:
        """For a machine; all languages."""
        return {
            "place": self.place,
            "title": dict(self.title),
            "can": self.can,
            "what": dict(self.what),
            "why_not": dict(self.why_not) or None,
            "who": self.who,
            "due": self.due.isoformat() if self.due else None,
            "because": self.because,
        }


@dataclass(frozen=True)
class MessagePlan:
    """What happens to one message in our records."""

    record: Record
    what: What
    why: str
    """A closed word: the reason of a hold, evidence, undecided, or nothing."""

    def to_json(self) -> dict[str, Any]:
        """For a machine."""
        return {
            "id": self.record.id,
            "whose": self.record.whose,
            "sent_at": self.record.sent_at.isoformat() if self.record.sent_at else None,
            "what": self.what,
            "why": self.why or None,
            "recall_until": self.record.recall_until.isoformat() if self.record.recall_until else None,
            "recall_tried_until": self.record.try_until.isoformat() if self.record.try_until else None,
        }


@dataclass(frozen=True)
class Plan:
    """The plan of a case as things stand at one moment. Nothing personal is in it."""

    case_id: str
    customer_id: str
    at: datetime
    decision: str
    """What may become of the records: a value of `evidence_decision`, or unknown."""
    places: tuple[PlacePlan, ...]
    messages: tuple[MessagePlan, ...]
    """Those that can still be recalled first, soonest deadline first."""
    inventory: Inventory

    def urgent_first(self) -> list[PlacePlan]:
        """The places with the soonest day first; those without a day last."""
        return sorted(self.places, key=lambda place: (place.due is None, place.due or self.at))

    def in_short(self) -> dict[str, str]:
        """Place -> whether it can be removed there: closed words, as the journal takes them."""
        return {place.place: place.can for place in self.places}

    def to_json(self) -> dict[str, Any]:
        """For a machine; all languages."""
        return {
            "case": self.case_id,
            "customer": self.customer_id,
            "at": self.at.isoformat(),
            "evidence_decision": self.decision,
            "counts": self.inventory.counts(),
            "places": [place.to_json() for place in self.urgent_first()],
            "messages": [message.to_json() for message in self.messages],
        }


def plan_of(desk: Desk, session: Session, case: Case, bundle: Bundle | None = None) -> Plan:
    """The plan of a case, by the content in force or by the given one.

    Raises `FirebreakError` when that content is older than deletion plans.
    """
    bundle = bundle or desk.shelf.current
    if bundle.deletion_plan is None:
        raise FirebreakError(f"the content in force has no {DELETION_PLAN}; add it and run `firebreak release`")
    customer = session.get_one(Customer, case.customer_id)
    found = inventory(desk, session, customer, bundle)
    facts = _facts(desk, session, case, customer, bundle)
    decision = str(facts[DECISION]) if DECISION in facts else "unknown"
    days = {
        "each_message": min((each.recall_until for each in found.records if each.recall_until), default=None),
        "answer": _promised(session, case),
        "retention": _forgotten_at(found),
    }
    places = tuple(
        _place(bundle, name, place, facts, days, case.opened_at) for name, place in bundle.deletion_plan.places()
    )
    in_force = holds.active(session, customer.id)
    messages = tuple(_message(record, decision, in_force) for record in found.urgent_first())
    return Plan(case.id, customer.id, found.at, decision, places, messages, found)


def _facts(desk: Desk, session: Session, case: Case, customer: Customer, bundle: Bundle) -> Facts:
    assert bundle.deletion_plan is not None
    about = providers.About(session, desk.now(), customer=customer, case=case, given=desk.given, vault=desk.store.vault)
    wanted = {*bundle.deletion_plan.facts(), DECISION} & bundle.vocabulary.facts.keys()
    return providers.gather(about, bundle, wanted)


def _place(
    bundle: Bundle,
    name: str,
    place: PlaceWays,
    facts: Facts,
    days: Mapping[str, datetime | None],
    opened_at: datetime,
) -> PlacePlan:
    conditions = tuple(way.when for way in place.ways if way.when is not None)
    decided = bundle.branches(conditions).decide(facts) if conditions else None
    chosen = int(decided.rule.id) - 1 if decided is not None and decided.rule is not None else len(place.ways) - 1
    way = place.ways[chosen]
    because = decided.because.sentence() if decided is not None and decided.because is not None else ""
    return PlacePlan(
        name,
        _plain(place.title),
        way.can,
        _plain(way.what),
        _plain(way.why_not or {}),
        str(way.who),
        _due(way, days, opened_at),
        because,
    )


def _due(way: Way, days: Mapping[str, datetime | None], opened_at: datetime) -> datetime | None:
    if way.within is not None:
        return opened_at + way.within
    return days[way.until] if way.until is not None else None


def _message(record: Record, decision: str, in_force: holds.Holds) -> MessagePlan:
    """A hold always wins; then what was decided about the chat. What is undecided stays untouched."""
    if record.erased:
        return MessagePlan(record, "gone", "")
    mask: What = "mask" if record.personal else "keep"
    if record.held:
        what: What = "keep" if in_force.untouched(record.id) or decision != "mask" else mask
        return MessagePlan(record, what, record.kept[0].reason)
    if decision == "keep":
        return MessagePlan(record, "keep", "law or dispute")
    if decision == "mask" and record.is_evidence:
        return MessagePlan(record, mask, "evidence")
    if decision in ("mask", "erase"):
        return MessagePlan(record, "erase", "")
    return MessagePlan(record, "look", "undecided")


def _promised(session: Session, case: Case) -> datetime | None:
    """The day promised for the answer, by the newest run of the case that made the promise."""
    made = (
        select(Promise.due_at)
        .join(Run, Run.id == Promise.run_id)
        .where(Run.case_id == case.id, Promise.name == ANSWERED, Promise.status != "void")
    )
    return session.scalars(made.order_by(Run.started_at.desc()).limit(1)).first()


def _forgotten_at(found: Inventory) -> datetime | None:
    """When WhatsApp's own time for the newest message is over; None when it is."""
    newest = max((each.sent_at for each in found.records if each.sent_at is not None), default=None)
    return newest + META_KEEPS if newest is not None and newest + META_KEEPS > found.at else None


def _plain(texts: Mapping[Any, Any]) -> dict[str, str]:
    return {str(language): str(text) for language, text in texts.items()}
