"""Where each message of an exported chat begins: with a date, a time and a name.

| phone   | a message begins like this                                                        |
|---------|-----------------------------------------------------------------------------------|
| Android | `24/12/2025, 21:05 - Ana: Hello`, without a name where WhatsApp itself speaks     |
| iPhone  | `[24/12/2025, 21:05:33] Ana: Hello`                                               |

A line that only looks like it is part of the message above: somebody pasted it, or wrote down an appointment. So all
lines of a chat must be of one phone, and its times go forward (see `dates`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from flows.chats.content import plain_text

MORNING = ("am", "上午", "凌晨", "清晨", "早上", "半夜", "午夜", "午前", "오전", "ص", "صباحا")
EVENING = ("pm", "下午", "晚上", "中午", "傍晚", "午後", "오후", "م", "مساء")
NOON = "中午"  # from eleven o'clock until the afternoon begins

_MARKS = "\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
_MARK = re.compile(f"[{_MARKS}]")
_SKIP = f"[{_MARKS}]*"
_HALF = r"[AaPp]\.?\ ?[Mm]\.?|صباحًا|مساءً|" + "|".join((*MORNING[1:], *EVENING[1:]))
_HEAD = re.compile(
    rf"""(?P<open>\[)?
    (?P<date>[0-9]{{1,4}}(?:\ ?[./-]\ ?|年)[0-9]{{1,2}}(?:\ ?[./-]\ ?|月)[0-9]{{1,4}}日?)
    (?P<between>\.?[,،，]?\ (?:um|à|às|a\ las?|pukul|في|at)\ |\.?[,،，]?\ {{1,2}}|[,،，]|(?<=日))
    (?P<before>{_HALF})?\ ?
    (?P<hour>[0-9]{{1,2}})(?:[:.]|\ ?h\ ?)(?P<minute>[0-9]{{2}})(?:(?:[:.]|\ min\ )(?P<second>[0-9]{{2}})(?:\ s)?)?
    \ ?(?P<after>{_HALF})?(?:\ Uhr)?
    (?P<close>\]\ ?|\ [-–]\ |\ [-–]$)""",
    re.VERBOSE,
)
_LONGEST_HEAD = 60
_LONGEST_NAME = 80
_SPACES = re.compile("[\u00a0\u2007\u2009\u202f]")


@dataclass
class Head:
    """A line that begins a message: its date as written, its time, what stands behind it (`rest`, with marks), and the
    lines below that belong to it."""

    date: tuple[str, str, str]
    hour: int
    minute: int
    second: int
    half: str
    phone: str  # android or iphone
    separator: str
    rest: str
    line: str = field(repr=False)
    below: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """Whoever may have written it: the text up to each colon, the shortest first."""
        plain = plain_text(self.rest)
        ends = [found.start() for found in re.finditer(r":(?: |$)", plain[: _LONGEST_NAME + 2])]
        return [plain[:end] for end in ends if plain[:end].strip()]

    def said(self, name: str) -> list[str]:
        """The lines of the message, as raw as they are, when it was written by this person."""
        matched = re.match(_SKIP + _SKIP.join(map(re.escape, name)) + _SKIP + ": ?", self.rest)
        return [self.rest[matched.end() if matched else 0 :], *self.below]


def heads_in(text: str) -> list[Head]:
    """Every line that may begin a message, each with the lines below it. Of another phone than the first is none."""
    heads: list[Head] = []
    for line in text.split("\n"):
        head = head_of(line.rstrip("\r"))
        if head is not None and (not heads or _alike(heads[0], head)):
            heads.append(head)
        elif heads:
            heads[-1].below.append(line.rstrip("\r"))
    return heads


def joined(heads: Sequence[Head], kept: Sequence[bool]) -> Iterator[Head]:
    """The heads that are kept. A line that turned out to be none belongs to the message above it."""
    last: Head | None = None
    for head, keep in zip(heads, kept, strict=True):
        if keep or last is None:
            if last is not None:
                yield last
            last = head
        else:
            last.below += [head.line, *head.below]
    if last is not None:
        yield last


def head_of(line: str) -> Head | None:
    """The beginning of a message in this line, if there is one."""
    start, places = _plain(line[:_LONGEST_HEAD])
    found = _HEAD.match(start)
    if found is None or bool(found["open"]) != found["close"].startswith("]"):
        return None
    rest = line[places[found.end()] :] if found.end() < len(places) else line[_LONGEST_HEAD:]
    if found["open"] is None and re.match(r"[0-9]{1,2}[:.][0-9]{2}\b", plain_text(rest)):
        return None  # from ten to eleven: an appointment
    if int(found["hour"]) > 23 or max(int(found["minute"]), int(found["second"] or 0)) > 59:
        return None  # no clock shows that
    parts = re.split(r"\ ?[./年月-]\ ?", found["date"].rstrip("日"))
    half = (found["before"] or found["after"] or "").replace(".", "").replace(" ", "").lower()
    return Head(
        (parts[0], parts[1], parts[2]),
        int(found["hour"]),
        int(found["minute"]),
        int(found["second"] or 0),
        half.removesuffix("ً").replace("ًا", "ا"),
        "iphone" if found["open"] else "android",
        re.sub(r"[0-9 日]", "", found["date"])[0],
        rest,
        line,
    )


def _alike(first: Head, other: Head) -> bool:
    """Whether one phone wrote both: it writes every date in the same way."""
    year_first = len(first.date[0]) == 4
    return (first.phone, first.separator, year_first) == (other.phone, other.separator, len(other.date[0]) == 4)


def _plain(start: str) -> tuple[str, list[int]]:
    """The beginning of a line without marks, with plain spaces and digits; and where each character of it stood."""
    kept = [(place, each) for place, each in enumerate(start) if each.isascii() or not _MARK.match(each)]
    plain = "".join(
        str(unicodedata.digit(each)) if not each.isascii() and each.isdigit() else _SPACES.sub(" ", each)
        for _, each in kept
    )
    return plain, [place for place, _ in kept]
