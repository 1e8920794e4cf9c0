"""What stands side by side: the steps in the other lists of a `parallel` may be done before a step, or after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.bundle import Bundle
from rules.checks.check import called
from rules.language import Playbook, Step, Steps


def beside(bundle: Bundle, playbook: Playbook) -> Mapping[str, tuple[Step, ...]]:
    """Path of a step inside `parallel` -> the steps of the other lists, and of the playbooks that they carry out."""
    found: dict[str, tuple[Step, ...]] = {}
    for step in playbook.walk():
        lists = step.verb.blocks() if step.verb.side_by_side else {}
        done = {name: tuple(_steps(bundle, steps, {playbook.name})) for name, steps in lists.items()}
        for name, steps in lists.items():
            others = tuple(each for other, every in done.items() if other != name for each in every)
            for inner in steps.walk():
                found[inner.path] = (*found.get(inner.path, ()), *others)
    return found


def _steps(bundle: Bundle, steps: Steps, met: set[str]) -> Iterator[Step]:
    """Every step in these steps, and in the playbooks that they carry out."""
    for step in steps.walk():
        yield step
        for target in called(step, bundle):
            if target.name not in met:
                met.add(target.name)
                yield from _steps(bundle, target.steps, met)
