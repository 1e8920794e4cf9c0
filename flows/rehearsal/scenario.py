"""Scenarios: what happens on the virtual clock, and what must — and must never — come of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flows.rehearsal.events import Event, Says, read_event
from flows.rehearsal.moments import parse_moment
from flows.rehearsal.names import Names
from flows.rehearsal.outcomes import OUTCOMES, Expected, read_expected
from rules.bundle import Bundle
from rules.language import FactValues, PlaybookName
from rules.problems import Problems, did_you_mean
from rules.reading import BAD, Reader
from rules.vocabulary import Vocabulary
from rules.yaml_source import Keys, Source

__all__ = [
    "OUTCOMES",
    "START",
    "ZONE",
    "Event",
    "Expected",
    "Says",
    "Scenario",
    "ScenarioFile",
    "read_scenarios",
]

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)  # a Monday morning, wherever the scenario plays
ZONE = ZoneInfo("UTC")


@dataclass(frozen=True)
class Scenario:
    """One story: what is given, what happens, what must come of it in this order, and what must never."""

    name: str
    timeline: tuple[Event, ...]
    expect: tuple[Expected, ...] = ()
    never: tuple[Expected, ...] = ()
    given: FactValues = field(default_factory=dict)
    starts: datetime = START
    zone: ZoneInfo = ZONE
    keys: Keys = ()


@dataclass(frozen=True)
class ScenarioFile:
    """The scenarios beside a playbook."""

    tests: PlaybookName
    scenarios: tuple[Scenario, ...]
    source: Source


def read_scenarios(
    source: Source, vocabulary: Vocabulary, problems: Problems, bundle: Bundle | None = None
) -> ScenarioFile | None:
    """The scenarios in a file; None when there is any problem (all of them are noted).

    With the bundle that is to be tested, a name that nothing in it has is a problem too.
    """
    reader = Reader(source, vocabulary, {}, problems)
    before = len(problems.items)
    data = source.data
    if not isinstance(data, dict) or not isinstance(data.get("scenarios"), list) or "tests" not in data:
        reader.error((), "a test file has `tests: playbook-name` and a list of `scenarios`")
        return None
    _only(reader, data, ("tests", "scenarios"), ())
    tests = reader.value(PlaybookName, data["tests"], ("tests",))
    if not data["scenarios"]:
        reader.error(("scenarios",), "there is no scenario here")
    names = Names(bundle, tests if isinstance(tests, str) else "")
    if tests is not BAD:
        names.look_up(reader, "playbook", tests, ("tests",))
    scenarios = tuple(_scenario(reader, names, each, ("scenarios", n)) for n, each in enumerate(data["scenarios"]))
    _names_differ(reader, scenarios)
    return None if len(problems.items) > before else ScenarioFile(tests, scenarios, source)


_KNOWN = ("name", "given", "starts", "time zone", "timeline", "expect", "never")


def _scenario(reader: Reader, names: Names, data: Any, keys: Keys) -> Any:
    if not isinstance(data, dict) or not isinstance(data.get("name"), str) or not data.get("timeline"):
        return reader.error(keys, "a scenario has a `name` and a `timeline`")
    sound = _only(reader, data, _KNOWN, keys)
    lists = {}
    for key, read in (("timeline", read_event), ("expect", read_expected), ("never", read_expected)):
        items = data.get(key, [])
        if not isinstance(items, list):
            return reader.error((*keys, key), f"`{key}` is a list")
        lists[key] = tuple(read(reader, names, item, (*keys, key, n)) for n, item in enumerate(items))
    given = reader.value(FactValues, data["given"], (*keys, "given")) if "given" in data else {}
    zone = _zone(reader, data["time zone"], (*keys, "time zone")) if "time zone" in data else ZONE
    starts = _starts(reader, data["starts"], zone, (*keys, "starts")) if "starts" in data else START
    if not lists["expect"] and not lists["never"]:
        return reader.error(keys, "say what must come of it: a scenario has `expect`, `never`, or both")
    sound &= _closed_at_the_end(reader, lists["expect"], lists["never"])
    if not sound or BAD in (given, zone, starts) or any(BAD in read for read in lists.values()):
        return BAD
    return Scenario(name=data["name"], given=given, keys=keys, zone=zone, starts=starts.replace(tzinfo=zone), **lists)


def _only(reader: Reader, data: dict[str, Any], known: tuple[str, ...], keys: Keys) -> bool:
    strange = [key for key in data if key not in known]
    where = "a scenario" if keys else "a test file"
    for key in strange:
        reader.error((*keys, key), f'"{key}" is not known in {where}{did_you_mean(key, known)}', "unknown-key")
    return not strange


def _zone(reader: Reader, value: Any, keys: Keys) -> Any:
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, TypeError, OSError):
        return reader.error(keys, f'there is no time zone "{value}"; write for example Asia/Shanghai', "time-zone")


def _starts(reader: Reader, value: Any, zone: Any, keys: Keys) -> Any:
    try:
        moment = parse_moment(value)
    except ValueError as error:
        return reader.error(keys, str(error), "moment")
    if zone is BAD or moment.date is not None:
        return BAD if moment.date is None else datetime.combine(moment.date, moment.at)
    return moment.next(START.replace(hour=0, tzinfo=zone), zone)


def _closed_at_the_end(reader: Reader, expect: tuple[Any, ...], never: tuple[Any, ...]) -> bool:
    """`nothing more` speaks of everything above it, so it stands last, and only where something is expected."""
    misplaced = [each for each in (*expect[:-1], *never) if isinstance(each, Expected) and each.closes]
    for each in misplaced:
        reader.error(each.keys, "`nothing more` stands last in `expect`", "misplaced")
    return not misplaced


def _names_differ(reader: Reader, scenarios: tuple[Any, ...]) -> None:
    met: set[str] = set()
    for each in scenarios:
        if isinstance(each, Scenario):
            if each.name in met:
                reader.error((*each.keys, "name"), f'two scenarios are called "{each.name}"', "duplicate-name")
            met.add(each.name)
