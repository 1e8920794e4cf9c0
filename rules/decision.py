"""Rule sets and their decisions: which rule was chosen, why, and why not another."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, cast

from rules.because import Because, Json
from rules.conditions import Condition
from rules.engine import Engine
from rules.language import FactValues, Identifier, Words, says
from rules.problems import Problems
from rules.reading import BAD, Reader
from rules.vocabulary import Facts, Value, Vocabulary, facts_to_json
from rules.yaml_source import Source

__all__ = ["Because", "Decision", "Pack", "PackRule", "Rule", "RuleSet", "WhyNot", "load_pack", "parse_pack"]

MOST_OTHERS = 50
"""Of how many rules that were not chosen the history says why; `firebreak decide --explain` says it of all."""


@dataclass(frozen=True)
class Rule:
    """If `when` holds, `then`. The lower priority number goes first; equal numbers go by id. `strategy` says how
    colleagues handle what comes out of it."""

    id: str
    when: Condition
    priority: int
    then: Mapping[str, object] = field(default_factory=dict, hash=False)
    title: str = ""
    strategy: str = ""


@dataclass(frozen=True)
class WhyNot:
    """Why a rule was not chosen: what stood `against` it, or None if it held too and only came later."""

    rule: Rule
    against: Because | None

    def sentence(self) -> str:
        """`urgent_fire: sign_safety is false (not true)`, or that another rule went first."""
        return f"{self.rule.id}: {self.against.sentence() if self.against else 'it holds too, but another goes first'}"

    def to_json(self) -> dict[str, Json]:
        if self.against is None:
            return {"rule": self.rule.id, "held_too": True}
        return {"rule": self.rule.id, "held_too": False, "against": self.against.to_json()}


class RuleSet:
    """Rules that are decided together. Compiled for the engine at the first question; safe for several threads."""

    def __init__(self, name: str, rules: Iterable[Rule], vocabulary: Vocabulary) -> None:
        self.name = name
        self.rules = tuple(sorted(rules, key=lambda rule: (rule.priority, rule.id)))
        self.vocabulary = vocabulary
        if len({rule.id for rule in self.rules}) < len(self.rules):
            raise ValueError(f"two rules of {name} have the same id")
        self._opening = threading.Lock()
        self._engine: Engine | None = None

    def facts(self) -> frozenset[str]:
        """The names of all facts that the rules speak about."""
        return self._facts

    @cached_property
    def _facts(self) -> frozenset[str]:
        return frozenset().union(*(rule.when.facts() for rule in self.rules))

    def matching(self, facts: Mapping[str, object]) -> list[Rule]:
        """Every rule that holds, first one first. `facts` pass the gate on the way: FactError if one is not allowed."""
        return [self.rules[number] for number in self.engine().matching(self.vocabulary.gate(facts))]

    def decide(self, facts: Mapping[str, object]) -> Decision:
        """The first rule that holds, or none. `facts` pass the gate on the way: FactError if one is not allowed."""
        gated = self.vocabulary.gate(facts)
        number = self.engine().first(gated)
        return Decision(self, gated, None if number is None else self.rules[number])

    def engine(self) -> Engine:
        """The compiled rules."""
        if self._engine is None:
            with self._opening:
                if self._engine is None:
                    self._engine = Engine([rule.when for rule in self.rules])
        return self._engine


@dataclass(frozen=True)
class Decision:
    """What a rule set chose for certain facts. The explanation is worked out when somebody asks for it."""

    rule_set: RuleSet = field(repr=False)
    facts: Facts = field(repr=False)
    rule: Rule | None

    @property
    def then(self) -> Mapping[str, object]:
        """What the chosen rule says; empty if none was chosen."""
        return self.rule.then if self.rule else {}

    @cached_property
    def because(self) -> Because | None:
        """Why the chosen rule holds: every part of its condition with what was found and what was wanted."""
        return self.rule.when.explain(self.facts) if self.rule else None

    def why_not(self, most: int | None = None) -> list[WhyNot]:
        """For each other rule, in order, the first condition that stood against it; for the first so many if `most` is
        given."""
        chosen = self.rule.id if self.rule else None
        others = (rule for rule in self.rule_set.rules if rule.id != chosen)
        return [WhyNot(rule, rule.when.explain(self.facts).against()) for rule in islice(others, most)]

    def in_words(self) -> dict[str, Any]:
        """The decision for the history: the chosen rule and why, and what stood against the others. Of very many others
        the first: the history of a message is to be read, and is kept for years."""
        return {
            "rule": self.rule.id if self.rule else None,
            "title": self.rule.title if self.rule else "",
            "because": self.because.sentence() if self.because else "",
            "why_not": [other.sentence() for other in self.why_not(MOST_OTHERS)],
        }

    def to_json(self) -> dict[str, Any]:
        """The whole decision as JSON: closed values only, and only the facts that the rules speak about."""
        spoken = self.rule_set.facts()
        return {
            "rule_set": self.rule_set.name,
            "rule": self.rule.id if self.rule else None,
            "title": self.rule.title if self.rule else None,
            "strategy": (self.rule.strategy or None) if self.rule else None,
            "then": facts_to_json(cast(Facts, self.then)),
            "because": self.because.to_json() if self.because else None,
            "why_not": [other.to_json() for other in self.why_not()],
            "facts": facts_to_json({name: value for name, value in self.facts.items() if name in spoken}),
        }


@dataclass(frozen=True)
class PackRule:
    """One rule of a pack, as it is written."""

    id: Identifier = says("A short name of its own; decisions are recorded under it")
    title: Words = says("What colleagues read as the reason")
    priority: int = says("The rule with the lowest number that holds is chosen; every number stands once")
    when: Condition = says("When the rule applies")
    then: FactValues = says("The facts that follow from it")


@dataclass(frozen=True)
class Pack:
    """A rule pack, as it is written."""

    pack: Identifier = says("The name of the pack")
    title: Words = says("What it decides, in a few words")
    rules: tuple[PackRule, ...] = says("Its rules; the one with the lowest priority number that holds is chosen")
    strategy: Mapping[Identifier, Words] | None = says(
        "How colleagues handle what comes out of it, a sentence for each value that its rules set", default=None
    )


def parse_pack(source: Source, vocabulary: Vocabulary, problems: Problems) -> RuleSet | None:
    """The rule pack in `source`: `pack`, `title` and `rules`, each with id, title, priority, when and then (fact ->
    value). None when there is any problem; all of them are noted."""
    reader = Reader(source, vocabulary, {}, problems)
    pack = reader.model(Pack, source.data, ())
    if pack is BAD or not _unique(reader, pack):
        return None
    rules = [
        Rule(each.id, each.when, each.priority, _plain(each.then), each.title, _strategy(pack, each))
        for each in pack.rules
    ]
    return RuleSet(pack.pack, rules, vocabulary)


def load_pack(path: Path, vocabulary: Vocabulary) -> RuleSet:
    """The rule pack in a file. Raises ContentError with every problem in it."""
    problems = Problems()
    source = Source.read(path, problems, shown=path.name)
    rules = parse_pack(source, vocabulary, problems) if source is not None else None
    problems.raise_errors()
    assert rules is not None, "a pack without a problem makes a rule set"
    return rules


def _plain(then: Mapping[Any, Value]) -> dict[str, object]:
    return {str(name): value for name, value in then.items()}


def _strategy(pack: Pack, rule: PackRule) -> str:
    return next((text for value, text in (pack.strategy or {}).items() if value in rule.then.values()), "")


def _unique(reader: Reader, pack: Pack) -> bool:
    """Whether every id and every priority stands once; equal priorities would make the order a matter of names."""
    sound = True
    for key in ("id", "priority"):
        met: dict[object, str] = {}
        for number, rule in enumerate(pack.rules):
            value = getattr(rule, key)
            if value in met:
                reader.error(("rules", number, key), f"{key} {value} also stands in rule {met[value]}", f"same-{key}")
                sound = False
            met.setdefault(value, rule.id)
    return sound
