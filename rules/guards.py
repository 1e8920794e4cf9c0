"""The outbound guard: what no text to a customer may say, by rules a designer can edit (`packs/guards.yaml`)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rules.conditions import Condition
from rules.language import says
from rules.problems import Problems
from rules.reading import BAD, Reader
from rules.vocabulary import Facts, Vocabulary
from rules.yaml_source import Source


@dataclass(frozen=True)
class Guard:
    """Texts that contain one of `phrases` are refused while `when` holds (always, if there is none)."""

    never: str = says("What no text may do, in a sentence; colleagues read it when a text was refused")
    phrases: tuple[str, ...] = says("Found anywhere in a text, in any case and width of letters")
    when: Condition | None = says("Refused only while this holds; always, if it is left out", default=None)

    def phrase_in(self, text: str) -> str | None:
        """The first of the phrases that the text contains."""
        plain = _plain(text)
        return next((phrase for phrase in self.phrases if _plain(phrase) in plain), None)


@dataclass(frozen=True)
class Guards:
    """All guards of a bundle, by id."""

    guards: Mapping[str, Guard]

    def facts(self) -> frozenset[str]:
        """The names of all facts that they speak about."""
        return frozenset().union(*(guard.when.facts() for guard in self.guards.values() if guard.when is not None))

    def objections(self, text: str, facts: Facts | None = None) -> Iterator[str]:
        """The ids of the guards that refuse this text. Without facts, conditional guards keep silent: that is for
        looking at a text before anybody is about to receive it."""
        for name, guard in self.guards.items():
            if guard.when is not None and (facts is None or not guard.when.holds(facts)):
                continue
            if guard.phrase_in(text) is not None:
                yield name


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def read_guards(source: Source, vocabulary: Vocabulary, problems: Problems) -> Guards:
    """The guards in `source`; problems are noted and the guard left out."""
    reader = Reader(source, vocabulary, {}, problems)
    data: Any = source.data
    if not isinstance(data, dict):
        reader.error((), "guards are a mapping: `no-guarantees: {never: …, phrases: [...]}`")
        return Guards({})
    read = {name: reader.model(Guard, part, (name,)) for name, part in data.items()}
    return Guards({name: guard for name, guard in read.items() if guard is not BAD})
