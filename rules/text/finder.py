"""Finding thousands of phrases in a text at once, whatever their number (Aho-Corasick, by pyahocorasick)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import Generic, NamedTuple, TypeVar

import ahocorasick

from rules.text.plain import WRITTEN_WITHOUT_SPACES

Use = TypeVar("Use", bound=Hashable)


class Hit(NamedTuple):
    """A phrase found in a text, from `start` up to `end`."""

    start: int
    end: int
    phrase: str


class Finder(Generic[Use]):
    """Phrases, and what each of them is used for. A phrase stands for whole words; a `*` at its end stands for any
    ending of the last word, one at its beginning for whatever the first word may begin with. Both belong to the hit."""

    def __init__(self, phrases: Iterable[tuple[str, Use]]) -> None:
        by_core: defaultdict[str, list[tuple[str, Use]]] = defaultdict(list)
        for phrase, use in phrases:
            by_core[phrase.strip("*")].append((phrase, use))
        self._automaton = ahocorasick.Automaton()
        for core, uses in by_core.items():
            self._automaton.add_word(core, (len(core), uses))
        self._automaton.make_automaton()

    def find(self, text: str) -> Mapping[Use, list[Hit]]:
        """For each use the hits of its phrases in a plain text, in ascending order."""
        found: defaultdict[Use, list[Hit]] = defaultdict(list)
        if not len(self._automaton):
            return found
        for last, (length, uses) in self._automaton.iter(text):
            end = last + 1
            start = end - length
            begins = not (_spaced(text, start - 1) and _spaced(text, start))
            ends = not (_spaced(text, last) and _spaced(text, end))
            for phrase, use in uses:
                if (begins or phrase[0] == "*") and (ends or phrase[-1] == "*"):
                    first = start if phrase[0] != "*" else _word(text, start, -1)
                    found[use].append(Hit(first, end if phrase[-1] != "*" else _word(text, end - 1, 1) + 1, phrase))
        for hits in found.values():
            hits.sort()
        return found


def _word(text: str, position: int, step: int) -> int:
    """The last letter of the word at this position, going this way."""
    while _spaced(text, position) and _spaced(text, position + step):
        position += step
    return position


def _spaced(text: str, position: int) -> bool:
    """Whether a letter or digit of a script that puts spaces between words stands here."""
    if not 0 <= position < len(text):
        return False
    return text[position].isalnum() and not WRITTEN_WITHOUT_SPACES.match(text[position])
