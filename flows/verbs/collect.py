"""`collect` brings a list, so that `for_each` can do something about each of its items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import select

from flows.runs.outcome import Done, Item, Outcome
from flows.runs.work import Work
from flows.store.tables import Outbox
from flows.verbs.action import Action
from rules.language import ListName, says

LISTS = {"our_messages": "what we wrote to this customer and WhatsApp has taken, oldest first"}


@dataclass(frozen=True)
class Collect(Action):
    """Bring a list for a `for_each` further down: `our_messages`, what we wrote to this customer, oldest first.

    Every message knows how long ago it was sent (`time_since_message`).
    """

    verb: ClassVar[str] = "collect"
    short: ClassVar[str | None] = "list_"
    lists: ClassVar[frozenset[str]] = frozenset(LISTS)
    example: ClassVar[str] = "collect: our_messages"

    list_: ListName = says("The list to bring", words=LISTS)

    def act(self, work: Work) -> Outcome:
        items = _our_messages(work)
        return Done(brought={str(self.list_): items}, note={"list": self.list_, "count": len(items)})


def _our_messages(work: Work) -> tuple[Item, ...]:
    if work.customer is None:
        return ()
    sent = select(Outbox).where(Outbox.customer_id == work.customer.id, Outbox.sent_at.is_not(None))
    rows = work.session.scalars(sent.order_by(Outbox.sent_at, Outbox.id))
    return tuple(Item(row.id, f"sent {work.at(row.sent_at)}", row.sent_at) for row in rows if row.sent_at is not None)
