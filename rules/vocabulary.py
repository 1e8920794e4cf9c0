"""The closed vocabulary of facts: everything that a condition may speak about, read from `facts.yaml`.

Facts are typed here, at the gate, because nothing behind it is: the rule engine matches `true` with `1` and `"true"`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, get_args

from rules.problems import Problems, did_you_mean, nearest
from rules.units import LONGEST, format_duration, parse_duration
from rules.yaml_source import Keys, Source

Value = str | bool | int | timedelta
Facts = Mapping[str, Value]
Kind = Literal["level", "choice", "yes_no", "count", "duration"]
Supplier = Literal["text", "message", "history", "clock", "team", "rules"]

UNKNOWN = "unknown"
KNOWN = "known"
SIGN = "sign_"
"""How the names of the facts begin that tell what kind of complaint a message is."""
LARGEST_COUNT = 1_000_000_000  # larger counts are taken as this one, so that the engine's integers never overflow
NO_TIME, SECOND = timedelta(0), timedelta(seconds=1)
RESERVED = (UNKNOWN, KNOWN, "all", "any", "not")

SUPPLIERS: Mapping[Supplier, str] = {
    "text": "the word lists, from what the customer wrote",
    "message": "the message itself: its kind, its place, its language",
    "history": "what the store knows: cases, incidents, earlier messages",
    "clock": "the time that has passed",
    "team": "a colleague's answer to a task",
    "rules": "a rule pack, from other facts",
}

_KEYS = ("kind", "values", "meaning", "source", "unknown_counts_as")
FACT_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_WORD = re.compile(r"[\w.:-]{1,40}")
_LONG_NUMBER = 10**40
_ORDERED = ("level", "count", "duration")
_CLOSED = (str, bool)


class FactError(ValueError):
    """A fact was given that the vocabulary does not allow."""

    def __init__(self, message: str, fact: str, given: object, allowed: tuple[str, ...] = ()):
        super().__init__(message)
        self.fact = fact
        self.given = given
        self.allowed = allowed


@dataclass(frozen=True)
class Fact:
    """One entry of the vocabulary.

    `values` maps each value of a level (low to high) or a choice to its meaning and is empty for other kinds.
    `unknown_counts_as` is what an order comparison takes an unknown value for; None: the comparison is then false.
    """

    name: str
    kind: Kind
    values: Mapping[str, str] = field(hash=False, repr=False)
    meaning: str = field(repr=False)
    source: Supplier = field(repr=False)
    unknown_counts_as: Value | None = field(default=None, repr=False)

    @property
    def ordered(self) -> bool:
        """Whether `at_least` and its like make sense."""
        return self.kind in _ORDERED

    @property
    def allowed(self) -> tuple[str, ...]:
        """The words a value may be written as; empty for a count and a duration."""
        return ("true", "false") if self.kind == "yes_no" else tuple(self.values)

    @property
    def expected(self) -> str:
        """What a value looks like, in words."""
        if self.kind == "count":
            return "a whole number, 0 or more"
        if self.kind == "duration":
            return 'a duration such as "2 days"'
        return "true or false" if self.kind == "yes_no" else "one of " + ", ".join(self.values)

    def gate(self, given: object) -> Value:
        """`given` as a value of this fact (durations in whole seconds); FactError if it is none."""
        if isinstance(given, str):
            return self._gate_text(str.__str__(given))
        if self.kind == "yes_no" and isinstance(given, bool):
            return given
        if self.kind == "count" and type(given) is int and given >= 0:
            return min(given, LARGEST_COUNT)
        if self.kind == "duration" and isinstance(given, timedelta) and given >= NO_TIME:
            return min(given - given % SECOND if given.microseconds else given, LONGEST)
        raise self._refusal(given)

    def _gate_text(self, given: str) -> Value:
        if given == UNKNOWN or given in self.values:
            return given
        if self.kind == "duration":
            try:
                return parse_duration(given)
            except ValueError as error:
                raise FactError(f"{self.name}: {error}", self.name, given) from None
        raise self._refusal(given)

    def _refusal(self, given: object) -> FactError:
        shown = "nothing" if given is None else _shown(given)
        hint = did_you_mean(given, self.values) if isinstance(given, str) and self.values else ""
        if "did you mean" not in hint:
            hint = f"; expected {self.expected}"
        return FactError(f"{self.name} cannot be {shown}{hint}", self.name, given, self.allowed)

    def number(self, value: Value) -> int:
        """The integer that stands for a gated value: -1 unknown, else the position in `values`, 0 or 1, the count, or
        the whole seconds."""
        if isinstance(value, timedelta):
            return value // SECOND
        if isinstance(value, int):
            return int(value)
        return -1 if value == UNKNOWN else self._positions[value]

    @cached_property
    def _positions(self) -> Mapping[str, int]:
        return {value: position for position, value in enumerate(self.values)}

    @property
    def largest(self) -> int:
        """The largest integer that `number` gives."""
        if self.kind == "yes_no":
            return 1
        if self.kind == "count":
            return LARGEST_COUNT
        return LONGEST // timedelta(seconds=1) if self.kind == "duration" else len(self.values) - 1


def _shown(given: object) -> str:
    """What was given, if it is one word or number; a longer text may be a customer's and is not repeated."""
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, str) and not _WORD.fullmatch(given):
        return "that text"
    if isinstance(given, float) or (isinstance(given, int) and abs(given) < _LONG_NUMBER):
        return str(given)
    return f'"{given}"' if isinstance(given, str) else "that value"


class _Gated(dict[str, Value]):
    """Facts as the gate of a vocabulary left them. Nobody changes facts, so these need not pass it again."""

    __slots__ = ("vocabulary",)
    vocabulary: Vocabulary


@dataclass(frozen=True)
class Vocabulary:
    """All facts by name."""

    facts: Mapping[str, Fact] = field(hash=False)

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.facts.values())

    def __getitem__(self, name: str) -> Fact:
        return self.facts[name]

    @classmethod
    def load(cls, path: Path | None = None) -> Vocabulary:
        """Read `facts.yaml`, or another file of the same shape. Raises ContentError with every problem in it."""
        return _load(path or Path(__file__).with_name("facts.yaml"))

    @classmethod
    def parse(cls, source: Source, problems: Problems) -> Vocabulary:
        """The facts of a file already read; what is wrong with it is noted in `problems`."""
        entries = source.data if isinstance(source.data, dict) else {}
        if not entries:
            problems.error(source.place(), "expected a mapping of fact names to entries", "fact-shape")
        read = [_Entry(source, problems, name, entry).fact() for name, entry in entries.items()]
        return cls({fact.name: fact for fact in read if fact is not None})

    def fact(self, name: object) -> Fact:
        """The fact called `name`; FactError with the nearest name if there is none."""
        if isinstance(name, str) and (found := self.facts.get(name)) is not None:
            return found
        hint = did_you_mean(name, self.facts) or "; see facts.yaml"
        raise FactError(f"{_shown(name)} is not a fact{hint}", str(name), name, tuple(self.facts))

    def gate(self, raw: Mapping[str, object]) -> Facts:
        """Every fact of the vocabulary with a typed value; those not in `raw` are unknown.

        A duration may come as a timedelta or as text; parts of a second are dropped. Raises FactError for a name
        or a value outside the vocabulary. Gating facts that passed the gate before changes nothing.
        """
        if isinstance(raw, _Gated) and raw.vocabulary is self:
            return raw
        facts, words = _Gated(self._nothing_known), self._words
        facts.vocabulary = self
        for name, given in raw.items():
            # Most values are words of their fact or yes and no. An exact class, because 1 equals True.
            if name in words and given.__class__ in _CLOSED and given in words[name]:
                facts[name] = given
            else:
                fact = self.fact(name)
                facts[fact.name] = fact.gate(given)
        return facts

    @cached_property
    def _nothing_known(self) -> dict[str, Value]:
        return dict.fromkeys(self.facts, UNKNOWN)

    @cached_property
    def _words(self) -> Mapping[str, frozenset[Value]]:
        """Fact -> the values that pass the gate as they are, of those that are words or yes and no."""
        return {
            name: frozenset([UNKNOWN, *((True, False) if fact.kind == "yes_no" else fact.values)])
            for name, fact in self.facts.items()
        }


def value_to_json(value: Value) -> str | bool | int:
    """A value as JSON: a duration becomes text that the gate reads back."""
    return format_duration(value) if isinstance(value, timedelta) else value


def facts_to_json(facts: Facts) -> dict[str, str | bool | int]:
    """Facts as JSON; `Vocabulary.gate` reads them back."""
    return {name: value_to_json(value) for name, value in facts.items()}


@cache
def _load(path: Path) -> Vocabulary:
    problems = Problems()
    source = Source.read(path, problems, shown=path.name)
    vocabulary = Vocabulary({}) if source is None else Vocabulary.parse(source, problems)
    problems.raise_errors()
    return vocabulary


@dataclass
class _Entry:
    """One entry of the file, being read."""

    source: Source
    problems: Problems
    name: str
    data: Any
    refused: list[str] = field(default_factory=list)

    def fact(self) -> Fact | None:
        if not FACT_NAME.fullmatch(self.name) or self.name in RESERVED:
            self.refuse((), f'"{self.name}" cannot name a fact: small letters, digits and _; not a reserved word')
        if not isinstance(self.data, dict):
            self.refuse((), "expected a mapping with kind, meaning and source")
            return None
        for key in self.data:
            if key not in _KEYS:
                self.refuse((key,), f'"{key}" is not known in a fact{did_you_mean(key, _KEYS)}')
        kind = self.word("kind", get_args(Kind))
        source = self.word("source", SUPPLIERS)
        meaning = self.data.get("meaning")
        if not isinstance(meaning, str) or not meaning.strip():
            self.refuse(("meaning",), "say what the fact means, in one sentence")
        values = self.values(kind)
        if self.refused:
            return None
        fact = Fact(self.name, kind, values, str(meaning), source)
        fact = replace(fact, unknown_counts_as=self.counted(fact))
        return None if self.refused else fact

    def word(self, key: str, allowed: Any) -> Any:
        given = self.data.get(key)
        if given not in tuple(allowed):
            self.refuse((key,), f"{key} is missing or unknown{did_you_mean(given, allowed)}")
        return given

    def values(self, kind: str | None) -> Mapping[str, str]:
        given = self.data.get("values", {})
        if kind not in ("level", "choice"):
            if given and kind in get_args(Kind):
                self.refuse(("values",), "only a level and a choice list their values")
            return {}
        if not isinstance(given, dict) or len(given) < 2:
            self.refuse(("values",), "list at least two values, each with its meaning")
            return {}
        for value, meaning in given.items():
            if not isinstance(value, str) or value in RESERVED or value in ("true", "false"):
                self.refuse(("values", value), f'"{value}" is a reserved word')
            if not isinstance(meaning, str) or not meaning.strip():
                self.refuse(("values", value), f'say what "{value}" means')
        return given

    def counted(self, fact: Fact) -> Value | None:
        given = self.data.get("unknown_counts_as")
        if given is None:
            return None
        if not fact.ordered:
            self.refuse(("unknown_counts_as",), "only a level, a count or a duration can be compared by order")
            return None
        try:
            counted = fact.gate(given)
        except FactError as error:
            self.refuse(("unknown_counts_as",), str(error))
            return None
        if counted == UNKNOWN:
            self.refuse(("unknown_counts_as",), f"unknown must count as something known: {fact.expected}")
        return counted

    def refuse(self, keys: Keys, message: str) -> None:
        self.refused.append(message)
        written = set(self.data) if isinstance(self.data, dict) else set()
        misspelt = {nearest(key, set(_KEYS) - written) for key in written - set(_KEYS)}
        if keys and keys[0] not in written and keys[0] in misspelt:
            return  # it is there under a wrong name, which is said there
        self.problems.error(self.source.place((self.name, *keys)), message, "fact")
