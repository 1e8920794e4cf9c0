"""Whatever people write to each other, and whichever phone it is exported from, it is read back as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.chats.dates import ORDERS
from flows.chats.reading import read_chat

ZONE = ZoneInfo("UTC")
Wrote = tuple[datetime, str, str]
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def half(at: datetime, morning: str, evening: str) -> str:
    return morning if at.hour < 12 else evening


def chinese(at: datetime) -> str:
    words = ((5, "凌晨"), (8, "早上"), (12, "上午"), (13, "中午"), (19, "下午"), (24, "晚上"))
    return next(word for until, word in words if at.hour < until)


def twelve(at: datetime) -> int:
    return at.hour % 12 or 12


HEADS: dict[str, tuple[str, Callable[[datetime], str]]] = {
    "android, en-GB": ("dmy", lambda at: f"{at:%d/%m/%Y, %H:%M} - "),
    "android, en-US": ("mdy", lambda at: f"{at.month}/{at.day}/{at:%y}, {twelve(at)}:{at:%M}\u202f{at:%p} - "),
    "android, de": ("dmy", lambda at: f"{at:%d.%m.%y, %H:%M} - "),
    "android, fr": ("dmy", lambda at: f"{at:%d/%m/%Y} à {at:%H:%M} - "),
    "android, es": (
        "dmy",
        lambda at: f"{at.day}/{at.month}/{at:%y}, {twelve(at)}:{at:%M} {half(at, 'a. m.', 'p. m.')} - ",
    ),
    "android, id": ("dmy", lambda at: f"{at:%d/%m/%y %H.%M} - "),
    "android, zh-CN": ("ymd", lambda at: f"{at:%Y/%m/%d} {chinese(at)}{twelve(at)}:{at:%M} - "),
    "android, ar": (
        "dmy",
        lambda at: f"{at:%d}\u200f/{at:%m}\u200f/{at:%Y}، {twelve(at)}:{at:%M} {half(at, 'ص', 'م')} - ".translate(
            ARABIC
        ),
    ),
    "iphone, en-US": ("mdy", lambda at: f"[{at.month}/{at.day}/{at:%y}, {twelve(at)}:{at:%M:%S}\u202f{at:%p}] "),
    "iphone, pt": ("dmy", lambda at: f"[{at:%d/%m/%Y, %H:%M:%S}] "),
    "iphone, zh-TW": ("ymd", lambda at: f"[{at:%Y/%m/%d} {half(at, '上午', '下午')}{twelve(at)}:{at:%M:%S}] "),
}
TEXTS = st.text(
    st.sampled_from("aé中م٣ 5:/.-[]()<>\"'\n😀\u00a0") | st.characters(codec="utf-8", exclude_categories=("C", "Z")),
    min_size=1,
    max_size=40,
).map(lambda text: "w" + text.strip())


@st.composite
def chats(draw: st.DrawFn) -> list[Wrote]:
    """Up to twelve messages of two people, with the seconds that an iPhone notes."""
    at = datetime(2025, 1, 1, tzinfo=ZONE) + timedelta(seconds=draw(st.integers(0, 30_000_000)))
    people = ("Ana Maier", "小店")
    found = []
    for _ in range(draw(st.integers(1, 12))):
        at += timedelta(seconds=draw(st.integers(0, 900_000)))
        found.append((at, draw(st.sampled_from(people)), draw(TEXTS)))
    return found


@pytest.mark.parametrize("phone", HEADS)
@given(written=chats())
@settings(max_examples=60, deadline=None)
def test_a_chat_is_read_back_as_it_was_written(phone: str, written: list[Wrote]) -> None:
    """A word, a line or a minute of what somebody wrote would be lost between the phone and our records."""
    order, head = HEADS[phone]
    text = "".join(f"{head(at)}{sender}: {said}\n" for at, sender, said in written)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "chat.txt"
        path.write_text(text, encoding="utf-8")
        found = read_chat(path, ZONE, order).said
    seconds = phone.startswith("iphone")
    assert [(each.at, each.sender, each.text) for each in found] == [
        (at if seconds else at.replace(second=0), sender, said.strip()) for at, sender, said in written
    ]
    assert {each.kind for each in found} == {"text"}
    assert order in ORDERS
