"""Everything that we hold about one customer, as plain data: what the page shows, and what `data.json` is.

What belongs to other people is not in it: no colleague is named, contact cards that the customer sent stay closed, and
of a group nothing is kept but what this customer wrote and what we wrote to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.access import records
from flows.drawing.wording import Wording, languages
from flows.errors import VaultError
from flows.store.customers import owners
from flows.store.database import Store
from flows.store.tables import Alias, Case, Customer, Promise, Run, Task
from rules.bundle import Bundle
from rules.replies import DEFAULT_LOCALE

FORMAT = "firebreak their-data 1"
"""What `data.json` calls itself; the number rises when a key changes its meaning."""

Data = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """Whose data are asked for, when, for which case, in which language, and how far: without `notes` what colleagues
    noted is left out."""

    customer_id: str
    at: datetime
    language: str
    case_id: str | None = None
    notes: bool = True


def language_of(customer: Customer) -> str:
    """The language of a customer's page: Chinese for whoever writes Chinese, else English."""
    return "zh-CN" if (customer.locale or "").startswith("zh") else "en"


def their_data(store: Store, session: Session, bundle: Bundle, asked: Asked) -> Data:
    """Everything that we hold about a customer, ready for JSON; times as ISO 8601 texts in UTC.

    What is erased is counted and not shown. What is held is shown: a hold stands against erasing, not against seeing.
    """
    customer = session.get_one(Customer, asked.customer_id)
    told = list(records.messages(store, session, customer.id))
    living = [each for each in told if not each.pop("erased")]
    return {
        "format": FORMAT,
        "made_at": asked.at.isoformat(),
        "language": asked.language,
        "case": asked.case_id,
        "profile": _profile(store, session, customer),
        "messages": living,
        "cases": list(_cases(store, session, bundle, customer.id, asked.language)),
        "notes": list(_notes(store, session, customer.id)) if asked.notes else [],
        "notes_left_out": not asked.notes,
        "holds": list(records.holds_of(session, customer.id)),
        "copies": list(records.copies(session, customer.id)),
        "privacy_notices": [_notice(each) for each in living if _is_notice(each)],
        "erasures": list(records.erasures(store, session, customer.id)),
        "erased_messages": len(told) - len(living),
    }


def _profile(store: Store, session: Session, customer: Customer) -> Data:
    profile = store.vault.open_or_nothing(customer.sealed_profile)
    labels = set(customer.labels)
    for of_case in session.scalars(select(Case.labels).where(Case.customer_id == customer.id)):
        labels |= set(of_case)
    return {
        "id": customer.id,
        "also_known_as": owners(session, customer.id)[1:],
        "name": profile.get("name"),
        "username": profile.get("username"),
        "addresses": list(_addresses(store, session, customer.id)),
        "language": customer.locale,
        "labels": sorted(labels),
        "known_since": customer.first_seen_at.isoformat(),
        "last_wrote_at": customer.last_wrote_at.isoformat() if customer.last_wrote_at else None,
    }


def _addresses(store: Store, session: Session, customer_id: str) -> Iterator[Data]:
    mine = select(Alias).where(Alias.customer_id == customer_id).order_by(Alias.added_at, Alias.kind)
    for alias in session.scalars(mine):
        try:
            address = str(store.vault.open(alias.sealed_address))
        except VaultError:
            continue  # erased: what is left of it says nothing
        shown = f"+{address.lstrip('+')}" if alias.kind == "wa_id" else address
        yield {"kind": alias.kind, "address": shown, "since": alias.added_at.isoformat()}


def _cases(store: Store, session: Session, bundle: Bundle, customer_id: str, language: str) -> Iterator[Data]:
    say = Wording.of(bundle, language if language in languages(bundle) else DEFAULT_LOCALE)
    mine = select(Case).where(Case.customer_id == customer_id).order_by(Case.opened_at, Case.id)
    for case in session.scalars(mine):
        playbook = bundle.playbooks.get(case.playbook)
        yield {
            "id": case.id,
            "procedure": case.playbook,
            "about": say(playbook.title) if playbook is not None else case.playbook.replace("-", " "),
            "opened_at": case.opened_at.isoformat(),
            "closed_at": case.closed_at.isoformat() if case.closed_at else None,
            "closed_as": case.closed_as,
            "concluded": _known(case.facts),
            "promises": list(_promises(session, case.id)),
            **_orders(store, case),
        }


def _orders(store: Store, case: Case) -> Data:
    """What was looked up of the customer's orders, where anything was."""
    told = store.vault.open_or_nothing(case.sealed_orders)
    return {"orders": told["orders"], "orders_looked_up_at": told["at"]} if told.get("orders") else {}


def _promises(session: Session, case_id: str) -> Iterator[Data]:
    made = select(Promise).join(Run, Run.id == Promise.run_id).where(Run.case_id == case_id)
    for each in session.scalars(made.order_by(Promise.due_at, Promise.name)):
        yield {"name": each.name, "due": each.due_at.isoformat(), "status": each.status}


def _notes(store: Store, session: Session, customer_id: str) -> Iterator[Data]:
    """What colleagues noted beside an answer: by their role, since their names are theirs."""
    noted = select(Task).where(Task.subject_id == customer_id, Task.sealed_remark.is_not(None))
    for task in session.scalars(noted.order_by(Task.answered_at, Task.id)):
        text = store.vault.open_or_nothing(task.sealed_remark).get("text")
        if text:
            at = task.answered_at or task.created_at
            yield {"at": at.isoformat(), "by": task.role, "case": task.case_id, "text": str(text)}


def _known(facts: Mapping[str, Any]) -> Data:
    return {name: value for name, value in sorted(facts.items()) if value not in ("unknown", None)}


def _is_notice(message: Data) -> bool:
    return str(message.get("standard_text") or "").startswith("privacy/notice")


def _notice(message: Data) -> Data:
    return {"at": message["at"], "version": message["standard_text"]}
