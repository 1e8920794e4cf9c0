"""How far a review is: what it has looked at, and the lists that it waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.runs import listing
from flows.runs.opening import HOUSE
from flows.store.tables import Run, Step, Task


@dataclass(frozen=True)
class Listed:
    """A list, or another task, of a review, and how much of it is ticked off."""

    id: str
    role: str
    status: str
    step: str
    items: int
    done: int


@dataclass(frozen=True)
class Standing:
    """Where a review stands. `counts` are those of its steps so far: customers looked at, proposed, erased."""

    run: str
    playbook: str
    status: str
    started_at: datetime
    ended_at: datetime | None
    counts: Mapping[str, int]
    tasks: Sequence[Listed]

    def to_json(self) -> dict[str, Any]:
        ended = self.ended_at.isoformat() if self.ended_at is not None else None
        return {**asdict(self), "started_at": self.started_at.isoformat(), "ended_at": ended}


def under_way(session: Session) -> str | None:
    """The id of the review that is going on; None if there is none."""
    mine = select(Run.id).where(Run.subject_id == HOUSE, Run.status != "finished")
    return session.scalars(mine.order_by(Run.started_at.desc()).limit(1)).first()


def of(session: Session, run_id: str) -> Standing:
    """Where the review with this run stands."""
    run = session.get_one(Run, run_id)
    counts: dict[str, int] = {}
    for step in session.scalars(select(Step).where(Step.run_id == run.id).order_by(Step.began_at, Step.path)):
        for name, count in ((step.outcome.get("review") or {}).get("counts") or {}).items():
            counts[name] = max(count, counts.get(name, 0))
    tasks = session.scalars(select(Task).where(Task.run_id == run.id).order_by(Task.created_at, Task.id)).all()
    lists = listing.lists_of(session, [task.id for task in tasks])
    listed = [
        Listed(
            task.id,
            task.role,
            task.status,
            task.path or "",
            len(lists.get(task.id, ())),
            sum(item.status != "open" for item in lists.get(task.id, ())),
        )
        for task in tasks
    ]
    return Standing(run.id, run.playbook, run.status, run.started_at, run.ended_at, counts, listed)
