"""The ways a run can take through steps, as `flows.runs.interpreter` walks them; checks follow all of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from rules.language import Step, Steps

How = Literal["skipped", "done", "refused", "timed out", "failed"]
State = TypeVar("State")


@dataclass(frozen=True)
class Way:
    """One way out of a step: how it ends, the steps it leads into, and whether the procedure goes on after them."""

    how: How
    into: Steps | None = None
    goes_on: bool = True


def ways(step: Step) -> Iterator[Way]:
    """Every way out of a step. A step that fails without `on_failure` is done by hand, so it counts as done."""
    verb, own = step.verb, step.verb.blocks()
    if step.only_if is not None:
        yield Way("skipped")
    if verb.ends:
        return
    if verb.gate:  # opened by a yes and by nothing else
        yield Way("done")
        yield from [Way("refused", block, goes_on=False) for block in own.values()] or [Way("refused", goes_on=False)]
    else:
        yield from (Way("done", block) for block in own.values())
        if not own.keys() & {"otherwise", "then"} and not verb.side_by_side:
            yield Way("done")
    if step.timeout is not None:
        yield Way("timed out", step.on_timeout, goes_on=not verb.gate)
    if step.on_failure is not None:
        yield Way("failed", step.on_failure, goes_on=not verb.gate)


class Paths(Generic[State]):
    """Follows every way through steps and carries along what is known on the way. A check says what that is."""

    def follow(self, steps: Steps, state: State) -> State | None:
        """What is known after the steps; None if no way leads out of them."""
        for number, step in enumerate(steps):
            self.arrive(step, state)
            taken = [self._take(step, way, state) for way in ways(step)]
            after = [found for found in taken if found is not None]
            if not after or (step.verb.side_by_side and None in taken):  # one list of several ended the procedure
                self.left_out(step, steps[number + 1 :])
                return None
            state = self.joined(after)
        return state

    def _take(self, step: Step, way: Way, state: State) -> State | None:
        after: State | None = self.chosen(step, way, self.passed(step, way.how, state))
        if after is not None and way.into is not None:
            after = self.follow(way.into, after)
        return after if way.goes_on else None

    def arrive(self, step: Step, state: State) -> None:
        """Look at a step with what is known when it begins."""

    def left_out(self, step: Step, rest: Sequence[Step]) -> None:
        """Look at the steps that no way leads to because all of them end at `step`."""

    def passed(self, step: Step, how: How, state: State) -> State:  # noqa: ARG002 -- for those who carry something
        """What is known once the step itself has ended this way."""
        return state

    def chosen(self, step: Step, way: Way, state: State) -> State | None:  # noqa: ARG002 -- likewise
        """What is known on this way out of the step; None if no run can take it."""
        return state

    def joined(self, states: Sequence[State]) -> State:
        """What is known where several ways meet."""
        return states[0]
