"""The words that make a text personal: `playbooks/phrases.yaml`.

A text says `{problem}`, and the file says in each language how the problem is put that a customer has; where nothing is
known the words leave no trace. The choices that an offer may hold are there, too: what stands on their buttons, and by
which words customers choose when they write instead of tapping.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rules.language import FactName, Identifier, Shaped, says
from rules.problems import Problems, did_you_mean
from rules.reading import BAD, Reader
from rules.replies import DEFAULT_LOCALE, Locale
from rules.text.finder import Finder, Hit
from rules.text.first_voice import CLAUSE_END, SENTENCE_END
from rules.text.plain import plain
from rules.text.word_lists import Phrases as Spoken
from rules.vocabulary import UNKNOWN, Facts, Value, Vocabulary, value_to_json
from rules.yaml_source import Source

CHOICE = "chosen_remedy"
"""The fact whose values are the choices that a customer can be offered."""
NUMBER = "{number}"
"""Stands in the words of `order` for the number itself."""
_ASKING, _NOT, _BUT = "asking", "not_", "but"  # fields of PhrasesFile, and what their phrases are used for
_REACH = 10
"""Characters between a word that takes back and what it takes back: don't (want the) refund."""
_QUESTION_MARK = re.compile(r"[?؟]")
WORDS = "missing-words"
"""The id of a problem with words that a schema cannot see."""
LONGEST_ANSWER = 300
"""Characters of a message in which a choice is looked for; what is longer says more than that."""

_BY_NUMBER = re.compile(
    r"(?:no|nr|number|numero|option|opcion|opcao|opsi|nomor|第|选|选择)?[\s.:#]*([1-9一二三四])\u20e3?[\s.)。、个项种]*"
)
_CHINESE = {"一": 1, "二": 2, "三": 3, "四": 4}


class Title(Shaped):
    """What stands on a button or in a list. WhatsApp takes 20 characters on a button."""

    shape = re.compile(r"\S(.{0,18}\S)?")
    like = "a title of at most 20 characters"


@dataclass(frozen=True)
class Phrase:
    """Words for each value of a fact."""

    fact: FactName = says("The fact that says which words")
    words: Mapping[Identifier, Mapping[Locale, str]] = says(
        "For each value of the fact (yes and no, where it is one of those) the words in each language, as they stand "
        "in a text; a value without words leaves no trace"
    )

    def for_(self, facts: Facts, locale: str) -> str | None:
        """The words for what is known, in exactly this language; None where there are none."""
        value = facts.get(str(self.fact), UNKNOWN)
        return self.words.get(Identifier(_key(value)), {}).get(Locale(locale))


@dataclass(frozen=True)
class Choice:
    """One thing that a customer can be offered."""

    title: Mapping[Locale, Title] = says("What stands on its button in each language: at most 20 characters")
    heard: Mapping[Locale, Spoken] = says(
        "By which words customers choose it in each language, with commas between them; * stands for any ending"
    )


@dataclass(frozen=True)
class PhrasesFile:
    """The words that make a text personal, as they are written."""

    problem: Phrase = says("What fills {problem}: the problem in one line, as it stands after `about`")
    photo: Phrase = says("What fills {photo}: a sentence of its own")
    order: Mapping[Locale, str] = says("What fills {order}: words with {number} in them, as in order {number}")
    choices: Mapping[Identifier, Choice] = says("The values of chosen_remedy that can be offered, in their order")
    asking: Mapping[Locale, Spoken] = says(
        "Words that make a sentence a question, with or without its mark: whoever asks has not chosen yet"
    )
    not_: Mapping[Locale, Spoken] = says("Words that take back the choice that follows them soon in the same clause")
    but: Mapping[Locale, Spoken] = says("Words between the two that end this: not the voucher but the money")
    list_: Mapping[Locale, Title] = says("What stands on the button that opens a list, where there are over 3 choices")


@dataclass(frozen=True)
class Phrases:
    """The same, ready for use. Content that is older than the file has none of it."""

    written: PhrasesFile | None = None

    def facts(self) -> frozenset[str]:
        """The facts by which the words are chosen."""
        if self.written is None:
            return frozenset()
        return frozenset({str(self.written.problem.fact), str(self.written.photo.fact)})

    def problem(self, facts: Facts, locale: str) -> str | None:
        return self.written.problem.for_(facts, locale) if self.written is not None else None

    def photo(self, facts: Facts, locale: str) -> str | None:
        return self.written.photo.for_(facts, locale) if self.written is not None else None

    def order(self, number: str, locale: str) -> str | None:
        """The words for an order of this number."""
        words = self.written.order.get(Locale(locale)) if self.written is not None else None
        return words.replace(NUMBER, number) if words is not None else None

    @property
    def choices(self) -> tuple[str, ...]:
        """Every choice that has words, in the order of the file."""
        return tuple(map(str, self.written.choices)) if self.written is not None else ()

    def title(self, choice: str, locale: str) -> str:
        """What stands on the button of a choice, in this language or, for want of it, in English."""
        assert self.written is not None, "only what has words is offered"
        titles = self.written.choices[Identifier(choice)].title
        return str(titles.get(Locale(locale)) or titles[Locale(DEFAULT_LOCALE)])

    def list_title(self, locale: str) -> str:
        """What stands on the button that opens a list of choices."""
        assert self.written is not None, "only what has words is offered"
        return str(self.written.list_.get(Locale(locale)) or self.written.list_[Locale(DEFAULT_LOCALE)])

    def chosen(self, text: str, offered: Sequence[str]) -> str | None:
        """Which choice a customer makes in words, if that is clear: by its number among those `offered`, by its title,
        or by exactly one of the choices that they name and do not take back. None for a question, for a long text and
        for everything else that could mean two things. It may be a choice that was not offered."""
        if self.written is None or len(text) > LONGEST_ANSWER:
            return None
        read = plain(text).strip(" .!。、")
        if (numbered := _BY_NUMBER.fullmatch(read)) is not None:
            place = _CHINESE.get(numbered[1]) or int(numbered[1])
            return offered[place - 1] if place <= len(offered) else None
        if (titled := self._titles.get(read)) is not None:
            return titled
        found = self._finder.find(read)
        asked = {_sentence(read, hit.start) for hit in found.get(_ASKING, ())}
        asked |= {_sentence(read, match.start()) for match in _QUESTION_MARK.finditer(read)}
        named = {
            choice
            for choice, hits in found.items()
            if choice in self.choices
            for hit in hits
            if _sentence(read, hit.start) not in asked and not _is_taken_back(read, hit, found)
        }
        return named.pop() if len(named) == 1 else None

    @cached_property
    def _titles(self) -> Mapping[str, str]:
        choices = self.written.choices.items() if self.written is not None else ()
        return {plain(title): str(name) for name, choice in choices for title in choice.title.values()}

    @cached_property
    def _finder(self) -> Finder[str]:
        return Finder(self._spoken())

    def _spoken(self) -> Iterator[tuple[str, str]]:
        for name, choice in self.written.choices.items() if self.written is not None else ():
            for spoken in choice.heard.values():
                yield from ((plain(phrase), str(name)) for phrase in spoken)
        for use in (_ASKING, _NOT, _BUT) if self.written is not None else ():
            for spoken in getattr(self.written, use).values():
                yield from ((plain(phrase), use) for phrase in spoken)


def read_phrases(source: Source, vocabulary: Vocabulary, problems: Problems) -> Phrases | None:
    """The phrases in `source`; None when there is any problem (all of them are noted)."""
    reader = Reader(source, vocabulary, {}, problems)
    before = len(problems.errors())
    written = reader.model(PhrasesFile, source.data, ())
    if written is BAD:
        return None
    for name in ("problem", "photo"):
        phrase: Phrase = getattr(written, name)
        fact = vocabulary[str(phrase.fact)]
        known = ["yes", "no"] if fact.kind == "yes_no" else list(map(str, fact.values))
        _known(reader, (name, "words"), phrase.words, known, f"is not a value of {phrase.fact}")
    choices = [str(value) for value in vocabulary[CHOICE].values] if CHOICE in vocabulary.facts else []
    _known(reader, ("choices",), written.choices, choices, f"is not a value of {CHOICE}")
    for locale, words in written.order.items():
        if words.count(NUMBER) != 1:
            reader.error(("order", locale), f"the words have {NUMBER} in them once, for the number itself", WORDS)
    for where, title in (
        *((("choices", name, "title"), choice.title) for name, choice in written.choices.items()),
        (("list",), written.list_),
    ):
        if DEFAULT_LOCALE not in title:
            message = f"the title in `{DEFAULT_LOCALE}` is missing, for customers of every other language"
            reader.error(where, message, WORDS)
    return Phrases(written) if len(problems.errors()) == before else None


def _known(
    reader: Reader, where: tuple[str, ...], given: Mapping[Identifier, object], known: Sequence[str], why: str
) -> None:
    for name in given:
        if str(name) not in known:
            reader.error((*where, str(name)), f'"{name}" {why}{did_you_mean(name, known)}', WORDS)


def _key(value: Value) -> str:
    """A value as it is written in the file."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value_to_json(value))


def _is_taken_back(read: str, hit: Hit, found: Mapping[str, Sequence[Hit]]) -> bool:
    """Whether a word before the choice takes it back."""
    for word in found.get(_NOT, ()):
        if not word.end <= hit.start <= word.end + _REACH or CLAUSE_END.search(read, word.end, hit.start):
            continue
        if not any(word.end <= but.start and but.end <= hit.start for but in found.get(_BUT, ())):
            return True
    return False


def _sentence(read: str, at: int) -> int:
    """Which sentence stands there, counted from 0: whoever asks something in it has not chosen yet."""
    return len(SENTENCE_END.findall(read, 0, at))
