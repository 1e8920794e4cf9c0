"""Facts and those who supply them: what nobody supplies stays unknown, and a condition about it decides nothing.

At a step of a procedure a fact can be known because the store or the clock tells it at any moment; because a message
tells it, if one starts the procedure; because somebody has settled it before (an `ask`, an `assume`, a `set`, an
`inputs`, in this procedure, in one that led to it, or in the incident that the case belongs to); because it is
something of the item that a `for_each` is about; or because a pack makes it from such facts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cached_property

from rules.bundle import Bundle
from rules.checks.beside import beside
from rules.checks.check import Found, all_conditions, branches, called, check, place_of, rules_of
from rules.checks.paths import How, Paths, Way
from rules.checks.unheard import SEVERITY
from rules.conditions import Condition
from rules.language import AGE, Playbook, PlaybookName, Step, Steps
from rules.problems import Place, did_you_mean
from rules.yaml_source import Source

FROM_MESSAGE = ("text", "message")


@check("not-for-a-pack")
def not_for_a_pack(bundle: Bundle) -> Iterator[Found]:
    """A pack sets a fact that somebody else supplies."""
    for path in bundle.packs.by_path:
        for rule, place in rules_of(bundle, path, "then"):
            for name in sorted(rule.then):
                source = bundle.vocabulary[name].source
                if source != "rules":
                    yield place, f"{name} is not for a pack to set: facts.yaml has `source: {source}` for it"


@check("no-pack")
def no_pack(bundle: Bundle) -> Iterator[Found]:
    """A condition asks for a fact that follows from others, and no pack has rules for it."""
    for condition, place in all_conditions(bundle):
        for name in sorted(condition.facts() - bundle.packs.suppliers.keys()):
            if bundle.vocabulary[name].source == "rules":
                yield place, f"no file in rules/packs/ has rules that set {name}, so it is always unknown"


@check("idle-strategy")
def idle_strategy(bundle: Bundle) -> Iterator[Found]:
    """A pack says how to handle something that never comes out of it."""
    for path, pack in bundle.packs.by_path.items():
        source: Source = bundle.sources[path]
        outcomes = {str(value) for rule in pack.rules for value in rule.then.values()}
        for value in source.data.get("strategy") or ():
            if value not in outcomes:
                yield source.place(("strategy", value)), f'no rule here sets "{value}"{did_you_mean(value, outcomes)}'


@check("never-known", "warning")
def never_known(bundle: Bundle) -> Iterator[Found]:
    """A condition asks for a fact that nobody can have supplied at its place, so that it decides nothing."""
    family = _Family(bundle)
    for playbook in bundle.playbooks.values():
        paths = _Supplied(bundle, playbook, family)
        paths.follow(playbook.steps, family.before(playbook))
        for promise in playbook.promises.values():  # it may be broken at any moment
            paths.follow(promise.on_breach, family.whole(playbook))
        yield from paths.found


class _Family:
    """Which playbooks lead to which, by `run` or by `follow_up`, and what may be known in them because of it."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.ahead = {name: self._reached(playbook) for name, playbook in bundle.playbooks.items()}

    def starters(self, playbook: Playbook) -> list[Playbook]:
        """The playbooks that lead to this one, directly or by way of others."""
        return [self.bundle.playbooks[name] for name, ahead in self.ahead.items() if playbook.name in ahead]

    def from_message(self, playbook: Playbook) -> bool:
        """Whether a customer's message may be what it is about."""
        return any(each.triggers for each in (playbook, *self.starters(playbook)))

    def before(self, playbook: Playbook) -> frozenset[str]:
        """What may be settled when it begins."""
        starters = self.starters(playbook)
        relatives = {name for starter in starters for name in (starter.name, *self.ahead[starter.name])}
        if playbook.name not in self.ahead[playbook.name]:
            relatives.discard(playbook.name)
        found = {str(name) for name in playbook.inputs} | self.in_incidents | {SEVERITY}
        return frozenset(found.union(*(self._settled_in(self.bundle.playbooks[name]) for name in relatives)))

    def whole(self, playbook: Playbook) -> frozenset[str]:
        """What may be settled at any time while it runs, and after it."""
        inside = (self._settled_in(self.bundle.playbooks[name]) for name in self.ahead[playbook.name])
        return self.before(playbook).union(self._settled_in(playbook), *inside)

    @cached_property
    def in_incidents(self) -> frozenset[str]:
        """What may be settled in an incident: its cases know it too."""
        incidents = [playbook for playbook in self.bundle.playbooks.values() if playbook.scope == "incident"]
        return frozenset().union(*(self._settled_in(playbook) for playbook in incidents))

    def _settled_in(self, playbook: Playbook) -> frozenset[str]:
        steps = (settled_by(step) for step in playbook.walk())
        return frozenset(str(name) for name in playbook.inputs).union(*steps)

    def _reached(self, playbook: Playbook) -> frozenset[str]:
        found: set[str] = set()
        waiting = [playbook]
        while waiting:
            for step in waiting.pop().walk():
                for value in vars(step.verb).values():
                    if isinstance(value, PlaybookName) and value in self.bundle.playbooks and value not in found:
                        found.add(str(value))
                        waiting.append(self.bundle.playbooks[value])
        return frozenset(found)


class _Supplied(Paths[frozenset[str]]):
    """Carries along which facts may have been settled on some way."""

    def __init__(self, bundle: Bundle, playbook: Playbook, family: _Family) -> None:
        self.bundle, self.playbook, self.family = bundle, playbook, family
        self.found: list[Found] = []
        self.beside = beside(bundle, playbook)
        self.message = family.from_message(playbook)

    def arrive(self, step: Step, state: frozenset[str]) -> None:
        state = state.union(*(settled_by(other) for other in self.beside.get(step.path, ())))
        if step.only_if is not None:
            self._look(step, step.only_if, self.playbook.source.place((*step.keys, "if")), state)
        for branch, place in branches(self.playbook, step):
            self._look(step, branch.when, place, state)
        for each in fields(step.verb):
            value = getattr(step.verb, each.name)
            if isinstance(value, Condition):  # looked at when its day has come
                self._look(step, value, place_of(self.playbook, step, each.name), self.family.whole(self.playbook))

    def passed(self, step: Step, how: How, state: frozenset[str]) -> frozenset[str]:
        if how != "done":
            return state
        inside = {AGE} if step.verb.repeats else set()
        return state.union(settled_by(step), inside, *(self.family.whole(each) for each in called(step, self.bundle)))

    def _take(self, step: Step, way: Way, state: frozenset[str]) -> frozenset[str] | None:
        after = super()._take(step, way, state)
        return state if step.verb.repeats and after is not None else after  # it stays with the item

    def joined(self, states: Sequence[frozenset[str]]) -> frozenset[str]:
        return frozenset().union(*states)

    def _look(self, step: Step, condition: Condition, place: Place, settled: frozenset[str]) -> None:
        for name in sorted(condition.facts()):
            why = self._unknown(name, settled | step.verb.supplied)
            if why is not None:
                self.found.append((place, f"{name} is {why}"))

    def _unknown(self, name: str, settled: Collection[str]) -> str | None:
        """Why nobody can have supplied a fact; None if somebody can."""
        source = self.bundle.vocabulary[name].source
        if name in settled or (source in FROM_MESSAGE and self.message):
            return None
        if source == "rules":
            pack = self.bundle.packs.suppliers.get(name)
            asked = sorted(pack.facts()) if pack is not None else ()
            if not asked or any(self._unknown(each, settled) is None for each in asked):
                return None  # a fact that no pack sets is told as such
            return f"always the same here: it follows from {', '.join(asked)}, which nobody can have told by then"
        if source in FROM_MESSAGE:
            return "never known here: it is told by a message, and none starts this procedure"
        if name == AGE:
            return "never known here: each item of a list has it, inside `for_each`"
        if source == "team":
            return "never known here: no step before this one asks for it or settles it"
        return "never known here: nothing tells it while a procedure runs"


def settled_by(step: Step) -> frozenset[str]:
    """The names of the facts that a step asks for or settles (and of other things that are listed by name)."""
    mappings = (value for value in vars(step.verb).values() if isinstance(value, Mapping))
    named = frozenset(str(name) for value in mappings for name, part in value.items() if not isinstance(part, Steps))
    return named | step.verb.learns
