"""Steps that no run can reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from rules.bundle import Bundle
from rules.checks.check import Found, check, place_of
from rules.checks.paths import Paths
from rules.language import Playbook, Step


@check("unreachable-step")
def unreachable_step(bundle: Bundle) -> Iterator[Found]:
    """A step stands below one that always ends the procedure."""
    for playbook in bundle.playbooks.values():
        paths = _Reached(playbook)
        for steps in (playbook.steps, *(promise.on_breach for promise in playbook.promises.values())):
            paths.follow(steps, "here")
        yield from paths.found


class _Reached(Paths[Literal["here"]]):
    def __init__(self, playbook: Playbook) -> None:
        self.playbook = playbook
        self.found: list[Found] = []

    def left_out(self, step: Step, rest: Sequence[Step]) -> None:
        if rest:
            last = place_of(self.playbook, step).line
            where = place_of(self.playbook, rest[0])
            self.found.append((where, f"no run comes here: every way through line {last} ends the procedure"))
