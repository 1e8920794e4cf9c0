"""Complaints as the store keeps them, and the crowd that they make.

Each is a row in the transaction in which its message is read, so a crash forgets none, and every process counts the
same. To count ten thousand of them again for each message of a surge would make it slower the larger it is; so a wave
asks for them once, and counts what it reads itself from there. What other processes read meanwhile it hears of in the
next wave, some seconds later.

Complaints about the same thing (the fact `topic`) make a crowd of their own: a late parcel and a burning charger are
two causes, however many write of either. When an incident ends, its crowd is gone: whoever had complained before
does not count towards another one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from flows.runs import causes
from flows.store.tables import Complaint, Message
from rules.topics import OTHER
from rules.vocabulary import SIGN
from rules.windows import Crowd

_CROWDS = "crowds"
_ABOUT: ColumnElement[str] = func.coalesce(
    Complaint.topic, OTHER
)  # older complaints were written down before anybody asked
_LATELY = select(Complaint.customer_id, Complaint.at, _ABOUT).where(Complaint.at > bindparam("after"))
_LAST = select(func.max(Complaint.at))


@dataclass
class Crowds:
    """Who complained lately: everybody, and those who complained about the same thing."""

    everyone: Crowd = field(default_factory=Crowd)
    by_topic: dict[str, Crowd] = field(default_factory=dict)

    def add(self, who: str, at: datetime, topic: str | None, ended: datetime | None) -> None:
        """Note that `who` complained about `topic` at `at`, of which the last incident `ended` then. To say it again
        changes nothing."""
        self.everyone.add(who, at)
        if ended is None or at >= ended:
            self.by_topic.setdefault(topic or OTHER, Crowd()).add(who, at)

    def about(self, topic: str | None) -> Crowd:
        """The crowd about one thing; about anything where no topic is named."""
        return self.everyone if topic is None else self.by_topic.get(topic, _NOBODY)


_NOBODY = Crowd()


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
    return complaint


def count(session: Session, complaint: Complaint) -> None:
    """Whoever complains is one of the crowd, once it is known what about: for the rest of the wave, too. Should the
    transaction fail, the customer has complained all the same."""
    known: Crowds | None = _asked(session).get(_CROWDS)
    if known is not None:
        _add(session, known, complaint.customer_id, complaint.at, complaint.topic)


def crowd(session: Session, now: datetime, topic: str | None = None) -> Crowd:
    """Who complained lately, about this or about anything, as far back as the window before the present one: asked
    once in a transaction, and once for all transactions of a wave."""
    asked = _asked(session)
    if _CROWDS not in asked:
        found = Crowds()
        after = now - 2 * found.everyone.window
        for customer_id, at, about in session.execute(_LATELY.order_by(Complaint.at), {"after": after}):
            _add(session, found, customer_id, at, about)
        asked[_CROWDS] = found
    known: Crowds = asked[_CROWDS]
    return known.about(topic)


def last(session: Session, topic: str | None = None) -> datetime | None:
    """When any customer last complained, about this or about anything; None if none ever has."""
    return session.scalar(_LAST if topic is None else _LAST.where(is_about(topic)))


def is_about(topic: str) -> ColumnElement[bool]:
    """That a complaint is about this, as a condition of a query."""
    return _ABOUT.is_not_distinct_from(topic)


def forget(session: Session) -> None:
    """An incident has ended in this transaction: what was asked before is out of date."""
    asked = _asked(session)
    for key in [key for key in asked if key == _CROWDS or (isinstance(key, tuple) and key[0] == causes.ENDED)]:
        del asked[key]


def _add(session: Session, crowds: Crowds, who: str, at: datetime, topic: str | None) -> None:
    crowds.add(who, at, topic, causes.last_ended(session, topic or OTHER))


def _asked(session: Session) -> dict[Any, Any]:
    """What this transaction, or the wave that it belongs to, has asked the store before."""
    asked: dict[Any, Any] = session.info.setdefault("asked", {})
    return asked
