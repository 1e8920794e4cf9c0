"""Legal clocks: within which time the law wants something done, so that no promise is longer (`legal_clocks.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rules.conditions import Condition
from rules.language import Duration, Identifier, PromiseName, Words, says
from rules.problems import Problems
from rules.reading import BAD, Reader
from rules.vocabulary import Vocabulary
from rules.yaml_source import Source


@dataclass(frozen=True)
class LegalClock:
    """One deadline of the law."""

    id: Identifier = says("A short name of your own for this clock")
    title: Words = says("What the law wants, in one sentence")
    when: Condition = says("The cases that it is about")
    promise: PromiseName = says("The promise that must not be longer")
    within: Duration = says("How long the law leaves; for a month its shortest length, 28 days")
    source: Words = says("The law and its article")
    note: Words | None = says("What a colleague should know: extensions, how the days are counted", default=None)


@dataclass(frozen=True)
class LegalClocksFile:
    """The deadlines that this business is under."""

    clocks: tuple[LegalClock, ...] = says("The clocks; every one of them is watched, so the shortest decides")


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
