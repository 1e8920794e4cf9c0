"""A run with all that is recorded of it, read once for a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, select
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.runs import begun, under_way
from flows.runs.interpreter import Standing, standing
from flows.runs.outcome import Item
from flows.store import tables
from rules.bundle import Bundle
from rules.language import ITEM, Playbook, written_path


@dataclass
class Progress:
    """How far a run has come: its bundle, and the rows of its steps and promises. What changes those rows changes
    where the run stands."""

    run: tables.Run
    bundle: Bundle
    playbook: Playbook
    records: dict[str, tables.Step]
    promises: dict[str, tables.Promise]

    def stands(self) -> Standing:
        """Where the run stands now."""
        broken = sorted(name for name, promise in self.promises.items() if promise.status == "broken")
        return standing(self.playbook, self.records, broken)

    def items(self, path: str) -> tuple[Item, ...]:
        """The items that the step at `path` is about, from the outermost `for_each` to the innermost."""
        found: list[Item] = []
        numbers = [int(each) for each in ITEM.findall(path)]
        step = written_path(path)
        while numbers:
            step, number = self.playbook.loops[step], numbers.pop()
            loop = self.records[step + "".join(f"[{each}]" for each in numbers)]
            found.append(Item.of(loop.outcome["items"][number - 1]))
        return tuple(reversed(found))

    def learned_of_item(self, path: str) -> Mapping[str, object]:
        """What steps have learned of the item that the step at `path` is about, and of those around it."""
        own = "".join(f"[{each}]" for each in ITEM.findall(path))
        found: dict[str, object] = {}
        for other, record in self.records.items():
            item = other.removeprefix(written_path(other))
            if item and own.startswith(item) and "learned" in record.outcome:
                found.update(record.outcome["learned"])
        return found

    def listed(self, name: str) -> tuple[Item, ...]:
        """The list of this name, as the step that brought it last left it. Raises LookupError if none has."""
        brought = [row for row in self.records.values() if name in row.outcome.get("brought", {}) and row.ended_at]
        if not brought and any(name in step.verb.lists for step in self.playbook.walk()):
            return ()  # the step that brings it found nothing, or was skipped
        if not brought:
            raise LookupError(name)
        newest = max(brought, key=lambda row: (row.ended_at, row.path))
        return tuple(Item.of(item) for item in newest.outcome["brought"][name])

    def open_promises(self) -> bool:
        return any(promise.status == "open" for promise in self.promises.values())


_RUNS: BindParameter[Any] = bindparam("runs", expanding=True)
_SUBJECTS: BindParameter[Any] = bindparam("subjects", expanding=True)
_STEPS = select(tables.Step).where(tables.Step.run_id.in_(_RUNS))
_PROMISES = select(tables.Promise).where(tables.Promise.run_id.in_(_RUNS))


def progress_of(desk: Desk, session: Session, run: tables.Run) -> Progress:
    """The progress of a run, the same object for everyone in this transaction."""
    known: dict[str, Progress] = session.info.setdefault("progress", {})
    if run.id not in known:
        if (promises := begun.here(session).get(run.id)) is not None:
            known[run.id] = _progress(desk, session, run, (), promises.values())
            return known[run.id]
        one = {"runs": [run.id]}
        known[run.id] = _progress(desk, session, run, session.scalars(_STEPS, one), session.scalars(_PROMISES, one))
    return known[run.id]


def recorded(session: Session, run: tables.Run) -> Mapping[str, tables.Step]:
    """The records of a run's steps by their paths, also where its content cannot be read."""
    known: dict[str, Progress] = session.info.get("progress", {})
    if run.id in known:
        return known[run.id].records
    return {step.path: step for step in session.scalars(_STEPS, {"runs": [run.id]})}


def bring(desk: Desk, session: Session, subject_ids: Iterable[str]) -> None:
    """Have the progress of all runs at hand that are under way for these subjects, with all that is under way."""
    known: dict[str, Progress] = session.info.setdefault("progress", {})
    runs = under_way.bring(session, list(subject_ids))
    which = {"runs": [run.id for run in runs]}
    steps: dict[str, list[tables.Step]] = {run.id: [] for run in runs}
    for step in session.scalars(_STEPS, which):
        steps[step.run_id].append(step)
    promises: dict[str, list[tables.Promise]] = {run.id: [] for run in runs}
    for promise in session.scalars(_PROMISES, which):
        promises[promise.run_id].append(promise)
    for run in runs:
        with suppress(Exception):  # content that cannot be read: whoever needs it meets that in its own turn
            known[run.id] = _progress(desk, session, run, steps[run.id], promises[run.id])


def _progress(
    desk: Desk, session: Session, run: tables.Run, steps: Iterable[tables.Step], promises: Iterable[tables.Promise]
) -> Progress:
    bundle = desk.shelf.bundle(session, run.bundle)
    records = {step.path: step for step in steps}
    return Progress(run, bundle, bundle.playbooks[run.playbook], records, {each.name: each for each in promises})


# Plain rows instead of objects: they are only looked at.
_RUN, _STEP, _PROMISE = (table.__table__.c for table in (tables.Run, tables.Step, tables.Promise))
_MOVING_RUNS = (
    select(_RUN.id, _RUN.subject_id, _RUN.playbook, _RUN.bundle, _RUN.alongside)
    .where(_RUN.subject_id.in_(_SUBJECTS), _RUN.status == "moving")
    .order_by(_RUN.started_at, _RUN.alongside, _RUN.playbook, _RUN.id)
)
_RECORDS = select(_STEP.run_id, _STEP.path, _STEP.status, _STEP.outcome).where(_STEP.run_id.in_(_RUNS))
_BROKEN = (
    select(_PROMISE.run_id, _PROMISE.name)
    .where(_PROMISE.run_id.in_(_RUNS), _PROMISE.status == "broken")
    .order_by(_PROMISE.name)
)


def standings(
    desk: Desk, session: Session, subject_ids: Iterable[str]
) -> Iterator[tuple[Row[Any], Standing | Exception]]:
    """Where every moving run of these subjects stands, in the order in which they started: the run (`id`,
    `subject_id`, `playbook`, `bundle`, `alongside`), and what went wrong where that cannot be told. Three questions for
    all of them.
    """
    runs = session.execute(_MOVING_RUNS, {"subjects": list(subject_ids)}).all()
    which = {"runs": [run.id for run in runs]}
    records: dict[str, dict[str, Any]] = {run.id: {} for run in runs}
    for record in session.execute(_RECORDS, which):
        records[record.run_id][record.path] = record
    broken: dict[str, list[str]] = {run.id: [] for run in runs}
    for run_id, name in session.execute(_BROKEN, which):
        broken[run_id].append(name)
    for run in runs:
        try:
            playbook = desk.shelf.bundle(session, run.bundle).playbooks[run.playbook]
            yield run, standing(playbook, records[run.id], broken[run.id])
        except Exception as error:
            yield run, error
