"""What one message of an exported chat is: words, a file, a deleted message, or WhatsApp speaking itself.

iPhones set a mark (U+200E) that nobody types before what WhatsApp wrote. Android phones put some of it in angle
brackets, and some stands there as if somebody had written it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.chats.placeholders import FILES, TITLE, File, at_the_end, placeholder, viewed_once
from flows.chats.words import WORDS

KINDS = ("text", *FILES, "location", "poll", "call", "deleted", "system")
"""What a message can be; `system` is WhatsApp speaking."""

_MARK = "\u200e"
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True)
class Content:
    """What a message is. `text` holds what was written, or stands below a file; `file` its name, if it is told.
    `locales` are the languages that WhatsApp's own words in it may be in, `by_us` whether they are only written of the
    owner of the phone."""

    kind: str
    text: str = ""
    file: str = ""
    locales: tuple[str, ...] = ()
    by_us: bool = False


def content_of(lines: Sequence[str]) -> Content:
    """What stands in the lines of one message, from behind the sender's name to the next message."""
    raw = "\n".join(lines).strip()
    written, edited_in = _without_edit(raw)
    plain = plain_text(written)
    first, _, below = plain.partition("\n")
    marked = raw.startswith(_MARK)
    return (
        _file(first.strip(), below.strip(), written)
        or _in_place_of_words(first.strip(), plain, marked)
        or Content("system" if marked else "text", plain, locales=edited_in)
    )


def plain_text(text: str) -> str:
    """The text without the invisible marks of direction that phones add on their own."""
    return _MARKS.sub("", text).strip()


def is_beginning(text: str) -> bool:
    """Whether this is how WhatsApp begins a chat, in any language: that it is encrypted from end to end."""
    return bool(begun_in(text))


def begun_in(text: str) -> tuple[str, ...]:
    """The languages in which this is how WhatsApp begins a chat."""
    plain = plain_text(text)
    return tuple(locale for locale, like in _ENCRYPTED.items() if like.match(plain))


def _without_edit(raw: str) -> tuple[str, tuple[str, ...]]:
    """The text as it was edited last, and the languages in which it may be said that it was."""
    found = _IN_BRACKETS.search(raw)
    said = plain_text(found[1]).casefold() if found else ""
    locales = tuple(locale for locale, like in _EDITED.items() if said and like.search(said))
    return (raw, ()) if found is None or not locales else (raw[: found.start()].rstrip(), locales)


def _file(first: str, below: str, written: str) -> Content | None:
    if (file := placeholder(first)) is not None:
        return _with(file, below)
    # An iPhone puts what was written with a file before it, and its mark between the two.
    before, mark, last = written.rpartition(_MARK)
    file = placeholder(plain_text(last)) if mark else None
    if file is not None:
        caption = plain_text(before)
        title = TITLE.fullmatch(caption)
        return _with(
            File(file.kind, file.name or (title["file"] if title else ""), file.locales), "" if title else caption
        )
    ends = at_the_end(plain_text(written))
    return _with(ends[1], ends[0]) if ends is not None else None


def _with(file: File, caption: str) -> Content:
    return Content(file.kind, caption, file.name, file.locales)


def _in_place_of_words(first: str, plain: str, marked: bool) -> Content | None:
    said = first.casefold().rstrip(".。! ").removeprefix("🚫").strip()
    if plain == first:
        for locale, like in _DELETED_BY_US.items():
            if like.fullmatch(said):
                return Content("deleted", locales=(locale,), by_us=True)
        for locale, like in _DELETED.items():
            if like.fullmatch(said):
                return Content("deleted", locales=(locale,))
        if (call := _call(said, plain, marked)) is not None:
            return call
        # Android phones write this of a call, as nobody who answers in words does.
        if first == "null":
            return Content("call")
    if _LOCATION.fullmatch(first) or any(like.fullmatch(said) for like in _LIVE.values()):
        return Content("location", plain)
    if "\n" in plain and any(like.fullmatch(said) for like in _POLL.values()):
        return Content("poll", plain.partition("\n")[2].strip())
    if marked and (file := viewed_once(first)) is not None:
        return _with(file, "")
    return None


def _call(said: str, plain: str, marked: bool) -> Content | None:
    """A call; behind the mark an iPhone adds how long it took, or what to tap on."""
    what = re.split(r"[,.，。،•]", said)[0].strip() if marked else said
    for patterns in (_MISSED, _CALL) if marked else (_MISSED,):
        for locale, like in patterns.items():
            if like.fullmatch(what):
                return Content("call", plain, locales=(locale,))
    return None


def _each(field: str, shape: str = "{}") -> dict[str, re.Pattern[str]]:
    """The pattern of each language for one of its words."""
    return {locale: re.compile(shape.format(getattr(words, field)), re.IGNORECASE) for locale, words in WORDS.items()}


_DELETED_BY_US = _each("deleted_by_us")
_DELETED = _each("deleted")
_MISSED = _each("missed")
_CALL = _each("call")
_LIVE = _each("live_location")
_POLL = _each("poll", r"(?:{})\s?[:：]")
_EDITED = _each("end_of_edit", r"(?:{})")
_IN_BRACKETS = re.compile("[ \u200e\u200f]*<([^<>\n]{4,50})>[\u200e\u200f]*\\Z")
_LOCATION = re.compile(r"[^\n:：]{2,30}\s?[:：]\s?https?://maps\.google\.com/\S+", re.IGNORECASE)
_ENCRYPTED: Mapping[str, re.Pattern[str]] = {
    locale: re.compile(like, re.IGNORECASE)
    for locale, like in {
        "en": r"(?:messages and calls|messages you send to this (?:chat|group)) .*end-to-end",
        "zh-CN": r"(?:所有)?(?:消息|信息)(?:和|与)?(?:通话|对话)?.*(?:端到端|端对端)",
        "zh-TW": r"(?:所有)?(?:訊息|信息)(?:和|與|及)?(?:通話|對話)?.*(?:端到端|端對端)",
        "es": r"los mensajes y las llamadas .*extremo a extremo",
        "pt": r"as mensagens e (?:as )?(?:ligações|chamadas) .*ponta a ponta",
        "ar": r"الرسائل والمكالمات .*(?:بين الطرفين|من طرف إلى طرف)",
        "id": r"pesan dan panggilan .*(?:end-to-end|ujung ke ujung)",
        "de": r"nachrichten und anrufe .*ende-zu-ende",
        "fr": r"les messages et (?:les )?appels .*bout en bout",
    }.items()
}
