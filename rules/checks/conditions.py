"""Conditions that decide nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rules.bundle import Bundle
from rules.checks.check import Found, all_conditions, branches, check
from rules.conditions import All, Any_, Condition, Not
from rules.possible import always_holds, never_holds


@check("never-holds")
def never(bundle: Bundle) -> Iterator[Found]:
    """A condition contradicts itself."""
    for condition, place in all_conditions(bundle):
        if never_holds(condition):
            yield place, "this can never hold: it contradicts itself"


@check("always-holds", "warning")
def always(bundle: Bundle) -> Iterator[Found]:
    """A condition is true whatever the facts."""
    for condition, place in all_conditions(bundle):
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
