"""What stands on a step in a picture: the verb, who is asked, what is said, and the rest of what a designer wrote.

Everything follows from the annotations of a verb's fields, so that a new verb needs no words here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from typing import Any

from rules.conditions import Condition
from rules.language import Branch, FactName, Name, PlaybookName, Promise, ReplyName, RoleName, Step, Steps, Words
from rules.moments import Moment
from rules.reading import yaml_name
from rules.units import format_duration
from rules.vocabulary import UNKNOWN


@dataclass(frozen=True)
class Written:
    """The words on one step: `word` says what kind of thing it is, `title` what exactly, `details` the rest."""

    word: str
    title: str
    details: tuple[str, ...] = ()


def written(step: Step) -> Written:
    """The words on a step."""
    values = {name: value for name, value in _values(step.verb) if value is not None and not _is_inside(value)}
    roles = [plain(value) for value in values.values() if isinstance(value, RoleName)]
    rest = {name: value for name, value in values.items() if not isinstance(value, RoleName)}
    main = next((name for name, value in rest.items() if isinstance(value, Words | ReplyName | PlaybookName)), None)
    if main is None and len(rest) == 1:
        (main,) = rest
    title = step.name
    if title is None and main is not None:
        title = Words(shown(rest.pop(main)))
    details = [line for name, value in rest.items() for line in _lines(name, value)]
    if step.retry is not None:
        details.append(f"tries {step.retry.times} more times, {format_duration(step.retry.wait)} apart")
    if step.keeps is not None:
        details.append(f"keeps the promise {step.keeps}")
    word = " ".join([plain(step.verb.verb), *roles])
    return Written(word, title or plain(step.id or step.verb.verb), tuple(details))


def promise_written(name: str, promise: Promise, kept_by: str) -> Written:
    """The words on a clock."""
    warned = [f"{format_duration(before)} before" for before in promise.warn_before]
    details = [f"kept by {kept_by}", *([f"warns {' and '.join(warned)}"] if warned else [])]
    return Written("clock", f"{plain(name)}: within {format_duration(promise.within)}", tuple(details))


def condition_in_words(condition: Condition) -> str:
    """What a condition wants, in the words that explanations use too."""
    wanted = condition.explain(dict.fromkeys(condition.facts(), UNKNOWN))
    several = wanted.kind in ("all", "any") and len(wanted.parts) > 1
    return wanted.condition()[1:-1] if several else wanted.condition()


def plain(name: str) -> str:
    """A name of the language as a person writes it: `on_call` is `on call`."""
    return name.replace("_", " ")


def shown(value: Any) -> str:
    """What a designer wrote, on one line."""
    if isinstance(value, Condition):
        return condition_in_words(value)
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(_pair(key, each) for key, each in value.items())
    if isinstance(value, tuple | list | frozenset):
        return (", or " if _are_alternatives(value) else ", ").join(shown(each) for each in value)
    if isinstance(value, Moment):
        return str(value)
    if is_dataclass(value):
        return _of_parts({name: each for name, each in _values(value) if each is not None})
    if isinstance(value, str) and not isinstance(value, Words | FactName):
        return plain(value)
    return " ".join(str(value).split())


def _of_parts(parts: Mapping[str, Any]) -> str:
    """What a designer wrote in several parts: one alone needs no name, and a role's words stand behind the role."""
    if len(parts) == 1:
        return shown(*parts.values())
    roles = [plain(each) for each in parts.values() if isinstance(each, RoleName)]
    told = [
        shown(each) if isinstance(each, Words) else f"{plain(name)} {shown(each)}"
        for name, each in parts.items()
        if not isinstance(each, RoleName)
    ]
    return ": ".join(filter(None, [", ".join(roles), ", ".join(told)]))


def _are_alternatives(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and all(is_dataclass(each) for each in value)


def _pair(key: object, value: Any) -> str:
    """A fact and its value, or the answers offered for it, as they stand in the playbook."""
    listed = value if isinstance(value, tuple) else (value,)
    told = ", ".join(str(each) if isinstance(each, str) else shown(each) for each in listed)
    return f"{key}{': ' if isinstance(value, tuple) else ' = '}{told}"


def _lines(name: str, value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [_pair(key, each) for key, each in value.items()]
    said = shown(value)
    unnamed = isinstance(value, Words) or _are_alternatives(value) or said == plain(name)
    return [said if unnamed else f"{plain(name)} {said}"]


def _values(of: Any) -> list[tuple[str, Any]]:
    """Name and value of every field; a word of the language is its meaning, as far as the first comma."""
    found = []
    for each in fields(of):
        value, words = getattr(of, each.name), each.metadata.get("words") or {}
        plainly = isinstance(value, str) and not isinstance(value, Name) and value in words
        meant = Words(words[value].partition(",")[0]) if plainly else value
        found.append((yaml_name(each.name), meant))
    return found


def _is_inside(value: Any) -> bool:
    """Whether a value holds steps: those are drawn, not told."""
    if isinstance(value, Steps | Branch):
        return True
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple) else ()
    return any(_is_inside(each) for each in parts)
