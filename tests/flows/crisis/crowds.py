"""Crowds that complain, on a store of any kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from flows.desk import Desk
from flows.ids import new_id
from flows.receiving.receive import receive
from flows.runs import waves
from flows.store.database import Store
from flows.store.tables import Case, Incident, Message
from tests.flows.receiving import bodies

LATE = "My parcel has not arrived after two weeks"
FIRE = "Your charger caught fire in my kid's room"
BROKEN = "The coffee machine arrived broken, it does not work at all"
DELETE = "Please delete my personal information from this chat"


def write(store: Store, who: Iterable[int], words: str = LATE) -> None:
    """Each of these customers writes this now, in one webhook body."""
    senders = [f"1555{number:07}" for number in who]
    with store.read() as session:
        first = session.scalar(select(func.count()).select_from(Message)) or 0
    at = str(int(store.clock.now().timestamp()))
    items = [
        bodies.text(first + n, sender=sender, words=words, timestamp=at) for n, sender in enumerate(senders, start=1)
    ]
    receive(store, bodies.raw(bodies.messages(*items, contacts=[bodies.contact(sender) for sender in senders])))


def respond(desk: Desk) -> None:
    """Move everything that can move now."""
    while waves.move(desk, new_id("R")):
        pass


@dataclass(frozen=True)
class Seen:
    """An incident as a test looks at it: what it is about, how many cases it has, and whether it is open."""

    topic: str | None
    cases: int
    open: bool
    severity: int


def incidents(store: Store) -> list[Seen]:
    """Every incident, in the order of what it is about."""
    with store.read() as session:
        rows = session.scalars(select(Incident).order_by(Incident.topic, Incident.opened_at, Incident.id)).all()
        counted = dict(
            session.execute(select(Case.incident_id, func.count()).group_by(Case.incident_id)).tuples().all()
        )
    return [Seen(row.topic, counted.get(row.id, 0), row.closed_at is None, row.severity) for row in rows]


def ids(store: Store, topic: str | None = None) -> list[str]:
    """The ids of the incidents (about this), the oldest first."""
    wanted = select(Incident.id).order_by(Incident.opened_at, Incident.id)
    with store.read() as session:
        return list(session.scalars(wanted.where(Incident.topic == topic) if topic else wanted))
