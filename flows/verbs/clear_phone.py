"""`clear_phone` has a colleague delete the chat on our own phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from textwrap import shorten
from typing import ClassVar

from flows.erasing import exports, holds
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
    """Have somebody delete the chat with this customer on our own phones ("delete for me"), and the files that it was
    exported to. That removes nothing on the customer's phone. They are told again every day until they answer, and only
    an answer `done`, for each of them, proves it.

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
        in_force = holds.active(work.session, work.customer.id)
        if in_force.everything:
            return Done(counted={"phone_cleared": 0}, note={"held": "everything"})
        held = sorted({row.about for row in in_force.rows if row.about is not None})
        stays = {"stays": _held_ones(work, held)} if held else None
        files = [each.id for each in exports.left(work.session, work.customer.id)]
        about = [(each, None) for each in (work.customer.id, *files)]
        task = work.ask("do", self.who, _question(len(held), len(files)), details=stays, items=about)
        self._tell(work, task)
        return Waiting({"task": task.id}, {"held": len(held)} if held else {})

    def reminded(self, work: Work) -> bool:
        self._tell(work, work.task())
        return True

    def answered(self, work: Work, task: Task) -> Outcome:
        items = listing.items_of(work.session, task.id)
        exports.deleted_by_hand(work.session, [item.about for item in items if item.status == "done"], work.now)
        counted = self._counted(work, task)
        return Done(counted=counted, note={"answered_by": task.answered_by or "", **counted})

    def timed_out(self, work: Work) -> Mapping[str, int]:
        return self._counted(work, work.task())

    def _tell(self, work: Work, task: Task) -> None:
        work.tell(self.who, "A chat is to be deleted on our own phones", task=task)
        work.remind_in(AGAIN)

    def _counted(self, work: Work, task: Task) -> dict[str, int]:
        return {"phone_cleared": int(all(item.status == "done" for item in listing.items_of(work.session, task.id)))}


def _held_ones(work: Work, held: Sequence[str]) -> str:
    """The held messages as the person at the phone finds them: when they were sent, and how they begin."""
    found = [our_messages.words_of(work.session, work.desk.store.vault, each) for each in held]
    shown = sorted((at, words) for at, words in filter(None, found) if at is not None)
    return "; ".join(f"{work.at(at)} {shorten(words, BEGINNING, placeholder='…')}" for at, words in shown)


def _question(held: int, files: int) -> str:
    where = "Please delete the chat with this customer on each of our own phones and computers"
    if held:
        kept = "1 message is held and stays" if held == 1 else f"{held} messages are held and stay"
        said = [f"{where}, but not all of it: {kept}. Hold the other messages one by one and choose Delete for me."]
    else:
        said = [f"{where}, with its files: in the list of chats hold it and choose Delete chat."]
    if files:
        listed = "1 file that the chat was exported to is" if files == 1 else f"{files} files with the chat are"
        said.append(
            f"{listed} on the list, too: delete every copy. Tick each off when it is gone everywhere, or failed."
        )
    else:
        gone = "only what is held is left" if held else "it is gone everywhere"
        said.append(f"Answer done when {gone}, or failed.")
    return " ".join(said)
