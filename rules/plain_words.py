"""Steps, conditions and values of the language as a person says them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from rules.conditions import Condition
from rules.language import Step
from rules.likeness import MAIN
from rules.reading import yaml_name
from rules.units import format_duration
from rules.vocabulary import UNKNOWN


def called(step: Step) -> str:
    """How a designer knows a step: by its id, or by what it does and where it stands."""
    if step.id:
        return f"`{step.id}`"
    short = getattr(step.verb, step.verb.short) if step.verb.short else None
    plain = isinstance(short, str) or (isinstance(short, tuple) and all(isinstance(each, str) for each in short))
    what = f" {shown(short)}" if plain else ""
    return f"`{step.verb.verb}{what}` ({step.path})"


def in_words(condition: Condition) -> str:
    """A condition as a person says it."""
    words = condition.explain(defaultdict(lambda: UNKNOWN)).condition()
    return words.removeprefix("(").removesuffix(")") if words.count("(") == 1 and words.startswith("(") else words


def shown(value: Any) -> str:
    """A value of the language as a person reads it."""
    if value is None or value == ():
        return "nothing"
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, Condition):
        return f"if {in_words(value)}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(shown(each) for each in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {shown(each)}" for name, each in value.items())
    return str(value)


_PHRASES = {
    "text": "now says {new} instead of {old}",
    "who": "now turns to {new} instead of {old}",
    "to": "now turns to {new} instead of {old}",
    "time": "now waits {new} instead of {old}",
    "event": "now waits for {new} instead of {old}",
    "after": "now comes {new} later instead of {old}",
    "again_every": "now tells again every {new} instead of every {old}",
    "playbook": "now starts {new} instead of {old}",
    "labels": "now puts the labels {new} instead of {old}",
    "facts": "now settles {new} instead of {old}",
    "as_": "now closes as {new} instead of {old}",
    "form": "now asks for {new} instead of {old}",
    "unless": "is now left out {new}; before: {old}",
}
"""Field of a verb -> what a change of it means; a field that is not here is named as it is written."""


def changed_field(name: str, old: Any, new: Any) -> str:
    """What it means for a step that a field of its verb is another one."""
    phrase = _PHRASES.get(name, f"now has `{yaml_name(name)}` {{new}} instead of {{old}}")
    return phrase.format(new=shown(new), old=shown(old))


def in_block(block: str, around: str) -> str:
    """Where in a playbook a list of steps stands: the block called `block` of the step at the path `around`."""
    if block == MAIN:
        return ""
    if block.startswith("promises."):
        return f" when the promise {block.removeprefix('promises.')} breaks"
    words = {
        "on_timeout": f" when the time of {around} is up",
        "on_failure": f" when {around} fails",
        "on_refused": f" after a no in {around}",
        "otherwise": f" in {around}, if no other way is taken",
        "then": f" once {around} is done",
    }
    return words.get(block, f" in way {block} of {around}" if block.isdigit() else f" in `{block}` of {around}")
