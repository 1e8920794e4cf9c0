"""From a customer's text to closed facts, by word lists (`words/*.yaml`): what the customer wants, and the signs in it.

The text stays here: what comes out are facts and, for each, the entries of the lists that spoke, in the lists' own
words. A text in a language without lists says nothing about any fact; it is unknown, never harmless.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import NamedTuple

from rules.vocabulary import UNKNOWN, Value
from rules.word_lists import LONGEST_PHRASE, Language, Negation, WordList, WordLists

__all__ = ["Reading", "WordLists", "read_text"]

SENTENCE_END = re.compile(r"[.!?。;\n]+")
CLAUSE_END = re.compile(r"[.!?。;\n,、:()]")
LETTER = re.compile(r"[^\W\d_]")
WRITTEN_WITHOUT_SPACES = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
UNDERSTOOD = 0.3
"""The share of a text's letters that a language's lists must know for the text to count as read: its letters (Chinese),
or its common words and hits (English), which cover a third to all of an English message. A borrowed word or two in a
message of another language stay below it."""
WEIGHT_WITHOUT_SPACES = 4  # a Chinese character says about as much as four Latin letters
LONGEST_TEXT = 65_536  # characters; WhatsApp carries 4,096 in one text


class Hit(NamedTuple):
    """A phrase found in a text, from `start` up to `end`."""

    start: int
    end: int
    phrase: str


class Reading(Mapping[str, Value]):
    """Fact -> value, as read from one text. `because` names for each fact the list entries that spoke for it."""

    def __init__(self, facts: Mapping[str, Value], because: Mapping[str, tuple[str, ...]]) -> None:
        self.facts = facts
        self.because = because

    def __getitem__(self, name: str) -> Value:
        return self.facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.facts)

    def __len__(self) -> int:
        return len(self.facts)

    def __repr__(self) -> str:
        return f"Reading({dict(self.facts)!r})"


Negations = Sequence[tuple[Negation, Sequence[Hit]]]


def read_text(text: str, words: WordLists) -> Reading:
    """What the lists make of a text: every fact that any list sets, and `locale`.

    Facts that nothing spoke for are false (yes_no) or `other` (intent) if the text was understood, else unknown. Where
    two lists disagree the value that stands first in facts.yaml wins.
    """
    plain = words.plain(text[:LONGEST_TEXT])
    found: dict[str, dict[Value, list[str]]] = {name: {} for name in words.values}
    covered: dict[str, float] = {}
    taken_back = [(language.negation, _negations(plain, language.negation)) for language in words.languages]
    for language in words.languages:
        met = _entries(plain, language, taken_back)
        for entry, shown, _ in met:
            for name, value in entry.sets.items():
                found[name].setdefault(value, []).append(f"{language.language}/{entry.id}: {shown}")
        covered[language.locale] = _coverage(plain, language, [hit for *_, hits in met for hit in hits])
    locale = max(covered, key=lambda name: covered[name], default=None)
    if locale is None or covered[locale] < UNDERSTOOD:
        locale = None
    understood = bool(plain.strip()) and (locale is not None or not LETTER.search(plain))
    facts: dict[str, Value] = {"locale": locale or UNKNOWN}
    because: dict[str, tuple[str, ...]] = {}
    for fact, order in words.values.items():
        spoken = [each for each in order if each in found[fact]]
        if spoken:
            because[fact] = tuple(dict.fromkeys(found[fact][spoken[0]]))
        facts[fact] = spoken[0] if spoken else _silent(order) if understood else UNKNOWN
    return Reading(facts, because)


def _silent(order: Sequence[Value]) -> Value:
    """The value of a fact that no list spoke for, in a text that was understood."""
    if True in order:
        return False
    return "other" if "other" in order else UNKNOWN


# -- finding --------------------------------------------------------------------------------------------------------


def _entries(plain: str, language: Language, taken_back: Negations) -> list[tuple[WordList, str, list[Hit]]]:
    """Every list that speaks, with the words it spoke by and where they stand."""
    groups = {name: _hits(plain, phrases) for name, phrases in language.groups.items()}
    sentences = [match.end() for match in SENTENCE_END.finditer(plain)]
    met: list[tuple[WordList, str, list[Hit]]] = []
    for entry in language.lists:
        exceptions = _hits(plain, entry.except_)

        def counts(hit: Hit, entry: WordList = entry, exceptions: list[Hit] = exceptions) -> bool:
            return not _inside(hit, exceptions) and not (entry.negatable and _is_taken_back(plain, hit, taken_back))

        met += [(entry, hit.phrase, [hit]) for hit in _hits(plain, entry.phrases) if counts(hit)]
        for names in entry.together:
            hits = _in_one_sentence([[hit for hit in groups[name] if counts(hit)] for name in names], sentences)
            if hits:
                met.append((entry, " + ".join(hit.phrase for hit in hits), hits))
    return met


def _in_one_sentence(groups: Sequence[Sequence[Hit]], ends: Sequence[int]) -> list[Hit]:
    """One hit of every group, all in the same sentence; empty if no sentence has them all."""
    by_sentence = [{bisect_right(ends, hit.start): hit for hit in reversed(hits)} for hits in groups]
    shared = set(by_sentence[0]).intersection(*by_sentence[1:])
    return [hits[min(shared)] for hits in by_sentence] if shared else []


def _hits(plain: str, phrases: Sequence[str]) -> list[Hit]:
    """Where the phrases stand, in ascending order."""
    found: list[Hit] = []
    for phrase in phrases:
        wanted = phrase.removesuffix("*").removeprefix("*")
        start = plain.find(wanted)
        while start >= 0:
            end = start + len(wanted)
            ends = phrase.endswith("*") or not (_spaced(plain, end - 1) and _spaced(plain, end))
            begins = phrase.startswith("*") or not (_spaced(plain, start - 1) and _spaced(plain, start))
            if begins and ends:
                found.append(Hit(start, end, phrase))
            start = plain.find(wanted, start + 1)
    return sorted(found)


def _spaced(plain: str, position: int) -> bool:
    """Whether a letter or digit of a script that puts spaces between words stands here."""
    if not 0 <= position < len(plain):
        return False
    return plain[position].isalnum() and not WRITTEN_WITHOUT_SPACES.match(plain[position])


def _before(hits: Sequence[Hit], position: int, reach: int) -> Iterator[Hit]:
    """Of hits in ascending order, those that start at most `reach` before `position`, or at it; the nearest first."""
    for index in range(bisect_right(hits, (position, inf)) - 1, -1, -1):
        if hits[index].start < position - reach:
            return
        yield hits[index]


def _inside(hit: Hit, exceptions: Sequence[Hit]) -> bool:
    return any(hit.end <= spot.end for spot in _before(exceptions, hit.start, LONGEST_PHRASE))


def _negations(plain: str, negation: Negation) -> list[Hit]:
    exceptions = _hits(plain, negation.except_)
    return [hit for hit in _hits(plain, negation.words) if not _inside(hit, exceptions)]


def _is_taken_back(plain: str, hit: Hit, taken_back: Negations) -> bool:
    for negation, words in taken_back:
        for word in _before(words, hit.start, negation.reach + LONGEST_PHRASE):
            between = plain[word.end : hit.start]
            reached = word.end <= hit.start <= word.end + negation.reach
            if reached and not CLAUSE_END.search(between) and not _hits(between, negation.stops):
                return True
    return False


def _coverage(plain: str, language: Language, hits: Sequence[Hit]) -> float:
    """Which share of the text this language's letters, common words and hits account for; 0 to 1.

    Hits alone prove nothing: `hospital` is a word of many languages.
    """
    weights = {
        match.start(): WEIGHT_WITHOUT_SPACES if WRITTEN_WITHOUT_SPACES.match(match[0]) else 1
        for match in LETTER.finditer(plain)
    }
    if language.foreign and re.search(f"[{language.foreign}]", plain):
        return 0.0
    own = {match.start() for match in re.finditer(f"[{language.letters}]", plain)} if language.letters else set()
    common = _hits(plain, language.common)
    if not own and not common:
        return 0.0
    for hit in (*hits, *common):
        own.update(range(hit.start, hit.end))
    return sum(weights[position] for position in own & weights.keys()) / (sum(weights.values()) or 1)
