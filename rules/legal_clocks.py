"""Legal clocks: within which time the law wants something done, whom it protects, and whether it can be extended
(`legal_clocks.yaml`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from rules.conditions import All, Condition
from rules.language import Duration, Identifier, Playbook, PromiseName, Words, says
from rules.possible import TooHard, example
from rules.problems import Problems
from rules.reading import BAD, Reader
from rules.vocabulary import Facts, Vocabulary
from rules.yaml_source import Source


@dataclass(frozen=True)
class Extension:
    """More time that the law gives to whoever says so early enough, and why."""

    by: Duration = says("How much more time at most, counted from the end of the clock")
    told_within: Duration = says("Until when, counted from the request, the customer has to be told, with the reason")
    source: Words = says("The law and its article")


@dataclass(frozen=True)
class LegalClock:
    """One deadline of the law."""

    id: Identifier = says("A short name of your own for this clock")
    title: Words = says("What the law wants, in one sentence")
    when: Condition = says("The cases that it is about")
    promise: PromiseName = says("The promise that must not be longer")
    within: Duration = says("How long the law leaves; for a month its shortest length, 28 days")
    source: Words = says("The law and its article")
    protects: Condition | None = says(
        "Whose law it is, as in {jurisdiction: eu}; everybody's, if it is left out. Every clock counts for a customer "
        "whom none of them names",
        default=None,
    )
    extension: Extension | None = says("More time, if the law gives any", default=None)
    note: Words | None = says("What a colleague should know, such as how the days are counted", default=None)

    def facts(self) -> frozenset[str]:
        """The names of the facts that it asks for."""
        return self.when.facts() | (self.protects.facts() if self.protects is not None else frozenset())

    def may_be_about(self, playbook: Playbook) -> bool:
        """Whether some case that starts the playbook is one that the clock is about."""
        for trigger in playbook.triggers:
            try:
                if example(All((trigger.when, self.when))) is not None:
                    return True
            except TooHard:  # the cautious side
                return True
        return False

    def ends(self, asked_at: datetime, told_at: datetime | None = None) -> datetime:
        """When the time is over for a request of `asked_at`; with the extension for a customer who is told of it at
        `told_at`, if that is early enough."""
        end = asked_at + self.within
        if self.extension is None or told_at is None or told_at > asked_at + self.extension.told_within:
            return end
        return end + self.extension.by


@dataclass(frozen=True)
class LegalClocksFile:
    """The deadlines that this business is under."""

    clocks: tuple[LegalClock, ...] = says("The clocks; every one of them is watched, so the shortest decides")


def in_force(clocks: Iterable[LegalClock], promise: str, playbook: Playbook, facts: Facts) -> tuple[LegalClock, ...]:
    """The clocks that bind this promise in a case of the playbook with these facts.

    Those that protect this customer, and those that protect everybody. A customer whom none names, because nobody knows
    where they live or because no clock of their country is listed, is protected by all: so the shortest decides.
    """
    about = [
        clock
        for clock in clocks
        if clock.promise == promise and (clock.when.holds(facts) or clock.may_be_about(playbook))
    ]
    named = [clock for clock in about if clock.protects is not None and clock.protects.holds(facts)]
    return tuple(clock for clock in about if not named or clock in named or clock.protects is None)


def first_to_end(
    clocks: Iterable[LegalClock], asked_at: datetime, told_at: datetime | None = None
) -> tuple[LegalClock, datetime] | None:
    """The clock that is over first, and when; None if there is none. With `told_at` all are extended that can be."""
    ends = ((clock, clock.ends(asked_at, told_at)) for clock in clocks)
    return min(ends, key=lambda found: found[1], default=None)


def read_legal_clocks(source: Source, vocabulary: Vocabulary, problems: Problems) -> Mapping[str, LegalClock]:
    """The clocks in `source` by id; problems are noted."""
    reader = Reader(source, vocabulary, {}, problems)
    written = reader.model(LegalClocksFile, source.data, ())
    found: dict[str, LegalClock] = {}
    for number, clock in enumerate(written.clocks if written is not BAD else ()):
        if clock.id in found:
            reader.error(("clocks", number, "id"), f'two clocks are called "{clock.id}"', "same-id")
        found[clock.id] = clock
    return found
