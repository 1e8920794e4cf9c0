"""From the annotation of a field to the schema of what may be written there: the twin of `rules.reading`."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from datetime import timedelta
from functools import partial
from inspect import getdoc
from typing import Any, Literal, Union, cast, get_args, get_origin

from rules.conditions import Condition
from rules.language import Duration, FactName, Name, Shaped, Step, Steps, Verb
from rules.moments import Moment
from rules.reading import MODIFIERS, Verbs, kinds_of, takes_mapping, yaml_name
from rules.schema import facts
from rules.schema.facts import Schema
from rules.units import format_duration
from rules.vocabulary import Fact, Vocabulary

DRAFT = "https://json-schema.org/draft/2020-12/schema"


@dataclass
class Shapes:
    """The schemas of one file. Those of parts with a name are collected in `defs` and referred to."""

    vocabulary: Vocabulary
    verbs: Verbs = field(default_factory=dict)
    defs: dict[str, Schema] = field(default_factory=dict)

    def file(self, title: str, content: Schema) -> Schema:
        """A whole schema: the content of a file, and every part that it refers to."""
        parts = {name: self.defs[name] for name in sorted(self.defs)}
        return {"$schema": DRAFT, "title": title, **content, **({"$defs": parts} if parts else {})}

    # -- what stands behind a key ---------------------------------------------------------------------------

    def value(self, kind: Any, words: Mapping[str, str] | None = None) -> Schema:
        """What may stand where `kind` is wanted; with `words`, only these."""
        origin = get_origin(kind)
        if origin in (Union, types.UnionType):
            ways = [self.value(each, words) for each in get_args(kind) if each is not type(None)]
            return ways[0] if len(ways) == 1 else {"anyOf": ways}
        if origin is Literal:
            return facts.words(words) if words else {"enum": list(get_args(kind))}
        if origin is tuple:
            return self._list(get_args(kind)[0], words)
        if origin is not None and issubclass(origin, Mapping):
            return self._mapping(*get_args(kind))
        if kind is Moment:
            return self.part("moment", lambda: facts.MOMENT)
        if is_dataclass(kind) and isinstance(kind, type):
            return self.part(kind.__name__.lower(), lambda: self.model(kind))
        return facts.words(words) if words else self._plain(kind)

    def part(self, name: str, make: Callable[[], Schema]) -> Schema:
        """A reference to the part called `name`, which is made when it is first needed; it may refer to itself."""
        if name not in self.defs:
            self.defs[name] = {}
            self.defs[name] = make()
        return {"$ref": f"#/$defs/{name}"}

    def model(self, model: type, *, short: str | None = None) -> Schema:
        """The keys of a dataclass; a bare value fills the field `short`."""
        whole = self.fields(model, [each for each in fields(model) if "meaning" in each.metadata])
        return whole if short is None else {"anyOf": [self.value(kinds_of(model)[short]), whole]}

    def fields(self, model: type, chosen: list[Field[Any]]) -> Schema:
        """A closed mapping of these fields of a dataclass."""
        required = [yaml_name(each.name) for each in chosen if each.default is MISSING]
        return {
            "type": "object",
            "properties": {yaml_name(each.name): self.field(model, each) for each in chosen},
            **({"required": required} if required else {}),
            "additionalProperties": False,
        }

    def field(self, model: type, each: Field[Any]) -> Schema:
        """What may be written for one field of a dataclass, with its meaning."""
        found = self.value(kinds_of(model)[each.name], each.metadata.get("words"))
        default = format_duration(each.default) if isinstance(each.default, timedelta) else each.default
        shown = {"default": default} if isinstance(default, str | int) else {}
        return {**found, "description": each.metadata["meaning"], **shown}

    def _list(self, kind: Any, words: Mapping[str, str] | None) -> Schema:
        one = self.value(kind, words)
        several: Schema = {"type": "array", "minItems": 1, "items": one}
        return several if _is_branch(kind) else {"anyOf": [several, one]}

    def _mapping(self, key: Any, kind: Any) -> Schema:
        if key is FactName and get_origin(kind) is tuple:
            return self.part("form", lambda: self._about_facts(lambda fact: facts.offered(fact, self._given(fact))))
        if key is FactName:
            return self.part("facts", lambda: self._about_facts(self._given))
        found: Schema = {"type": "object", "minProperties": 1}
        if issubclass(key, Shaped):
            return {**found, "patternProperties": {_whole(key): self.value(kind)}, "additionalProperties": False}
        return {**found, "additionalProperties": self.value(kind)}

    def _about_facts(self, make: Callable[[Fact], Schema]) -> Schema:
        """A mapping of facts to what `make` says of each."""
        named = {fact.name: {**make(fact), "description": facts.meaning(fact)} for fact in self.vocabulary}
        return {"type": "object", "minProperties": 1, "properties": named, "additionalProperties": False}

    def _given(self, fact: Fact) -> Schema:
        return self.part(f"fact.{fact.name}", lambda: facts.given(fact, self._duration()))

    def _plain(self, kind: Any) -> Schema:
        if kind is Condition:
            return self.part("condition", self._condition)
        if kind is Steps:
            return self.part("steps", self._steps)
        if kind is Duration:
            return self._duration()
        if kind is bool:
            return {"type": "boolean"}
        if kind is int:
            return {"type": "integer", "minimum": 0}
        if issubclass(kind, Shaped):
            return {"type": "string", "pattern": _whole(kind), "patternErrorMessage": f"Write {kind.like}."}
        examples = {"examples": [kind.example]} if issubclass(kind, Name) and kind.example else {}
        return {"type": "string", "pattern": r"\S", **examples}

    def _duration(self) -> Schema:
        return self.part("duration", lambda: facts.DURATION)

    def _condition(self) -> Schema:
        about = {fact.name: self.part(f"is.{fact.name}", partial(self._comparison, fact)) for fact in self.vocabulary}
        return facts.condition(about, self.vocabulary, {"$ref": "#/$defs/condition"})

    def _comparison(self, fact: Fact) -> Schema:
        return facts.comparison(fact, self._given(fact), self.vocabulary, self._duration())

    # -- steps ----------------------------------------------------------------------------------------------

    def _steps(self) -> Schema:
        step = self.part("step", self._step)
        return _either("array", {"minItems": 1, "items": step}, step)

    def _step(self) -> Schema:
        """A step with one verb offers that verb's own keys; one without a verb yet offers all verbs."""
        with_verb = [
            {"if": {"required": [name]}, "then": self.part(f"step.{name}", partial(self._with, verb))}
            for name, verb in self.verbs.items()
        ]
        missing = f"A step needs a verb: {', '.join(self.verbs)}."
        some_verb = {"anyOf": [{"required": [name], "errorMessage": missing} for name in self.verbs]}
        every_key = {name: self._verb(verb) for name, verb in self.verbs.items()} | self._modifiers()
        without_verb = {"properties": every_key, "additionalProperties": False, **some_verb}
        return {
            "type": "object",
            "description": "One step: a verb, and beside it what may stand beside any verb",
            "allOf": [*with_verb, {"if": {"not": some_verb}, "then": without_verb}],
        }

    def _verb(self, verb: type[Verb]) -> Schema:
        return self.part(f"verb.{verb.verb}", lambda: self._arguments(verb))

    def _with(self, verb: type[Verb]) -> Schema:
        """A step with this verb."""
        beside = {yaml_name(each.name): self.field(cast(type, verb), each) for each in fields(verb) if _beside(each)}
        needed = [yaml_name(each.name) for each in fields(verb) if _beside(each) and each.default is MISSING]
        return {
            "properties": {verb.verb: self._verb(verb), **beside, **self._modifiers()},
            "required": [verb.verb, *needed],
            "additionalProperties": False,
        }

    def _modifiers(self) -> dict[str, Schema]:
        return {
            yaml_name(each.name): self.part(f"beside.{yaml_name(each.name)}", partial(self.field, Step, each))
            for each in fields(Step)
            if yaml_name(each.name) in MODIFIERS
        }

    def _arguments(self, verb: type[Verb]) -> Schema:
        """What stands behind the verb: its keys, or the bare value of its short field."""
        doc = getdoc(verb) or ""
        said = {"description": doc, "markdownDescription": f"{doc}\n\n```yaml\n{verb.example}\n```"}
        own = [each for each in fields(verb) if not _beside(each)]
        whole = {"title": verb.verb, **self.fields(cast(type, verb), own)}
        if verb.short is None or any(each.default is MISSING for each in own if each.name != verb.short):
            return {**said, **whole}
        kind = kinds_of(cast(type, verb))[verb.short]
        bare = self.value(kind)
        return {**said, **({"anyOf": [bare, whole]} if takes_mapping(kind) else _either("object", whole, bare))}


def _either(kind: str, then: Schema, otherwise: Schema) -> Schema:
    """One schema for values of this type, the other for all others: so that only one of them complains."""
    return {"if": {"type": kind}, "then": then, "else": otherwise}


def _beside(each: Field[Any]) -> bool:
    return bool(each.metadata.get("beside"))


def _is_branch(kind: Any) -> bool:
    """Whether a list of these is always written as a list, because each is a way on with steps of its own."""
    return is_dataclass(kind) and isinstance(kind, type) and "steps" in kinds_of(kind)


def _whole(kind: type[Shaped]) -> str:
    return f"^(?:{kind.shape.pattern})$"
