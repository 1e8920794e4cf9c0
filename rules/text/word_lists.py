"""The word lists that text is read by: what a file of `rules/words/` holds, one language each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from rules.language import FactValues, Identifier
from rules.problems import Problems, did_you_mean
from rules.reading import BAD, Reader
from rules.text.finder import Finder
from rules.text.plain import plain
from rules.vocabulary import Value, Vocabulary
from rules.yaml_source import Keys, Source

LONGEST_PHRASE = 60


class Phrases(str):
    """Phrases as a customer writes them, with commas or line ends between them. A `*` at the end of a phrase stands
    for any ending of its last word, one at its beginning for anything that its first word may begin with."""

    def __iter__(self) -> Iterator[str]:
        return (phrase for each in re.split(r"[,\n，、;；]", str(self)) if (phrase := " ".join(each.split())))


class Sign(str):
    """One sign, or a few that belong together."""


@dataclass(frozen=True)
class WordList:
    """Phrases that set facts, alone or several `together` in one sentence (one of each named group, in any order).
    A hit inside a phrase of `except` does not count; with `negatable`, neither does one that is taken back, or that
    the customer only quotes; and none in a sentence that also has a word of a group of `without` that is not taken
    back. In a sentence where this list speaks, those of `instead_of` are not heard: to ask about deleting is not to ask
    for it."""

    id: Identifier
    sets: FactValues
    phrases: Phrases = Phrases()
    together: tuple[tuple[Identifier, ...], ...] = ()
    except_: Phrases = Phrases()
    negatable: bool = False
    without: tuple[Identifier, ...] = ()
    instead_of: tuple[Identifier, ...] = ()


@dataclass(frozen=True)
class Negation:
    """Words that take back what follows in the same clause, up to `reach` characters on; a word of `stops` between
    them ends their reach, and inside a phrase of `except` they take nothing back."""

    words: Phrases
    reach: int
    stops: Phrases = Phrases()
    except_: Phrases = Phrases()


@dataclass(frozen=True)
class Language:
    """The lists of one language, as a file holds them.

    The language is recognised by its `letters` (a character class; none of `foreign` may occur) and by `common` words.
    `traditional` is the locale of the same language in traditional characters; `same_as` reads one sign as another;
    after a phrase of `others_say`, what stands in quotation marks is not the customer's own wish.
    """

    language: Identifier
    locale: Sign
    negation: Negation
    groups: Mapping[Identifier, Phrases]
    lists: tuple[WordList, ...]
    common: Phrases = Phrases()
    others_say: Phrases = Phrases()
    letters: Sign = Sign()
    foreign: Sign = Sign()
    traditional: Sign = Sign()
    same_as: Mapping[Sign, Sign] | None = None


Part = Literal["list", "list except", "group", "negation", "negation stop", "negation except", "common", "others say"]


class Use(NamedTuple):
    """What a phrase is used for: in which language, in which part of its file, under which name there."""

    language: str
    part: Part
    name: str = ""


@dataclass(frozen=True)
class WordLists:
    """The word lists of all languages, for each fact they set the order in which its values win, and of these facts
    those whose values are more and less: signs and levels."""

    languages: tuple[Language, ...]
    values: Mapping[str, tuple[Value, ...]] = field(hash=False)
    graded: frozenset[str] = frozenset()

    @classmethod
    def load(cls, folder: Path | None = None) -> WordLists:
        """Read every file of `rules/words`, or of another folder. Raises ContentError with every problem in them."""
        return _load(folder or Path(__file__).parents[1] / "words")

    @classmethod
    def parse(cls, sources: Sequence[Source], vocabulary: Vocabulary, problems: Problems) -> WordLists:
        """The lists of files already read; what is wrong with them is noted in `problems`."""
        languages: list[Language] = []
        for source in sources:
            language = _language(source, vocabulary, problems)
            if language is not None and language.language in {each.language for each in languages}:
                message = f'another file has the lists of "{language.language}", too; put them into one'
                problems.error(source.place(("language",)), message, "words")
            elif language is not None:
                languages.append(language)
        names = {name for language in languages for entry in language.lists for name in entry.sets}
        values = {str(name): in_winning_order(vocabulary, name) for name in sorted(names)}
        return cls(tuple(languages), values, frozenset(name for name in values if vocabulary[name].kind != "choice"))

    def plain(self, text: str) -> str:
        """A text in the form that the phrases have: its plain form, with the signs that a language reads alike."""
        return plain(text).translate(self._alike)

    @cached_property
    def finder(self) -> Finder[Use]:
        """Finds every phrase of every list in a plain text."""
        written = [each for language in self.languages for each in _phrases(language)]
        # All at once: the plain form of ten thousand phrases is soon made, ten thousand plain forms are not.
        lines = plain("\n".join(phrase for phrase, _ in written), longest=None).translate(self._alike).split("\n")
        return Finder(zip(lines, (use for _, use in written), strict=True) if written else ())

    @cached_property
    def _alike(self) -> dict[int, str]:
        same = [pair for language in self.languages for pair in (language.same_as or {}).items()]
        return str.maketrans({str(written): str(read) for written, read in same})


def in_winning_order(vocabulary: Vocabulary, name: str) -> tuple[Value, ...]:
    """The values of a fact, the one first that wins where two lists disagree: the first of a choice, the highest of a
    level, yes."""
    fact = vocabulary[name]
    values = tuple(fact.values) or (True, False)
    return values[::-1] if fact.kind == "level" else values


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
    for key, locale in (("locale", language.locale), ("traditional", language.traditional)):
        if locale and (known is None or locale not in known.values):
            reader.error((key,), f'"{locale}" is not a value of the fact locale', "words")
    for key, letters in (("letters", language.letters), ("foreign", language.foreign)):
        if letters and not _is_character_class(letters):
            reader.error((key,), "expected characters and ranges of characters, as in a-z", "words")
    for phrase, _ in _phrases(language):
        if not plain(phrase).strip("* ") or len(phrase) > LONGEST_PHRASE:
            place = source.place_in(("lists",), phrase)
            problems.error(place, f'"{phrase}" cannot be looked for: 1 to {LONGEST_PHRASE} characters', "words")
    for written in language.same_as or {}:
        if len(written) != 1:
            reader.error(("same_as", written), f'"{written}" is not one character', "words")
    met: set[str] = set()
    for number, entry in enumerate(language.lists):
        _check_list(reader, entry, language, ("lists", number))
        if entry.id in met:
            reader.error(("lists", number, "id"), f'"{entry.id}" is also the name of another list', "words")
        met.add(entry.id)
    return language if len(problems.items) == before else None


def _check_list(reader: Reader, entry: WordList, language: Language, keys: Keys) -> None:
    for fact in entry.sets:
        if reader.vocabulary[fact].kind in ("count", "duration"):
            reader.error((*keys, "sets", fact), "word lists set only levels, choices and yes_no facts", "words")
    for number, names in enumerate(entry.together):
        _check_names(reader, names, language.groups, "group", (*keys, "together", number))
    _check_names(reader, entry.without, language.groups, "group", (*keys, "without"))
    ids = [str(each.id) for each in language.lists if each is not entry]
    _check_names(reader, entry.instead_of, ids, "other list", (*keys, "instead_of"))


def _check_names(reader: Reader, names: Iterable[str], known: Iterable[str], what: str, keys: Keys) -> None:
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known)
            reader.error(keys, f'no {what} is called "{name}"{hint}', "words")


def _is_character_class(letters: str) -> bool:
    try:
        re.compile(f"[{letters}]")
    except re.error:
        return False
    return True


def _phrases(language: Language) -> Iterator[tuple[str, Use]]:
    """Every phrase in the file, and what it is used for."""
    name, negation = str(language.language), language.negation
    written: list[tuple[Phrases, Part, str]] = [
        (language.common, "common", ""),
        (language.others_say, "others say", ""),
        (negation.words, "negation", ""),
        (negation.stops, "negation stop", ""),
        (negation.except_, "negation except", ""),
        *((group, "group", str(each)) for each, group in language.groups.items()),
    ]
    for entry in language.lists:
        written += [(entry.phrases, "list", str(entry.id)), (entry.except_, "list except", str(entry.id))]
    for phrases, part, under in written:
        yield from ((phrase, Use(name, part, under)) for phrase in phrases)
