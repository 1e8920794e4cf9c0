"""What has served its time goes, by `playbooks/retention.yaml`; nothing of a case, review or crisis that is running.

The history stays: nothing in it is personal, and its chain would break.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.erasing import exports, holds
from flows.store.tables import (
    Case,
    Complaint,
    Delivery,
    Export,
    FollowUp,
    Incident,
    Rejected,
    Run,
    Seen,
    Step,
    Task,
    Timer,
)
from flows.store.vault import GONE

AT_ONCE = 1000
"""How many rows of finished procedures go in one transaction."""


@dataclass(frozen=True)
class Tidied:
    """One thing that tidying did or found, with how many."""

    what: str
    count: int


def prune(desk: Desk) -> list[Tidied]:
    """Remove what is older than it is to be kept; returns what was removed, with how many."""
    now, keep = desk.now(), desk.shelf.current.retention.keep
    # The newest complaint stays, or nobody could tell any more how long it has been quiet.
    not_the_newest = Complaint.at < select(func.max(Complaint.at)).scalar_subquery()
    with desk.store.begin() as session:
        old = session.scalars(select(Rejected.id).where(Rejected.at < now - keep.rejected)).all()
        complaints = (Complaint.at < now - keep.complaints, not_the_newest)
        handled = (Delivery.received_at < now - keep.deliveries, Delivery.handled_at.is_not(None))
        found = [
            _prune(session, "repeats remembered", delete(Seen).where(Seen.seen_at < now - keep.repeats)),
            _prune(session, "delivery statuses", delete(Delivery).where(*handled)),
            _prune(session, "complaints", delete(Complaint).where(*complaints)),
            _prune(session, "rejected elements", delete(Rejected).where(Rejected.id.in_(old))),
        ]
    desk.store.vault.destroy(*old)
    return [*found, *_of_finished(desk), Tidied("exported files removed", _old_exports(desk))]


def finished(before: ColumnElement[Any] | Any) -> ColumnElement[bool]:
    """Whether a run ended before this moment, and nothing of what it belongs to is still going on: its case or incident
    is closed, no other run of it is under way, and no follow-up is planned."""
    other = Run.__table__.alias("other")
    around = or_(other.c.case_id == Run.case_id, other.c.incident_id == Run.incident_id, other.c.id == Run.called_by)
    return ~or_(
        Run.status != "finished",
        Run.ended_at.is_(None),
        Run.ended_at >= before,
        exists().where(Case.id == Run.case_id, Case.closed_at.is_(None)),
        exists().where(Incident.id == Run.incident_id, Incident.closed_at.is_(None)),
        exists().where(other.c.status != "finished", around),
        exists().where(or_(FollowUp.run_id == Run.id, FollowUp.case_id == Run.case_id), FollowUp.status == "waiting"),
    )


def _of_finished(desk: Desk) -> Iterator[Tidied]:
    now, keep = desk.now(), desk.shelf.current.retention.keep
    clocks = select(Timer.id).join(Run, Run.id == Timer.run_id).where(finished(now - keep.timers))
    yield Tidied("clocks of finished procedures pruned", _in_parts(desk, Timer, clocks))
    shown = select(Task.id).join(Run, Run.id == Task.run_id).where(finished(now - keep.task_details))
    personal = or_(Task.sealed_details.is_not(None), Task.sealed_remark.is_not(None))
    emptied = 0
    while True:
        with desk.store.begin() as session:
            some = session.scalars(shown.where(personal, Task.status != "open").limit(AT_ONCE)).all()
            session.execute(update(Task).where(Task.id.in_(some)).values(sealed_details=None, sealed_remark=None))
        emptied += len(some)
        if len(some) < AT_ONCE:
            break
    yield Tidied("details and remarks of finished tasks pruned", emptied)
    steps = 0
    while True:
        with desk.store.begin() as session:
            ended = select(Run.id).where(finished(now - keep.steps), exists().where(Step.run_id == Run.id))
            runs = session.scalars(ended.limit(AT_ONCE // 10)).all()
            gone = session.execute(delete(Step).where(Step.run_id.in_(runs)))
        steps += cast("CursorResult[Any]", gone).rowcount
        if len(runs) < AT_ONCE // 10:
            break
    yield Tidied("steps of finished procedures pruned", steps)


def _in_parts(desk: Desk, table: type[Timer], old: Any) -> int:
    """Delete these rows in transactions of moderate size; returns how many there were."""
    count = 0
    while True:
        with desk.store.begin() as session:
            some = session.scalars(old.limit(AT_ONCE)).all()
            session.execute(delete(table).where(table.id.in_(some)))
        count += len(some)
        if len(some) < AT_ONCE:
            return count


def _old_exports(desk: Desk) -> int:
    """Remove files that we wrote with a customer's data and that have lain long enough; a hold keeps them. One that is
    not where it was, or was changed, stays listed: whoever erases the customer is asked to look for it."""
    before, count = desk.now() - desk.shelf.current.retention.keep.exports, 0
    with desk.store.begin() as session:
        wanted = (Export.kind == exports.OURS, Export.removed_at.is_(None), Export.made_at < before)
        open_case = exists().where(Case.id == Export.case_id, Case.closed_at.is_(None))
        for export in session.scalars(select(Export).where(*wanted, ~open_case)).all():
            if not holds.active(session, export.customer_id).rows and exports.file_removed(desk.store.vault, export):
                export.removed_at, export.sealed_path = desk.now(), GONE
                count += 1
    return count


def _prune(session: Session, what: str, statement: Any) -> Tidied:
    return Tidied(f"{what} pruned", cast("CursorResult[Any]", session.execute(statement)).rowcount)
