"""Labelled messages: what a person says that a message means. The second voice learns from some of them, and all voices
are measured by others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rules.problems import Place, Problems
from rules.vocabulary import SIGN, FactError, Value, Vocabulary
from rules.yaml_source import read_text

COLUMNS = ("intent", "anger", "signs", "more", "text")
LABELS = ("intent", "anger", "motive", "demand", "subject")
"""The facts that a message can be labelled with, beside the signs."""
NOBODY_SAID = "?"
NOT = "!"


@dataclass(frozen=True)
class Labelled:
    """A message, the language it is written in (a locale), and the facts that a person reads in it. What is not among
    them may be anything."""

    text: str
    locale: str
    facts: Mapping[str, Value]


def read_labelled(path: Path, vocabulary: Vocabulary, problems: Problems) -> list[Labelled]:
    """The messages of one file, a line each: intent, anger, signs (`safety,slow_parcel` or `-`), more
    (`motive=privacy demand=mask_details` or `-`) and the text, with tabs between them. A line that begins with # is a
    comment. The name of the file is the locale. What is wrong is noted with its line, and the line left out.

    A sign that is not named is not there. `?` in place of intent or anger, or among the signs, means that nobody said:
    of `safety,!slow_parcel,?` only that the one is there and the other is not."""
    text = read_text(path, problems, path.name) or ""
    signs = [fact.name for fact in vocabulary if fact.name.startswith(SIGN) and fact.source == "text"]
    found: list[Labelled] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = line.split("\t")
        if len(columns) != len(COLUMNS):
            message = f"expected {len(COLUMNS)} columns with tabs between them: {', '.join(COLUMNS)}"
            problems.error(Place(path.name, number), message, "shape")
            continue
        try:
            said = dict(_labels(columns, signs))
            facts = vocabulary.gate(said)
        except (FactError, ValueError) as error:
            problems.error(Place(path.name, number), str(error), "shape")
            continue
        found.append(Labelled(columns[4], path.stem, {name: facts[name] for name in said}))
    return found


def line_of(facts: Mapping[str, object], text: str) -> str:
    """A message as a line that `read_labelled` reads back, white space in it as single blanks. Of `facts` those are
    written that a message can be labelled with."""
    signs = [
        f"{'' if value else NOT}{name.removeprefix(SIGN)}" for name, value in facts.items() if name.startswith(SIGN)
    ]
    more = [f"{name}={facts[name]}" for name in LABELS[2:] if name in facts]
    first = (str(facts.get(name, NOBODY_SAID)) for name in ("intent", "anger"))
    return "\t".join((*first, ",".join([*signs, NOBODY_SAID]), " ".join(more) or "-", " ".join(text.split())))


def _labels(columns: list[str], signs: list[str]) -> Iterator[tuple[str, object]]:
    yield from ((name, said) for name, said in zip(COLUMNS, columns[:2], strict=False) if said != NOBODY_SAID)
    named = _words(columns[2].replace(",", " "))
    if NOBODY_SAID not in named:
        yield from ((sign, False) for sign in signs)
    for sign in named:
        if sign != NOBODY_SAID:
            yield SIGN + sign.removeprefix(NOT), not sign.startswith(NOT)
    yield from _pairs(columns[3])


def _pairs(column: str) -> Iterator[tuple[str, str]]:
    for pair in _words(column):
        name, _, value = pair.partition("=")
        yield name, value


def _words(column: str) -> list[str]:
    return [] if column.strip() == "-" else column.split()
