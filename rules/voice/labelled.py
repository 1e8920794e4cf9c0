"""Labelled messages: what a person says that a message means. The second voice learns from some of them, and both
voices are measured by others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rules.problems import Place, Problems
from rules.vocabulary import FactError, Value, Vocabulary
from rules.yaml_source import read_text

COLUMNS = ("intent", "anger", "signs", "more", "text")
SIGN = "sign_"


@dataclass(frozen=True)
class Labelled:
    """A message, the language it is written in (a locale), and the facts that a person reads in it. A sign that is not
    named is not there; a motive or a demand that is not named may be anything."""

    text: str
    locale: str
    facts: Mapping[str, Value]


def read_labelled(path: Path, vocabulary: Vocabulary, problems: Problems) -> list[Labelled]:
    """The messages of one file, a line each: intent, anger, signs (`safety,slow_parcel` or `-`), more
    (`motive=privacy demand=mask_details` or `-`) and the text, with tabs between them. A line that begins with # is a
    comment. The name of the file is the locale. What is wrong is noted with its line, and the line left out."""
    text = read_text(path, problems, path.name) or ""
    signs = [fact.name for fact in vocabulary if fact.name.startswith(SIGN) and fact.source == "text"]
    found: list[Labelled] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = line.split("\t")
        if len(columns) != len(COLUMNS):
            message = f"expected {len(COLUMNS)} columns with tabs between them: {', '.join(COLUMNS)}"
            problems.error(Place(path.name, number), message, "columns")
            continue
        try:
            facts = vocabulary.gate({**dict.fromkeys(signs, False), **dict(_labels(columns))})
        except (FactError, ValueError) as error:
            problems.error(Place(path.name, number), str(error), "label")
            continue
        given = {"intent", "anger", *signs, *(name for name, _ in _pairs(columns[3]))}
        found.append(Labelled(columns[4], path.stem, {name: facts[name] for name in given}))
    return found


def _labels(columns: list[str]) -> Iterator[tuple[str, object]]:
    yield "intent", columns[0]
    yield "anger", columns[1]
    for sign in _words(columns[2].replace(",", " ")):
        yield SIGN + sign, True
    yield from _pairs(columns[3])


def _pairs(column: str) -> Iterator[tuple[str, str]]:
    for pair in _words(column):
        name, _, value = pair.partition("=")
        yield name, value


def _words(column: str) -> list[str]:
    return [] if column.strip() == "-" else column.split()
