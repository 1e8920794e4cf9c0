"""The plain form that texts and phrases are brought into before they are compared: what looks or sounds the same to a
reader is the same there."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from opencc import OpenCC

LONGEST_TEXT = 65_536
"""Characters that are read of a text; WhatsApp carries 4,096 in one. What comes after them is not looked at."""

LETTER = re.compile(r"[^\W\d_]")
WRITTEN_WITHOUT_SPACES = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

_SURROGATE = re.compile("[\ud800-\udfff]")  # half a sign: no text that came over the wire whole has one
_APOSTROPHE = re.compile("[\u2018\u2019\u00b4`\u02bc\u2032]")
_MARKS = re.compile("[\u0300-\u036f\u0640\u064b-\u065f\u0670]")
"""Accents of Latin letters, and the vowel signs and stretched lines of Arabic: many people leave them out."""
_UNSEEN = re.compile(
    "[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    "\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001"
    "\U000e0020-\U000e007f\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]"
)
"""Signs that nobody sees (Unicode's category Cf), how an emoji is drawn, and the colour of its skin."""
_SPACES = re.compile(r"[^\S\n]+")
_LENGTHENED = re.compile(r"([^\W\d_])\1{2,}")


def plain(text: str, longest: int | None = LONGEST_TEXT) -> str:
    """The plain form: compatibility and full-width forms, case, accents, apostrophes, invisible signs, spaces, and
    Chinese in simplified characters. Half a surrogate pair becomes a replacement sign; what goes beyond `longest`
    characters is left out."""
    folded = _SURROGATE.sub("\ufffd", text[:longest])
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", folded).casefold())
    if not folded.isascii():
        folded = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", folded)))
        folded = _UNSEEN.sub("", _APOSTROPHE.sub("'", folded))
        if WRITTEN_WITHOUT_SPACES.search(folded):
            folded = simplified(folded)
    else:
        folded = folded.replace("`", "'")
    return _SPACES.sub(" ", folded).strip()


def shortened(plain_text: str) -> tuple[str, ...]:
    """The ways to read a plain text in which letters are drawn out: `pleeease`, `fireeee`. None if there are none."""
    if not _LENGTHENED.search(plain_text):
        return ()
    return _LENGTHENED.sub(r"\1\1", plain_text), _LENGTHENED.sub(r"\1", plain_text)


def simplified(text: str) -> str:
    """Chinese text in simplified characters."""
    return str(_converter("t2s").convert(text))


def is_traditional(text: str) -> bool | None:
    """Whether a Chinese text is written in traditional characters; None if it has only such as both scripts share."""
    text = _SURROGATE.sub("", text[:LONGEST_TEXT])
    traditional = sum(one != other for one, other in zip(text, simplified(text), strict=False))
    simple = sum(one != other for one, other in zip(text, str(_converter("s2t").convert(text)), strict=False))
    return None if traditional == simple else traditional > simple


@cache
def _converter(how: str) -> OpenCC:
    return OpenCC(how)
