"""A text in the form that shapes are looked for in, which knows where in the original each of its characters stands."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, repeat

LONGEST_TEXT = 65_536
"""Characters that are looked at; WhatsApp carries 4,096 in one text. In what lies beyond nothing is found, and `mask`
cuts it off, so that nothing unread is shown."""

_TATWEEL = "\u0640"  # stretches an Arabic word, and is no letter
_DROPPED = ("Mn", "Me", "Cf")  # accents, vowel signs, the frames of keycaps; zero-width characters, marks of direction


@lru_cache(maxsize=20_000)
def _form(character: str) -> str:
    """What one character becomes; empty when it is not to be seen."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(map(_simple, folded))


def _simple(character: str) -> str:
    category = unicodedata.category(character)
    if category in _DROPPED or character == _TATWEEL:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Zs" or character == "\t":
        return " "
    if category == "Pd" or character == "\u2212":
        return "-"
    return character


def plain_form(text: str) -> str:
    """The form of a text without the way back: for words that are looked for in a `Plain`."""
    return "".join(map(_form, text))


class Plain(str):
    """Compatibility forms, case, accents, digits of every script, dashes and blanks are made one; what cannot be seen
    is left out. It is the text itself: indexes and lengths are those of the plain form, and `place` leads back."""

    _original: str
    _origins: Sequence[int]  # for each character here, the index of the one that it was made from

    @classmethod
    def of(cls, text: str) -> Plain:
        """The plain form of any string, also of one with lone surrogates."""
        forms = [_form(character) for character in text]
        plain = cls("".join(forms))
        plain._original = text
        if len(plain) == len(forms) and all(map(len, forms)):
            plain._origins = range(len(forms))
        else:
            plain._origins = list(chain.from_iterable(repeat(at, len(form)) for at, form in enumerate(forms)))
        return plain

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where in the original a part of the plain form, which is not empty, begins and ends."""
        first, after = self._origins[start], self._origins[end - 1] + 1
        while after < len(self._original) and unicodedata.category(self._original[after]) == "Mn":
            after += 1  # the accent belongs to its letter
        return first, after

    def is_capital(self, at: int) -> bool:
        """Whether the character here was written as a capital."""
        return self._original[self._origins[at]].isupper()
