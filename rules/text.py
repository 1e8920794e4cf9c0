"""From a customer's text to closed facts, by word lists (`words/*.yaml`): what the customer wants, and the signs in it.

The text stays here: what comes out are facts and, for each, the entries of the lists that spoke, in the lists' own
words. A text in a language without lists says nothing about any fact; it is unknown, never harmless.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rules.language import FactValues, Identifier
from rules.problems import Problems, did_you_mean
from rules.reading import BAD, Reader
from rules.vocabulary import UNKNOWN, Value, Vocabulary
from rules.yaml_source import Source

SENTENCE_END = re.compile(r"[.!?。;\n]+")
CLAUSE_END = re.compile(r"[.!?。;\n,、:()]")
LETTER = re.compile(r"[^\W\d_]")
WRITTEN_WITHOUT_SPACES = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
UNDERSTOOD = 0.15
"""The share of a text's letters that a language's lists must know for the text to count as read. English chat words
cover a third to two thirds of an English message; a borrowed word in another language covers less than this."""
LONGEST_TEXT = 65_536  # characters; WhatsApp carries 4,096 in one text


class Phrase(str):
    """Words as a customer writes them. A `*` at the end stands for any ending of the last word."""


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


@dataclass(frozen=True)
class WordList:
    """Phrases that set facts, alone or several `together` in one sentence (one of each named group, in any order).
    A hit inside a phrase of `except` does not count; with `negatable`, neither does one that is taken back."""

    id: Identifier
    sets: FactValues
    phrases: tuple[Phrase, ...] = ()
    together: tuple[tuple[Identifier, ...], ...] = ()
    except_: tuple[Phrase, ...] = ()
    negatable: bool = False


@dataclass(frozen=True)
class Negation:
    """Words that take back what follows in the same clause, up to `reach` characters on; a word of `stops` between
    them ends their reach, and inside a phrase of `except` they take nothing back."""

    words: tuple[Phrase, ...]
    reach: int
    stops: tuple[Phrase, ...] = ()
    except_: tuple[Phrase, ...] = ()


@dataclass(frozen=True)
class Language:
    """The lists of one language, as a file holds them. The language is recognised by its `letters` (a character
    class; none of `foreign` may occur) and by `common` words; `same_as` reads one character as another."""

    language: Identifier
    locale: Phrase
    negation: Negation
    groups: Mapping[Identifier, tuple[Phrase, ...]]
    lists: tuple[WordList, ...]
    common: tuple[Phrase, ...] = ()
    letters: Phrase = Phrase("")
    foreign: Phrase = Phrase("")
    same_as: Mapping[Phrase, Phrase] | None = None


@dataclass(frozen=True)
class WordLists:
    """The word lists of all languages, and for each fact they set the order in which its values win."""

    languages: tuple[Language, ...]
    values: Mapping[str, tuple[Value, ...]] = field(hash=False)

    @classmethod
    def load(cls, folder: Path | None = None) -> WordLists:
        """Read every file of `rules/words`, or of another folder. Raises ContentError with every problem in them."""
        return _load(folder or Path(__file__).with_name("words"))

    @classmethod
    def parse(cls, sources: Sequence[Source], vocabulary: Vocabulary, problems: Problems) -> WordLists:
        """The lists of files already read; what is wrong with them is noted in `problems`."""
        languages = [found for source in sources if (found := _language(source, vocabulary, problems)) is not None]
        names = {name for language in languages for entry in language.lists for name in entry.sets}
        values = {str(name): tuple(vocabulary[name].values) or (True, False) for name in sorted(names)}
        return cls(tuple(languages), values)


def read_text(text: str, words: WordLists) -> Reading:
    """What the lists make of a text: every fact that any list sets, and `locale`.

    Facts that nothing spoke for are false (yes_no) or `other` (intent) if the text was understood, else unknown. Where
    two lists disagree the value that stands first in facts.yaml wins.
    """
    plain = _plain(text, words)
    found: dict[str, dict[Value, list[str]]] = {name: {} for name in words.values}
    covered: dict[str, float] = {}
    for language in words.languages:
        met = _entries(plain, language)
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


def _entries(plain: str, language: Language) -> list[tuple[WordList, str, list[Hit]]]:
    """Every list that speaks, with the words it spoke by and where they stand."""
    groups = {name: _hits(plain, phrases) for name, phrases in language.groups.items()}
    taken_back = _negations(plain, language.negation)
    sentences = [match.end() for match in SENTENCE_END.finditer(plain)]
    met: list[tuple[WordList, str, list[Hit]]] = []
    for entry in language.lists:
        exceptions = _hits(plain, entry.except_)

        def counts(hit: Hit, entry: WordList = entry, exceptions: list[Hit] = exceptions) -> bool:
            inside = any(spot.start <= hit.start and hit.end <= spot.end for spot in exceptions)
            return not inside and not (entry.negatable and _taken_back(plain, hit, taken_back, language.negation))

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
    found: list[Hit] = []
    for phrase in phrases:
        wanted = phrase.removesuffix("*")
        start = plain.find(wanted)
        while start >= 0:
            end = start + len(wanted)
            whole = wanted != phrase or not (_spaced(plain, end - 1) and _spaced(plain, end))
            if whole and not (_spaced(plain, start - 1) and _spaced(plain, start)):
                found.append(Hit(start, end, phrase))
            start = plain.find(wanted, start + 1)
    return found


def _spaced(plain: str, position: int) -> bool:
    """Whether a letter or digit of a script that puts spaces between words stands here."""
    if not 0 <= position < len(plain):
        return False
    return plain[position].isalnum() and not WRITTEN_WITHOUT_SPACES.match(plain[position])


def _negations(plain: str, negation: Negation) -> list[Hit]:
    exceptions = _hits(plain, negation.except_)
    return [
        hit
        for hit in _hits(plain, negation.words)
        if not any(spot.start <= hit.start and hit.end <= spot.end for spot in exceptions)
    ]


def _taken_back(plain: str, hit: Hit, negations: Sequence[Hit], negation: Negation) -> bool:
    near = (word for word in negations if word.end <= hit.start <= word.end + negation.reach)
    between = (plain[word.end : hit.start] for word in near)
    return any(not CLAUSE_END.search(words) and not _hits(words, negation.stops) for words in between)


def _coverage(plain: str, language: Language, hits: Sequence[Hit]) -> float:
    """Which share of the letters this language's letters, common words and hits account for; 0 to 1."""
    letters = {match.start() for match in LETTER.finditer(plain)}
    if not letters or (language.foreign and re.search(f"[{language.foreign}]", plain)):
        return 0.0
    own = {match.start() for match in re.finditer(f"[{language.letters}]", plain)} if language.letters else set()
    for hit in (*hits, *_hits(plain, language.common)):
        own.update(range(hit.start, hit.end))
    return len(letters & own) / len(letters)


def _plain(text: str, words: WordLists) -> str:
    """Compatibility forms, case, apostrophes, invisible characters and spaces made alike."""
    folded = _folded(text[:LONGEST_TEXT])
    for language in words.languages:
        folded = folded.translate(_same(language))
    return folded


def _same(language: Language) -> dict[int, str]:
    return str.maketrans({str(written): str(read) for written, read in (language.same_as or {}).items()})


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    folded = re.sub("[\u2018\u2019\u00b4`]", "'", folded)
    folded = "".join(c for c in folded if unicodedata.category(c) != "Cf" and not "\ufe00" <= c <= "\ufe0f")
    return re.sub(r"[^\S\n]+", " ", folded).strip()


# -- reading the files -----------------------------------------------------------------------------------------------


@cache
def _load(folder: Path) -> WordLists:
    problems = Problems()
    read = [Source.read(path, problems, shown=path.name) for path in sorted(folder.glob("*.yaml"))]
    words = WordLists.parse([source for source in read if source], Vocabulary.load(), problems)
    problems.raise_errors()
    return words


def _language(source: Source, vocabulary: Vocabulary, problems: Problems) -> Language | None:
    reader = Reader(source, vocabulary, {}, problems)
    language = reader.model(Language, source.data, ())
    if language is BAD:
        return None
    sound = True
    if "locale" in vocabulary.facts and language.locale not in vocabulary.facts["locale"].values:
        reader.error(("locale",), f'"{language.locale}" is not a value of the fact locale', "fact-value")
        sound = False
    for number, entry in enumerate(language.lists):
        for name in entry.sets:
            if vocabulary[name].kind in ("count", "duration"):
                reader.error(("lists", number, "sets", name), "word lists set only closed values", "words")
                sound = False
        for place, names in enumerate(entry.together):
            for name in names:
                if name not in language.groups:
                    hint = did_you_mean(name, language.groups)
                    reader.error(("lists", number, "together", place), f'no group is called "{name}"{hint}', "words")
                    sound = False
    return _as_matched(language) if sound else None


def _as_matched(language: Language) -> Language:
    """The language with every phrase in the form that a text is brought into."""
    same = _same(language)

    def phrases(given: Sequence[str]) -> tuple[Phrase, ...]:
        return tuple(dict.fromkeys(Phrase(_folded(phrase).translate(same)) for phrase in given))

    negation = language.negation
    return replace(
        language,
        common=phrases(language.common),
        groups={name: phrases(group) for name, group in language.groups.items()},
        lists=tuple(
            replace(each, phrases=phrases(each.phrases), except_=phrases(each.except_)) for each in language.lists
        ),
        negation=Negation(
            phrases(negation.words), negation.reach, phrases(negation.stops), phrases(negation.except_)
        ),
    )
