"""Reading a chat that was exported from WhatsApp ("Export chat"): the .txt of an Android phone or an iPhone, or the
.zip around it.

Each message begins with a date, a time and a name; the lines below it without these belong to it. Phones write dates as
their country does, so whether 03/04 is in March or in April is told by the whole chat, or has to be asked.
"""

from __future__ import annotations

import lzma
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from flows.errors import FirebreakError
from flows.rehearsal.events import MessageKind

LARGEST = 50_000_000  # bytes; a chat of ten years has about five million
ORDERS = {"dmy": "day first, as in 24/12/2025", "mdy": "month first, as in 12/24/2025", "ymd": "year first"}


class NotAChat(FirebreakError):
    """The file cannot be read as an exported chat, or a question about it is open."""


@dataclass(frozen=True)
class Written:
    """One message of a chat. `kind` is what it was; what a file said or showed is not in an export."""

    at: datetime
    sender: str
    text: str
    kind: MessageKind


def read_chat(path: Path, zone: ZoneInfo, dates: str | None = None) -> list[Written]:
    """The messages in a file, in its order; times are those of `zone`. `dates` is one of `ORDERS`.

    Raises `NotAChat` when it is none, and when the order of day and month cannot be told.
    """
    heads = list(_heads(_text(path).splitlines()))
    if not heads:
        raise NotAChat(f"{path} is not a chat exported from WhatsApp: no line begins with a date, a time and a name.")
    order = dates or _order(path, [head.date for head in heads])
    return [
        Written(_moment(path, head, order, zone), head.sender, head.words(), head.kind())
        for head in heads
        if head.sender
    ]


# -- the file ----------------------------------------------------------------------------------------------------------


def _text(path: Path) -> str:
    try:
        data = _unpacked(path) if zipfile.is_zipfile(path) else _bounded(path)
        return data.decode("utf-8-sig")
    except RuntimeError:
        raise NotAChat(f"{path} is locked with a password; unpack it first.") from None
    except (OSError, zipfile.BadZipFile, NotImplementedError, zlib.error, lzma.LZMAError) as error:
        raise NotAChat(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    except UnicodeDecodeError:
        raise NotAChat(f"{path} is not UTF-8 text, as exported chats are.") from None


def _bounded(path: Path) -> bytes:
    if path.stat().st_size > LARGEST:
        raise NotAChat(f"{path} is larger than {LARGEST // 1_000_000} MB.")
    return path.read_bytes()


def _unpacked(path: Path) -> bytes:
    with zipfile.ZipFile(path) as packed:
        texts = [
            each
            for each in packed.infolist()
            if each.filename.endswith(".txt") and not each.filename.startswith("__MACOSX/")
        ]
        if len(texts) != 1:
            raise NotAChat(f"{path} holds {len(texts) or 'no'} .txt files; an exported chat has one.")
        if texts[0].file_size > LARGEST:
            raise NotAChat(f"The chat in {path} is larger than {LARGEST // 1_000_000} MB.")
        with packed.open(texts[0]) as file:
            return file.read(LARGEST)


# -- lines -------------------------------------------------------------------------------------------------------------

_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SPACES = re.compile("[\u00a0\u202f]")
_MORNING = ("am", "上午", "凌晨", "早上", "午前", "오전", "ص")
_EVENING = ("pm", "下午", "晚上", "中午", "午後", "오후", "م")
_HALF = r"[AaPp]\.?\ ?[Mm]\.?|" + "|".join((*_MORNING[1:], *_EVENING[1:]))
_HEAD = re.compile(
    rf"""\[?
    (?P<date>[0-9]{{1,4}}[./-]\ ?[0-9]{{1,2}}[./-]\ ?[0-9]{{1,4}})\.?,?\ +
    (?P<before>{_HALF})?\ ?(?P<hour>[0-9]{{1,2}})[:.](?P<minute>[0-9]{{2}})(?:[:.](?P<second>[0-9]{{2}}))?
    \ ?(?P<after>{_HALF})?(?:\]\ ?|\ -\ )
    (?P<rest>.*)""",
    re.VERBOSE,
)
_OMITTED = re.compile(
    r"<(attached|Media|附件|媒体|省略).*>|.*\((file attached|文件附件)\)|.*\b(omitted|ausgelassen|omitido|omis|omitida)"
    r"|.*(已忽略|已省略)",
    re.IGNORECASE,
)
_KINDS: Sequence[tuple[MessageKind, str]] = (
    ("audio", r"audio|voice|PTT|AUD|\.opus|语音|音频"),
    ("video", r"video|VID|\.mp4|视频"),
    ("image", r"image|photo|IMG|\.jpe?g|sticker|Bild|imagen|图片|图像|照片|贴图"),
)


@dataclass
class _Head:
    """A line that begins a message, and the lines below that belong to it."""

    date: tuple[str, str, str]
    hour: int
    minute: int
    second: int
    half: str
    sender: str  # empty: WhatsApp speaking
    lines: list[str]
    marked: bool  # what an iPhone writes itself stands behind a mark that nobody types

    def words(self) -> str:
        """What was written; of a file, nothing."""
        return "" if self.kind() != "text" else "\n".join(self.lines).strip()

    def kind(self) -> MessageKind:
        first = self.lines[0]
        if not _OMITTED.fullmatch(first.strip()):
            return "text"
        return next((kind for kind, like in _KINDS if re.search(like, first)), "document")


def _heads(lines: Sequence[str]) -> Iterator[_Head]:
    head: _Head | None = None
    for raw in lines:
        line = _plain(raw)
        found = _HEAD.match(line)
        if found is None:
            if head is not None:
                head.lines.append(line)
            continue
        if head is not None:
            yield head
        sender, _, said = found["rest"].partition(": ")
        if not said and found["rest"].endswith(":"):
            sender, said = found["rest"][:-1], ""
        elif not said:
            sender, said = "", found["rest"]
        date = re.split(r"[./-] ?", found["date"])
        marked = f": \u200e{said[:1]}" in raw
        notice = marked and not _OMITTED.fullmatch(said.strip())  # such as: messages are end-to-end encrypted
        half = (found["before"] or found["after"] or "").replace(".", "").replace(" ", "").lower()
        head = _Head(
            (date[0], date[1], date[2]),
            int(found["hour"]),
            int(found["minute"]),
            int(found["second"] or 0),
            half,
            "" if notice else sender.strip(),
            [said],
            marked,
        )
    if head is not None:
        yield head


def _plain(line: str) -> str:
    """Without direction marks, with plain spaces and plain digits at its beginning."""
    text = _SPACES.sub(" ", _MARKS.sub("", line))
    digits = "".join(
        str(unicodedata.digit(each)) if each.isdigit() and not each.isascii() else each for each in text[:40]
    )
    return digits + text[40:]


# -- times -------------------------------------------------------------------------------------------------------------


def _order(path: Path, dates: Sequence[tuple[str, str, str]]) -> str:
    """How day, month and year stand, told by all dates together: they exist, and go forward."""
    if all(len(first) == 4 for first, _, _ in dates):
        return "ymd"
    possible = [order for order in ("dmy", "mdy") if _goes_forward(dates, order)]
    if len(possible) == 1:
        return possible[0]
    if not possible:
        raise NotAChat(
            f"The dates in {path} are neither day first nor month first. Say how they are with --dates: "
            + ", ".join(f"{order} ({like})" for order, like in ORDERS.items())
        )
    first = "/".join(dates[0])
    raise NotAChat(
        f"The dates in {path} can be read in two ways: {first} may be {_day(dates[0], 'dmy'):%d %B %Y} or "
        f"{_day(dates[0], 'mdy'):%d %B %Y}. Say which with --dates dmy (day first) or --dates mdy (month first)."
    )


def _goes_forward(dates: Sequence[tuple[str, str, str]], order: str) -> bool:
    try:
        days = [_day(date, order) for date in dict.fromkeys(dates)]
    except ValueError:
        return False
    return all(later - earlier >= timedelta(days=-1) for earlier, later in pairwise(days))


def _day(date: tuple[str, str, str], order: str) -> datetime:
    parts = dict(zip(order, date, strict=True))
    year = int(parts["y"]) + (2000 if len(parts["y"]) == 2 else 0)
    return datetime(year, int(parts["m"]), int(parts["d"]))  # noqa: DTZ001 - a day, wherever that was


def _moment(path: Path, head: _Head, order: str, zone: ZoneInfo) -> datetime:
    hour = head.hour
    if head.half in _MORNING and hour == 12:
        hour = 0
    elif head.half in _EVENING and hour < 12:
        hour += 12
    try:
        return _day(head.date, order).replace(hour=hour, minute=head.minute, second=head.second, tzinfo=zone)
    except ValueError:
        shown = "/".join(head.date)
        raise NotAChat(
            f"{path}: there is no day {shown} with {ORDERS[order]}; say how dates are with --dates."
        ) from None
