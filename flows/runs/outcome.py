"""What came of one step: the four answers a verb can give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rules.vocabulary import Value

Json = Mapping[str, object]


@dataclass(frozen=True)
class Item:
    """One item of a list: the id of what it stands for, what colleagues read of it, and since when it has been there
    (which gives the fact `time_since_message`). Nothing personal."""

    id: str
    label: str
    since: datetime | None = None

    def to_json(self) -> Json:
        return {"id": self.id, "label": self.label, **({"since": self.since.isoformat()} if self.since else {})}

    @classmethod
    def of(cls, data: Mapping[str, str]) -> Item:
        """The item that `to_json` gave."""
        return cls(data["id"], data["label"], datetime.fromisoformat(data["since"]) if "since" in data else None)


@dataclass(frozen=True)
class Done:
    """The step is finished.

    `enter` names the block of steps to go on with, or several that are done side by side; `items` are what the step's
    own block is done for. `open` is what a gate says: only if it is true does anything after it happen; `shut` bars
    the way after a step that is no gate by itself. `learned` are facts that the rest of the run may rely on, `brought`
    are lists for it. `counted` says how often what a text may claim has happened (`{"erased": 12}`): a claim that is
    counted here is proven only if the number is not 0, and the number fills the placeholder of its name.
    """

    learned: Mapping[str, Value] = field(default_factory=dict)
    enter: str | tuple[str, ...] | None = None
    items: tuple[Item, ...] = ()
    brought: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)
    counted: Mapping[str, int] = field(default_factory=dict)
    open: bool = False
    shut: bool = False
    note: Json = field(default_factory=dict)

    def kept(self) -> dict[str, object]:
        """What the store keeps of it beside the note: only what is said."""
        said = {
            "enter": list(self.enter) if isinstance(self.enter, tuple) else self.enter,
            "items": [item.to_json() for item in self.items],
            "brought": {name: [item.to_json() for item in items] for name, items in self.brought.items()},
            "counted": dict(self.counted),
            "open": self.open,
            "shut": self.shut,
        }
        return {key: value for key, value in said.items() if value}


@dataclass(frozen=True)
class Waiting:
    """The step goes on when something happens. `on` says what, in closed words and ids:
    `{"task": "T-…"}`, `{"outbox": "O-…"}`, `{"until": "2026-…"}`, `{"event": "customer_reply"}`, `{"run": "R-…"}`;
    a list where any of several will do."""

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


def waits_for(waiting_for: Json | None, key: str, value: str) -> bool:
    """Whether a step that waits for this goes on when `value` happens."""
    wanted = (waiting_for or {}).get(key)
    return value in wanted if isinstance(wanted, list) else value == wanted


Outcome = Done | Waiting | Failed | Closed
