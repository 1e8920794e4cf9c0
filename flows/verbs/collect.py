"""`collect` brings a list, so that `for_each` can do something about each of its items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.runs import our_messages
from flows.runs.outcome import Done, Item, Outcome
from flows.runs.work import Work
from flows.verbs.action import Action
from rules.language import ListName, says

LISTS = {"our_messages": "what we wrote to this customer, sent by WhatsApp or by hand, oldest first"}


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
    written = our_messages.to_customer(work.session, work.customer.id)
    return tuple(Item(each.id, f"sent {work.at(each.sent_at)}", each.sent_at) for each in written)
