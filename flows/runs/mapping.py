"""Whether a run can go on under another version of its playbook: a pure comparison of both with what is recorded.

A run keeps the paths of its steps, so the other version must have every recorded step at its path, in the same order,
doing the same. What was not reached yet may differ in any way. In doubt it stays where it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Protocol

from flows.runs.interpreter import Record, standing
from rules.differences import called, shown
from rules.language import Playbook, Step, Words
from rules.likeness import branches, own_fields


class Recorded(Record, Protocol):
    """What the store keeps of a step, with what it waits for."""

    @property
    def waiting_for(self) -> Mapping[str, Any] | None: ...


def objections(old: Playbook, new: Playbook, records: Mapping[str, Recorded], broken: Iterable[str] = ()) -> list[str]:
    """Why a run of `old` with these records (by path) and broken promises cannot go on under `new`; empty if it can."""
    broken = sorted(broken)
    lost = [f"the promise {name}, which is broken, is gone" for name in broken if name not in new.promises]
    found = lost + [each for path, record in records.items() for each in _step(old, new, path, record)]
    return found or list(_order(old, new, records, broken))


def _step(old: Playbook, new: Playbook, path: str, record: Recorded) -> Iterator[str]:
    """What stands against one recorded step."""
    before = old.step(path)
    name, has = called(before), "which it waits at" if record.status in ("waiting", "again") else "which it has done"
    try:
        after = new.step(path)
    except KeyError:
        yield f"the step {name}, {has}, is gone"
        return
    if before.verb.verb != after.verb.verb:
        yield f"the step {name}, {has}, is now `{after.verb.verb}`"
        return
    for field_name, was in own_fields(before).items():
        now = getattr(after.verb, field_name)
        if was != now and not _harmless(before, record, was, now):
            yield f"the {field_name} of {name}, {has}, is now {shown(now)} instead of {shown(was)}"
    if record.status == "skipped" and before.only_if != after.only_if:
        yield f"{name} was left out by an `if` that is another one now"
    if before.keeps != after.keeps:
        yield f"the step {name}, {has}, keeps another promise"
    yield from _ways(before, after, record)


def _harmless(step: Step, record: Recorded, was: object, now: object) -> bool:
    """Whether a difference changes nothing for what was done or is awaited: other words where the step has an id by
    which it is surely the same one, or a clock that only reminds."""
    if step.verb.gate and record.status != "skipped":
        return False  # the yes was asked for in these words, of these people
    if isinstance(was, timedelta) and isinstance(now, timedelta):
        waits_for_someone = {"task", "outbox"} & set(record.waiting_for or {})
        return record.status != "waiting" or bool(waits_for_someone)
    return step.id is not None and isinstance(was, Words) and isinstance(now, Words)


def _ways(before: Step, after: Step, record: Recorded) -> Iterator[str]:
    """What stands against the way that a step has sent the run."""
    name = called(before)
    conditions = [way.when for way in branches(before).values()], [way.when for way in branches(after).values()]
    if record.status == "done" and conditions[0] != conditions[1]:
        yield f"it went its way at {name} by conditions that are others now"
    for status, block in (("timed_out", "on_timeout"), ("failed", "on_failure")):
        if record.status == status and (block in before.blocks()) != (block in after.blocks()):
            yield f"`{block}` of {name}, where it has been, came or went"
    entered = record.outcome.get("enter")
    taken = entered if isinstance(entered, list) else [entered]
    for way in taken:
        if record.status == "done" and str(way) in before.blocks() and str(way) not in after.blocks():
            yield f"the way {way} that it took at {name} is gone"


class _Noting(dict[str, Recorded]):
    """Records that remember in which order they were asked for."""

    def __init__(self, records: Mapping[str, Recorded]) -> None:
        super().__init__(records)
        self.asked: list[str] = []

    def get(self, path: str, default: Any = None) -> Any:
        self.asked.append(path)
        return super().get(path, default)


def _order(old: Playbook, new: Playbook, records: Mapping[str, Recorded], broken: list[str]) -> Iterator[str]:
    """Both versions must lead the interpreter over the same recorded steps, and over nothing new between them."""
    was, now = _Noting(records), _Noting(records)
    standing(old, was, broken)
    standing(new, now, broken)
    reached = [path for path in was.asked if path in records]
    if set(reached) != set(records):
        yield "what is recorded of it does not fit the version that it runs by"
        return
    if [path for path in now.asked if path in records] == reached:
        return
    for path in now.asked:
        if path not in records and path not in was.asked:
            yield f"the new step {called(new.step(path))} comes before something that it has reached already"
            return
    yield "what it has reached stands in another place or order"
