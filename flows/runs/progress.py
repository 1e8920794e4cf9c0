"""A run with all that is recorded of it, read once for a transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.runs.interpreter import Standing, standing
from flows.store import tables
from rules.bundle import Bundle
from rules.language import Playbook


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

    def open_promises(self) -> bool:
        return any(promise.status == "open" for promise in self.promises.values())


def progress_of(desk: Desk, session: Session, run: tables.Run) -> Progress:
    """The progress of a run, the same object for everyone in this transaction."""
    known: dict[str, Progress] = session.info.setdefault("progress", {})
    if run.id not in known:
        bundle = desk.shelf.bundle(session, run.bundle)
        steps = session.scalars(select(tables.Step).where(tables.Step.run_id == run.id))
        promises = session.scalars(select(tables.Promise).where(tables.Promise.run_id == run.id))
        known[run.id] = Progress(
            run,
            bundle,
            bundle.playbooks[run.playbook],
            {step.path: step for step in steps},
            {promise.name: promise for promise in promises},
        )
    return known[run.id]
