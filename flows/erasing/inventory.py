"""The inventory: every message of a customer, with all that decides what can become of it. No text is in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.erasing import holds, items
from flows.erasing.items import Item
from flows.erasing.masking import Person
from flows.runs import our_messages
from flows.runs.providers import RECALL_TRIED, RECALLABLE
from flows.store.tables import Author, Case, Customer, Export, Origin
from flows.store.vault import Vault
from rules.bundle import Bundle
from rules.language import AGE
from rules.personal_data import find
from rules.vocabulary import UNKNOWN

EVIDENCE, OUTLOOK = "message_evidence", "recall_outlook"
TOO_LATE = "too_late"
NONE, LOW, HIGH = "none", "low", "high"
META_KEEPS = timedelta(days=30)
"""How long WhatsApp keeps a message at most (Meta's terms for the Cloud API, 2026)."""


@dataclass(frozen=True)
class Kept:
    """One reason why a message stays: the hold's id, its closed word, and who placed it."""

    id: str
    reason: str
    by: str


@dataclass(frozen=True)
class Record:
    """One message or letter. Closed words, ids and times only."""

    id: str
    whose: Author
    origin: Origin
    kind: str
    sent_at: datetime | None
    """None for a letter of ours that never left."""
    personal: tuple[str, ...]
    """The kinds of personal data in it (`rules.personal_data.KINDS`)."""
    has_text: bool
    evidence: str
    """What it would prove later: none, low, high, or unknown."""
    outlook: str
    """Whether it can still be deleted for everyone: a value of `recall_outlook`; too_late for what is not ours."""
    recall_until: datetime | None
    """Until when that is promised, where it is not too late."""
    try_until: datetime | None
    """Until when it can be tried, where it is not too late."""
    kept: tuple[Kept, ...]
    copies: tuple[str, ...]
    """Where copies of it live: places of the deletion plan (`rules.deletion_plan.PLACES`)."""
    erased: bool = False
    taken_back: bool = False
    """Whether it was deleted for everyone already."""

    @property
    def is_evidence(self) -> bool:
        """Whether it counts as evidence: what nobody can tell does, wherever there is a text."""
        return self.evidence == HIGH or (self.evidence == UNKNOWN and self.has_text)

    @property
    def held(self) -> bool:
        return bool(self.kept)

    @property
    def recallable(self) -> bool:
        """Whether it may still be tried to delete it for everyone."""
        return self.try_until is not None

    def to_json(self) -> dict[str, Any]:
        """The record for a machine; times as ISO 8601 texts."""
        return {
            "id": self.id,
            "whose": self.whose,
            "origin": self.origin,
            "kind": self.kind,
            "sent_at": _iso(self.sent_at),
            "personal_data": list(self.personal),
            "evidence": self.evidence,
            "counts_as_evidence": self.is_evidence,
            "recall_outlook": self.outlook,
            "recallable_until": _iso(self.recall_until),
            "recall_tried_until": _iso(self.try_until),
            "held": self.held,
            "holds": [{"id": each.id, "reason": each.reason, "by": each.by} for each in self.kept],
            "copies": list(self.copies),
            "erased": self.erased,
            "deleted_for_everyone": self.taken_back,
        }


@dataclass(frozen=True)
class Inventory:
    """All records of a customer, oldest first."""

    customer_id: str
    at: datetime
    records: tuple[Record, ...]
    exports: int
    """Files with the customer's data that were written or read, and not removed yet."""

    def urgent_first(self) -> tuple[Record, ...]:
        """What can still be recalled, soonest deadline first; then all others, newest first."""
        young = [each for each in self.records if each.try_until is not None]
        rest = [each for each in reversed(self.records) if each.try_until is None]
        return (*sorted(young, key=lambda each: (each.recall_until or each.try_until or self.at, each.id)), *rest)

    def counts(self) -> dict[str, int]:
        """How many there are of what: numbers that may stand in the journal."""
        living = [each for each in self.records if not each.erased]
        return {
            "messages": len(living),
            "ours": sum(each.whose == "us" for each in living),
            "theirs": sum(each.whose == "customer" for each in living),
            "with_personal_data": sum(bool(each.personal) for each in living),
            "evidence": sum(each.is_evidence for each in living),
            "held": sum(each.held for each in living),
            # A message can still be deleted for everyone when our own record of it is erased already.
            "recallable": sum(each.recall_until is not None for each in self.records),
            "only_to_try": sum(each.recallable and each.recall_until is None for each in self.records),
            "exports": self.exports,
        }

    def kinds(self) -> tuple[str, ...]:
        """The kinds of personal data that stand anywhere in them."""
        return tuple(sorted({kind for each in self.records for kind in each.personal}))


def inventory(desk: Desk, session: Session, customer: Customer, bundle: Bundle | None = None) -> Inventory:
    """Look through everything of a customer, as things stand now.

    `bundle` says by which content messages are judged; without it, by the one in force. Texts are opened to look for
    personal data and for what they prove, and are gone when this returns.
    """
    return looked_through(session, desk.store.vault, bundle or desk.shelf.current, desk.now(), customer)


def looked_through(session: Session, vault: Vault, bundle: Bundle, now: datetime, customer: Customer) -> Inventory:
    """The same for those who have no desk."""
    person = Person.of(session, vault, customer)
    held = holds.active(session, customer.id)
    exports = _exports(session, customer.id)
    backed_up = _backed_up(session, customer.id)
    gone = our_messages.taken_back(session, vault, customer.id)
    records = []
    for item in items.items_of(session, vault, customer.id):
        told = _told(bundle, item, person, now)
        young = item.whose == "us" and item.left and told[OUTLOOK] != TOO_LATE and item.id not in gone
        age = now - item.at
        records.append(
            Record(
                item.id,
                item.whose,
                item.origin,
                item.kind,
                item.at if item.left else None,
                tuple(sorted({span.kind for span in find(item.text, person.region, person.names)})),
                bool(item.text.strip()),
                told[EVIDENCE],
                told[OUTLOOK] if young else TOO_LATE,
                item.at + RECALLABLE if young and age < RECALLABLE else None,
                item.at + RECALL_TRIED if young and age < RECALL_TRIED else None,
                tuple(Kept(hold.id, hold.reason, hold.placed_by) for hold in held.of(item.id)),
                tuple(_copies(item, now, exports, backed_up)),
                item.erased,
                item.id in gone,
            )
        )
    return Inventory(customer.id, now, tuple(records), len(exports))


def _told(bundle: Bundle, item: Item, person: Person, now: datetime) -> Mapping[str, str]:
    """What the packs say of one message: what it proves, and whether it can still be recalled."""
    wanted = {EVIDENCE, OUTLOOK} & bundle.packs.suppliers.keys()
    facts: dict[str, object] = {AGE: max(now - item.at, timedelta(0))}
    if EVIDENCE in wanted and item.text.strip():
        facts |= _read(bundle, item, person)
    elif EVIDENCE in wanted:
        wanted.discard(EVIDENCE)  # there is nothing to read, so nothing follows from its being unread
    known = {name: value for name, value in facts.items() if name in bundle.vocabulary.facts}
    derived = bundle.derive(known, wanted).facts if wanted else {}
    evidence = str(derived.get(EVIDENCE, UNKNOWN))
    if item.from_playbook and not item.erased and evidence != NONE:
        evidence = LOW  # it may speak of prices and of the law, but what was agreed stands in what people wrote
    return {EVIDENCE: evidence, OUTLOOK: str(derived.get(OUTLOOK, TOO_LATE))}


def _read(bundle: Bundle, item: Item, person: Person) -> Mapping[str, object]:
    """The facts of a text: those read when it came in, as long as they are all that is asked for now."""
    asked: Collection[str] = bundle.packs.needs({EVIDENCE}, ())
    of_text = {name for name in asked if name in bundle.vocabulary.facts and bundle.vocabulary[name].source == "text"}
    if of_text <= item.facts.keys():
        return {name: item.facts[name] for name in of_text}
    read = bundle.reading_of(item.text, region=person.region, own_names=person.names)
    return {name: value for name, value in read.facts.items() if name in of_text}


def _copies(item: Item, now: datetime, exports: list[datetime], backed_up: bool) -> list[str]:
    here = [] if item.erased else ["our_records"]
    if not item.left:
        return here
    # That the number is also used in an app nobody here can rule out, so our phone is always among the places.
    here.append("our_phone")
    if backed_up:
        here.append("our_backup")
    if any(made_at >= item.at for made_at in exports):
        here.append("exports")
    here += ["customer_device", "customer_backup"]
    return [*here, "meta"] if now - item.at < META_KEEPS else here


def _exports(session: Session, customer_id: str) -> list[datetime]:
    made = select(Export.made_at).where(Export.customer_id == customer_id, Export.removed_at.is_(None))
    return list(session.scalars(made))


def _backed_up(session: Session, customer_id: str) -> bool:
    """Whether a backup of ours may hold the chat: unless somebody has said no in the newest case that asked."""
    asked = select(Case.facts).where(Case.customer_id == customer_id).order_by(Case.opened_at.desc(), Case.id)
    said = (facts["backup_status"] for facts in session.scalars(asked) if "backup_status" in facts)
    return next(said, UNKNOWN) != "none"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
