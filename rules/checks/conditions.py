"""Conditions that decide nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.bundle import GUARDS, LEGAL_CLOCKS, TRIAGE, Bundle
from rules.checks.check import Found, branches, check, clocks, conditions
from rules.conditions import All, Any_, Condition, Not
from rules.possible import always_holds, never_holds
from rules.problems import Place
from rules.yaml_source import Keys


@check("never-holds")
def never(bundle: Bundle) -> Iterator[Found]:
    """A condition contradicts itself."""
    for condition, place in _everywhere(bundle):
        if never_holds(condition):
            yield place, "this can never hold: it contradicts itself"


@check("always-holds", "warning")
def always(bundle: Bundle) -> Iterator[Found]:
    """A condition is true whatever the facts."""
    for condition, place in _everywhere(bundle):
        if always_holds(condition):
            yield place, "this always holds, whatever the facts; it can be left out"


@check("unreachable-branch")
def unreachable_branch(bundle: Bundle) -> Iterator[Found]:
    """A branch of a `choose` is never taken because those above it take every case."""
    for playbook in bundle.playbooks.values():
        for step in playbook.walk():
            above: list[Condition] = []
            for branch, place in branches(playbook, step):
                if above and not never_holds(branch.when) and never_holds(All((branch.when, Not(Any_(tuple(above)))))):
                    yield place, "this branch is never taken: whenever it holds, one above it holds too"
                above.append(branch.when)


def _everywhere(bundle: Bundle) -> Iterator[tuple[Condition, Place]]:
    for playbook in bundle.playbooks.values():
        yield from conditions(playbook)
    triage: Any = bundle.sources[TRIAGE].data["rules"]
    keys: dict[str, Keys] = (
        {triage["id"]: ("rules",)}
        if isinstance(triage, dict)
        else {rule["id"]: ("rules", number) for number, rule in enumerate(triage)}
    )
    for rule in bundle.triage.rules:
        yield rule.when, bundle.sources[TRIAGE].place((*keys[rule.id], "when"))
    for name, guard in bundle.guards.guards.items():
        if guard.when is not None:
            yield guard.when, bundle.sources[GUARDS].place((name, "when"))
    for clock, keys_of_clock in clocks(bundle):
        yield clock.when, bundle.sources[LEGAL_CLOCKS].place((*keys_of_clock, "when"))
