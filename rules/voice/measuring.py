"""How well texts are read: precision and recall for each language and fact, on labelled messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rules.vocabulary import UNKNOWN, Facts, Value
from rules.voice.labelled import Labelled

EVERY = "all"


@dataclass
class Tally:
    """How often a value was read and how often it is true; `unknown` counts the messages of which the fact was left
    open, so that a person looks. Those are missed, and nothing false was said of them."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    unknown: int = 0

    @property
    def precision(self) -> float | None:
        """Of the messages it was read in, the share that has it; None if it was read in none."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    @property
    def recall(self) -> float | None:
        """Of the messages that have it, the share it was read in; None if none has it."""
        return self.right / (self.right + self.missed) if self.right + self.missed else None

    @property
    def true(self) -> int:
        """How many messages have it."""
        return self.right + self.missed


@dataclass(frozen=True)
class Slip:
    """A message that was read in another way than it is labelled."""

    message: Labelled
    fact: str
    read: Value
    because: Sequence[str]


@dataclass
class Measured:
    """Tallies by language (`all` for every one together), then by outcome: `intent=complaint`, `sign_safety`."""

    tallies: dict[str, dict[str, Tally]] = field(default_factory=dict)
    messages: dict[str, int] = field(default_factory=dict)
    slips: list[Slip] = field(default_factory=list)

    def tally(self, locale: str, outcome: str) -> Tally:
        return self.tallies.setdefault(locale, {}).setdefault(outcome, Tally())


Read = Callable[[str], tuple[Facts, Mapping[str, Sequence[str]]]]
"""A text -> the facts read from it, and for each what spoke for it."""


def measure(messages: Iterable[Labelled], read: Read) -> Measured:
    """Read every message, and compare what was read with its labels. A fact that has no label is not looked at."""
    found = Measured()
    for message in messages:
        facts, because = read(message.text)
        for locale in (message.locale, EVERY):
            found.messages[locale] = found.messages.get(locale, 0) + 1
        for fact, wanted in {**message.facts, "locale": message.locale}.items():
            actual = facts.get(fact, UNKNOWN)
            if actual != wanted:
                found.slips.append(Slip(message, fact, actual, because.get(fact, ())))
            for outcome, was, said in _outcomes(fact, wanted, actual):
                for locale in (message.locale, EVERY):
                    tally = found.tally(locale, outcome)
                    tally.right += was and said
                    tally.wrong += said and not was
                    tally.missed += was and not said
                    tally.unknown += was and actual == UNKNOWN
    return found


def _outcomes(fact: str, wanted: Value, actual: Value) -> Iterator[tuple[str, bool, bool]]:
    """Each outcome that the label or the reading names: its name, whether it is true, whether it was read."""
    if isinstance(wanted, bool):
        yield fact, wanted, actual is True
        return
    for value in dict.fromkeys((wanted, actual)):
        if value != UNKNOWN:
            yield f"{fact}={value}", value == wanted, value == actual
