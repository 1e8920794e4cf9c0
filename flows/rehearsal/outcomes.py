"""What can come of a scenario: the words for it, and reading what is expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from flows.rehearsal.moments import Moment, MomentText, parse_moment
from flows.rehearsal.names import Names
from rules.language import Duration, Words
from rules.problems import did_you_mean
from rules.reading import BAD, Reader
from rules.units import format_duration, parse_duration
from rules.yaml_source import Keys

NOTHING_MORE = "nothing more"


@dataclass(frozen=True)
class Expected:
    """One thing that is looked for: its kind, its name, and details that must fit too. `at` is when it must happen (a
    moment, or the time since the start, to the minute); `within` is how long after what stands above it at the most."""

    kind: str
    name: str
    details: Mapping[str, str]
    at: Moment | timedelta | None = None
    within: timedelta | None = None
    keys: Keys = ()

    @property
    def closes(self) -> bool:
        """Whether this says that the customer is told nothing else."""
        return self.kind == NOTHING_MORE

    def __str__(self) -> str:
        said = [f"{self.kind.replace('_', ' ')} {self.name}".rstrip()]
        said += [in_quotes(key, value) for key, value in self.details.items()]
        if self.at is not None:
            said.append(f"at {format_duration(self.at) if isinstance(self.at, timedelta) else self.at}")
        if self.within is not None:
            said.append(f"within {format_duration(self.within)}")
        return ", ".join(said)


def in_quotes(detail: str, value: str) -> str:
    """A detail and its value; a part of a text stands in quotation marks."""
    return f'{detail} "{value}"' if detail == "says" else f"{detail} {value}"


@dataclass(frozen=True)
class Kind:
    """What may come of a scenario: its meaning, what its name is the name of, and the details that it has."""

    meaning: str
    names: str
    details: tuple[str, ...] = ()


OUTCOMES: Mapping[str, Kind] = {
    "reply": Kind("A reply text reaches the customer", "reply", ("locale", "form", "says")),
    "told": Kind("The people of a role are told something", "role", ("says",)),
    "task": Kind("A person of a role is given something to do or decide", "role", ("kind", "says")),
    "escalation": Kind("A matter is handed to a role, and they are told again until one accepts", "role", ("says",)),
    "by_hand": Kind("A reply is handed to a person because it cannot be sent", "reply"),
    "refused": Kind("A reply is not sent: a guard objects, or it claims what has not happened", "reply"),
    "step": Kind("A step ends, by its id", "step", ("status",)),
    "label": Kind("A label is put on the case", "label"),
    "promise_kept": Kind("A promise is kept", "promise"),
    "promise_broken": Kind("A promise is broken", "promise"),
    "warning": Kind("A promise comes near its end", "promise"),
    "follow_up": Kind("A follow-up is planned", "playbook"),
    "follow_up_started": Kind("A follow-up's playbook starts", "playbook"),
    "follow_up_cancelled": Kind("A follow-up turned out to be needless", "playbook"),
    "opened": Kind("A case, an incident or a review is opened by its playbook, or it starts alongside", "playbook"),
    "closed": Kind("The case or incident is closed, as this word (`by_hand`: by a person)", "word"),
}

DETAILS: Mapping[str, tuple[str, Any]] = {
    "locale": ("The language of the text", Words),
    "form": ("Whether it left as text or as a template", Literal["text", "template"]),
    "says": ("A part of the text", Words),
    "kind": ("What kind of task", Literal["ask", "approve", "do"]),
    "status": ("How the step ended", Literal["done", "skipped", "failed", "timed out"]),
    "customer": ("Which customer it is about, where there are several: 1, 2, …", int),
    "at": ("When: how long after the start (`10 minutes`), or a moment (`Monday 23:30`), to the minute", None),
    "within": ("How long after what stands above it (above the first: the start) at the most", Duration),
}
"""What may be said of an outcome -> its meaning and annotation; `at` takes a duration or a moment."""

ALWAYS = ("customer", "at", "within")
"""The details that every outcome has."""


def read_expected(reader: Reader, names: Names, data: Any, keys: Keys) -> Any:
    """One line of `expect` or `never`; `BAD` if it cannot be one, or can never be seen, which is noted."""
    if data == NOTHING_MORE:
        return Expected(NOTHING_MORE, "", {}, keys=keys)
    words = {kind.replace("_", " "): kind for kind in OUTCOMES}
    found = [key for key in data if key in words] if isinstance(data, dict) else []
    if not found:
        given = next((key for key in data if key not in DETAILS), "") if isinstance(data, dict) else data
        hint = did_you_mean(given, (*words, NOTHING_MORE))
        return reader.error(keys, f"nothing is called that in a timeline{hint}", "unknown-key")
    if len(found) > 1:
        return reader.error(keys, f"one thing for each line; split {' and '.join(found)} into two lines")
    (word,) = found
    kind, name = OUTCOMES[words[word]], data[word]
    if isinstance(name, bool | dict | list) or name is None or not str(name).strip():
        return reader.error((*keys, word), f"`{word}` is followed by one name of a {kind.names}")
    sound = names.look_up(reader, kind.names, str(name), (*keys, word))
    allowed = (*kind.details, *ALWAYS)
    read: dict[str, Any] = {}
    for key, value in data.items():
        where = (*keys, key)
        if key == word:
            continue
        if key in DETAILS and key not in allowed:
            message = f"`{word}` has no `{key}`; what can be said of it: {', '.join(allowed)}"
            read[key] = reader.error(where, message, "unknown-key")
        elif key not in DETAILS:
            read[key] = reader.error(where, f'"{key}" is not known here{did_you_mean(key, allowed)}', "unknown-key")
        else:
            read[key] = _detail(reader, key, value, where)
    if not sound or BAD in read.values():
        return BAD
    details = {key: str(value) for key, value in read.items() if key not in ("at", "within")}
    expected = Expected(words[word], str(name), details, read.get("at"), read.get("within"), keys)
    return expected if _can_be(reader, names, expected) else BAD


def _detail(reader: Reader, key: str, value: Any, keys: Keys) -> Any:
    if key == "at":
        return _at(reader, value, keys)
    read = reader.value(DETAILS[key][1], value, keys)
    if key == "customer" and read is not BAD and read < 1:
        return reader.error(keys, "customers are counted from 1")
    return read


def _at(reader: Reader, value: Any, keys: Keys) -> Any:
    """A moment, or a duration since the start."""
    if isinstance(value, str) and MomentText.shape.fullmatch(value):
        try:
            return parse_moment(value)
        except ValueError as error:
            return reader.error(keys, str(error), "moment")
    try:
        return parse_duration(value)
    except ValueError:
        what = f"write how long after the start, as in 10 minutes, or {MomentText.like}"
        return reader.error(keys, what, "moment")


def _can_be(reader: Reader, names: Names, expected: Expected) -> bool:
    """Whether the reply has that language and that form."""
    locale, written = expected.details.get("locale"), names.locales(expected.name)
    if locale is not None and written is not None and locale not in written:
        message = f"{expected.name} is not written in {locale}{did_you_mean(locale, written)}"
        reader.error((*expected.keys, "locale"), message, "unknown-locale")
        return False
    if expected.details.get("form") == "template" and not names.has_template(expected.name):
        reader.error((*expected.keys, "form"), f"{expected.name} has no template", "no-template")
        return False
    return True
