"""Triggers and rules of packs that never have their turn, because what goes first takes every case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rules.bundle import Bundle
from rules.checks.check import Found, check, rules_of, trigger_place
from rules.conditions import All, Any_, Condition, Not
from rules.possible import TooHard, example, never_holds
from rules.problems import Place
from rules.vocabulary import UNKNOWN, Facts


@dataclass(frozen=True)
class _Ranked:
    """Something that is tried in the order of priorities."""

    name: str
    when: Condition
    priority: int
    place: Place

    def __str__(self) -> str:
        return f'"{self.name}" ({self.place.path}:{self.place.line})'


@check("shadowed-trigger")
def shadowed_trigger(bundle: Bundle) -> Iterator[Found]:
    """A trigger never starts anything: whenever it holds, triggers that go first hold too."""
    triggers = [
        _Ranked(playbook.name, trigger.when, trigger.priority, trigger_place(playbook, number))
        for playbook in bundle.playbooks.values()
        for number, trigger in enumerate(() if playbook.alongside else playbook.triggers)
    ]
    for place, names in _shadowed(triggers):
        yield place, f"this never starts anything: whenever it holds, {names} goes first: the lower number does"


@check("shadowed-rule")
def shadowed_rule(bundle: Bundle) -> Iterator[Found]:
    """A rule of a pack never decides: whenever it holds, rules that go first hold too."""
    for path in bundle.packs.by_path:
        listed = rules_of(bundle, path, "when")
        rules = [_Ranked(rule.id, rule.when, rule.priority, place) for rule, place in listed]
        for place, names in _shadowed(rules, also_the_same=True):
            yield place, f"this never decides anything: whenever it holds, {names} goes first: the lower number does"


def _shadowed(ranked: Sequence[_Ranked], *, also_the_same: bool = False) -> Iterator[tuple[Place, str]]:
    """Those that others with lower numbers cover wholly, and the names of the first that are enough to do so."""
    for each in ranked:
        sample = _sample(each.when)
        if sample is None:
            continue
        first = [other for other in ranked if other.priority < each.priority]
        if not any(other.when.holds(sample) for other in first):
            continue  # one example that nobody takes away is enough, and spares nearly every comparison
        alone = [other for other in first if other.when.holds(sample) and _covers(other.when, each.when)]
        if not also_the_same and any(_covers(each.when, other.when) for other in alone):
            continue  # two triggers that mean the same are told as such
        if alone:
            yield each.place, str(alone[0])
        elif _covers(Any_(tuple(other.when for other in first)), each.when):
            yield each.place, "one of " + ", ".join(str(other) for other in first[:4])


def _covers(wide: Condition, narrow: Condition) -> bool:
    return never_holds(All((narrow, Not(wide))))


def _sample(condition: Condition) -> Facts | None:
    """Facts for which it holds; None if there are none (which is said elsewhere) or it is too hard to tell."""
    try:
        found = example(condition)
    except TooHard:
        return None
    return None if found is None else defaultdict(lambda: UNKNOWN, found)
