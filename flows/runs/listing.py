"""Lists of things to do inside one task: each is settled by itself, and with the last of them the task is answered.

Whoever settles something holds the subject, as for every answer (see `flows/answering.py`). This knows nothing of runs,
so that what WhatsApp reports can be ticked off where it comes in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.store import journal
from flows.store.subjects import ring
from flows.store.tables import ItemStatus, Task, TaskItem

BY_WHATSAPP = "whatsapp"
"""Who has settled a thing of which a webhook told."""


def make(session: Session, task: Task, things: Iterable[tuple[str, datetime | None]]) -> None:
    """List the things of a task in the order in which they are to be done, each as (what it stands for, until when)."""
    session.add_all(
        TaskItem(task_id=task.id, number=number, about=about, due_at=due)
        for number, (about, due) in enumerate(things, 1)
    )


def items_of(session: Session, task_id: str) -> Sequence[TaskItem]:
    """The list of a task in its order; empty for a task that has none."""
    mine = select(TaskItem).where(TaskItem.task_id == task_id).order_by(TaskItem.number)
    return session.scalars(mine.execution_options(populate_existing=True)).all()


def lists_of(session: Session, task_ids: Collection[str]) -> dict[str, list[TaskItem]]:
    """The lists of many tasks, by the task; one without a list is left out."""
    found: dict[str, list[TaskItem]] = {}
    wanted = sorted(task_ids)
    for start in range(0, len(wanted), 500):
        mine = select(TaskItem).where(TaskItem.task_id.in_(wanted[start : start + 500]))
        for item in session.scalars(mine.order_by(TaskItem.task_id, TaskItem.number)):
            found.setdefault(item.task_id, []).append(item)
    return found


def still_open(items: Iterable[TaskItem]) -> list[TaskItem]:
    """Those that nobody has settled yet, in their order."""
    return [item for item in items if item.status == "open"]


def counts(items: Iterable[TaskItem]) -> dict[str, int]:
    """How many are done, failed, expired and open; what does not occur is left out."""
    found = Counter(item.status for item in items)
    return {status: found[status] for status in ("done", "failed", "expired", "open") if found[status]}


def settle(session: Session, task: Task, settled: Mapping[TaskItem, ItemStatus], by: str, now: datetime) -> None:
    """Settle open things of an open task in the name of `by`. When none is open any more the task is answered, and its
    run goes on."""
    for item, status in settled.items():
        item.status, item.settled_at, item.settled_by = status, now, by
    session.flush()
    items = items_of(session, task.id)
    if still_open(items):
        said = {"task": task.id, "by": by, "now": len(settled), **counts(items)}
        about = {"case_id": task.case_id, "incident_id": task.incident_id, "run_id": task.run_id, "path": task.path}
        journal.write(session, task.subject_id, now, "task items settled", said, **about)
        return
    task.answer = dict(counts(items))
    task.status, task.answered_by, task.answered_at = "answered", by, now
    ring(session, task.subject_id, now)


def expire(session: Session, items: Iterable[TaskItem], now: datetime) -> int:
    """The time of these things is over; returns how many of them were still open."""
    over = still_open(items)
    for item in over:
        item.status, item.settled_at = "expired", now
    session.flush()
    return len(over)


def confirmed(session: Session, about: Collection[str], now: datetime) -> int:
    """WhatsApp reports that these were done in the app: whatever open list they stand in, they are done there. Returns
    how many things that settled; nobody has to have asked for it."""
    asked = (
        select(TaskItem, Task)
        .join(Task, Task.id == TaskItem.task_id)
        .where(TaskItem.about.in_(about), TaskItem.status == "open", Task.status == "open")
        .order_by(Task.id, TaskItem.number)
    )
    found: dict[str, tuple[Task, dict[TaskItem, ItemStatus]]] = {}
    for item, task in session.execute(asked).tuples():
        found.setdefault(task.id, (task, {}))[1][item] = "done"
    for task, settled in found.values():
        settle(session, task, settled, BY_WHATSAPP, now)
    return sum(len(settled) for _, settled in found.values())
