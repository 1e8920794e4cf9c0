"""Follow-ups that wait: what a clock would start for a customer in the middle of a crisis that is not theirs."""

from __future__ import annotations

from sqlalchemy.orm import Session

from flows.crisis import freeze
from flows.desk import Desk
from flows.store.tables import Case, Customer, FollowUp
from rules.bundle import Bundle
from rules.language import ReplyName

OF_ITSELF = ("at_night",)
"""Rules that a follow-up obeys in its own way: what falls due at night is put off to the morning."""


def why(desk: Desk, session: Session, planned: FollowUp, bundle: Bundle) -> str | None:
    """Why a follow-up must not start now, by the rules of the content that it was planned with; None if it may.

    Only one that writes to a customer is ever held back. Where its case belongs to a crisis it is about that; otherwise
    it counts as a message about an order.
    """
    case = session.get(Case, planned.case_id) if planned.case_id else None
    if case is None or "may_send" not in bundle.packs.suppliers or not _writes(bundle, planned.playbook):
        return None
    if case.incident_id is not None:
        return None
    answer = freeze.may_send(desk, session, "order", session.get_one(Customer, case.customer_id), by=bundle)
    return None if answer.yes or answer.rule in OF_ITSELF else answer.because


def _writes(bundle: Bundle, playbook: str) -> bool:
    steps = bundle.playbooks[playbook].walk()
    return any(isinstance(value, ReplyName) for step in steps for value in vars(step.verb).values())
