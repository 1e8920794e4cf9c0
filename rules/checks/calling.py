"""Playbooks that carry out others, lists that go from step to step, and messages that meet a procedure under way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.bundle import Bundle
from rules.checks.check import Found, called, check, place_of
from rules.checks.paths import How, Paths
from rules.language import ListName, Playbook, ReplyName, Step
from rules.problems import did_you_mean


@check("runs-itself")
def runs_itself(bundle: Bundle) -> Iterator[Found]:
    """A playbook carries out itself, directly or by way of others, so that it never ends."""
    calls = {
        playbook.name: {target.name: step for step in playbook.walk() for target in called(step, bundle)}
        for playbook in bundle.playbooks.values()
    }
    for name, targets in calls.items():
        for target, step in targets.items():
            way = _way_back(calls, target, name)
            if way is not None:
                through = " → ".join([name, *way])
                yield place_of(bundle.playbooks[name], step), f"this never ends: {through}"


@check("unknown-list")
def unknown_list(bundle: Bundle) -> Iterator[Found]:
    """Something is done for each item of a list that no step before it brings."""
    for playbook in bundle.playbooks.values():
        paths = _Brought(playbook)
        for steps in (playbook.steps, *(promise.on_breach for promise in playbook.promises.values())):
            paths.follow(steps, frozenset())
        yield from paths.found


@check("reply-for-each", "warning")
def reply_for_each(bundle: Bundle) -> Iterator[Found]:
    """The customer gets the same text once for every item of a list."""
    for playbook in bundle.playbooks.values():
        for step in playbook.walk():
            if playbook.loops.get(step.path) and any(
                isinstance(value, ReplyName) for value in vars(step.verb).values()
            ):
                yield place_of(playbook, step), "the customer gets this text once for every item of the list"


@check("idle-mode", "warning")
def idle_mode(bundle: Bundle) -> Iterator[Found]:
    """`mode` says what becomes of a second message where no message starts anything."""
    for playbook in bundle.playbooks.values():
        if playbook.mode != "single" and not playbook.triggers:
            yield playbook.source.place(("mode",)), "this decides nothing: no message starts this playbook"
        elif playbook.mode != "single" and playbook.alongside:
            yield playbook.source.place(("mode",)), "this decides nothing: alongside others it runs once at a time"


def _way_back(calls: dict[str, dict[str, Step]], start: str, wanted: str) -> list[str] | None:
    """The playbooks on the shortest way from `start` to `wanted`, both included; None if there is none."""
    ways, met = [[start]], {start}
    while ways:
        way = ways.pop(0)
        if way[-1] == wanted:
            return way
        ahead = [each for each in calls.get(way[-1], ()) if each not in met]
        met.update(ahead)
        ways += [[*way, each] for each in ahead]
    return None


class _Brought(Paths[frozenset[str]]):
    """Carries along which lists may have been brought on some way."""

    def __init__(self, playbook: Playbook) -> None:
        self.playbook = playbook
        self.found: list[Found] = []

    def arrive(self, step: Step, state: frozenset[str]) -> None:
        for field_name, value in vars(step.verb).items():
            if step.verb.repeats and isinstance(value, ListName) and value not in state:
                hint = did_you_mean(value, state) or f"; bring it with `collect: {value}`"
                message = f'no step before this one brings a list "{value}"{hint}'
                self.found.append((place_of(self.playbook, step, field_name), message))

    def passed(self, step: Step, how: How, state: frozenset[str]) -> frozenset[str]:
        brought = {str(value) for value in vars(step.verb).values() if isinstance(value, ListName)} & step.verb.lists
        return state | brought if how == "done" else state

    def joined(self, states: Sequence[frozenset[str]]) -> frozenset[str]:
        return frozenset().union(*states)
