"""From plain YAML data to the typed words of the language, with every problem noted at its line.

One function per kind of thing a designer may write; which one applies is told by the annotation of the field.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from rules.conditions import Condition, parse_condition
from rules.language import Duration, FactName, Name, Shaped, Step, Steps, Time, Verb
from rules.moments import looks_like_moment, parse_moment
from rules.problems import Problems, did_you_mean, nearest
from rules.units import parse_duration
from rules.vocabulary import FactError, Vocabulary
from rules.yaml_source import Keys, Source


class _Bad:
    """Stands for a value that was refused; its problem is already noted."""


BAD = _Bad()

Verbs = Mapping[str, type[Verb]]


@cache
def kinds_of(model: type) -> dict[str, Any]:
    """Field name -> resolved annotation of a dataclass: the kind of thing a designer writes there."""
    hints = get_type_hints(model)
    return {each.name: hints[each.name] for each in fields(model)}


@cache
def yaml_name(field_name: str) -> str:
    """The key in YAML for a Python field: `as_` is written `as`, `only_if` is written `if`."""
    return "if" if field_name == "only_if" else field_name.removesuffix("_")


MODIFIERS: Mapping[str, str] = {
    yaml_name(each.name): each.metadata["meaning"] for each in fields(Step) if "meaning" in each.metadata
}
"""What may be written beside any verb, each with its meaning."""


@dataclass
class Reader:
    """Reads the parts of one file."""

    source: Source
    vocabulary: Vocabulary
    verbs: Verbs
    problems: Problems

    def error(self, keys: Keys, message: str, check: str = "shape") -> _Bad:
        self.problems.error(self.source.place(keys), message, check)
        return BAD

    # -- things with fields ---------------------------------------------------------------------------------

    def model(self, model: type, data: Any, keys: Keys, *, short: str | None = None) -> Any:
        """An instance of a dataclass from a mapping; a bare value fills the field `short`."""
        hints = kinds_of(model)
        named = {yaml_name(each.name): each for each in fields(model)}
        if not isinstance(data, dict):
            if short is None:
                return self.error(keys, f"expected {_keys(named)}, found {_shown(data)}")
            only = self.value(hints[short], data, keys)
            given = {short: only}
            required = [n for n, e in named.items() if e.default is MISSING and e.name != short]
            if required:
                return self.error(keys, f"missing: {', '.join(required)}")
            return BAD if only is BAD else model(**given)
        bad = False
        values: dict[str, Any] = {}
        for key, part in data.items():
            if key not in named:
                self.error((*keys, key), f'"{key}" is not known here{did_you_mean(key, named)}', "unknown-key")
                bad = True
                continue
            value = self.value(hints[named[key].name], part, (*keys, key))
            value = self._only(named[key].metadata.get("words"), value, (*keys, key))
            bad |= value is BAD
            values[named[key].name] = value
        meant = {nearest(key, set(named) - set(data)) for key in data if key not in named}  # said there already
        missing = [n for n, e in named.items() if e.default is MISSING and n not in data]
        if left := [n for n in missing if n not in meant]:
            self.error(keys, f"missing: {', '.join(left)}", "missing-key")
        return BAD if bad or missing else model(**values)

    # -- one value, by its annotation -----------------------------------------------------------------------

    def value(self, kind: Any, data: Any, keys: Keys) -> Any:
        origin = get_origin(kind)
        if origin in (Union, types.UnionType):  # it may be left out; written and left blank it is a slip
            ways = tuple(each for each in get_args(kind) if each is not type(None))
            return self.time(data, keys) if ways == get_args(Time) else self.value(ways[0], data, keys)
        if origin is Literal:
            allowed = [str(each) for each in get_args(kind)]
            if data in allowed:
                return data
            return self.error(keys, f"{_shown(data)} is not allowed here{did_you_mean(data, allowed)}", "unknown-word")
        if origin is tuple:
            return self._list(get_args(kind)[0], data, keys)
        if origin is not None and issubclass(origin, Mapping):
            return self._mapping(get_args(kind), data, keys)
        if is_dataclass(kind) and isinstance(kind, type):
            return self.model(kind, data, keys)
        return self._plain(kind, data, keys)

    def _plain(self, kind: Any, data: Any, keys: Keys) -> Any:
        if kind is Condition:
            return self.condition(data, keys)
        if kind is Steps:
            return self.steps(data, keys, "" if keys == ("steps",) else ".".join(str(key) for key in keys))
        if kind is Duration or kind is timedelta:
            return self.duration(data, keys)
        if kind is bool:
            return data if isinstance(data, bool) else self.error(keys, f"expected true or false, found {_shown(data)}")
        if kind is int:
            whole = isinstance(data, int) and not isinstance(data, bool) and data >= 0
            return data if whole else self.error(keys, f"expected a whole number, found {_shown(data)}")
        if not isinstance(data, str) or not data.strip():
            return self.error(keys, f"expected {_wanted(kind)}, found {_shown(data)}")
        if kind is FactName and data not in self.vocabulary.facts:
            return self.error(keys, f'unknown fact "{data}"{did_you_mean(data, self.vocabulary.facts)}', "unknown-fact")
        if issubclass(kind, Shaped) and not kind.shape.fullmatch(data):
            return self.error(keys, f"expected {kind.like}, found {_shown(data)}")
        return kind(data)

    def _only(self, words: Mapping[str, str] | None, value: Any, keys: Keys) -> Any:
        """The value again if it is, or lists, nothing but these words."""
        if value is BAD or words is None:
            return value
        listed = isinstance(value, tuple)
        for number, each in enumerate(value if listed else (value,)):
            if each not in words:
                where = (*keys, number) if listed else keys
                message = f"{_shown(str(each))} is not allowed here{did_you_mean(each, words)}"
                value = self.error(where, message, "unknown-word")
        return value

    def _list(self, kind: Any, data: Any, keys: Keys) -> Any:
        items = data if isinstance(data, list) else [data]
        read = [self.value(kind, item, (*keys, n) if isinstance(data, list) else keys) for n, item in enumerate(items)]
        if not read:
            return self.error(keys, "the list is empty")
        first: dict[Any, int] = {}
        for number, each in enumerate(read):
            if each is BAD or getattr(kind, "may_repeat", False) or not _can_be_key(each):
                continue
            if first.setdefault(each, number) != number:
                shown, before = _shown(items[number]), _shown(items[first[each]])
                message = f"{shown} is the same as {before}; keep one of them"
                if isinstance(items[number], dict) or shown == before:
                    message = f"{'this' if isinstance(items[number], dict) else shown} is listed twice"
                read[number] = self.error((*keys, number), message, "duplicate-value")
        return BAD if BAD in read else tuple(read)

    def _mapping(self, kinds: tuple[Any, ...], data: Any, keys: Keys) -> Any:
        if not isinstance(data, dict) or not data:
            return self.error(keys, f"expected lines such as `name: value`, found {_shown(data)}")
        key_kind, value_kind = kinds
        if key_kind is FactName:
            read = {key: self._fact_part(key, value_kind, part, (*keys, key)) for key, part in data.items()}
        else:
            read = {
                self.value(key_kind, key, (*keys, key)): self.value(value_kind, part, (*keys, key))
                for key, part in data.items()
            }
        return BAD if BAD in read or BAD in read.values() else read

    def _fact_part(self, name: str, kind: Any, part: Any, keys: Keys) -> Any:
        """The value of a fact (`assume`), or the answers offered for it (`form`)."""
        fact = self.vocabulary.facts.get(name)
        if fact is None:
            return self.error(keys, f'unknown fact "{name}"{did_you_mean(name, self.vocabulary.facts)}', "unknown-fact")
        if get_origin(kind) is not tuple:
            return self._fact_value(name, part, keys)
        if part == "any" and fact.allowed:
            return (True, False) if fact.kind == "yes_no" else tuple(fact.values)
        offered = part.get("one_of") if isinstance(part, dict) and set(part) == {"one_of"} else None
        if not isinstance(offered, list) or not offered:
            every = ", or `any` for all of them" if fact.allowed else ""
            strange = [key for key in part if key != "one_of"] if isinstance(part, dict) else []
            keys = (*keys, strange[0]) if strange else keys
            return self.error(keys, f"say which answers are offered: {{one_of: [...]}}{every}")
        read = [self._fact_value(name, each, (*keys, "one_of", n)) for n, each in enumerate(offered)]
        for number, each in enumerate(read):
            if each is not BAD and each in read[:number]:
                read[number] = self.error((*keys, "one_of", number), f"{offered[number]} is listed twice")
        return BAD if BAD in read else tuple(read)

    def _fact_value(self, name: str, value: Any, keys: Keys) -> Any:
        try:
            return self.vocabulary.fact(name).gate(value)
        except FactError as error:
            return self.error(keys, str(error), "fact-value")

    # -- the parts with a meaning of their own --------------------------------------------------------------

    def condition(self, data: Any, keys: Keys) -> Any:
        def report(where: Keys, message: str, check: str) -> None:
            self.error(where, message, check)

        return parse_condition(data, self.vocabulary, keys, cast(Callable[..., None], report)) or BAD

    def duration(self, data: Any, keys: Keys) -> Any:
        try:
            return parse_duration(data)
        except ValueError as error:
            return self.error(keys, str(error), "duration")

    def time(self, data: Any, keys: Keys) -> Any:
        """A length of time from now, or a moment."""
        if not looks_like_moment(data):
            return self.duration(data, keys)
        try:
            return parse_moment(data)
        except ValueError as error:
            return self.error(keys, str(error), "moment")

    def steps(self, data: Any, keys: Keys, path: str) -> Any:
        """A list of steps; one step alone may stand without the dash."""
        items = data if isinstance(data, list) else [data]
        if not items:
            return self.error(keys, "there is no step here; write at least one", "no-steps")
        read = []
        for number, item in enumerate(items):
            where = (*keys, number) if isinstance(data, list) else keys
            read.append(self.step(item, where, f"{path}.{number + 1}" if path else str(number + 1)))
        return BAD if BAD in read else Steps(read)

    def step(self, data: Any, keys: Keys, path: str) -> Any:
        if not isinstance(data, dict):
            glued = isinstance(data, str) and re.split("[:：]", data)[0] in self.verbs and data not in self.verbs
            hint = "; write an ordinary colon and a space after it" if glued else ""
            return self.error(keys, f"a step looks like `reply: deletion/received`, found {_shown(data)}{hint}")
        found = [key for key in data if key in self.verbs]
        if len(found) != 1:
            return self._no_single_verb(data, found, keys)
        verb = self.verbs[found[0]]
        beside = {yaml_name(f.name) for f in fields(verb) if f.metadata.get("beside")}
        if isinstance(data.get("id"), str):
            path = data["id"]
        bad = False
        known = [*MODIFIERS, *beside]
        for key in data:
            if key not in known and key not in self.verbs:
                own = {yaml_name(f.name) for f in fields(verb)} - beside
                hint = "; indent it, so that it stands under it" if key in own else did_you_mean(key, known)
                self.error((*keys, key), f'"{key}" is not known beside `{found[0]}`{hint}', "unknown-key")
                bad = True
        acting = self._verb(verb, data, beside, (*keys, found[0]), path)
        modifiers = self._modifiers(data, keys, path)
        if bad or acting is BAD or BAD in modifiers.values():
            return BAD
        return Step(path=path, verb=acting, keys=keys, **modifiers)

    def _no_single_verb(self, data: dict[str, Any], found: list[str], keys: Keys) -> _Bad:
        if found:
            after = list(data)[list(data).index(found[0]) + 1 :]
            first = "id" if "id" in after[: after.index(found[1])] else found[1]
            message = f"one step does one thing; put a dash before `{first}`, so that a step of its own begins there"
            return self.error((*keys, first), message, "one-verb")
        strange = next((key for key in data if key not in MODIFIERS), None)
        if strange is None:
            return self.error(keys, "this step does nothing; say what, for example `reply: …`", "no-verb")
        return self.error(
            (*keys, strange), f'"{strange}" is not a step{did_you_mean(strange, self.verbs)}', "unknown-verb"
        )

    def _verb(self, verb: type[Verb], data: dict[str, Any], beside: set[str], keys: Keys, path: str) -> Any:
        """The verb with its arguments; keys written beside it (`otherwise`) join those under it."""
        under = data[verb.verb]
        around = keys[:-1]
        named = {yaml_name(f.name): f for f in fields(verb)}
        hints = kinds_of(cast(type, verb))
        parts: dict[str, tuple[Any, Keys]] = {key: (data[key], (*around, key)) for key in beside if key in data}
        own = {n for n in named if n not in beside}
        misplaced: list[str] = []
        outside = f"write it beside `{verb.verb}`, not under it"
        if isinstance(under, dict) and (verb.short is None or not _is_short(under, hints[verb.short], own)):
            parts.update((key, (part, (*keys, key))) for key, part in under.items() if key not in beside)
            misplaced = [key for key in under if key in beside]
        elif verb.short is not None:
            if (other := _other_word(verb, under)) is not None:
                return self.error(keys, f"write `{verb.verb}: {{{other}: {under}}}`", "missing-key")
            parts[yaml_name(verb.short)] = (under, keys)
        else:
            return self.error(keys, f"`{verb.verb}` needs {', '.join(sorted(own))}")
        values: dict[str, Any] = {}
        for key in misplaced:
            self.error((*keys, key), f'"{key}" is not known in `{verb.verb}`; {outside}', "unknown-key")
            values[key] = BAD
        for key, (part, where) in parts.items():
            if key not in named:
                hint = f"; {outside}" if key in MODIFIERS or key in self.verbs else did_you_mean(key, own)
                self.error(where, f'"{key}" is not known in `{verb.verb}`{hint}', "unknown-key")
                values[key] = BAD
                continue
            value = self._inside(hints[named[key].name], part, where, f"{path}.{key}")
            values[named[key].name] = self._only(named[key].metadata.get("words"), value, where)
        meant = {nearest(key, set(named) - set(parts)) for key in (*parts, *data) if key not in named}
        missing = [n for n, f in named.items() if f.default is MISSING and n not in parts and n not in misplaced]
        if left := [n for n in missing if n not in meant]:
            self.error(keys, f"`{verb.verb}` needs {', '.join(left)}", "missing-key")
        return BAD if missing or BAD in values.values() else verb(**values)

    def _inside(self, kind: Any, data: Any, keys: Keys, path: str) -> Any:
        """Like `value`, but lists of steps get the path of the step they stand in."""
        if kind is Steps or get_args(kind) == (Steps, type(None)):
            return self.steps(data, keys, path)
        if Steps in get_args(kind):
            return self._named_steps(get_args(kind)[0], data, keys, path.rsplit(".", 1)[0])
        inner = get_args(kind)[0] if get_origin(kind) is tuple else None
        if inner is not None and is_dataclass(inner) and "steps" in kinds_of(cast(type, inner)):
            return self._branches(cast(type, inner), data, keys, path.rsplit(".", 1)[0])
        return self.value(kind, data, keys)

    def _named_steps(self, kind: type[Shaped], data: Any, keys: Keys, path: str) -> Any:
        """Several lists of steps, each under a name."""
        if not isinstance(data, dict) or not data:
            return self.error(keys, f"expected lists of steps, each under a name, found {_shown(data)}")
        read = {
            self.value(kind, name, (*keys, name)): self.steps(part, (*keys, name), f"{path}.{name}")
            for name, part in data.items()
        }
        return BAD if BAD in read or BAD in read.values() else read

    def _branches(self, kind: type, data: Any, keys: Keys, path: str) -> Any:
        if not isinstance(data, list) or not data:
            return self.error(keys, "expected a list of branches, each with `when` and `steps`")
        read = []
        for number, item in enumerate(data):
            where = (*keys, number)
            if not isinstance(item, dict) or set(item) != {"when", "steps"}:
                strange = [key for key in item if key not in ("when", "steps")] if isinstance(item, dict) else []
                for key in strange:
                    open_ = [each for each in ("when", "steps") if each not in item] or ["when", "steps"]
                    outside = key in ("otherwise", "else", "default")
                    hint = "; write `otherwise` beside `choose`" if outside else did_you_mean(key, open_)
                    read.append(self.error((*where, key), f'"{key}" is not known in a branch{hint}', "unknown-key"))
                if not strange:
                    read.append(self.error(where, "a branch has `when` and `steps`"))
                continue
            when = self.condition(item["when"], (*where, "when"))
            steps = self.steps(item["steps"], (*where, "steps"), f"{path}.{number + 1}")
            read.append(BAD if BAD in (when, steps) else kind(when=when, steps=steps))
        return BAD if BAD in read else tuple(read)

    def _modifiers(self, data: dict[str, Any], keys: Keys, path: str) -> dict[str, Any]:
        read: dict[str, Any] = {}
        for name, kind in kinds_of(Step).items():
            key = yaml_name(name)
            if key in MODIFIERS and key in data:
                read[name] = self._inside(kind, data[key], (*keys, key), f"{path}.{key}")
        return read


def _is_short(under: dict[str, Any], kind: Any, own: set[str]) -> bool:
    """Whether a mapping is itself the value of the short field (`assume: {backup_status: possible}`)."""
    return takes_mapping(kind) and not set(under) <= own


def takes_mapping(kind: Any) -> bool:
    """Whether what is written for `kind` is a mapping of names that are no keys of the language."""
    origin = get_origin(kind)
    return kind is Condition or (isinstance(origin, type) and issubclass(origin, Mapping))


def _other_word(verb: type[Verb], under: object) -> str | None:
    """The field to which this word belongs, if it was written where the short field stands."""
    known = {yaml_name(each.name): each.metadata.get("words") or () for each in fields(verb) if each.name != verb.short}
    return next((name for name, words in known.items() if isinstance(under, str) and under in words), None)


def _can_be_key(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _keys(names: Iterable[str]) -> str:
    return " and ".join(f"`{name}: …`" for name in names)


def _wanted(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, Name) and kind.example:
        return f"a {kind.points_at} such as {kind.example}"
    if isinstance(kind, type) and issubclass(kind, Shaped):
        return kind.like
    return "some text"


def _shown(data: Any) -> str:
    if data is None:
        return "nothing"
    if isinstance(data, list | dict):
        return "a list" if isinstance(data, list) else "a mapping (`key: value`)"
    text = f'"{data}"' if isinstance(data, str) else str(data).lower() if isinstance(data, bool) else str(data)
    return text if len(text) <= 60 else f"{text[:57]}…"
