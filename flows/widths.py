"""How wide a text is, and where its lines may break: right for Chinese too, for a terminal and for a picture."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Control characters, direction marks and halves of characters: a terminal obeys the first, and prints none of the last.
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_NOT_FIRST = set("，。、！？：；）》」』】”’…％")
_NOT_LAST = set("（《「『【“‘")
_TOKENS = re.compile(r"\s+|\S")


def clean(text: str) -> str:
    """The text without anything that could move the cursor, change colours, turn lines round or break the output."""
    return _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\t", " "))


def cells(text: str) -> int:
    """How many columns the text takes: two for a Chinese character, none for a combining one."""
    return sum(_cells_of(character) for character in text)


def _cells_of(character: str) -> int:
    if character < "\u0300":
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def fill(text: str, columns: int) -> str:
    """The text with spaces after it up to so many columns; cut with `…` if it is longer."""
    if cells(text) > columns:
        text = cut(text, columns)
    return text + " " * (columns - cells(text))


def cut(text: str, columns: int) -> str:
    """The text in so many columns at the most, with `…` where something is missing."""
    plain = " ".join(clean(text).split())
    if cells(plain) <= columns:
        return plain
    kept, used = "", 0
    for character in plain:
        used += _cells_of(character)
        if used > columns - 1:
            break
        kept += character
    return kept.rstrip() + "…"


def wrap(text: str, columns: int) -> Iterator[str]:
    """The lines of a text, none wider than `columns`. Chinese may break between any two characters, but no line
    begins with a closing mark or ends with an opening one; a word breaks only when it is too long for a line."""
    for paragraph in clean(text).split("\n"):
        line, used = "", 0
        for word in _pieces(paragraph):
            if line and not word.isspace() and used + cells(word) > columns:
                yield line.rstrip()
                line, used = "", 0
            if not line and word.isspace():
                continue
            while cells(word) > columns:
                head = _head(word, columns)
                yield head
                word = word[len(head) :]
            line, used = line + word, used + cells(word)
        yield line.rstrip()


def _pieces(paragraph: str) -> Iterator[str]:
    """Pieces between which a line may end: spaces, single wide characters with their marks, runs of anything else."""
    piece = ""
    for token in _TOKENS.findall(paragraph):
        glued = piece and not piece.isspace() and (token in _NOT_FIRST or piece[-1] in _NOT_LAST)
        plain = piece and not _is_alone(piece[-1]) and not _is_alone(token[0])
        if piece and not glued and not plain:
            yield piece
            piece = ""
        piece += token
    if piece:
        yield piece


def _is_alone(character: str) -> bool:
    return character.isspace() or _cells_of(character) == 2


def _head(word: str, columns: int) -> str:
    used = 0
    for position, character in enumerate(word):
        used += _cells_of(character)
        if used > columns:
            return word[: max(position, 1)]
    return word
