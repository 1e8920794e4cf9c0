"""Conditions that contradict, or repeat, what is certain at their place in the procedure.

What is certain are the conditions that a run has passed on its way: those of the branch it is in, those of the
branches above that it did not take, and what an `assume` has settled. Certainty ends as soon as a fact may have become
another one: with an answer, with an `assume`, and whenever time passes; and inside `parallel` nothing is certain that
another of its lists may settle. So an `if` that a colleague's answer can make true is never blamed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rules.bundle import Bundle
from rules.checks.beside import beside
from rules.checks.check import Found, branches, check, place_of
from rules.checks.paths import How, Paths, Way
from rules.checks.unheard import SEVERITY
from rules.conditions import All, Any_, Condition, Is, Not
from rules.language import Playbook, Step
from rules.possible import always_holds, never_holds
from rules.problems import Place
from rules.vocabulary import UNKNOWN
from rules.yaml_source import Keys

Wanted = Literal["contradicted", "needless", "left over"]
PASSING = ("history", "clock")
"""Who supplies the facts that change by themselves, also while no step waits."""


@check("contradicted")
def contradicted(bundle: Bundle) -> Iterator[Found]:
    """A condition cannot hold at its place: what is certain there excludes it."""
    for playbook in bundle.playbooks.values():
        yield from _found(bundle, playbook, "contradicted")


@check("needless-condition", "warning")
def needless_condition(bundle: Bundle) -> Iterator[Found]:
    """An `if` always holds at its place: what is certain there implies it."""
    for playbook in bundle.playbooks.values():
        yield from _found(bundle, playbook, "needless")


@check("unreachable-otherwise")
def unreachable_otherwise(bundle: Bundle) -> Iterator[Found]:
    """The `otherwise` of a `choose` is never reached because its branches take every case."""
    for playbook in bundle.playbooks.values():
        yield from _found(bundle, playbook, "left over")


@dataclass(frozen=True)
class _Certain:
    """A condition that holds, and the line that says so."""

    condition: Condition
    line: int


Known = tuple[_Certain, ...]


def _found(bundle: Bundle, playbook: Playbook, wanted: Wanted) -> list[Found]:
    paths = _Conditions(bundle, playbook, wanted)
    for steps in (playbook.steps, *(promise.on_breach for promise in playbook.promises.values())):
        paths.follow(steps, ())
    return paths.found


class _Conditions(Paths[Known]):
    """Carries along what is certain, and looks for one kind of slip."""

    def __init__(self, bundle: Bundle, playbook: Playbook, wanted: Wanted) -> None:
        vocabulary = bundle.vocabulary
        self.vocabulary, self.playbook, self.wanted = vocabulary, playbook, wanted
        self.found: list[Found] = []
        self.packs = bundle.packs
        self.passing = self._with_following({fact.name for fact in vocabulary if fact.source in PASSING})
        self.lasting = {fact.name for fact in vocabulary if fact.source == "team"}
        self.unsettled = {path: self._settled_by(others) for path, others in beside(bundle, playbook).items()}

    def arrive(self, step: Step, state: Known) -> None:
        state = self._alone(step, state)
        if step.only_if is not None and state:
            place = self.playbook.source.place((*step.keys, "if"))
            if self.wanted == "contradicted":
                self._excluded(step.only_if, state, place)
            elif self.wanted == "needless" and not always_holds(step.only_if):
                self._implied(step.only_if, state, place)
        above: list[Condition] = []
        for branch, place in branches(self.playbook, step):
            if self.wanted == "contradicted" and not _never(branch.when, *above):
                self._excluded(branch.when, self._inside(step, state), place, *(Not(each) for each in above))
            above.append(branch.when)
        every_case = self.wanted == "left over" and above and "otherwise" in step.verb.blocks()
        if every_case and not any(always_holds(each) for each in above):
            self._left_over(step, above, self._inside(step, state))

    def passed(self, step: Step, how: How, state: Known) -> Known:
        return self._alone(step, self._after(step, how, state))

    def _after(self, step: Step, how: How, state: Known) -> Known:
        line = self.playbook.source.place((*step.keys, "if")).line
        if how == "skipped":
            return state if step.only_if is None else (*state, _Certain(Not(step.only_if), line))
        known = self._inside(step, state)
        if step.verb.repeats:  # each item has facts of its own
            return ()
        if step.verb.blocks() and not step.verb.waits:  # it only chooses
            return known
        if step.verb.waits or how in ("timed out", "failed"):
            return ()
        if step.verb.verb == "reply":  # until a text has left, the customer may have written another message
            known = tuple(each for each in known if each.condition.facts() <= self.lasting)
        return self._settled(step, _without(known, self.passing))

    def chosen(self, step: Step, way: Way, state: Known) -> Known | None:
        taken = self._taken(step, way, state)
        return None if taken is None else self._alone(step, taken)

    def _taken(self, step: Step, way: Way, state: Known) -> Known | None:
        listed = list(branches(self.playbook, step))
        if way.how != "done" or not listed:
            return state
        above: list[_Certain] = []
        for branch, place in listed:
            if branch.steps is way.into:
                state = (*state, *above, _Certain(branch.when, place.line))
                return None if _impossible(_about(state, branch.when)) else state
            above.append(_Certain(Not(branch.when), place.line))
        state = (*state, *above)
        return None if _impossible(_about(state, *(each.condition for each in above))) else state

    def joined(self, states: Sequence[Known]) -> Known:
        first, *rest = states
        shared = tuple(each for each in first if all(each in other for other in rest))
        own = [tuple(each.condition for each in state if each not in shared) for state in states]
        if any(not each for each in own):
            return shared
        last = max((each.line for state in states for each in state), default=0)
        either = Any_(tuple(_all(each) for each in own))
        return shared if always_holds(either) else (*shared, _Certain(either, last))

    def _alone(self, step: Step, state: Known) -> Known:
        """What is certain here whatever the other lists of a `parallel` around the step do meanwhile."""
        return _without(state, self.unsettled[step.path]) if step.path in self.unsettled else state

    def _settled_by(self, steps: Sequence[Step]) -> set[str]:
        """The facts that may become others while these steps are done."""
        found = set(self.passing) if steps else set()
        for step in steps:
            for value in vars(step.verb).values():
                found |= {str(name) for name in value} if isinstance(value, Mapping) else set()
        return self._with_following(found)

    def _with_following(self, names: set[str]) -> set[str]:
        """These facts and those that packs make of them; how severe a case is was decided when it began."""
        return names | (self.packs.following_from(names) - {SEVERITY})

    # -- looking at one condition ---------------------------------------------------------------------------------

    def _excluded(self, condition: Condition, state: Known, place: Place, *also: Condition) -> None:
        state = _about(state, condition, *also)
        if not state or _never(condition) or _impossible(state):
            return
        if not never_holds(_all((*(each.condition for each in state), *also, condition))):
            return
        alone = [each.line for each in state if never_holds(All((each.condition, *also, condition)))]
        where = f"line {alone[-1]} excludes it" if alone else "what stands above excludes it"
        self.found.append((place, f"this can never hold here: {where}, and nothing has changed since"))

    def _implied(self, condition: Condition, state: Known, place: Place) -> None:
        state = _about(state, condition)
        if not state or _impossible(state):
            return
        if never_holds(_all((*(each.condition for each in state), Not(condition)))):
            alone = [each.line for each in state if never_holds(All((each.condition, Not(condition))))]
            where = f"line {alone[-1]} has made sure of it" if alone else "what stands above has made sure of it"
            self.found.append((place, f"this always holds here: {where}; it can be left out"))

    def _left_over(self, step: Step, above: list[Condition], state: Known) -> None:
        state = _about(state, *above)
        rest = _all((*(each.condition for each in state), *(Not(each) for each in above)))
        if never_holds(rest) and not _impossible(state):
            keys: Keys = (*step.keys, "otherwise")
            place = self.playbook.source.place(keys) if keys in self.playbook.source.places else None
            message = "this is never reached: the branches above take every case"
            self.found.append((place or place_of(self.playbook, step, "otherwise"), message))

    def _inside(self, step: Step, state: Known) -> Known:
        """What is certain once the step is really done."""
        if step.only_if is None:
            return state
        return (*state, _Certain(step.only_if, self.playbook.source.place((*step.keys, "if")).line))

    def _settled(self, step: Step, known: Known) -> Known:
        """What a step settles: an `assume` of what only a colleague can say holds from then on."""
        facts = getattr(step.verb, "facts", None)
        if not isinstance(facts, Mapping):
            return known
        known = _without(known, self._with_following({str(name) for name in facts}))
        line = place_of(self.playbook, step).line
        for name, value in facts.items():
            fact = self.vocabulary[name]
            if fact.source == "team" and value != UNKNOWN:
                known = (*known, _Certain(Is(fact, "is", value), line))
        return known


def _impossible(state: Known) -> bool:
    """Whether no run comes here at all, which is said where it begins."""
    return bool(state) and never_holds(_all(tuple(each.condition for each in state)))


def _about(state: Known, *conditions: Condition) -> Known:
    """What of the certain has to do with these conditions, directly or through other facts."""
    facts = frozenset().union(*(each.facts() for each in conditions))
    found: Known = ()
    while more := tuple(each for each in state if each not in found and each.condition.facts() & facts):
        found += more
        facts = facts.union(*(each.condition.facts() for each in more))
    return tuple(each for each in state if each in found)


def _all(conditions: Sequence[Condition]) -> Condition:
    return conditions[0] if len(conditions) == 1 else All(tuple(conditions))


def _never(condition: Condition, *above: Condition) -> bool:
    return never_holds(_all((condition, *(Not(each) for each in above))))


def _without(known: Known, facts: set[str]) -> Known:
    """What is still certain when these facts may have become others."""
    return tuple(each for each in known if not each.condition.facts() & facts)
