"""Looking up what customers ordered, for the steps of a wave that need it: before their transactions, because nothing
may be waited for in one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.orders.looking_up import Found, LookingUp, Question
from flows.orders.source import Order, order_of
from flows.runs import providers
from flows.runs.words import written
from flows.store.tables import Case, Customer, Message, Run
from flows.store.vault import Vault
from rules import order_numbers

VERB = "look_up_order"
"""The verb of the steps that need it."""

_ASKED = "orders"
_MOST_MESSAGES = 20
"""How many messages of a case, the newest first, are looked through for an order number."""


def ask(desk: Desk, orders: LookingUp, run_ids: Collection[str]) -> Mapping[str, Found]:
    """What the order source says for the cases of these runs: case -> what was found. Call it outside any
    transaction; it takes `flows.orders.looking_up.BUDGET` at most."""
    questions: dict[str, Question] = {}
    found: dict[str, Found] = {}
    with desk.store.read() as session:
        for case in session.scalars(select(Case).join(Run, Run.case_id == Case.id).where(Run.id.in_(run_ids))):
            question = _question(session, desk.store.vault, case)
            if question is None:
                found[case.id] = Found(why_not="no number")
            else:
                questions[case.id] = question
    return {**found, **dict(zip(questions, orders.look_up(list(questions.values())), strict=True))}


def note(asked: dict[str, Any], found: Mapping[str, Found]) -> None:
    """Keep what was found for the steps of the wave (`Wave.asked`)."""
    asked.setdefault(_ASKED, {}).update(found)


def found_for(session: Session, case_id: str) -> Found | None:
    """What this wave has found for a case; None if it has not asked."""
    found: Found | None = session.info.get("asked", {}).get(_ASKED, {}).get(case_id)
    return found


def keep(vault: Vault, case: Case, found: Found, now: datetime) -> None:
    """Seal what was found on the case: under the customer's key, so that it goes with it."""
    told = {
        "orders": [each.to_json() for each in found.orders],
        "about": found.about.to_json() if found.about is not None else None,
        "named_another": found.named_another,
        "at": now.isoformat(),
    }
    case.sealed_orders = vault.seal(case.customer_id, told)


def order_about(vault: Vault, case: Case) -> Order | None:
    """The order that a case is about, as it was looked up; None where none is known, or it is erased."""
    told = vault.open_or_nothing(case.sealed_orders).get("about")
    return order_of(told) if isinstance(told, dict) else None


def _question(session: Session, vault: Vault, case: Case) -> Question | None:
    number = providers.number_of(session, vault, session.get_one(Customer, case.customer_id))
    if number is None:
        return None
    theirs = select(Message).where(Message.case_id == case.id, Message.author == "customer")
    newest = session.scalars(theirs.order_by(Message.sent_at.desc(), Message.id).limit(_MOST_MESSAGES))
    text = "\n".join(written(vault, session, each).text for each in newest)
    return Question(number, text, order_numbers.find(text))
