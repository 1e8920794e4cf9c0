"""Scenarios: what happens on the virtual clock, and what must — and must never — come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from rules.language import Duration, FactValues, PlaybookName, Words, says
from rules.problems import Problems, did_you_mean
from rules.reading import BAD, Reader
from rules.vocabulary import Vocabulary
from rules.yaml_source import Keys, Source

MessageKind = Literal["text", "image", "audio", "video", "document", "reaction"]


@dataclass(frozen=True)
class Says:
    """The customer writes."""

    text: str = says("What the customer writes", default="")
    kind: MessageKind = says("What form the message has", default="text")
    in_group: bool = says("Whether it is written in a group", default=False)
    name: str = says("The customer's name as WhatsApp shows it", default="")


@dataclass(frozen=True)
class Event:
    """One thing that happens. Exactly one of the fields is set."""

    after: Duration | None = None
    customer_says: Says | None = None
    answer: Mapping[str, Any] | None = None
    send_fails_with: int | None = None
    incident: Words | None = None
    process_dies: bool = False
    keys: Keys = ()


@dataclass(frozen=True)
class Expected:
    """One thing that is looked for in the timeline: its kind, its name, and details that must fit too."""

    kind: str
    name: str
    details: Mapping[str, str]
    keys: Keys = ()

    def __str__(self) -> str:
        details = "".join(f", {key} {value!r}" for key, value in self.details.items())
        return f"{self.kind.replace('_', ' ')} {self.name}{details}"


@dataclass(frozen=True)
class Scenario:
    """One story: what is given, what happens, what must come of it in this order, and what must never."""

    name: str
    timeline: tuple[Event, ...]
    expect: tuple[Expected, ...] = ()
    never: tuple[Expected, ...] = ()
    given: FactValues = field(default_factory=dict)
    keys: Keys = ()


@dataclass(frozen=True)
class ScenarioFile:
    """The scenarios beside a playbook."""

    tests: PlaybookName
    scenarios: tuple[Scenario, ...]
    source: Source


KINDS: Mapping[str, str] = {
    "reply": "A reply text reaches the customer (with `locale`, `form`, and `says`: a part of the text)",
    "told": "The people of a role are told something",
    "task": "A person of a role is given something to do or decide (with `kind`: ask, approve or do)",
    "by_hand": "A reply is handed to a person because it cannot be sent",
    "step": "A step is done, by its id (with `status`: done, skipped, failed, timed out)",
    "promise_kept": "A promise is kept",
    "promise_broken": "A promise is broken",
    "warning": "A promise comes near its end",
    "follow_up": "A follow-up is planned",
    "follow_up_started": "A follow-up's playbook starts",
    "follow_up_cancelled": "A follow-up turned out to be needless",
    "opened": "A case or an incident of a playbook is opened",
    "closed": "The case or incident is closed, as this word",
}
_DETAILS = ("locale", "form", "says", "kind", "status")
_EVENTS = ("after", "customer says", "answer", "send fails with", "incident", "process dies")


def read_scenarios(source: Source, vocabulary: Vocabulary, problems: Problems) -> ScenarioFile | None:
    """The scenarios in a file; None when there is any problem (all of them are noted)."""
    reader = Reader(source, vocabulary, {}, problems)
    before = len(problems.items)
    data = source.data
    if not isinstance(data, dict) or set(data) - {"tests", "scenarios"} or not isinstance(data.get("scenarios"), list):
        reader.error((), "a test file has `tests: playbook-name` and a list of `scenarios`")
        return None
    tests = reader.value(PlaybookName, data.get("tests"), ("tests",))
    scenarios = tuple(_scenario(reader, each, ("scenarios", n)) for n, each in enumerate(data["scenarios"]))
    return None if len(problems.items) > before else ScenarioFile(tests, scenarios, source)


def _scenario(reader: Reader, data: Any, keys: Keys) -> Any:
    known = ("name", "given", "timeline", "expect", "never")
    if not isinstance(data, dict) or not isinstance(data.get("name"), str) or not data.get("timeline"):
        return reader.error(keys, "a scenario has a `name` and a `timeline`")
    for key in data:
        if key not in known:
            reader.error((*keys, key), f'"{key}" is not known in a scenario{did_you_mean(key, known)}', "unknown-key")
    lists = {}
    for key, read in (("timeline", _event), ("expect", _expected), ("never", _expected)):
        items = data.get(key, [])
        if not isinstance(items, list):
            return reader.error((*keys, key), f"`{key}` is a list")
        lists[key] = tuple(read(reader, item, (*keys, key, n)) for n, item in enumerate(items))
    given = reader.value(FactValues, data["given"], (*keys, "given")) if "given" in data else {}
    if given is BAD or any(BAD in read for read in lists.values()):
        return BAD
    return Scenario(name=data["name"], given=given, keys=keys, **lists)


def _event(reader: Reader, data: Any, keys: Keys) -> Any:
    if data == "process dies":
        return Event(process_dies=True, keys=keys)
    if not isinstance(data, dict) or len(data) != 1:
        return reader.error(keys, f"one thing happens at a time: {', '.join(_EVENTS)}")
    (kind, value), where = next(iter(data.items())), (*keys, *data)
    if kind == "after":
        after = reader.duration(value, where)
        return BAD if after is BAD else Event(after=after, keys=keys)
    if kind == "customer says":
        said = reader.model(Says, value, where, short="text")
        return BAD if said is BAD else Event(customer_says=said, keys=keys)
    if kind == "answer":
        answer = {"approved": value} if value in ("yes", "no") else {} if value == "done" else value
        if not isinstance(answer, dict):
            return reader.error(where, "an answer is `yes`, `no`, `done`, or the facts that were filled in")
        return Event(answer=answer, keys=keys)
    if kind == "send fails with":
        return (
            Event(send_fails_with=value, keys=keys)
            if isinstance(value, int)
            else reader.error(where, "name the error code")
        )
    if kind == "incident":
        return Event(incident=Words(value), keys=keys)
    return reader.error(where, f'"{kind}" is not something that happens{did_you_mean(kind, _EVENTS)}', "unknown-key")


def _expected(reader: Reader, data: Any, keys: Keys) -> Any:
    names = [each.replace("_", " ") for each in KINDS]
    kind = next((key for key in data if key in names), None) if isinstance(data, dict) else None
    if kind is None:
        given = next(iter(data), "") if isinstance(data, dict) else data
        return reader.error(keys, f"nothing is called that in a timeline{did_you_mean(given, names)}", "unknown-key")
    details = {key: str(value) for key, value in data.items() if key != kind}
    for key in details:
        if key not in _DETAILS:
            return reader.error((*keys, key), f'"{key}" is not known here{did_you_mean(key, _DETAILS)}', "unknown-key")
    return Expected(kind.replace(" ", "_"), str(data[kind]), details, keys)
