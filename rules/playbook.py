"""Reading one playbook file."""

from __future__ import annotations

import re
from typing import Any

from rules.language import Identifier, Playbook, Promise, Scope, Trigger
from rules.problems import Problems, did_you_mean
from rules.reading import BAD, Reader, Verbs
from rules.vocabulary import Vocabulary
from rules.yaml_source import Source

KEYS = {
    "playbook": "The name of the procedure; other playbooks and the history call it by this name",
    "version": "Three numbers, as in 1.0.0; changed content needs a new one",
    "title": "What the procedure is for, in one sentence",
    "scope": "`case` for one customer's request, `incident` for a crisis that gathers many",
    "triggers": "What starts it by itself",
    "promises": "The clocks that run from its start",
    "steps": "What is done, in order",
}
REQUIRED = ("playbook", "version", "title", "scope", "steps")
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


def read_playbook(source: Source, vocabulary: Vocabulary, verbs: Verbs, problems: Problems) -> Playbook | None:
    """The playbook in `source`, or None when there is any problem (all of them are noted)."""
    reader = Reader(source, vocabulary, verbs, problems)
    data = source.data
    if not isinstance(data, dict):
        reader.error((), "a playbook is a mapping that begins with `playbook: its-name`")
        return None
    parts = {
        "playbook": _text(reader, data, "playbook", NAME, "small letters, digits and dashes, as in deletion-request"),
        "version": _text(reader, data, "version", VERSION, "three numbers, as in 1.0.0"),
        "title": _text(reader, data, "title"),
        "scope": reader.value(Scope, data["scope"], ("scope",)) if "scope" in data else BAD,
        "triggers": _triggers(reader, data),
        "promises": _promises(reader, data),
        "steps": reader.steps(data["steps"], ("steps",), "") if "steps" in data else BAD,
    }
    for key in data:
        if key not in KEYS:
            reader.error((key,), f'"{key}" is not known in a playbook{did_you_mean(key, KEYS)}', "unknown-key")
    if missing := [key for key in REQUIRED if key not in data]:
        reader.error((), f"missing: {', '.join(missing)}", "missing-key")
    if BAD in parts.values() or not set(data) <= set(KEYS):
        return None
    parts["name"] = parts.pop("playbook")
    playbook = Playbook(**parts, source=source)
    return playbook if _ids_are_unique(reader, playbook) else None


def _text(reader: Reader, data: dict[str, Any], key: str, shape: re.Pattern[str] | None = None, like: str = "") -> Any:
    if key not in data:
        return BAD
    value = data[key]
    if not isinstance(value, str) or not value.strip():
        return reader.error((key,), f"`{key}` is a text" + (f": {like}" if like else ""))
    if shape is not None and not shape.fullmatch(value):
        return reader.error((key,), f'"{value}" is no good `{key}`: {like}')
    return value


def _triggers(reader: Reader, data: dict[str, Any]) -> Any:
    return reader.value(tuple[Trigger, ...], data["triggers"], ("triggers",)) if "triggers" in data else ()


def _promises(reader: Reader, data: dict[str, Any]) -> Any:
    given = data.get("promises", {})
    if not isinstance(given, dict):
        return reader.error(("promises",), "promises are a mapping: `first_reply: {within: 10 minutes}`")
    read: dict[str, Any] = {}
    for name, part in given.items():
        keys = ("promises", name)
        known = reader.value(Identifier, name, keys)
        rest = {key: value for key, value in part.items() if key != "on_breach"} if isinstance(part, dict) else part
        promise = reader.model(Promise, rest, keys)
        if isinstance(part, dict) and "on_breach" in part:
            steps = reader.steps(part["on_breach"], (*keys, "on_breach"), f"promises.{name}.on_breach")
            promise = BAD if BAD in (promise, steps) else Promise(promise.within, promise.warn_before, steps)
        read[name] = promise if known is not BAD else BAD
    return BAD if BAD in read.values() else read


def _ids_are_unique(reader: Reader, playbook: Playbook) -> bool:
    met: set[str] = set()
    unique = True
    for step in playbook.walk():
        if step.path in met:
            reader.error((*step.keys, "id"), f'two steps are called "{step.path}"', "duplicate-id")
            unique = False
        met.add(step.path)
    return unique
