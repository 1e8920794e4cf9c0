"""Reading a customer's text: what the customer wants, and the signs in it.

Two voices speak. The first are the word lists (`rules/words/`), which can name what they heard. The second is
statistical (`rules/voice/`); it hears what no list foresaw, and cannot say why. A sign counts when either hears it.
Where they disagree about what the customer wants, nobody knows, and a person is asked.

A text in a language without lists says nothing about any fact; it is unknown, never harmless.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rules.personal_data import Span
from rules.text.first_voice import FirstVoice
from rules.text.language import language_of
from rules.text.opinion import Opinion
from rules.text.plain import LETTER, LONGEST_TEXT, is_traditional, shortened
from rules.text.subject import SUBJECT, is_complaint, subject_of
from rules.text.turns_of_speech import without_turns_of_speech
from rules.text.voice import Voice
from rules.text.word_lists import WordLists
from rules.vocabulary import UNKNOWN, Value

UNREADABLE = re.compile("[\ufffd\U0001f100-\U0001f1ff]")  # what is left of broken text, and letters drawn as signs
TOO_LITTLE = 14
"""Letters (a Chinese sign counts as four): of fewer only the lists say something; statistics have nothing to go by."""

__all__ = ["Reading", "WordLists", "read_text"]


@dataclass(frozen=True)
class Reading(Mapping[str, Value]):
    """Fact -> value, as read from one text, and where personal data stands in it.

    `because` names for each fact what spoke for it: an entry of a list with the words it was found by (the lists' own
    words, not the customer's), or the second voice and how sure it is.
    """

    facts: Mapping[str, Value]
    because: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    personal_data: tuple[Span, ...] = ()

    def __getitem__(self, name: str) -> Value:
        return self.facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.facts)

    def __len__(self) -> int:
        return len(self.facts)


def read_text(text: str, words: WordLists, before: str | None = None, voices: Sequence[Voice] = ()) -> Reading:
    """What the lists and the other voices make of a text: every fact that any list sets, and `locale`.

    Facts that nothing spoke for are false (yes_no), `other` (intent) or `calm` (anger) if the text was understood,
    else unknown, and so they are for what is longer than anybody reads. `before` is the locale that the conversation
    was in so far: it tells in which language a text is that is too short to tell.
    """
    plain = words.plain(text)
    texts = [FirstVoice(each, words) for each in dict.fromkeys((plain, *shortened(plain)))]
    spoken_before = next((each.language for each in words.languages if before in (each.locale, each.traditional)), None)
    language = language_of(plain, texts[0].covered, spoken_before)
    readable = language is not None or not (LETTER.search(plain) or UNREADABLE.search(plain))
    understood = bool(plain.strip()) and readable and len(text) <= LONGEST_TEXT
    # Of a short cry that has nothing of the language that the conversation was in, every list is asked.
    said = _said(texts, language if texts[0].covered.get(language or "", 0.0) else None)
    spoken_enough = texts[0].weight >= TOO_LITTLE
    others = {voice.name: voice.listen(text) for voice in voices} if language is not None and spoken_enough else {}
    said = without_turns_of_speech(said, others, text)
    denied = {each for heard in texts for speaking in words.languages for each in heard.denied(speaking)}
    facts: dict[str, Value] = {"locale": _locale(text, language, words, before)}
    because: dict[str, tuple[str, ...]] = {}
    for fact, order in words.values.items():
        heard = {name: each[fact] for name, each in others.items() if fact in each and each[fact].keys() <= set(order)}
        opinion = Opinion(
            fact,
            order,
            said.get(fact, {}),
            heard,
            fact in words.graded,
            frozenset(value for name, value in denied if name == fact),
        )
        facts[fact] = opinion.together() if understood else opinion.first or UNKNOWN
        if told := tuple(opinion.because()):
            because[fact] = told
    lists_say = {
        fact: value for fact, order in words.values.items() for value in reversed(order) if value in said.get(fact, ())
    }
    facts[SUBJECT] = UNKNOWN
    if is_complaint(facts):
        facts[SUBJECT], because[SUBJECT] = subject_of(
            lists_say, {name: each[SUBJECT] for name, each in others.items() if SUBJECT in each}
        )
    return Reading(facts, because)


def _said(texts: Sequence[FirstVoice], language: str | None) -> Mapping[str, Mapping[Value, Sequence[str]]]:
    """Fact -> value -> the entries of the lists that spoke for it."""
    found: defaultdict[str, defaultdict[Value, list[str]]] = defaultdict(lambda: defaultdict(list))
    for text in texts:
        for speaking in text.languages:
            for entry, shown in text.entries(speaking, language):
                for name, value in entry.sets.items():
                    found[name][value].append(f"{speaking.language}/{entry.id}: {shown}")
    return found


def _locale(text: str, language: str | None, words: WordLists, before: str | None) -> Value:
    spoken = next((each for each in words.languages if each.language == language), None)
    if spoken is None:
        return UNKNOWN
    if not spoken.traditional:
        return str(spoken.locale)
    traditional = is_traditional(text)
    if traditional is None:
        return before if before in (spoken.locale, spoken.traditional) else str(spoken.locale)
    return str(spoken.traditional if traditional else spoken.locale)
