"""`clear_phone` has a colleague delete the chat on our own phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from textwrap import shorten
from typing import ClassVar

from flows.runs import listing, our_messages
from flows.runs.outcome import Done, Outcome, Waiting
from flows.runs.work import Work
from flows.store.tables import Task
from flows.verbs.action import Action
from rules.language import ON_CALL, RoleName, says

AGAIN = timedelta(days=1)
"""How often somebody is told again, until it is answered."""
BEGINNING = 60
"""How many characters of a message are enough to find it by."""


@dataclass(frozen=True)
class ClearPhone(Action):
    """Have somebody delete the chat with this customer on our own phones ("delete for me"). That removes nothing on the
    customer's phone. They are told again every day until they answer, and only an answer `done` proves it.

    What is held stays; if everything is, nobody is asked.
    """

    verb: ClassVar[str] = "clear_phone"
    short: ClassVar[str | None] = "who"
    waits: ClassVar[bool] = True
    proves: ClassVar[frozenset[str]] = frozenset({"phone_cleared"})
    example: ClassVar[str] = "clear_phone: {who: on_call}"

    who: RoleName = says("The role whose phone has the chat", default=RoleName(ON_CALL))

    def act(self, work: Work) -> Outcome:
        if work.customer is None:
            return Done(counted={"phone_cleared": 0})
        holds = our_messages.held(work.session, work.customer.id)
        if None in holds:
            return Done(counted={"phone_cleared": 0}, note={"held": "everything"})
        held = sorted(each for each in holds if each is not None)
        stays = {"stays": _held_ones(work, held)} if held else None
        task = work.ask("do", self.who, _question(len(held)), details=stays, items=[(work.customer.id, None)])
        self._tell(work, task)
        return Waiting({"task": task.id}, {"held": len(held)} if held else {})

    def reminded(self, work: Work) -> bool:
        self._tell(work, work.task())
        return True

    def answered(self, work: Work, task: Task) -> Outcome:
        counted = self._counted(work, task)
        return Done(counted=counted, note={"answered_by": task.answered_by or "", **counted})

    def timed_out(self, work: Work) -> Mapping[str, int]:
        return self._counted(work, work.task())

    def _tell(self, work: Work, task: Task) -> None:
        work.tell(self.who, "A chat is to be deleted on our own phones", task=task)
        work.remind_in(AGAIN)

    def _counted(self, work: Work, task: Task) -> dict[str, int]:
        return {"phone_cleared": listing.counts(listing.items_of(work.session, task.id)).get("done", 0)}


def _held_ones(work: Work, held: Sequence[str]) -> str:
    """The held messages as the person at the phone finds them: when they were sent, and how they begin."""
    found = [our_messages.words_of(work.session, work.desk.store.vault, each) for each in held]
    shown = sorted((at, words) for at, words in filter(None, found) if at is not None)
    return "; ".join(f"{work.at(at)} {shorten(words, BEGINNING, placeholder='…')}" for at, words in shown)


def _question(held: int) -> str:
    if held:
        kept = "1 message is held and stays" if held == 1 else f"{held} messages are held and stay"
        return (
            "Please delete the chat with this customer on each of our own phones and computers, but not all of it: "
            f"{kept}. Hold the other messages one by one and choose Delete for me. Answer done when only what is held "
            "is left, or failed."
        )
    return (
        "Please delete the chat with this customer on each of our own phones and computers, with its files: in the "
        "list of chats hold it and choose Delete chat. Answer done when it is gone everywhere, or failed."
    )
