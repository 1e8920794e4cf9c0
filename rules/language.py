"""The words of the playbook language: what a step, a promise, a trigger and a playbook are once they are read.

A verb is a frozen dataclass. Its fields, annotated with the types below, are what a designer may write; the reader
(`rules.reading`), the JSON Schema (`rules.schema`) and the checks all work from those annotations, so that a new
verb is one new file and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from functools import cache, cached_property
from typing import Any, ClassVar, Literal

from rules.conditions import Condition
from rules.moments import Moment
from rules.vocabulary import Value
from rules.yaml_source import Keys, Source


class Name(str):
    """A name that points at something else in the content; the subclass says at what."""

    points_at: ClassVar[str]
    example: ClassVar[str] = ""


class ReplyName(Name):
    points_at, example = "reply", "deletion/received"


class RoleName(Name):
    points_at, example = "role", "on_call"


class PlaybookName(Name):
    points_at, example = "playbook", "deletion-check-in"


class CasePlaybookName(PlaybookName):
    """A procedure for one customer, also where it stands in one for an incident."""

    example = "breach-notice"


class PromiseName(Name):
    points_at, example = "promise", "answered"


class FactName(Name):
    points_at, example = "fact", "backup_status"


class ListName(Name):
    points_at, example = "list", "our_messages"


class Words(str):
    """A sentence for a colleague. Shown as it stands, so it never holds a customer's name, number or text."""


class Shaped(str):
    """A text of a certain shape, and what that looks like."""

    shape: ClassVar[re.Pattern[str]]
    like: ClassVar[str]


class Identifier(Shaped):
    """A short name of one's own."""

    shape = re.compile(r"[a-z][a-z0-9_]{0,59}")
    like = "a short name in small letters, digits and _, at most 60"


class Version(Shaped):
    """The version of a playbook or a reply."""

    shape = re.compile(r"(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})")
    like = "three numbers, as in 1.0.0"


Duration = timedelta
Time = timedelta | Moment
"""How long from now, or the moment that is meant: `3 days`, `next working day 10:00`."""

FactValues = Mapping[FactName, Value]
Form = Mapping[FactName, tuple[Value, ...]]
"""What a colleague is asked: fact -> the answers to choose from."""


def says(meaning: str, *, default: Any = ..., beside: bool = False, words: Mapping[str, str] | None = None) -> Any:
    """A field that a designer writes: its meaning, its default if it may be left out, whether it is written beside
    the verb (`otherwise:`) instead of under it, and the only words it may hold, each with its meaning."""
    metadata = {"meaning": meaning, "beside": beside, "words": words}
    return field(metadata=metadata) if default is ... else field(default=default, metadata=metadata)


@cache
def _field_names(verb: type[Any]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(verb))


@dataclass(frozen=True)
class Verb:
    """What one step does. Subclasses carry a docstring for the designer and an `example` in YAML."""

    verb: ClassVar[str]
    short: ClassVar[str | None] = None  # the field that a bare value fills: `reply: deletion/received`
    example: ClassVar[str]
    waits: ClassVar[bool] = False  # may wait for a person, a customer or the time, so `timeout` makes sense
    gate: ClassVar[bool] = False  # without a yes, nothing that comes after it happens
    ends: ClassVar[bool] = False  # nothing below it in its list can be reached
    side_by_side: ClassVar[bool] = False  # all of its lists of steps are done, not one of them
    repeats: ClassVar[bool] = False  # its steps are done for every item of a list, all items side by side
    proves: ClassVar[frozenset[str]] = frozenset()  # the claims that replies may make once it is done
    lists: ClassVar[frozenset[str]] = frozenset()  # the lists it may bring, for a `for_each` further down
    learns: ClassVar[frozenset[str]] = frozenset()  # the facts that it settles without being told their names
    in_private: ClassVar[bool] = True  # what it says, if anything, it says to the customer alone
    supplied: ClassVar[frozenset[str]] = frozenset()  # the facts that its conditions learn from the store and the clock

    def blocks(self) -> dict[str, Steps]:
        """The lists of steps inside this one, by the name they have in a step's path."""
        found: dict[str, Steps] = {}
        kind: Any = type(self)  # every class is hashable, which mypy does not see of one whose objects are not
        for name in _field_names(kind):
            value = getattr(self, name)
            if isinstance(value, Steps):
                found[name] = value
            elif isinstance(value, Mapping):
                found.update((str(name), block) for name, block in value.items() if isinstance(block, Steps))
            elif isinstance(value, tuple):
                found.update(
                    (str(number), branch.steps) for number, branch in enumerate(value, 1) if isinstance(branch, Branch)
                )
        return found


@dataclass(frozen=True)
class Retry:
    """Try a failed step again."""

    times: int = says("How many more times")
    wait: Duration = says("How long to wait before each", default=timedelta(minutes=1))


@dataclass(frozen=True)
class Step:
    """One verb in its place, with the modifiers that any verb may carry.

    `path` names the step inside its playbook (`our_backup`, `4.otherwise.1`) and is what the history refers to.
    """

    path: str
    verb: Verb
    keys: Keys
    id: Identifier | None = says(
        "A short name of your own for this step; the history and the tests use it", default=None
    )
    name: Words | None = says("What colleagues read in the history instead of the verb", default=None)
    only_if: Condition | None = says("Do this step only if the condition holds; otherwise it is skipped", default=None)
    timeout: Duration | None = says("How long to wait for the answer or the event", default=None)
    on_timeout: Steps | None = says("What happens when the time is up", default=None)
    on_failure: Steps | None = says("What happens when the step fails for good", default=None)
    retry: Retry | None = says("Try again before it counts as failed", default=None)
    keeps: PromiseName | None = says("The promise that is kept when this step is done", default=None)

    def blocks(self) -> dict[str, Steps]:
        """Every list of steps inside this one: the verb's own, `on_timeout` and `on_failure`."""
        own = self.verb.blocks()
        if self.on_timeout is not None:
            own["on_timeout"] = self.on_timeout
        if self.on_failure is not None:
            own["on_failure"] = self.on_failure
        return own

    @property
    def title(self) -> str:
        """What a person calls this step."""
        return self.name or self.id or f"{self.verb.verb} ({self.path})"


class Steps(tuple[Step, ...]):
    """A list of steps, done in order."""

    def walk(self) -> Iterator[Step]:
        """Every step, also the ones inside steps, in the order of the file."""
        return iter(self._walked)

    @cached_property
    def _walked(self) -> tuple[Step, ...]:
        """The same, looked up once: a check of all content walks each list a hundred times."""
        found: list[Step] = []
        for step in self:
            found.append(step)
            for block in step.blocks().values():
                found += block._walked
        return tuple(found)


@dataclass(frozen=True)
class Branch:
    """One way on in a `choose`."""

    when: Condition = says("Taken if this holds; the first branch that holds is taken")
    steps: Steps = says("What happens then")


@dataclass(frozen=True)
class Trigger:
    """What starts a playbook by itself."""

    when: Condition = says("Starts the playbook if this holds for a new message")
    priority: int = says("The lower number goes first when several playbooks could start", default=100)


@dataclass(frozen=True)
class Promise:
    """A clock that runs from the start of the run until the promise is kept."""

    within: Duration = says("How long we have")
    warn_before: tuple[Duration, ...] = says("Tell the on-call person this long before it breaks", default=())
    on_breach: Steps = says("What happens when it breaks", default=Steps())


FIRST_REPLY = "first_reply"
"""The promise that the first text to reach the customer keeps; every other one is kept by a step's `keeps:`."""

ANSWERED = "answered"
"""The promise whose day fills {answer_by} in reply texts."""

ON_CALL = "on_call"
"""The role that gets what the machine cannot do."""

AGE = "time_since_message"
"""The fact that each item of a list has of its own, inside `for_each`."""

Scope = Literal["case", "incident", "house"]

Mode = Literal["single", "restart_if_worse", "parallel"]
MODES = {
    "single": "it belongs to the case that is open already",
    "restart_if_worse": "it belongs to the open case, whose procedure begins anew if the new message is more severe",
    "parallel": "it opens a case of its own",
}
"""What becomes of a message that starts a procedure which already runs for this customer."""

ITEM = re.compile(r"\[([0-9]+)\]")
"""How the path of a step inside `for_each` says which item it is about: `ask_for_it[3]`."""


@dataclass(frozen=True)
class Playbook:
    """A procedure as it was read; `source` knows the line of every part."""

    name: str
    version: str
    title: str
    scope: Scope
    triggers: tuple[Trigger, ...]
    promises: Mapping[str, Promise]
    steps: Steps
    source: Source = field(repr=False, compare=False)
    inputs: Form = field(default_factory=dict)
    mode: Mode = "single"
    alongside: bool = False
    takes_over: tuple[CasePlaybookName, ...] = ()

    def walk(self) -> Iterator[Step]:
        """Every step of the playbook, those of broken promises included."""
        yield from self.steps.walk()
        for promise in self.promises.values():
            yield from promise.on_breach.walk()

    def step(self, path: str) -> Step:
        """The step at `path`, also of one item of a `for_each`; KeyError if this version has none."""
        return self._steps[written_path(path)]

    @cached_property
    def _steps(self) -> Mapping[str, Step]:
        return {step.path: step for step in self.walk()}

    @cached_property
    def loops(self) -> Mapping[str, str]:
        """Path of a step -> path of the innermost `for_each` that it stands in."""
        found: dict[str, str] = {}
        for loop in self.walk():  # outer ones come first, so that inner ones win
            if loop.verb.repeats:
                found.update((step.path, loop.path) for block in loop.verb.blocks().values() for step in block.walk())
        return found


def written_path(path: str) -> str:
    """The path of a step as the playbook has it, without the items that it is about."""
    return ITEM.sub("", path)
