"""What stands in an exported chat in place of a picture or any other file: its name, or that it was left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from flows.chats.words import WORDS, Words

FILES = ("image", "video", "audio", "document", "sticker", "contact", "media")
"""The kinds of messages that come with a file. Of `media` the export does not say what it was."""


@dataclass(frozen=True)
class File:
    """A file that was sent. `name` is empty if it was left out; `locales` are the languages that the placeholder may be
    in: some words are the same in several."""

    kind: str
    name: str = ""
    locales: tuple[str, ...] = ()


_NAME = r"(?P<file>[^\n<>]{0,200}?[^\n<>/\s]\.[A-Za-z0-9]{2,5})"
_ATTACHED = re.compile(rf"<[^<>:：\n]{{2,24}}?\s?[:：]\s?{_NAME}>")  # iPhones, in every language: <attached: name.jpg>
TITLE = re.compile(rf"{_NAME}\s?•[^\n•]{{0,40}}")  # a document has its title before it: Invoice.pdf • 3 pages

_BY_ENDING: Mapping[str, str] = {
    **dict.fromkeys(("jpg", "jpeg", "png", "gif", "heic", "bmp", "tif", "tiff"), "image"),
    **dict.fromkeys(("mp4", "3gp", "mov", "mkv", "avi", "webm"), "video"),
    **dict.fromkeys(("opus", "ogg", "oga", "m4a", "mp3", "aac", "amr", "wav"), "audio"),
    "webp": "sticker",
    "vcf": "contact",
}
_BY_NAME = tuple(
    (kind, re.compile(rf"(?:[0-9]{{6,}}-)?(?:{like})"))
    for kind, like in (
        ("document", "DOC-"),  # a picture or a film that was sent as a document is one
        ("sticker", "STICKER-|STK-"),
        ("audio", "AUDIO-|PTT-|AUD-"),
        ("image", "PHOTO-|IMG-|GIF-.*[.]jpe?g"),
        ("video", "VIDEO-|VID-|GIF-"),
    )
)


def kind_of_file(name: str) -> str:
    """What a file is, by its name: phones name what they take and record in a way of their own."""
    by_name = next((kind for kind, like in _BY_NAME if like.match(name)), None)
    return by_name or _BY_ENDING.get(PurePosixPath(name).suffix.lower().lstrip("."), "document")


def placeholder(line: str) -> File | None:
    """The file that a line stands for, in any language; None if it is something else."""
    if found := _ATTACHED.fullmatch(line):
        return File(kind_of_file(found["file"]), found["file"].strip())
    told = [file for locale, patterns in _PATTERNS.items() if (file := patterns.read(line, locale)) is not None]
    return replace(told[0], locales=tuple(locale for file in told for locale in file.locales)) if told else None


def at_the_end(text: str) -> tuple[str, File] | None:
    """What is written before the name of a file that ends a text, and that file: how iPhones put a caption."""
    found = re.search(rf"{_ATTACHED.pattern}\s*\Z", text)
    if found is None:
        return None
    before = text[: found.start()].strip()
    return ("" if TITLE.fullmatch(before) else before), File(kind_of_file(found["file"]), found["file"].strip())


@dataclass(frozen=True)
class _Patterns:
    left_out: tuple[re.Pattern[str], ...]
    attached: re.Pattern[str]
    kinds: tuple[tuple[str, re.Pattern[str]], ...]
    view_once: re.Pattern[str]

    @classmethod
    def of(cls, words: Words) -> _Patterns:
        kinds = "|".join(words.kinds.values())
        # Some languages say first what it was, some first that it is not there.
        missing = rf"(?:(?P<one>{kinds})\s?(?:{words.left_out})|(?:{words.left_out})\s?的?(?P<other>{kinds}))[.。]?"
        shapes = (missing, rf"<[^<>\n]{{0,40}}?{missing}[^<>\n]{{0,24}}>", rf"{TITLE.pattern}\s{missing}")
        return cls(
            tuple(re.compile(shape, re.IGNORECASE) for shape in shapes),
            re.compile(rf"{_NAME}\s?[(（]\s?(?:{words.attached})\s?[)）]", re.IGNORECASE),
            tuple((kind, re.compile(like, re.IGNORECASE)) for kind, like in words.kinds.items()),
            re.compile(words.view_once, re.IGNORECASE),
        )

    def read(self, line: str, locale: str) -> File | None:
        if found := self.attached.fullmatch(line):
            return File(kind_of_file(found["file"]), found["file"].strip(), (locale,))
        found = next((found for shape in self.left_out if (found := shape.fullmatch(line))), None)
        if found is not None:
            called = found["one"] or found["other"]
            kind = next(kind for kind, like in self.kinds if like.fullmatch(called))
            title = found.groupdict().get("file") or ""
            return File(kind, title.strip(), (locale,))
        # In brackets, or it would be somebody who writes about such a picture.
        if line.startswith("<") and line.endswith(">") and self.view_once.fullmatch(line[1:-1]):
            return File(self.kind_in(line), "", (locale,))
        return None

    def kind_in(self, line: str) -> str:
        """The kind of file that a sentence speaks of."""
        return next((kind for kind, like in self.kinds if kind != "document" and like.search(line)), "media")


def viewed_once(line: str) -> File | None:
    """The file that one of WhatsApp's own sentences says can be looked at only once, and only on the phone."""
    for locale, patterns in _PATTERNS.items():
        if patterns.view_once.fullmatch(line):
            return File(patterns.kind_in(line), "", (locale,))
    return None


_PATTERNS: Mapping[str, _Patterns] = {locale: _Patterns.of(words) for locale, words in WORDS.items()}
