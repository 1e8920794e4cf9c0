"""What a check is, and where the parts of a playbook stand that checks speak about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from rules.bundle import DELETION_PLAN, GUARDS, LEGAL_CLOCKS, Bundle
from rules.conditions import Condition
from rules.decision import Rule
from rules.language import Branch, Name, Playbook, PlaybookName, Step, Steps
from rules.legal_clocks import LegalClock
from rules.packs import rule_keys
from rules.problems import Place, Problem, Severity
from rules.reading import yaml_name
from rules.yaml_source import Keys

Found = tuple[Place, str]
"""Where something is wrong, and what to do about it."""


@dataclass(frozen=True)
class Check:
    """A check: `look` finds what is wrong in a bundle; its docstring is the `meaning`."""

    id: str
    severity: Severity
    look: Callable[[Bundle], Iterator[Found]]

    @property
    def meaning(self) -> str:
        return self.look.__doc__ or ""

    def problems(self, bundle: Bundle) -> Iterator[Problem]:
        for place, message in self.look(bundle):
            yield Problem(place, self.severity, message, self.id)


def check(name: str, severity: Severity = "error") -> Callable[[Callable[[Bundle], Iterator[Found]]], Check]:
    """Make a function a check of this name."""
    return lambda look: Check(name, severity, look)


def place_of(playbook: Playbook, step: Step, field_name: str | None = None) -> Place:
    """Where a field of the step's verb stands; without one, the verb itself."""
    return playbook.source.place(keys_of(playbook, step, field_name))


def keys_of(playbook: Playbook, step: Step, field_name: str | None = None) -> Keys:
    """The keys that lead to a field of the step's verb: beside it, under it, or the verb's own value."""
    verb = (*step.keys, step.verb.verb)
    name = yaml_name(field_name) if field_name else ""
    ways = ((*verb, name), (*step.keys, name)) if name else ()
    return next((keys for keys in ways if keys in playbook.source.places), verb)


def pointers(playbook: Playbook) -> Iterator[tuple[Name, Place]]:
    """Every name in the playbook that points at something else, and where it stands."""
    for number, other in enumerate(playbook.takes_over):
        yield other, playbook.source.place(("takes_over", number))
    for step in playbook.walk():
        for each in fields(step.verb):
            for name, keys in _names(getattr(step.verb, each.name), keys_of(playbook, step, each.name)):
                yield name, playbook.source.place(keys)
        if step.keeps is not None:
            yield step.keeps, playbook.source.place((*step.keys, "keeps"))


def conditions(playbook: Playbook) -> Iterator[tuple[Condition, Place]]:
    """Every condition in the playbook, and where it stands."""
    source = playbook.source
    for number, trigger in enumerate(playbook.triggers):
        yield trigger.when, trigger_place(playbook, number)
    for step in playbook.walk():
        if step.only_if is not None:
            yield step.only_if, source.place((*step.keys, "if"))
        for each in fields(step.verb):
            value = getattr(step.verb, each.name)
            if isinstance(value, Condition):
                yield value, place_of(playbook, step, each.name)
        for branch, place in branches(playbook, step):
            yield branch.when, place


def all_conditions(bundle: Bundle) -> Iterator[tuple[Condition, Place]]:
    """Every condition in the content, and where it stands."""
    for playbook in bundle.playbooks.values():
        yield from conditions(playbook)
    for path in bundle.packs.by_path:
        for rule, place in rules_of(bundle, path, "when"):
            yield rule.when, place
    for name, guard in bundle.guards.guards.items():
        if guard.when is not None:
            yield guard.when, bundle.sources[GUARDS].place((name, "when"))
    for clock, keys in clocks(bundle):
        yield clock.when, bundle.sources[LEGAL_CLOCKS].place((*keys, "when"))
        if clock.protects is not None:
            yield clock.protects, bundle.sources[LEGAL_CLOCKS].place((*keys, "protects"))
    if bundle.deletion_plan is not None:
        for condition, keys in bundle.deletion_plan.conditions():
            yield condition, bundle.sources[DELETION_PLAN].place(keys)


def rules_of(bundle: Bundle, path: str, part: str) -> Iterator[tuple[Rule, Place]]:
    """The rules of the pack at this path, and where this part of each (`when`, `then`) stands."""
    source = bundle.sources[path]
    keys = rule_keys(source)
    for rule in bundle.packs.by_path[path].rules:
        yield rule, source.place((*keys[rule.id], part))


def branches(playbook: Playbook, step: Step) -> Iterator[tuple[Branch, Place]]:
    """The branches of a step, and where the condition of each stands."""
    for each in fields(step.verb):
        value = getattr(step.verb, each.name)
        for number, branch in enumerate(value if isinstance(value, tuple) else ()):
            if isinstance(branch, Branch):
                keys = (*keys_of(playbook, step, each.name), number, "when")
                yield branch, playbook.source.place(keys)


def awaited(step: Step) -> Sequence[Any]:
    """What ends a `wait_for`, each with `time`, `event` and `answer`; empty for other verbs."""
    found: Sequence[Any] = getattr(step.verb, "awaited", tuple)()
    return found


def called(step: Step, bundle: Bundle) -> Iterator[Playbook]:
    """The playbooks that a step carries out and waits for (a follow-up starts one too, but goes on at once)."""
    for value in vars(step.verb).values() if step.verb.waits else ():
        if isinstance(value, PlaybookName) and value in bundle.playbooks:
            yield bundle.playbooks[value]


def clocks(bundle: Bundle) -> Iterator[tuple[LegalClock, Keys]]:
    """Every legal clock, and the keys that lead to it in its file."""
    source = bundle.sources.get(LEGAL_CLOCKS)
    listed = source is not None and ("clocks", 0) in source.places
    for number, clock in enumerate(bundle.legal_clocks.values()):
        yield clock, ("clocks", number) if listed else ("clocks",)


def trigger_place(playbook: Playbook, number: int) -> Place:
    """Where the condition of a trigger stands; `number` counts from 0."""
    listed, alone = ("triggers", number, "when"), ("triggers", "when")
    return playbook.source.place(listed if listed in playbook.source.places else alone)


def _names(value: object, keys: Keys) -> Iterator[tuple[Name, Keys]]:
    if isinstance(value, Name):
        yield value, keys
    elif isinstance(value, Steps | Condition):  # steps are met on their own, conditions know their facts
        return
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from _names(each, (*keys, number))
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _names(each, (*keys, key))
    elif is_dataclass(value):
        for part in fields(value):
            yield from _names(getattr(value, part.name), (*keys, yaml_name(part.name)))
