"""What is under way for a subject: its runs that have not finished, and the open cases of a customer.

In a transaction of several subjects all of that is asked for at once, and noted from there; nobody else changes it,
since the subjects are held. In every other transaction the store is asked each time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from flows.store.tables import Case, Outbox, Run, Step

DRAFTS = "confirm_in_writing"
"""The verb of the step that drafts a confirmation in writing."""

_SUBJECTS: BindParameter[Any] = bindparam("subjects", expanding=True)
_RUNS = select(Run).where(Run.subject_id.in_(_SUBJECTS), Run.status != "finished")
_CASES = select(Case).where(Case.customer_id.in_(_SUBJECTS), Case.closed_at.is_(None))
_WRITTEN_TO = select(Outbox.customer_id).where(Outbox.customer_id.in_(_SUBJECTS), Outbox.to == "customer").distinct()
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
    writing was drafted."""

    runs: list[Run] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    drafted: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    written_to: bool = False


def bring(session: Session, subject_ids: Collection[str]) -> list[Run]:
    """Have what is under way at hand for these subjects, and return their runs. The caller holds them."""
    asked = {"subjects": list(subject_ids)}
    runs, cases = session.scalars(_RUNS, asked).all(), session.scalars(_CASES, asked).all()
    written_to = set(session.scalars(_WRITTEN_TO, asked))
    known = _known(session)
    for subject_id in subject_ids:
        known[subject_id] = UnderWay(written_to=subject_id in written_to)
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


def note(session: Session, row: Run | Case) -> None:
    """A run was started, or a case opened, in this transaction."""
    known = here(session, row.subject_id if isinstance(row, Run) else row.customer_id)
    if known is not None:
        known.runs.append(row) if isinstance(row, Run) else known.cases.append(row)


def note_letter(session: Session, customer_id: str) -> None:
    """Something was put into words for a customer in this transaction."""
    if (known := here(session, customer_id)) is not None:
        known.written_to = True


def never_written_to(session: Session, customer_id: str) -> bool:
    """Whether it is known without asking that nothing was ever put into words for this customer."""
    known = here(session, customer_id)
    return known is not None and not known.written_to


def note_step(session: Session, run: Run, verb: str) -> None:
    """A step of a run has begun in this transaction."""
    known = here(session, run.subject_id)
    if known is not None and verb == DRAFTS and run.case_id is not None:
        known.drafted.add(run.case_id)


def _known(session: Session) -> dict[str, UnderWay]:
    known: dict[str, UnderWay] = session.info.setdefault(_HERE, {})
    return known
