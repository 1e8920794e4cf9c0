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
    states = [_walk(playbook.steps, records, due)]
    for name in broken:
        states.append(_walk(playbook.promises[name].on_breach, records, due))
    for state in (State.OPEN, State.STUCK):
        if due or state in states:
            return Standing(tuple(due), State.OPEN if due else state)
    return Standing((), State.ENDED)


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
        if entered is not None:
            state = _walk(entered, records, due)
            if state is not State.ENDED:
                return state
        if leaves(step, record):
            return State.ENDED
    return State.ENDED


def entered_block(step: Step, record: Record) -> Steps | None:
    """The block inside a step that its outcome leads into."""
    name = {"timed_out": "on_timeout", "failed": "on_failure"}.get(record.status, record.outcome.get("enter"))
    return step.blocks().get(str(name)) if name is not None else None


def leaves(step: Step, record: Record) -> bool:
    """Whether the steps below this one in its list are not done: a gate opens by a yes and by nothing else."""
    if step.verb.gate and record.status != "skipped":
        return record.status != "done" or bool(record.outcome.get("leave"))
    return bool(record.outcome.get("leave"))
