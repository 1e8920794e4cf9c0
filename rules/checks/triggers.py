"""Triggers: which playbook a message starts must never be a matter of chance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from rules.bundle import Bundle
from rules.checks.check import Found, check, trigger_place
from rules.conditions import All, Condition, Not
from rules.language import Playbook, Trigger
from rules.possible import TooHard, example, in_words, never_holds
from rules.problems import Place
from rules.together import Demands, demands, may_meet


@dataclass(frozen=True)
class _Placed:
    playbook: Playbook
    trigger: Trigger
    place: Place
    wanted: Demands | None

    def __str__(self) -> str:
        return f'"{self.playbook.name}" ({self.place.path}:{self.place.line})'


@check("same-priority")
def same_priority(bundle: Bundle) -> Iterator[Found]:
    """Two triggers can both hold at the same priority, so that neither goes first."""
    alike: defaultdict[int, list[_Placed]] = defaultdict(list)
    for each in _placed(bundle):
        if not each.playbook.alongside:  # what starts alongside takes the message from nobody
            alike[each.trigger.priority].append(each)
    for number, placed in alike.items():
        for one, other in _meeting(placed):
            if one.wanted == other.wanted and _same(one.trigger.when, other.trigger.when):
                continue
            try:
                both = example(All((one.trigger.when, other.trigger.when)))
            except TooHard:
                when = "there are too many ways to rule it out"
            else:
                if both is None:
                    continue
                when = f"for example when {in_words(both)}"
            advice = f"{when}; both have priority {number}, give them different ones"
            yield other.place, f"can hold together with {one}, {advice}"
            yield one.place, f"can hold together with {other}, {advice}"


@check("duplicate-trigger")
def duplicate_trigger(bundle: Bundle) -> Iterator[Found]:
    """Two triggers say the same, so that one of them never starts anything."""
    alike: defaultdict[object, list[_Placed]] = defaultdict(list)
    for each in _placed(bundle):
        alike[None if each.wanted is None else frozenset(each.wanted.items())].append(each)
    for placed in alike.values():
        for one, other in combinations(placed, 2):
            if one.playbook is not other.playbook and (one.playbook.alongside or other.playbook.alongside):
                continue
            if _same(one.trigger.when, other.trigger.when):
                yield other.place, f"means the same as the trigger of {one}; only one of them can ever start something"
                yield one.place, f"means the same as the trigger of {other}; only one of them can ever start something"


@check("incident-trigger")
def incident_trigger(bundle: Bundle) -> Iterator[Found]:
    """A message would start the playbook of an incident or of the house, which only a person or the clock opens."""
    for each in _placed(bundle):
        if each.playbook.scope == "incident":
            yield each.place, "a message starts a case; an incident is opened by a person, so it has no triggers"
        elif each.playbook.scope == "house":
            yield each.place, "a message starts a case; what is about our own records is opened by the clock or by hand"


def _placed(bundle: Bundle) -> list[_Placed]:
    return [
        _Placed(playbook, trigger, trigger_place(playbook, number), demands(trigger.when))
        for playbook in bundle.playbooks.values()
        for number, trigger in enumerate(playbook.triggers)
    ]


def _meeting(placed: Sequence[_Placed]) -> Iterator[tuple[_Placed, _Placed]]:
    for one, other in may_meet([each.wanted for each in placed]):
        yield placed[one], placed[other]


def _same(one: Condition, other: Condition) -> bool:
    """Whether the two hold for exactly the same facts."""
    if one == other:
        return True
    return never_holds(All((one, Not(other)))) and never_holds(All((other, Not(one))))
