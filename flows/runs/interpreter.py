"""Where a run stands: a pure walk over its playbook and what is recorded of its steps.

There is no program counter to lose. The place of a run follows from the recorded outcomes alone, so a run can be
picked up by any process at any time, a second or a year later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
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
    """How far a list of steps has come. Where several go side by side, the first of these that one of them is in."""

    OPEN = "open"  # something is due or awaited
    STUCK = "stuck"  # a step failed and nothing says what then
    BARRED = "barred"  # a gate did not open: nothing after it happens, in this list or around it
    ENDED = "ended"


@dataclass(frozen=True)
class Place:
    """A step of a run, under the path it has there: inside `for_each`, that of one item (`ask_for_it[3]`)."""

    step: Step
    path: str


@dataclass(frozen=True)
class Standing:
    """Where a run stands: the steps to do now, and how far it has come."""

    due: tuple[Place, ...]
    state: State


def standing(playbook: Playbook, records: Mapping[str, Record], broken: Iterable[str] = ()) -> Standing:
    """Where a run of `playbook` stands, given the records of its steps (by path) and its broken promises.

    The steps of a broken promise go on beside the main ones; the run has ended when all of them have.
    """
    due: list[Place] = []
    lists = [playbook.steps, *(playbook.promises[name].on_breach for name in broken)]
    states = [_walk(steps, "", records, due) for steps in lists]
    return Standing(tuple(due), _together(states))


def _walk(steps: Steps, item: str, records: Mapping[str, Record], due: list[Place]) -> State:
    for step in steps:
        record = records.get(step.path + item)
        if record is None or record.status == "again":
            due.append(Place(step, step.path + item))
            return State.OPEN
        if record.status == "waiting":
            return State.OPEN
        if record.status == "failed" and step.on_failure is None:
            return State.STUCK
        state = _together([_walk(block, within, records, due) for block, within in _entered(step, item, record)])
        if state is not State.ENDED:
            return state
        if barred(step, record):
            return State.BARRED
    return State.ENDED


def _together(states: Collection[State]) -> State:
    """How far several lists of steps have come that are done side by side; ended, if there are none."""
    return next((state for state in State if state in states), State.ENDED)


def _entered(step: Step, item: str, record: Record) -> Iterator[tuple[Steps, str]]:
    """The blocks inside a step that its outcome leads into, each with the item that it is done for."""
    blocks = step.blocks()
    if record.status == "done" and step.verb.repeats:
        items = record.outcome.get("items")
        for number, _ in enumerate(items if isinstance(items, list) else (), 1):
            yield from ((block, f"{item}[{number}]") for block in step.verb.blocks().values())
        return
    named = {"timed_out": "on_timeout", "failed": "on_failure"}.get(record.status, record.outcome.get("enter"))
    for name in named if isinstance(named, list) else [named]:
        if name in blocks:
            yield blocks[name], item


def barred(step: Step, record: Record) -> bool:
    """Whether a gate stayed shut. It opens by a yes and by nothing else: not by time, not by a failure."""
    if record.outcome.get("shut"):
        return True
    if not step.verb.gate or record.status == "skipped":
        return False
    return record.status != "done" or not record.outcome.get("open")
