"""Which language a text is written in: by the words that only we know are usual in shops, and by a library that knows
how two dozen languages are spelt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from lingua import Language as Spelling
from lingua import LanguageDetector, LanguageDetectorBuilder

from rules.text.finder import Hit
from rules.text.plain import LETTER, WRITTEN_WITHOUT_SPACES
from rules.text.word_lists import Language

UNDERSTOOD = 0.3
"""The share of a text's letters that a language's lists must know for the text to count as read: its letters (Chinese),
or its common words and hits (English), which cover a third to all of an English message. A borrowed word or two in a
message of another language stay below it."""
HARDLY = 0.15  # the least that must be covered, however it is spelt
BORROWED = "en"
"""People all over the world mix English words into their language."""
CLEAR = 0.15  # by so much more than any other language, and nobody else is asked
PLAINLY = 0.7  # whose words cover so much is not taken for a foreign one
FOREIGN = 0.5  # so sure must the spelling be that a text is in a language without lists
TOO_SHORT = 12  # letters: below it the spelling of a text says little
WEIGHT_WITHOUT_SPACES = 4  # a Chinese character says about as much as four Latin letters

_SPELLING: Mapping[str, Spelling] = {
    "en": Spelling.ENGLISH,
    "es": Spelling.SPANISH,
    "pt": Spelling.PORTUGUESE,
    "ar": Spelling.ARABIC,
    "id": Spelling.INDONESIAN,
    "de": Spelling.GERMAN,
    "fr": Spelling.FRENCH,
    "zh": Spelling.CHINESE,
}
_NEIGHBOURS = (
    Spelling.CATALAN,
    Spelling.DUTCH,
    Spelling.ITALIAN,
    Spelling.PERSIAN,
    Spelling.POLISH,
    Spelling.ROMANIAN,
    Spelling.RUSSIAN,
    Spelling.SWAHILI,
    Spelling.TAGALOG,
    Spelling.TURKISH,
    Spelling.URDU,
    Spelling.VIETNAMESE,
)
"""Languages that are written with the same letters as one of ours, and that our customers write."""


def weights_of(plain: str) -> Mapping[int, int]:
    """The positions of the letters of a plain text, and how much each of them says."""
    return {
        match.start(): WEIGHT_WITHOUT_SPACES if WRITTEN_WITHOUT_SPACES.match(match[0]) else 1
        for match in LETTER.finditer(plain)
    }


def own_letters(
    plain: str, weights: Mapping[int, int], language: Language, common: Sequence[Hit], hits: Sequence[Hit]
) -> set[int]:
    """The positions of the letters that this language's own letters, common words and hits account for.

    Hits alone prove nothing: `hospital` is a word of many languages.
    """
    if language.foreign and re.search(f"[{language.foreign}]", plain):
        return set()
    own = {match.start() for match in re.finditer(f"[{language.letters}]", plain)} if language.letters else set()
    if not own and not common:
        return set()
    for hit in (*common, *hits):
        own.update(range(hit.start, hit.end))
    return own & weights.keys()


def share_of(own: Iterable[int], weights: Mapping[int, int]) -> float:
    """Which share of a text, 0 to 1, these of its letters make up."""
    return sum(weights[position] for position in own) / (sum(weights.values()) or 1)


def language_of(plain: str, covered: Mapping[str, float], before: str | None = None) -> str | None:
    """The language of a plain text, given which share of it each language covers; None if it is none of ours, or too
    short to tell. `before` is the language that the conversation was in so far, which decides where the text cannot."""
    letters = len(LETTER.findall(plain))
    best = max(covered, key=lambda name: covered[name], default="")
    top = covered.get(best, 0.0)
    close = [name for name, share in covered.items() if share >= max(UNDERSTOOD, top - CLEAR)]
    if letters < TOO_SHORT:
        written_otherwise = WRITTEN_WITHOUT_SPACES.search(plain) is not None and before not in close
        if before in covered and not written_otherwise:
            return before if letters else None
        alike = [name for name in close if covered[name] == top]
        if len(alike) > 1:  # `hi` and `no` are words of many languages
            spelt = {} if BORROWED in alike else _spelling(plain, covered)
            return BORROWED if BORROWED in alike else max(alike, key=lambda name: spelt.get(name, 0.0))
        return best if close else None
    if top >= PLAINLY and len(close) == 1:
        return best
    spelt = _spelling(plain, covered)
    foreign = max((share for name, share in spelt.items() if name not in covered), default=0.0)
    if (
        top < PLAINLY
        and foreign >= FOREIGN
        and foreign > 2 * max((spelt.get(name, 0.0) for name in close), default=0.0)
    ):
        return None
    if close:
        return max(close, key=lambda name: covered[name] + spelt.get(name, 0.0))
    likely = max(covered, key=lambda name: spelt.get(name, 0.0), default="")
    return likely if spelt.get(likely, 0.0) >= FOREIGN and covered[likely] >= HARDLY else None


def _spelling(plain: str, languages: Iterable[str]) -> Mapping[str, float]:
    """How likely the text is in each language, by its spelling: ours by their short names, others by a longer one."""
    names = {_SPELLING[name]: name for name in languages if name in _SPELLING}
    found = _detector().compute_language_confidence_values(plain)
    return {names.get(each.language, each.language.name): each.value for each in found}


@cache
def _detector() -> LanguageDetector:
    # Low accuracy is less of it for texts of a few letters only, and needs a tenth of the memory and of the time.
    chosen = LanguageDetectorBuilder.from_languages(*_SPELLING.values(), *_NEIGHBOURS)
    return chosen.with_low_accuracy_mode().build()
