"""Holding what happened against what was expected, and saying what is missing and what came instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.rehearsal.outcomes import Expected, in_quotes
from flows.rehearsal.scenario import Scenario
from rules.units import format_duration
from rules.yaml_source import Keys

SAID = ("reply", "by_hand")  # what reaches the customer


@dataclass(frozen=True)
class Happened:
    """One thing that came of a rehearsal, in the words that a scenario looks for. `after` is how many events of the
    timeline had happened by then, which the time alone does not tell."""

    at: datetime
    kind: str
    name: str
    details: Mapping[str, str]
    after: int = 0

    def is_called(self, expected: Expected) -> bool:
        """Whether kind and name are those; an escalation is a task of its own kind."""
        kinds = (self.kind, "escalation") if self.details.get("verb") == "escalate" else (self.kind,)
        return expected.kind in kinds and self.name == expected.name

    def unlike(self, expected: Expected) -> list[str]:
        """The details that differ, by name."""
        return [key for key, value in expected.details.items() if not self._has(key, value)]

    def fits(self, expected: Expected) -> bool:
        """Whether this is what was expected, apart from its time."""
        return self.is_called(expected) and not self.unlike(expected)

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')} {self.name}"

    def _has(self, key: str, value: str) -> bool:
        if key == "says":
            return value in self.details.get("says", "")
        return self.details.get(key, "1" if key == "customer" else None) == value


@dataclass(frozen=True)
class Complaint:
    """What is not as it should be, and the line of the scenario that says how it should be."""

    keys: Keys
    says: str

    def __str__(self) -> str:
        return self.says


@dataclass(frozen=True)
class Compared:
    """What was expected beside what happened: for each line of `expect` the number of what fits it; what is to be said
    of the lines that nothing fits; and of what happened and must not have, by its number."""

    fitting: Mapping[int, int]
    missing: Mapping[int, Complaint]
    unwanted: Mapping[int, Complaint]

    @property
    def complaints(self) -> tuple[Complaint, ...]:
        return (*self.missing.values(), *self.unwanted.values())


def compare(scenario: Scenario, happened: Sequence[Happened]) -> Compared:
    """Find everything that was expected, in its order, with other things between."""
    missing: dict[int, Complaint] = {}
    ways: dict[int, dict[int, int]] = {}  # line of `expect` -> number of what fits it -> the number that comes before
    last = {-1: -1}
    for line, expected in enumerate(scenario.expect):
        if expected.closes:
            continue
        if here := _next(scenario, happened, expected, last):
            ways[line] = last = here
        else:
            instead = _instead(scenario, happened, expected, min(last))
            missing[line] = Complaint(expected.keys, f"expected {expected}; {instead}")
    fitting = dict(zip(ways, _chain(list(ways.values())), strict=True))
    # What came instead of something expected is complained of once.
    instead_of = [scenario.expect[line] for line in missing]
    wanted = set(fitting.values()) | {
        number for number, each in enumerate(happened) if any(each.is_called(other) for other in instead_of)
    }
    return Compared(fitting, missing, _unwanted(scenario, happened, wanted))


def _unwanted(scenario: Scenario, happened: Sequence[Happened], wanted: set[int]) -> dict[int, Complaint]:
    found: dict[int, Complaint] = {}
    for expected in scenario.never:
        for number, each in enumerate(happened):
            if each.fits(expected) and _in_time(scenario, each, expected, scenario.starts):
                words = f"must never happen, but did at {since(scenario, each.at)}: {expected}"
                found[number] = Complaint(expected.keys, words)
    for expected in scenario.expect:
        for number, each in enumerate(happened) if expected.closes else ():
            if each.kind in SAID and number not in wanted:
                words = f"the customer was to be told nothing more, but at {since(scenario, each.at)} came {each}"
                found.setdefault(number, Complaint(expected.keys, words))
    return found


def since(scenario: Scenario, at: datetime) -> str:
    """How long after the start: `+10 minutes`."""
    return f"+{format_duration(at - scenario.starts)}"


def _next(
    scenario: Scenario, happened: Sequence[Happened], expected: Expected, last: Mapping[int, int]
) -> dict[int, int]:
    """Everything that could be what was expected, each with the earliest thing that it could come after."""
    found = {}
    for number, each in enumerate(happened):
        if not each.fits(expected):
            continue
        for before in sorted(last):
            since_when = scenario.starts if before < 0 else happened[before].at
            if before < number and _in_time(scenario, each, expected, since_when):
                found[number] = before
                break
    return found


def _chain(ways: Sequence[Mapping[int, int]]) -> list[int]:
    """The numbers of what fits, line by line: the last as early as can be, and from it back."""
    chain: list[int] = []
    at = min(ways[-1]) if ways else -1
    for way in reversed(ways):
        chain.append(at)
        at = way[at]
    return chain[::-1]


def _in_time(scenario: Scenario, each: Happened, expected: Expected, since_when: datetime) -> bool:
    if expected.within is not None and each.at - since_when > expected.within:
        return False
    if isinstance(expected.at, timedelta):
        return timedelta(0) <= each.at - scenario.starts - expected.at < timedelta(minutes=1)
    return expected.at is None or expected.at.is_at(each.at, scenario.zone)


def _instead(scenario: Scenario, happened: Sequence[Happened], expected: Expected, after: int) -> str:
    """The nearest thing to what is missing: the same too early or at another time, the same in another way, another of
    the same kind."""
    same = [(number, each) for number, each in enumerate(happened) if each.is_called(expected)]
    fits = [(number, each) for number, each in same if each.fits(expected)]
    late = [each for number, each in fits if number > after]
    if late:
        return f"it came at {_several(scenario, late)}"
    if fits:
        return f"it came at {since(scenario, fits[-1][1].at)}, before what stands above it"
    if same:
        each = next((each for number, each in same if number > after), same[-1][1])
        other = [in_quotes(key, each.details.get(key, "unknown")) for key in each.unlike(expected)]
        return f"it came at {since(scenario, each.at)} with {', '.join(other)}"
    kind = [each for number, each in enumerate(happened) if each.kind == expected.kind and number > after]
    if kind and expected.kind != "step":
        return f"instead came {kind[0]} at {since(scenario, kind[0].at)}"
    return "it never came"


def _several(scenario: Scenario, found: Sequence[Happened]) -> str:
    times = list(dict.fromkeys(since(scenario, each.at) for each in found))
    return ", ".join(times[:4]) + (", …" if len(times) > 4 else "")
