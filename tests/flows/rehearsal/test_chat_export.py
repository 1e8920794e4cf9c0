"""Chats exported from WhatsApp, as Android phones and iPhones write them."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from flows.rehearsal.chat_export import NotAChat, Written, read_chat

ZONE = ZoneInfo("Europe/Madrid")


def read(folder: Path, text: str, dates: str | None = None) -> list[Written]:
    path = folder / "chat.txt"
    path.write_text(text, encoding="utf-8")
    return read_chat(path, ZONE, dates)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("24/12/2025, 21:05 - Ana: Hello", (2025, 12, 24, 21, 5, 0)),
        ("12/24/25, 9:05 PM - Ana: Hello", (2025, 12, 24, 21, 5, 0)),
        ("24.12.25, 21:05 - Ana: Hello", (2025, 12, 24, 21, 5, 0)),
        ("24/12/25, 9:05 p. m. - Ana: Hello", (2025, 12, 24, 21, 5, 0)),
        ("12/24/25, 12:05 a.m. - Ana: Hello", (2025, 12, 24, 0, 5, 0)),
        ("[24/12/2025, 21:05:33] Ana: Hello", (2025, 12, 24, 21, 5, 33)),
        ("\u200e[24/12/25, 9:05:33\u202fPM] Ana: Hello", (2025, 12, 24, 21, 5, 33)),
        ("[24.12.25, 21:05:33] Ana: Hello", (2025, 12, 24, 21, 5, 33)),
        ("2025/12/24 21:05 - Ana: Hello", (2025, 12, 24, 21, 5, 0)),
        ("2025/12/24 下午9:05 - Ana: Hello", (2025, 12, 24, 21, 5, 0)),
        ("[2025/12/24 凌晨12:05:33] Ana: Hello", (2025, 12, 24, 0, 5, 33)),
        ("2025-12-24, 21:05 - Ana: Hello", (2025, 12, 24, 21, 5, 0)),
        ("\u200f٢٤/١٢/٢٠٢٥، ٩:٠٥ م - Ana: Hello".replace("،", ","), (2025, 12, 24, 21, 5, 0)),
    ],
)
def test_every_common_form_is_read(tmp_path: Path, line: str, day: tuple[int, int, int, int, int, int]) -> None:
    """The chat of somebody's phone would be refused, or played at another hour."""
    (only,) = read(tmp_path, line + "\n")
    assert (only.at, only.sender, only.text, only.kind) == (datetime(*day, tzinfo=ZONE), "Ana", "Hello", "text")


def test_message_keeps_its_lines_and_system_lines_are_nobodys(tmp_path: Path) -> None:
    """Half of what a customer wrote would be lost, or WhatsApp would be taken for a customer."""
    found = read(
        tmp_path,
        "24/12/2025, 21:00 - Messages and calls are end-to-end encrypted.\n"
        "24/12/2025, 21:05 - Ana: My parcel: where is it?\n\nIt is late\n"
        "24/12/2025, 21:06 - Ana: <Media omitted>\n"
        "24/12/2025, 21:07 - Ana: \u200eIMG-1.jpg (file attached)\n"
        "24/12/2025, 21:08 - Shop: \u200eYou blocked this contact\n",
    )
    assert [(each.sender, each.text, each.kind) for each in found] == [
        ("Ana", "My parcel: where is it?\n\nIt is late", "text"),
        ("Ana", "", "document"),
        ("Ana", "", "image"),
    ]


def test_order_of_dates_is_told_by_the_whole_chat(tmp_path: Path) -> None:
    """A chat of March and April would be played in an order in which nobody wrote it."""
    both = "03/04/2025, 10:00 - Ana: a\n{}/2025, 10:00 - Ana: b\n"
    assert [each.at.month for each in read(tmp_path, both.format("13/04"))] == [4, 4]
    assert [each.at.month for each in read(tmp_path, both.format("03/14"))] == [3, 3]
    assert [each.at.month for each in read(tmp_path, both.format("02/05"))] == [4, 5], "time goes forward"


def test_doubtful_order_is_asked_for(tmp_path: Path) -> None:
    """A chat would be played on a guess, a month away from when it was."""
    doubtful = "03/04/2025, 10:00 - Ana: a\n04/05/2025, 10:00 - Ana: b\n"
    with pytest.raises(NotAChat, match=r"may be 03 April 2025 or 04 March 2025.*--dates dmy"):
        read(tmp_path, doubtful)
    assert [each.at.month for each in read(tmp_path, doubtful, "mdy")] == [3, 4]
    with pytest.raises(NotAChat, match="neither day first nor month first"):
        read(tmp_path, "13/04/2025, 10:00 - Ana: a\n04/13/2025, 10:00 - Ana: b\n")
    with pytest.raises(NotAChat, match="there is no day 24/12/2025"):
        read(tmp_path, "24/12/2025, 10:00 - Ana: a\n", "mdy")


def test_chat_may_come_in_a_zip(tmp_path: Path) -> None:
    """An iPhone's export would have to be unpacked by hand."""
    path = tmp_path / "chat.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("_chat.txt", "[24/12/2025, 21:05:33] Ana: Hello")
        packed.writestr("photo.jpg", b"\xff")
    assert [each.text for each in read_chat(path, ZONE)] == ["Hello"]


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"Dear diary,\n", "no line begins with a date"), (b"\xff\xfe\x00", "not UTF-8"), (b"", "no line begins")],
)
def test_other_file_is_refused_in_a_line(tmp_path: Path, data: bytes, says: str) -> None:
    """A wrong file would end in a traceback."""
    path = tmp_path / "other.txt"
    path.write_bytes(data)
    with pytest.raises(NotAChat, match=says):
        read_chat(path, ZONE)
    with pytest.raises(NotAChat, match="cannot be read"):
        read_chat(tmp_path / "nowhere.txt", ZONE)
