"""Chats exported from WhatsApp, as Android phones and iPhones write them."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from flows.chats.files import NotAChat
from flows.chats.reading import Said, read_chat

ZONE = ZoneInfo("Europe/Madrid")


def read(folder: Path, text: str, dates: str | None = None) -> list[Said]:
    path = folder / "chat.txt"
    path.write_text(text, encoding="utf-8")
    return list(read_chat(path, ZONE, dates).said)


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
        ("\u200f٢٤\u200f/١٢\u200f/٢٠٢٥، ٩:٠٥\u00a0م - Ana: Hello", (2025, 12, 24, 21, 5, 0)),
        ("[٢٤\u200f/١٢\u200f/٢٠٢٥، ٩:٠٥:٣٣ ص] Ana: Hello", (2025, 12, 24, 9, 5, 33)),
        ("24.12.25 um 21:05 - Ana: Hello", (2025, 12, 24, 21, 5, 0)),
        ("24/12/2025 à 21:05 - Ana: Hello", (2025, 12, 24, 21, 5, 0)),
        ("2025-12-24 21 h 05 - Ana: Hello", (2025, 12, 24, 21, 5, 0)),
        ("[2025-12-24, 21 h 05 min 33 s] Ana: Hello", (2025, 12, 24, 21, 5, 33)),
        ("24/12/25 21.05 - Ana: Hello", (2025, 12, 24, 21, 5, 0)),
        ("2025年12月24日 下午9:05 - Ana: Hello", (2025, 12, 24, 21, 5, 0)),
        ("2025年12月24日下午9:05 - Ana: Hello", (2025, 12, 24, 21, 5, 0)),
        ("[2025/12/24, 21:05:33] Ana: Hello", (2025, 12, 24, 21, 5, 33)),
        ("2025/12/24 早上6:05 - Ana: Hello", (2025, 12, 24, 6, 5, 0)),
        ("2025/12/24 中午11:35 - Ana: Hello", (2025, 12, 24, 11, 35, 0)),
        ("2025/12/24 中午12:35 - Ana: Hello", (2025, 12, 24, 12, 35, 0)),
        ("2025/12/24 晚上9:05 - Ana: Hello", (2025, 12, 24, 21, 5, 0)),
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
    assert [(each.sender, each.text, each.kind, each.file) for each in found] == [
        ("", "Messages and calls are end-to-end encrypted.", "system", ""),
        ("Ana", "My parcel: where is it?\n\nIt is late", "text", ""),
        ("Ana", "", "media", ""),
        ("Ana", "", "image", "IMG-1.jpg"),
        ("", "You blocked this contact", "system", ""),
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
    assert [each.text for each in read_chat(path, ZONE).said] == ["Hello"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"Dear diary,\n", "no line begins with a date"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"", "no line begins"),
        (b"PK\x03\x04", "damaged"),
    ],
)
def test_other_file_is_refused_in_a_line(tmp_path: Path, data: bytes, says: str) -> None:
    """A wrong file would end in a traceback."""
    path = tmp_path / "other.txt"
    path.write_bytes(data)
    with pytest.raises(NotAChat, match=says):
        read_chat(path, ZONE)
    with pytest.raises(NotAChat, match="cannot be read"):
        read_chat(tmp_path / "nowhere.txt", ZONE)


# -- lines that only look like it ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "inside",
    [
        "24/12/2025 we will be there",
        "24/12/2025, 10:00 - 11:00 at the dentist",
        "[24/12/2025, 10:00] Bob: copied from elsewhere",
        "01/01/2019, 10:00 - Bob: copied from another year",
        "24.12.2025, 10:00 - Bob: from a phone that writes dates otherwise",
        "31/02/2025, 10:00 - Bob: there is no such day",
        "Note: bring the receipt",
    ],
)
def test_line_that_only_looks_like_a_message_belongs_to_the_one_above(tmp_path: Path, inside: str) -> None:
    """What a customer pasted would become a message of somebody who never wrote to us."""
    text = f"24/12/2025, 09:00 - Ana: Look:\n{inside}\n24/12/2025, 12:00 - Shop: Thank you\n"
    first, second = read(tmp_path, text)
    assert (first.sender, first.text) == ("Ana", f"Look:\n{inside}")
    assert (second.sender, second.text) == ("Shop", "Thank you")


def test_name_may_have_a_colon_and_so_may_a_message(tmp_path: Path) -> None:
    """A colleague called "Shop: Orders" would be two people, or a customer's first words part of her name."""
    text = "24/12/2025, 09:0{} - {}\n"
    shop = "Shop: Orders"
    lines = [f"{shop}: Good morning", "Ana: Order: 4411", f"{shop}: Thank you", f"{shop}: Done", "Ana: Hi"]
    found = read(tmp_path, "".join(text.format(number, line) for number, line in enumerate(lines)))
    assert [each.sender for each in found] == [shop, "Ana", shop, shop, "Ana"]
    assert found[1].text == "Order: 4411"


def test_name_with_a_colon_is_known_from_outside(tmp_path: Path) -> None:
    """In a chat of two messages nothing tells where the name ends, unless the person at the keyboard does."""
    path = tmp_path / "chat.txt"
    path.write_text("24/12/2025, 09:00 - Shop: Orders: Good morning\n24/12/2025, 09:01 - Ana: Hi\n", encoding="utf-8")
    assert read_chat(path, ZONE, known=["Shop: Orders"]).senders == ["Shop: Orders", "Ana"]


def test_new_name_of_a_group_is_nobodys_message(tmp_path: Path) -> None:
    """A group called "Sale: today" would make a sender of the whole sentence."""
    (only,) = read(tmp_path, '24/12/2025, 09:00 - Ana changed the group name to "Sale: today"\n')
    assert (only.sender, only.kind) == ("", "system")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_file_may_come_from_windows(tmp_path: Path, encoding: str) -> None:
    """A chat that went through a mail program or an editor would be refused, or end each message in a stray sign."""
    path = tmp_path / "chat.txt"
    text = "24/12/2025, 21:05 - Ana: Señora 你好\r\nsecond line\r\n24/12/2025, 21:06 - Ana: b\r\n"
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    path.write_bytes(mark + text.encode(encoding))
    assert [each.text for each in read_chat(path, ZONE).said] == ["Señora 你好\nsecond line", "b"]


def test_words_stay_as_they_were_written(tmp_path: Path) -> None:
    """Digits and spaces of a customer's words would be changed: an address in Arabic would not be found again."""
    (only,) = read(tmp_path, "24/12/2025, 21:05 - Ana: شقة ١٢\u00a0برج ٣ 👩\u200d🔧\n")
    assert only.text == "شقة ١٢\u00a0برج ٣ 👩\u200d🔧"


# -- what tells the order of dates -----------------------------------------------------------------------------------


def test_named_picture_tells_the_order_of_dates(tmp_path: Path) -> None:
    """A person would be asked for what the file itself says."""
    doubtful = "03/04/2025, 10:00 - Ana: a\n03/04/2025, 10:01 - Ana: IMG-2025{}-WA0001.jpg (file attached)\n"
    assert read(tmp_path, doubtful.format("0403"))[0].at.month == 4
    assert read(tmp_path, doubtful.format("0304"))[0].at.month == 3


def test_language_of_the_phone_tells_the_order_of_dates(tmp_path: Path) -> None:
    """Whoever exports a short chat on a German, Spanish or Arabic phone would be asked each time."""
    spanish = "3/4/25, 10:00 - Ana: a\n3/4/25, 10:01 - Ana: <Multimedia omitido>\n"
    assert {each.at.month for each in read(tmp_path, spanish)} == {4}
    assert read(tmp_path, "03.04.25, 10:00 - Ana: a\n")[0].at.month == 4
    with pytest.raises(NotAChat, match="can be read in two ways"):
        read(tmp_path, "3/4/25, 10:00 PM - Ana: a\n3/4/25, 10:01 PM - Ana: <Media omitted>\n")


@pytest.mark.parametrize(
    "beginning",
    [
        "4/3/2026, 9:05 p. m. - ",
        "04/03/26 20.15 - ",
        "04/03/2026 à 20:15 - ",
        "[04/03/26 20.15.06] ",
        "4/3/26 下午9:05 - ",
    ],
)
def test_way_of_writing_the_time_tells_the_order_of_dates(tmp_path: Path, beginning: str) -> None:
    """Somebody with a short Spanish, French or Hong Kong chat would be asked what the file already tells."""
    said = read(tmp_path, f"{beginning}Ana: it was 10.50 \n{beginning}Shop: yes\n")
    assert {(each.at.month, each.at.day) for each in said} == {(3, 4)}
    with pytest.raises(NotAChat, match="two ways"):
        read(tmp_path, "4/3/2026, 21:05 - Ana: at 20.15 \n")


def test_first_sentence_of_the_chat_tells_the_order_of_dates(tmp_path: Path) -> None:
    """A short chat could not be brought in at once, though it begins in the language of its phone."""
    begins = "3/2/2026 9:05 - Los mensajes y las llamadas están cifrados de extremo a extremo.\n"
    assert read(tmp_path, f"{begins}3/2/2026 9:06 - Ana: Hola\n")[1].at.month == 2


def test_hour_that_clocks_show_twice_goes_forward(tmp_path: Path) -> None:
    """An answer from the night in which clocks go back would stand an hour before its question."""
    text = "".join(f"25/10/2026, {time} - Ana: {time}\n" for time in ("01:59", "02:50", "02:10", "02:20", "03:00"))
    told = [said.at.timestamp() for said in read(tmp_path, text)]
    assert told == sorted(told)
    assert told[2] - told[1] == 20 * 60


@pytest.mark.parametrize("moment", ["12/24/2025, 10:00", "24/12/2025, 29:99", "01/02/2019, 10:00"])
def test_pasted_line_is_none_when_the_order_of_dates_is_given_either(tmp_path: Path, moment: str) -> None:
    """Whoever said --dates would be refused the whole chat, or keep a message that nobody wrote, for one line."""
    lines = [f"{day}/12/2025, 21:05 - Ana: {day}" for day in range(20, 27)]
    pasted = f"{moment} - Bo: x"
    text = "\n".join([*lines[:5], pasted, *lines[5:]])
    for dates in ("dmy", None):
        told = read(tmp_path, text, dates)
        assert len(told) == len(lines)
        assert told[4].text == f"24\n{pasted}"


def test_wrong_order_of_dates_loses_no_line(tmp_path: Path) -> None:
    """Messages whose days do not exist like that would be glued to others without a word."""
    text = "".join(f"{day}/12/2025, 21:05 - Ana: {day}\n" for day in range(5, 27))
    with pytest.raises(NotAChat, match="there is no day"):
        read(tmp_path, text, "mdy")


def test_question_about_dates_names_one_that_is_doubtful(tmp_path: Path) -> None:
    """Whoever has a chat of 3 March would be asked which 3 March, and a pasted line end in a traceback."""
    doubtful = "03/03/2025, 10:00 - Ana: a\n30/02/2025, 10:00 - Bo: x\n" + "03/03/2025, 10:00 - Ana: a\n" * 9
    assert {each.at.month for each in read(tmp_path, doubtful)} == {3}
    with pytest.raises(NotAChat, match="03/04/2025 may be 03 April 2025 or 04 March 2025"):
        read(tmp_path, doubtful + "03/04/2025, 10:00 - Ana: a\n")
