"""Complaints as the store keeps them, and the crowd that they make.

Each is a row in the transaction in which its message is read, so a crash forgets none, and every process counts the
same. To count ten thousand of them again for each message of a surge would make it slower the larger it is; so a wave
asks for them once, and counts what it reads itself from there. What other processes read meanwhile it hears of in the
next wave, some seconds later.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from flows.store.tables import Complaint, Message
from rules.windows import Crowd

SIGN = "sign_"
"""How the names of the facts begin that tell what kind of complaint a message is."""

_CROWD = "crowd"
_LATELY = select(Complaint.customer_id, Complaint.at).where(Complaint.at > bindparam("after")).order_by(Complaint.at)
_LAST = select(func.max(Complaint.at))


def record(session: Session, message: Message) -> Complaint | None:
    """Write down that a message is a complaint, if its facts say so: by what it is for, or by a sign of one in it.

    It happened when the customer wrote it, or when it came in if that was earlier: a clock that runs ahead must not
    keep somebody in the crowd for days. How severe it is, is for the rules to say.
    """
    facts = message.facts or {}
    signs = sorted(name for name, value in facts.items() if name.startswith(SIGN) and value is True)
    if facts.get("intent") != "complaint" and not signs:
        return None
    at = min(message.sent_at, message.received_at)
    complaint = Complaint(message_id=message.id, customer_id=message.customer_id, at=at, signs=signs)
    session.add(complaint)
    known = _asked(session).get(_CROWD)
    if known is not None:  # should the transaction fail, the customer has complained all the same
        known.add(message.customer_id, at)
    return complaint


def crowd(session: Session, now: datetime) -> Crowd:
    """Who complained lately, as far back as the window before the present one: asked once in a transaction, and once
    for all transactions of a wave."""
    asked = _asked(session)
    if _CROWD not in asked:
        found = Crowd()
        for customer_id, at in session.execute(_LATELY, {"after": now - 2 * found.window}):
            found.add(customer_id, at)
        asked[_CROWD] = found
    known: Crowd = asked[_CROWD]
    return known


def last(session: Session) -> datetime | None:
    """When any customer last complained; None if none ever has."""
    return session.scalar(_LAST)


def _asked(session: Session) -> dict[str, Any]:
    """What this transaction, or the wave that it belongs to, has asked the store before."""
    asked: dict[str, Any] = session.info.setdefault("asked", {})
    return asked
