"""The word lists that text is read by: what a file of `words/` holds, one language each, and the form that lists and
texts are brought into before they are compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from rules.language import FactValues, Identifier
from rules.problems import Problems, did_you_mean
from rules.reading import BAD, Reader
from rules.vocabulary import Value, Vocabulary
from rules.yaml_source import Keys, Source

LONGEST_PHRASE = 60


class Phrase(str):
    """Words as a customer writes them. A `*` at the end stands for any ending of the last word, one at the beginning
    for anything that the first word may begin with."""

    may_repeat = True  # in a list of hundreds, a word that stands twice does no harm


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

    def plain(self, text: str) -> str:
        """A text in the form the phrases have: compatibility forms, case, apostrophes, invisible characters, spaces and
        the characters that a language reads alike."""
        folded = _folded(text)
        for language in self.languages:
            folded = folded.translate(_same(language))
        return folded


def _same(language: Language) -> dict[int, str]:
    return str.maketrans({str(written): str(read) for written, read in (language.same_as or {}).items()})


_MARKS = re.compile("[\u0300-\u036f\u0640\u064b-\u065f\u0670]")
"""Accents of Latin letters, and the vowel signs and stretched lines of Arabic: many people leave them out."""


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    folded = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", folded)))
    folded = re.sub("[\u2018\u2019\u00b4`]", "'", folded)
    folded = "".join(c for c in folded if unicodedata.category(c) != "Cf" and not "\ufe00" <= c <= "\ufe0f")
    return re.sub(r"[^\S\n]+", " ", folded).strip()


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
    before = len(problems.items)
    known = vocabulary.facts.get("locale")
    if known is None or language.locale not in known.values:
        reader.error(("locale",), f'"{language.locale}" is not a value of the fact locale', "words")
    for key, letters in (("letters", language.letters), ("foreign", language.foreign)):
        if letters and not _is_character_class(letters):
            reader.error((key,), "expected characters and ranges of characters, as in a-z", "words")
    for phrase in _phrases(language):
        if not phrase.strip("* ") or len(phrase) > LONGEST_PHRASE:
            reader.error((), f'"{phrase}" cannot be looked for: 1 to {LONGEST_PHRASE} characters', "words")
    for written in language.same_as or {}:
        if len(written) != 1:
            reader.error(("same_as", written), f'"{written}" is not one character', "words")
    for number, entry in enumerate(language.lists):
        _check_list(reader, entry, language, ("lists", number))
    return _as_matched(language) if len(problems.items) == before else None


def _check_list(reader: Reader, entry: WordList, language: Language, keys: Keys) -> None:
    for fact in entry.sets:
        if reader.vocabulary[fact].kind in ("count", "duration"):
            reader.error((*keys, "sets", fact), "word lists set only levels, choices and yes_no facts", "words")
    for number, names in enumerate(entry.together):
        for name in names:
            if name not in language.groups:
                hint = did_you_mean(name, language.groups)
                reader.error((*keys, "together", number), f'no group is called "{name}"{hint}', "words")


def _is_character_class(letters: str) -> bool:
    try:
        re.compile(f"[{letters}]")
    except re.error:
        return False
    return True


def _phrases(language: Language) -> Iterator[Phrase]:
    """Every phrase in the file."""
    yield from (*language.common, *language.negation.words, *language.negation.stops, *language.negation.except_)
    for group in language.groups.values():
        yield from group
    for entry in language.lists:
        yield from (*entry.phrases, *entry.except_)


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
        negation=Negation(phrases(negation.words), negation.reach, phrases(negation.stops), phrases(negation.except_)),
    )
