"""Rule packs: facts that follow from other facts.

A pack supplies the facts that its rules set, those with `source: rules` in facts.yaml, and each of them is supplied by
one pack. Packs may use each other's facts as long as that does not go in a circle; from it follows the order in which
they are asked. A fact that is known already is never decided anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any

from rules.decision import Decision, RuleSet, parse_pack
from rules.problems import Place, Problems
from rules.vocabulary import UNKNOWN, Facts, Vocabulary
from rules.yaml_source import Keys, Source


@dataclass(frozen=True)
class Derived:
    """What follows from certain facts: those facts with everything that was decided, and the decisions by the name of
    the pack, in the order in which they were taken."""

    facts: Facts
    decisions: Mapping[str, Decision]


@dataclass(frozen=True)
class Packs:
    """Rule packs by the path of their file, each one after those whose facts it uses."""

    by_path: Mapping[str, RuleSet]
    vocabulary: Vocabulary = field(repr=False)

    @cached_property
    def suppliers(self) -> Mapping[str, RuleSet]:
        """Fact -> the pack that supplies it."""
        return {fact: pack for pack in self.by_path.values() for fact in supplies(pack)}

    def needs(self, wanted: Collection[str], known: Collection[str] = ()) -> frozenset[str]:
        """The facts by which those that are `wanted` can be told, themselves among them. What is `known` is never
        decided, so nothing is needed for it."""
        found: set[str] = set()
        waiting = set(wanted)
        while waiting:
            name = waiting.pop()
            found.add(name)
            if name in self.suppliers and name not in known:
                waiting |= self.suppliers[name].facts() - found
        return frozenset(found)

    def following_from(self, names: Collection[str]) -> frozenset[str]:
        """The facts that may become others when one of these does."""
        return frozenset(fact for fact, needed in self._needed.items() if not needed.isdisjoint(names))

    @cached_property
    def _needed(self) -> Mapping[str, frozenset[str]]:
        """Fact that a pack supplies -> the facts by which it can be told."""
        return {fact: self.needs([fact]) for fact in self.suppliers}

    def derive(self, raw: Mapping[str, object], wanted: Collection[str] | None = None) -> Derived:
        """Facts with everything that follows from them, or only with what is `wanted` and what that takes.

        What is known already stays as it is. `raw` passes the gate on the way: FactError if something is not allowed.
        """
        facts = self.vocabulary.gate(raw)
        known = {name for name, value in facts.items() if value != UNKNOWN}
        needed = self.needs(self.suppliers if wanted is None else wanted, known) - known
        decisions: dict[str, Decision] = {}
        for pack in self.by_path.values():
            if open_ := supplies(pack) & needed:
                decisions[pack.name] = decision = pack.decide(facts)
                follows = ((name, value) for name, value in decision.then.items() if name in open_)
                facts = {**facts, **{name: self.vocabulary[name].gate(value) for name, value in follows}}
        return Derived(facts, decisions)


def supplies(pack: RuleSet) -> frozenset[str]:
    """The facts that the rules of a pack set."""
    return frozenset(name for rule in pack.rules for name in rule.then)


def rule_keys(source: Source) -> Mapping[str, Keys]:
    """Rule id -> the keys that lead to the rule in the file of its pack."""
    written: Any = source.data["rules"]
    if isinstance(written, dict):  # a single rule may stand without the dash
        return {written["id"]: ("rules",)}
    return {rule["id"]: ("rules", number) for number, rule in enumerate(written)}


def read_packs(sources: Mapping[str, Source], vocabulary: Vocabulary, problems: Problems) -> Packs | None:
    """The packs in these files, by path. None when there is any problem; all of them are noted."""
    read = {path: parse_pack(source, vocabulary, problems) for path, source in sources.items()}
    packs = {path: pack for path, pack in read.items() if pack is not None}
    before = len(problems.items)
    _one_name_each(packs, sources, problems)
    _one_supplier_each(packs, sources, problems)
    if len(packs) < len(read) or len(problems.items) > before:
        return None
    order = _in_order(packs, sources, problems)
    return None if order is None else Packs({path: packs[path] for path in order}, vocabulary)


def _one_name_each(packs: Mapping[str, RuleSet], sources: Mapping[str, Source], problems: Problems) -> None:
    """Decisions are recorded under the name of the pack."""
    met: dict[str, str] = {}
    for path, pack in packs.items():
        if pack.name in met:
            message = f'"{pack.name}" is also the name of {met[pack.name]}; rename one of them'
            problems.error(sources[path].place(("pack",)), message, "duplicate-name")
        met.setdefault(pack.name, path)


def _one_supplier_each(packs: Mapping[str, RuleSet], sources: Mapping[str, Source], problems: Problems) -> None:
    """What two packs decide would be a matter of which is asked first."""
    setting: defaultdict[str, list[Place]] = defaultdict(list)
    for path, pack in packs.items():
        for name in supplies(pack):
            setting[name].append(_first(sources[path], pack, name, "then"))
    for name, places in setting.items():
        for place, other in ((places[0], places[-1]), *((each, places[0]) for each in places[1:])):
            if place != other:
                message = f"{name} is also set by {other.path}:{other.line}; one pack alone supplies a fact"
                problems.error(place, message, "two-packs")


def _in_order(packs: Mapping[str, RuleSet], sources: Mapping[str, Source], problems: Problems) -> list[str] | None:
    """The paths, each after those whose facts it uses; None if there is no such order."""
    from_ = {name: path for path, pack in packs.items() for name in supplies(pack)}
    asked = {path: sorted({from_[name] for name in pack.facts() & from_.keys()}) for path, pack in packs.items()}
    try:
        return list(TopologicalSorter(asked).static_order())
    except CycleError as error:
        way = list(reversed(error.args[1]))[:-1]  # each one asks the next, and the last one the first
    start = way.index(min(way))
    way = [*way[start:], *way[:start]]
    links = [_asks(sources[one], packs[one], packs[other]) for one, other in pairwise([*way, way[0]])]
    said = ", ".join(
        f'"{packs[path].name}" asks for {name} ({place.path}:{place.line})'
        for path, (name, place) in zip(way, links, strict=True)
    )
    problems.error(links[0][1], f"this goes in a circle: {said}", "pack-circle")
    return None


def _asks(source: Source, pack: RuleSet, other: RuleSet) -> tuple[str, Place]:
    """The first fact of another pack that a pack asks for, and where."""
    name = min(pack.facts() & supplies(other))
    return name, _first(source, pack, name, "when")


def _first(source: Source, pack: RuleSet, name: str, part: str) -> Place:
    """The first place in the file where the conditions (`when`) or the outcomes (`then`) of its rules name a fact."""
    keys = rule_keys(source)
    return min(
        _named(source, (*keys[rule.id], part), name)
        for rule in pack.rules
        if name in (rule.when.facts() if part == "when" else rule.then)
    )


def _named(source: Source, keys: Keys, name: str) -> Place:
    """Where a fact is named below these keys; where they lead, if it stands nowhere by itself."""
    found: Iterator[Place] = (
        place for each, place in source.places.items() if each[: len(keys)] == keys and each[-1] == name
    )
    return min(found, default=source.place(keys))
