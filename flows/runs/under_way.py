"""What is under way for a subject: its runs that have not finished, and the open cases of a customer.

In a transaction of several subjects all of that is asked for at once, and what is added there is noted; nobody else
changes it, since the subjects are held. In every other transaction the store is asked each time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, bindparam, event, select
from sqlalchemy.orm import Session

from flows.store.sessions import LateSession
from flows.store.tables import Case, Outbox, Run, Step, Task, Timer

DRAFTS = "confirm_in_writing"
"""The verb of the step that drafts a confirmation in writing."""

_SUBJECTS: BindParameter[Any] = bindparam("subjects", expanding=True)
_RUNS = select(Run).where(Run.subject_id.in_(_SUBJECTS), Run.status != "finished")
_CASES = select(Case).where(Case.customer_id.in_(_SUBJECTS), Case.closed_at.is_(None))
_WRITTEN_TO = (
    select(Outbox.customer_id, Outbox.reply)
    .where(Outbox.customer_id.in_(_SUBJECTS), Outbox.to == "customer")
    .distinct()
)
_TIMERS = select(Timer).join(Run, Run.id == Timer.run_id).where(Run.subject_id.in_(_SUBJECTS), Run.status != "finished")
_TASKS = select(Task).where(Task.subject_id.in_(_SUBJECTS), Task.status == "open")
_DRAFTED = (
    select(Run.subject_id, Run.case_id)
    .join(Step, Step.run_id == Run.id)
    .where(Run.subject_id.in_(_SUBJECTS), Run.case_id.is_not(None), Step.verb == DRAFTS)
    .distinct()
)
_LABELS = select(Case.customer_id, Case.labels).where(Case.customer_id.in_(_SUBJECTS), Case.closed_at.is_not(None))
_HERE = "under way"


@dataclass
class UnderWay:
    """What is known of one subject. `labels` are those of closed cases, `drafted` the cases for which a confirmation in
    writing was drafted, `written_to` the names of all replies that were ever put into words for them."""

    runs: list[Run] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    drafted: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    written_to: set[str | None] = field(default_factory=set)
    timers: list[Timer] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)


def bring(session: Session, subject_ids: Collection[str]) -> list[Run]:
    """Have what is under way at hand for these subjects, and return their runs. The caller holds them."""
    asked = {"subjects": list(subject_ids)}
    runs, cases = session.scalars(_RUNS, asked).all(), session.scalars(_CASES, asked).all()
    known = _known(session)
    for subject_id in subject_ids:
        known[subject_id] = UnderWay()
    for customer_id, reply in session.execute(_WRITTEN_TO, asked):
        known[customer_id].written_to.add(reply)
    for timer in session.scalars(_TIMERS, asked):
        known[timer.subject_id].timers.append(timer)
    for task in session.scalars(_TASKS, asked):
        known[task.subject_id].tasks.append(task)
    for subject_id, case_id in session.execute(_DRAFTED, asked):
        known[subject_id].drafted.add(case_id)
    for run in runs:
        known[run.subject_id].runs.append(run)
    for customer_id, labels in session.execute(_LABELS, asked):
        known[customer_id].labels.update(labels)
    for case in cases:
        known[case.customer_id].cases.append(case)
    return list(runs)


def here(session: Session, subject_id: str) -> UnderWay | None:
    """What is at hand of a subject; None where the store is to be asked."""
    return _known(session).get(subject_id)


def runs_of(session: Session, subject_id: str) -> list[Run]:
    """The runs of a subject that have not finished, in the order in which they were started."""
    known = here(session, subject_id)
    found = known.runs if known is not None else session.scalars(_RUNS, {"subjects": [subject_id]})
    going = [run for run in found if run.status != "finished"]
    return sorted(going, key=lambda run: (run.started_at, run.playbook, run.id))


def cases_of(session: Session, customer_id: str) -> list[Case]:
    """The open cases of a customer, the oldest first."""
    known = here(session, customer_id)
    found = known.cases if known is not None else session.scalars(_CASES, {"subjects": [customer_id]})
    return sorted((case for case in found if case.closed_at is None), key=lambda case: (case.opened_at, case.id))


def case_of(session: Session, run: Run) -> Case | None:
    """The case of a run."""
    known = here(session, run.subject_id)
    mine = (case for case in known.cases if case.id == run.case_id) if known is not None else ()
    return next(iter(mine), None) or (session.get(Case, run.case_id) if run.case_id is not None else None)


def never_written_to(session: Session, customer_id: str) -> bool:
    """Whether it is known without asking that nothing was ever put into words for this customer."""
    known = here(session, customer_id)
    return known is not None and not known.written_to


def has_read(session: Session, customer_id: str, reply: str) -> bool | None:
    """Whether this reply was ever put into words for a customer; None where the store is to be asked."""
    known = here(session, customer_id)
    return None if known is None else reply in known.written_to


def timers_of(session: Session, run: Run) -> list[Timer] | None:
    """All clocks of a run, also those that have run down; None where the store is to be asked."""
    known = here(session, run.subject_id)
    return [timer for timer in known.timers if timer.run_id == run.id] if known is not None else None


def tasks_of(session: Session, run: Run) -> list[Task] | None:
    """The open tasks of a run; None where the store is to be asked."""
    known = here(session, run.subject_id)
    if known is None:
        return None
    return [task for task in known.tasks if task.run_id == run.id and task.status == "open"]


def _known(session: Session) -> dict[str, UnderWay]:
    known: dict[str, UnderWay] = session.info.setdefault(_HERE, {})
    return known


@event.listens_for(LateSession, "transient_to_pending")
def _note(session: LateSession, row: object) -> None:
    """Something new in this transaction is under way from now on."""
    known = _known(session)
    if not known or not isinstance(row, Run | Case | Timer | Task | Outbox | Step):
        return
    if isinstance(row, Step):
        run = session.get(Run, row.run_id) if row.verb == DRAFTS else None
        if run is not None and run.subject_id in known and run.case_id is not None:
            known[run.subject_id].drafted.add(run.case_id)
        return
    mine = known.get(row.customer_id if isinstance(row, Case) else row.subject_id)
    if mine is None:
        return
    match row:
        case Run():
            mine.runs.append(row)
        case Case():
            mine.cases.append(row)
        case Timer():
            mine.timers.append(row)
        case Task():
            mine.tasks.append(row)
        case Outbox() if row.to == "customer":
            mine.written_to.add(row.reply)
