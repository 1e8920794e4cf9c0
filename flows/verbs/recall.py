"""`recall` has a colleague delete our messages for everyone, as long as that is possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from sqlalchemy import select

from flows.erasing import holds
from flows.runs import listing, our_messages
from flows.runs.outcome import Done, Outcome, Waiting
from flows.runs.providers import RECALL_TRIED, RECALLABLE
from flows.runs.work import Work
from flows.store.tables import Outbox, Task, TaskItem
from flows.verbs.action import Action
from rules.language import AGE, ON_CALL, RoleName, says

NEAR = timedelta(hours=2)
"""How long before a deadline somebody is told again."""
QUIET = timedelta(hours=1)
"""How long nobody is told again after that."""
TOO_LATE = "too_late"
TRY_ONLY = "try_only"
What = Literal["earlier", "everything"]
WHAT = {
    "earlier": "what we wrote before this case; what it has said itself stays, so that the customer can read it",
    "everything": "every message of ours",
}


@dataclass(frozen=True)
class Recall(Action):
    """Have somebody delete our messages to this customer for everyone, one by one, in the WhatsApp app: those that it
    still can, and the one with the soonest deadline first. The step is done when each is ticked off, confirmed by
    WhatsApp, or too old; `recalled` and `not_recalled` say how many.

    What is held stays. More than 48 hours after it was sent nothing is promised; up to 60 hours it is tried.
    """

    verb: ClassVar[str] = "recall"
    short: ClassVar[str | None] = "who"
    waits: ClassVar[bool] = True
    proves: ClassVar[frozenset[str]] = frozenset({"recalled"})
    example: ClassVar[str] = "recall: {who: on_call}"

    who: RoleName = says("The role whose phone has the chat", default=RoleName(ON_CALL))

    what: What = says("Which of our messages", default="everything", words=WHAT)

    def act(self, work: Work) -> Outcome:
        wanted, held = _recallable(work, self.what)
        note = {"held": held} if held else {}
        if not wanted:
            return Done(counted={"recalled": 0, "not_recalled": 0}, note={"recalled": 0, **note})
        task = work.ask("do", self.who, _question(wanted, held), items=[(each.id, each.due) for each in wanted])
        work.tell(self.who, f"{_messages(len(wanted))} to delete for everyone, {_next(work, wanted[0].due)}", task=task)
        work.wake_at(min(each.expires for each in wanted))
        _remind(work, [each.due for each in wanted])
        return Waiting({"task": task.id}, {"listed": len(wanted), **note})

    def answered(self, work: Work, task: Task) -> Outcome:
        counted = _counted(listing.items_of(work.session, task.id))
        return Done(counted=counted, note={"answered_by": task.answered_by or "", **counted})

    def woken(self, work: Work) -> Outcome:
        """Something is too old by now: it is not to be tried any more."""
        task = work.task()
        items = listing.items_of(work.session, task.id)
        expires = _expiries(work, items)
        listing.expire(work.session, [item for item in items if expires[item.about] <= work.now], work.now)
        left = listing.still_open(items)
        if left:
            work.wake_at(min(expires[item.about] for item in left))
            return Waiting({"task": task.id}, {"too_old": listing.counts(items).get("expired", 0), "left": len(left)})
        if task.status == "open":
            task.status, task.settled_at = "expired", work.now
        counted = _counted(items)
        return Done(counted=counted, note=counted)

    def reminded(self, work: Work) -> bool:
        task = work.task()
        items = listing.items_of(work.session, task.id)
        left = listing.still_open(items)
        near = [item.due_at for item in left if item.due_at and work.now < item.due_at <= work.now + NEAR]
        if near:
            said = f"{len(left)} of {_messages(len(items))} are still to be deleted for everyone"
            work.tell(self.who, f"{said}, {_next(work, min(near))}", task=task)
        _remind(work, [item.due_at for item in left])
        return bool(near)

    def timed_out(self, work: Work) -> Mapping[str, int]:
        items = listing.items_of(work.session, work.task().id)
        listing.expire(work.session, items, work.now)
        return _counted(items)


@dataclass(frozen=True)
class _Wanted:
    """A message to delete: until when that is promised (or tried, where nothing is promised any more), and until when
    it is tried at all."""

    id: str
    due: datetime
    expires: datetime
    promised: bool


def _recallable(work: Work, what: What) -> tuple[list[_Wanted], int]:
    """Our messages that can still be deleted, the soonest deadline first, and how many others could but are held."""
    if work.customer is None:
        return [], 0
    ours = our_messages.to_customer(work.session, work.customer.id)
    stays = _of_this_case(work) if what == "earlier" else frozenset()
    gone = stays | our_messages.taken_back(work.session, work.desk.store.vault, work.customer.id)
    in_force = holds.active(work.session, work.customer.id)
    wanted, kept = [], 0
    for each in ours:
        age = max(work.now - each.sent_at, timedelta(0))
        outlook = work.bundle.derive({AGE: age}, ["recall_outlook"]).facts["recall_outlook"]
        if outlook == TOO_LATE or each.id in gone:
            continue
        if in_force.keeps(each.id):
            kept += 1
            continue
        promised = outlook != TRY_ONLY
        due = each.sent_at + (RECALLABLE if promised else RECALL_TRIED)
        wanted.append(_Wanted(each.id, due, each.sent_at + RECALL_TRIED, promised))
    return sorted(wanted, key=lambda each: (each.due, each.id)), kept


def _of_this_case(work: Work) -> frozenset[str]:
    letters = select(Outbox.id).where(Outbox.case_id == work.run.case_id, Outbox.to == "customer")
    return frozenset(work.session.scalars(letters))


def _expiries(work: Work, items: Sequence[TaskItem]) -> dict[str, datetime]:
    """Until when each message on a list is tried; one that is gone has no time left."""
    sent = {item.about: our_messages.sent_at(work.session, item.about) for item in items}
    return {about: at + RECALL_TRIED if at is not None else work.now for about, at in sent.items()}


def _remind(work: Work, deadlines: Sequence[datetime | None]) -> None:
    """Be asked again shortly before the next of these deadlines, but not at once."""
    ahead = [due for due in deadlines if due is not None and due > work.now + QUIET]
    if ahead:
        work.remind_in(max(min(ahead) - NEAR - work.now, QUIET))


def _counted(items: Sequence[TaskItem]) -> dict[str, int]:
    done = listing.counts(items).get("done", 0)
    return {"recalled": done, "not_recalled": len(items) - done}


def _question(wanted: Sequence[_Wanted], held: int) -> str:
    late = sum(not each.promised for each in wanted)
    in_order = ", one by one, the first on the list first" if len(wanted) > 1 else ""
    said = [
        f"Please delete {_messages(len(wanted))} of ours for everyone{in_order}.",
        "In the WhatsApp app: open the chat, hold the message, choose Delete, then Delete for everyone.",
        "Tick it off as done, or as failed where the app refuses.",
    ]
    if late:
        said.append(f"{late} of {len(wanted)} are older than 48 hours: try it, and promise nothing.")
    if held:
        said.append(f"{_messages(held)} must be kept: leave what is not on the list where it is.")
    return " ".join(said)


def _next(work: Work, due: datetime) -> str:
    return f"the first before {work.at(due)}"


def _messages(count: int) -> str:
    return f"{count} message{'' if count == 1 else 's'}"
