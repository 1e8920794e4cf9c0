"""What came of one step: the four answers a verb can give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.vocabulary import Value

Json = Mapping[str, object]


@dataclass(frozen=True)
class Done:
    """The step is finished. `enter` names the block of steps to go on with; `open` is what a gate says: only if it is
    true does anything after it happen; `learned` are facts that the rest of the run may rely on."""

    learned: Mapping[str, Value] = field(default_factory=dict)
    enter: str | None = None
    open: bool = False
    note: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Waiting:
    """The step goes on when something happens. `on` says what, in closed words and ids:
    `{"task": "T-…"}`, `{"outbox": "O-…"}`, `{"until": "2026-…"}`, `{"event": "customer_reply"}`."""

    on: Json
    note: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Failed:
    """The step could not be done; `reason` is a closed word or sentence without personal data. What is `final` is
    not tried again, whatever the step says about `retry`."""

    reason: str
    note: Json = field(default_factory=dict)
    final: bool = False


@dataclass(frozen=True)
class Closed:
    """The run ends here and its case or incident is closed as `as_`."""

    as_: str


Outcome = Done | Waiting | Failed | Closed
