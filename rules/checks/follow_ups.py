"""Follow-ups: they must come to an end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.bundle import Bundle
from rules.checks.check import Found, called, check, place_of
from rules.checks.paths import How, Paths, Way
from rules.language import Playbook, PlaybookName, Step


@check("endless-follow-up")
def endless_follow_up(bundle: Bundle) -> Iterator[Found]:
    """A playbook starts itself again and again, with nothing that could ever stop it."""
    started: dict[str, dict[str, Step]] = {}
    for playbook in bundle.playbooks.values():
        _surely(bundle, playbook, started)
    for name, playbook in bundle.playbooks.items():
        for follower, step in started[name].items():
            way = _way_back(started, follower, name)
            if way is not None:
                shown = " → ".join([name, *way])
                place = place_of(playbook, step, "playbook")
                yield place, f"this never ends: {shown}; say with `unless`, or in a branch, when it is enough"


def _way_back(started: dict[str, dict[str, Step]], start: str, home: str) -> list[str] | None:
    """The playbooks that surely follow from `start` until `home` comes again; None if it never does."""
    ways = [[start]]
    met = {start}
    for way in ways:
        if way[-1] == home:
            return way
        for follower in started.get(way[-1], {}):
            if follower not in met:
                met.add(follower)
                ways.append([*way, follower])
    return None


def _surely(bundle: Bundle, playbook: Playbook, started: dict[str, dict[str, Step]]) -> dict[str, Step]:
    """Playbook -> the step that starts it in every run; what a `run` carries out counts as a part of it."""
    if playbook.name not in started:
        started[playbook.name] = {}  # for those that carry out each other in a circle
        started[playbook.name] = _Started(bundle, playbook, started).surely()
    return started[playbook.name]


class _Started(Paths[frozenset[str]]):
    """Carries along the playbooks that are started on every way, whatever the facts."""

    def __init__(self, bundle: Bundle, playbook: Playbook, started: dict[str, dict[str, Step]]) -> None:
        self.bundle, self.playbook, self.started = bundle, playbook, started
        self.by: dict[str, Step] = {}
        self.ends: list[frozenset[str]] = []

    def surely(self) -> dict[str, Step]:
        """Playbook -> the step that starts it in every run."""
        last = self.follow(self.playbook.steps, frozenset())
        ends = self.ends if last is None else [*self.ends, last]
        always = frozenset.intersection(*ends) if ends else frozenset()
        return {name: step for name, step in self.by.items() if name in always}

    def arrive(self, step: Step, state: frozenset[str]) -> None:
        if step.verb.ends:
            self.ends.append(state)

    def passed(self, step: Step, how: How, state: frozenset[str]) -> frozenset[str]:
        if how == "skipped" or getattr(step.verb, "unless", None) is not None:
            return state
        if step.verb.waits:
            inside = called(step, self.bundle) if how == "done" else ()
            named = [name for target in inside for name in _surely(self.bundle, target, self.started)]
        else:
            named = [str(value) for value in vars(step.verb).values() if isinstance(value, PlaybookName)]
        for name in named:
            self.by.setdefault(name, step)
        return state.union(named)

    def chosen(self, step: Step, way: Way, state: frozenset[str]) -> frozenset[str]:  # noqa: ARG002
        if not way.goes_on:
            self.ends.append(state)
        return state

    def joined(self, states: Sequence[frozenset[str]]) -> frozenset[str]:
        return frozenset.intersection(*states)
