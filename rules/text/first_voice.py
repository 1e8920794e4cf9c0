"""The first voice: what the word lists say of a text, and by which of their words."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from math import inf

from rules.text.finder import Hit
from rules.text.language import BORROWED, UNDERSTOOD, own_letters, share_of, weights_of
from rules.text.word_lists import LONGEST_PHRASE, Language, Part, Use, WordList, WordLists
from rules.vocabulary import Value

SENTENCE_END = re.compile(r"[.!?。;؟\n]+")
CLAUSE_END = re.compile(r"[.!?。;؟\n,、،:()]")
QUOTE = re.compile(r"\"[^\"\n]{1,400}\"|[“„«][^”“»\n]{1,400}[”“»]|「[^」\n]{1,400}」|『[^』\n]{1,400}』")
QUOTED_LINE = re.compile(r"^>.*$", re.MULTILINE)  # as mail programs quote what is answered
QUOTE_REACH = 12  # characters between "you said" and the quotation mark
SHORTEST_CLAUSE = 8  # letters: less may be a name
OF_ITS_OWN = 0.5
"""The share of a text that a language must cover to be heard beside the main one."""


class FirstVoice:
    """A plain text with everything that was found in it."""

    def __init__(self, plain: str, words: WordLists) -> None:
        self.plain = plain
        self.hits = words.finder.find(plain)
        self.sentences = [match.end() for match in SENTENCE_END.finditer(plain)]
        said = sorted(word for language in words.languages for word in self.of(language, "others say"))
        self.quotes = [match.span() for match in QUOTE.finditer(plain) if _is_introduced(match.start(), said)]
        self.quoted_lines = [match.span() for match in QUOTED_LINE.finditer(plain)]
        self.languages = words.languages
        self._weights = weights_of(plain)
        self._left: dict[str, list[tuple[int, int]]] = {}
        self._silenced_lists: dict[str, Mapping[str, AbstractSet[int]]] = {}
        self._own = {
            str(each.language): own_letters(plain, self._weights, each, self.of(each, "common"), self._all_of(each))
            for each in words.languages
        }
        self.covered = {name: share_of(own, self._weights) for name, own in self._own.items()}
        self.taken_back_by = [self._negations(each) for each in words.languages]

    @property
    def weight(self) -> int:
        """How much there is to go by: a letter each, and four for a Chinese sign."""
        return sum(self._weights.values())

    def of(self, language: Language, part: Part, name: str = "") -> Sequence[Hit]:
        return self.hits.get(Use(str(language.language), part, name), ())

    def _all_of(self, language: Language) -> list[Hit]:
        parts = ("list", "group", "negation")
        uses = [use for use in self.hits if use.language == language.language and use.part in parts]
        return [hit for use in uses for hit in self.hits[use]]

    def speaks(self, language: Language, main: str | None) -> bool:
        """Whether the lists of a language are heard all over this text: those of its main language, of the language
        that everybody borrows from, of those that nobody can mistake by their letters, of those that cover enough of
        it; and all of them where nobody knows the language. The others are heard only where the main one is left."""
        known = str(language.language)
        share = self.covered[known]
        by_letters = bool(language.letters) and share > 0
        return main in (known, None) or known == BORROWED or by_letters or share >= OF_ITS_OWN

    def left(self, main: str | None) -> list[tuple[int, int]]:
        """The clauses in which the main language is left for another one: its words and letters are hardly there."""
        if main is None:
            return []
        if main not in self._left:
            self._left[main] = self._find_left(main)
        return self._left[main]

    def _find_left(self, main: str) -> list[tuple[int, int]]:
        own, found, start = self._own[main], [], 0
        for end in [*(match.start() for match in CLAUSE_END.finditer(self.plain)), len(self.plain)]:
            here = {at: self._weights[at] for at in range(start, end) if at in self._weights}
            if len(here) >= SHORTEST_CLAUSE and share_of(own & here.keys(), here) < UNDERSTOOD:
                found.append((start, end))
            start = end + 1
        return found

    def entries(self, language: Language, main: str | None) -> Iterator[tuple[WordList, str]]:
        """Every list that speaks, with the words it spoke by."""
        own = [hit for each in self.languages if each.language == main for hit in self.of(each, "common")]
        foreign = language.language != main and not language.letters
        where = None if self.speaks(language, main) else self.left(main)
        if where == []:
            return

        def heard(hit: Hit) -> bool:
            return not (foreign and _inside(hit, own)) and (where is None or _within(where, hit.start))

        silenced = self._silenced(language)
        for entry in language.lists:
            spoken = self._spoken(language, entry, heard, silenced.get(str(entry.id), frozenset()))
            yield from ((entry, shown) for shown in dict.fromkeys(shown for _, shown in spoken))

    def _spoken(
        self, language: Language, entry: WordList, heard: Callable[[Hit], bool], silenced: Collection[int] = ()
    ) -> Iterator[tuple[int, str]]:
        """The sentences, by number, in which a list speaks, and the words it speaks by. Hits that are not `heard`, and
        those in `silenced` sentences, say nothing."""
        hits = self.of(language, "list", str(entry.id))
        if not hits and not any(
            all(self.of(language, "group", str(each)) for each in names) for names in entry.together
        ):
            return  # as of most lists
        exceptions = self.of(language, "list except", str(entry.id))
        against = (hit for name in entry.without for hit in self.of(language, "group", str(name)))
        avoided = {*silenced, *(self._sentence(hit) for hit in against if not self._is_taken_back(hit))}

        def counts(hit: Hit) -> bool:
            if self._sentence(hit) in avoided or _inside(hit, exceptions) or not heard(hit):
                return False
            return not (entry.negatable and (self._is_taken_back(hit) or self._is_quoted(hit)))

        shown: set[str] = set()
        end = -1
        # In order of their beginnings, the longer ones first: what lies in the one before tells nothing new.
        for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
            if hit.end > end and hit.phrase not in shown and counts(hit):
                shown.add(hit.phrase)
                end = hit.end
                yield self._sentence(hit), hit.phrase
        for names in entry.together:
            groups = [[hit for hit in self.of(language, "group", str(name)) if counts(hit)] for name in names]
            for number, together in self._in_one_sentence(groups):
                yield number, " + ".join(hit.phrase for hit in together)

    def _silenced(self, language: Language) -> Mapping[str, AbstractSet[int]]:
        """List -> the sentences in which another one speaks `instead_of` it."""
        if (kept := self._silenced_lists.get(str(language.language))) is not None:
            return kept
        found: defaultdict[str, set[int]] = defaultdict(set)
        for entry in language.lists:
            if entry.instead_of:
                sentences = {number for number, _ in self._spoken(language, entry, lambda _: True)}
                for name in entry.instead_of if sentences else ():
                    found[str(name)] |= sentences
        self._silenced_lists[str(language.language)] = found
        return found

    def denied(self, language: Language) -> Iterator[tuple[str, Value]]:
        """The facts and values of lists that were taken back, only quoted (`don't delete my data`), or in whose place
        another list speaks."""
        silenced = self._silenced(language)
        for entry in language.lists if silenced or self.taken_back_anywhere else ():
            hits = [hit for name in entry.together for part in name for hit in self.of(language, "group", str(part))]
            hits += self.of(language, "list", str(entry.id))
            elsewhere = silenced.get(str(entry.id), frozenset())
            if any(self._sentence(hit) in elsewhere for hit in hits) or (
                entry.negatable and any(self._is_taken_back(hit) or self._is_quoted(hit) for hit in hits)
            ):
                yield from ((str(fact), value) for fact, value in entry.sets.items())

    @property
    def taken_back_anywhere(self) -> bool:
        """Whether anything could be taken back at all."""
        return bool(self.quotes or self.quoted_lines or any(self.taken_back_by))

    def _sentence(self, hit: Hit) -> int:
        """The number of the sentence in which a hit begins."""
        return bisect_right(self.sentences, hit.start)

    def _in_one_sentence(self, groups: Sequence[Sequence[Hit]]) -> Iterator[tuple[int, list[Hit]]]:
        """Of each sentence that has a hit of every group its number and the first hits; the first such sentences of
        the text first."""
        by_sentence = [{self._sentence(hit): hit for hit in reversed(hits)} for hits in groups]
        shared = set(by_sentence[0]).intersection(*by_sentence[1:])
        return ((number, [hits[number] for hits in by_sentence]) for number in sorted(shared))

    def _negations(self, language: Language) -> list[Hit]:
        """The words that take something back, if the language is there at all: the English `no` of `no copy` is
        not the Spanish one in `no borren`."""
        if not self._is_there(language):
            return []
        exceptions = self.of(language, "negation except")
        return [hit for hit in self.of(language, "negation") if not _inside(hit, exceptions)]

    def _is_there(self, language: Language) -> bool:
        share = self.covered[str(language.language)]
        by_letters = bool(language.letters) and share > 0
        return language.language == BORROWED or by_letters or share >= OF_ITS_OWN * max(self.covered.values())

    def _is_taken_back(self, hit: Hit) -> bool:
        for language, words in zip(self.languages, self.taken_back_by, strict=True):
            reach = language.negation.reach
            for word in _before(words, hit.start, reach + LONGEST_PHRASE):
                reached = word.end <= hit.start <= word.end + reach
                if (
                    reached
                    and not CLAUSE_END.search(self.plain, word.end, hit.start)
                    and not self._stopped(language, word.end, hit.start)
                ):
                    return True
        return False

    def _stopped(self, language: Language, start: int, end: int) -> bool:
        stops = self.of(language, "negation stop")
        return any(stop.start >= start and stop.end <= end for stop in _before(stops, end, end - start))

    def _is_quoted(self, hit: Hit) -> bool:
        """Whether these are somebody else's words: a line that quotes, or what stands in quotation marks after words
        such as `you said`."""
        return _within(self.quoted_lines, hit.start) or _within(self.quotes, hit.start)


def _is_introduced(start: int, said: Sequence[Hit]) -> bool:
    """Whether a quotation that begins here follows on words such as `you said`."""
    return any(word.end <= start + 1 and start - QUOTE_REACH <= word.end for word in _before(said, start, 100))


def _within(spans: Sequence[tuple[int, int]], position: int) -> bool:
    """Whether a position lies in one of these spans, which are in order and disjoint."""
    number = bisect_right(spans, (position, inf)) - 1
    return number >= 0 and position < spans[number][1]


def _before(hits: Sequence[Hit], position: int, reach: int) -> Iterator[Hit]:
    """Of hits in ascending order, those that start at most `reach` before `position`, or at it; the nearest first."""
    for index in range(bisect_right(hits, (position, inf)) - 1, -1, -1):
        if hits[index].start < position - reach:
            return
        yield hits[index]


def _inside(hit: Hit, exceptions: Sequence[Hit]) -> bool:
    return any(hit.end <= spot.end for spot in _before(exceptions, hit.start, LONGEST_PHRASE))
