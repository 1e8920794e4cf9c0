"""The outbound guard: what no text to a customer may say, by rules a designer can edit (`packs/guards.yaml`)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from rules.conditions import Condition
from rules.language import Identifier, says
from rules.problems import Problems, did_you_mean
from rules.reading import BAD, Reader
from rules.vocabulary import Facts, Vocabulary
from rules.yaml_source import Source

SENTENCE = re.compile(r"[^.!?。;؟\n]+")
MOST_REMEMBERED = 10_000
"""Of how many texts, for each guard, it is kept in mind what it says of them."""
_CLAUSE = re.compile(r"[,、،:—](?!\d)|\s-\s")
_MARKS = re.compile("[\u0300-\u036f\u0640\u064b-\u065f\u0670]")  # accents, and the vowel signs of Arabic
_LETTER = r"[^\W\d_\u2e80-\u9fff]"  # Chinese has no blanks between words, so its signs end no other word


Reach = Literal["sentence", "clause"]
REACHES: Mapping[str, str] = {
    "sentence": "The whole sentence is let through",
    "clause": "Only what stands between two commas is; the rest of the sentence is looked at",
}


@dataclass(frozen=True)
class Guard:
    """Texts that contain one of `phrases`, or words of several groups in one sentence, are refused while `when` holds
    (always, if there is none). A text may speak of what it must not say: the sentences that have one of `unless` are
    let through."""

    never: str = says("What no text may do, in a sentence; colleagues read it when a text was refused")
    phrases: tuple[str, ...] = says("Found anywhere in a text, in any case and width of letters", default=())
    groups: Mapping[Identifier, tuple[str, ...]] | None = says(
        "Words, under names of your own: whole words, where a * stands for any ending or beginning", default=None
    )
    together: tuple[tuple[Identifier, ...], ...] = says(
        "Names of groups: refused is a sentence that has a word of each of them, in any order", default=()
    )
    unless: tuple[str, ...] = says(
        "What makes a sentence a warning or a limit: where it says one of these, it is let through", default=()
    )
    lets_through: Reach = says("How much one of `unless` lets through", default="sentence", words=REACHES)
    when: Condition | None = says("Refused only while this holds; always, if it is left out", default=None)

    def phrase_in(self, text: str) -> str | None:
        """What the text must not say: the first of the phrases that it contains, or the words of one of `together`
        with a + between them."""
        whole, groups = _plain(text), self.groups or {}
        if not self.unless and (phrase := next((each for each in self.phrases if _plain(each) in whole), None)):
            return phrase  # also where it runs over a line
        for sentence in _sentences(text):
            rest = self._not_let_through(sentence)
            for phrase in self.phrases:
                if _plain(phrase) in rest:
                    return phrase
            for names in self.together:
                found = [_any_of(groups[name]).search(rest) for name in names]
                if all(found):
                    return " + ".join(match[0] for match in found if match)
        return None

    def _not_let_through(self, sentence: str) -> str:
        """What is left to look at of a plain sentence."""
        if not self.unless:
            return sentence
        let_through = _any_of(self.unless)
        if self.lets_through == "sentence":
            return "" if let_through.search(sentence) else sentence
        return ",".join(each for each in _CLAUSE.split(sentence) if not let_through.search(each))


@dataclass(frozen=True)
class Guards:
    """All guards of a bundle, by id."""

    guards: Mapping[str, Guard]
    _looked_at: dict[tuple[str, str], tuple[str | None]] = field(default_factory=dict, repr=False, compare=False)

    def facts(self) -> frozenset[str]:
        """The names of all facts that they speak about."""
        return frozenset().union(*(guard.when.facts() for guard in self.guards.values() if guard.when is not None))

    def objections(self, text: str, facts: Facts | None = None) -> Iterator[str]:
        """The ids of the guards that refuse this text. Without facts, conditional guards keep silent: that is for
        looking at a text before anybody is about to receive it."""
        for name, guard in self.guards.items():
            if guard.when is not None and (facts is None or not guard.when.holds(facts)):
                continue
            if self.phrase_in(name, text) is not None:
                yield name

    def look_at(self, text: str) -> None:
        """Get to know a text before anybody waits for it: the first time takes longest."""
        for name in self.guards:
            self.phrase_in(name, text)

    def phrase_in(self, name: str, text: str) -> str | None:
        """What a guard finds in a text (`Guard.phrase_in`); remembered, since ten thousand customers get the same."""
        known = self._looked_at.get((name, text))
        if known is None:
            if len(self._looked_at) > MOST_REMEMBERED:
                self._looked_at.clear()
            known = self._looked_at[name, text] = (self.guards[name].phrase_in(text),)
        return known[0]


def read_guards(source: Source, vocabulary: Vocabulary, problems: Problems) -> Guards:
    """The guards in `source`; problems are noted and the guard left out."""
    reader = Reader(source, vocabulary, {}, problems)
    data: object = source.data
    if not isinstance(data, dict):
        reader.error((), "guards are a mapping: `no-guarantees: {never: …, phrases: [...]}`")
        return Guards({})
    read = {name: reader.model(Guard, part, (name,)) for name, part in data.items()}
    sound = {name: guard for name, guard in read.items() if guard is not BAD}
    return Guards({name: guard for name, guard in sound.items() if _is_whole(reader, name, guard)})


def _is_whole(reader: Reader, name: str, guard: Guard) -> bool:
    """Whether a guard has something to look for, and every group that it names."""
    before = len(reader.problems.items)
    if not (guard.phrases or guard.together):
        reader.error((name,), "it refuses nothing; give it `phrases`, or `groups` and `together`", "shape")
    for number, names in enumerate(guard.together):
        for group in names:
            if group not in (guard.groups or {}):
                hint = did_you_mean(group, guard.groups or ())
                reader.error((name, "together", number), f'no group is called "{group}"{hint}', "shape")
    return len(reader.problems.items) == before


@cache
def _plain(text: str) -> str:
    """A text in one case and width of letters, without accents, with single blanks."""
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'"))
    return " ".join(unicodedata.normalize("NFC", _MARKS.sub("", folded)).split())


def _sentences(text: str) -> list[str]:
    """The sentences of a text, plain; each line is one, at least."""
    return [plain for each in SENTENCE.findall(unicodedata.normalize("NFKC", text)) if (plain := _plain(each))]


@cache
def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Finds any of these in a plain text, as whole words where words are written with blanks between them."""
    kinds: dict[tuple[bool, bool], list[str]] = {}  # by what may stand before and behind: each is read once, and slowly
    for phrase in sorted({_plain(each) for each in phrases}, key=lambda each: (-len(each), each)):
        kinds.setdefault((phrase.startswith("*"), phrase.endswith("*")), []).append(re.escape(phrase.strip("*")))
    return re.compile("|".join(_words(words, *ends) for ends, words in kinds.items()))


def _words(words: list[str], any_beginning: bool, any_ending: bool) -> str:
    before = rf"{_LETTER}*" if any_beginning else rf"(?<!{_LETTER})"
    after = rf"{_LETTER}*" if any_ending else rf"(?!{_LETTER})"
    return f"{before}(?:{'|'.join(words)}){after}"


__all__ = ["Guard", "Guards", "read_guards"]
