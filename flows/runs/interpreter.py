"""Where a run stands: a pure walk over its playbook and what is recorded of its steps.

There is no program counter to lose. The place of a run follows from the recorded outcomes alone, so a run can be
picked up by any process at any time, a second or a year later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from rules.language import Playbook, Step, Steps


class Record(Protocol):
    """What the store keeps of a step (a row of `steps`)."""

    @property
    def status(self) -> str: ...

    @property
    def outcome(self) -> Mapping[str, object]: ...


class State(Enum):
    """How far a list of steps has come."""

    OPEN = "open"  # something is due or awaited
    STUCK = "stuck"  # a step failed and nothing says what then
    BARRED = "barred"  # a gate did not open: nothing after it happens, in this list or around it
    ENDED = "ended"


@dataclass(frozen=True)
class Standing:
    """Where a run stands: the steps to do now, and how far it has come."""

    due: tuple[Step, ...]
    state: State


def standing(playbook: Playbook, records: Mapping[str, Record], broken: Iterable[str] = ()) -> Standing:
    """Where a run of `playbook` stands, given the records of its steps (by path) and its broken promises.

    The steps of a broken promise go on beside the main ones; the run has ended when all of them have.
    """
    due: list[Step] = []
    lists = [playbook.steps, *(playbook.promises[name].on_breach for name in broken)]
    states = [_walk(steps, records, due) for steps in lists]
    if due or State.OPEN in states:
        return Standing(tuple(due), State.OPEN)
    return Standing((), State.STUCK if State.STUCK in states else State.ENDED)


def _walk(steps: Steps, records: Mapping[str, Record], due: list[Step]) -> State:
    for step in steps:
        record = records.get(step.path)
        if record is None or record.status == "again":
            due.append(step)
            return State.OPEN
        if record.status == "waiting":
            return State.OPEN
        if record.status == "failed" and step.on_failure is None:
            return State.STUCK
        entered = entered_block(step, record)
        state = State.ENDED if entered is None else _walk(entered, records, due)
        if state is not State.ENDED:
            return state
        if barred(step, record):
            return State.BARRED
    return State.ENDED


def entered_block(step: Step, record: Record) -> Steps | None:
    """The block inside a step that its outcome leads into."""
    name = {"timed_out": "on_timeout", "failed": "on_failure"}.get(record.status, record.outcome.get("enter"))
    return step.blocks().get(str(name)) if name is not None else None


def barred(step: Step, record: Record) -> bool:
    """Whether a gate stayed shut. It opens by a yes and by nothing else: not by time, not by a failure."""
    if not step.verb.gate or record.status == "skipped":
        return False
    return record.status != "done" or not record.outcome.get("open")
