"""Who in an exported chat is us, and who the customer."""

from __future__ import annotations

import zipfile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from flows.chats.files import NotAChat
from flows.chats.people import Sides, digits_of, require_complete, sides_of
from flows.chats.reading import Chat, read_chat

TWO = "24/12/2025, 21:05 - Ana Maier: Hello\n24/12/2025, 21:06 - Blue Door: Good evening\n"
GROUP = TWO + "24/12/2025, 21:07 - Bob: Me too\n"


def chat(folder: Path, text: str = TWO, name: str = "chat.txt") -> Chat:
    path = folder / name
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("_chat.txt", text)
            packed.writestr("notes.txt", "sent by somebody")
    else:
        path.write_text(text, encoding="utf-8")
    return read_chat(path, ZoneInfo("UTC"))


@pytest.mark.parametrize(
    "name",
    [
        "WhatsApp Chat with Ana Maier.txt",
        "WhatsApp Chat - Ana Maier.zip",
        "WhatsApp Chat - Ana Maier (2).zip",
        "WhatsApp Chat mit Ana Maier.txt",
        "Chat de WhatsApp con Ana Maier.txt",
        "Conversa do WhatsApp com Ana Maier.txt",
        "Discussion WhatsApp avec Ana Maier.txt",
        "Chat WhatsApp dengan Ana Maier.txt",
        "محادثة واتساب مع Ana Maier.txt",
        "与Ana Maier的 WhatsApp 聊天记录.txt",
        "與 Ana Maier 的 WhatsApp 對話.txt",
    ],
)
def test_name_of_the_file_tells_the_customer(tmp_path: Path, name: str) -> None:
    """Everybody would be asked for what the phone has written on the file itself."""
    assert sides_of(chat(tmp_path, name=name), number="+49 170 1234567") == Sides(
        "Blue Door", "Ana Maier", "491701234567"
    )


def test_number_in_place_of_a_name_is_the_customers(tmp_path: Path) -> None:
    """A customer who is in no address book would have to be named and numbered by hand."""
    text = TWO.replace("Ana Maier", "\u202a+49\u00a0170\u00a01234567\u202c")
    assert sides_of(chat(tmp_path, text)).number == "491701234567"
    assert sides_of(chat(tmp_path, text)).we == "Blue Door"


def test_what_we_deleted_tells_who_we_are(tmp_path: Path) -> None:
    """The one line that is only ever written of ourselves would be read past."""
    found = sides_of(chat(tmp_path, TWO + "24/12/2025, 21:08 - Blue Door: You deleted this message\n"))
    assert (found.we, found.customer) == ("Blue Door", "Ana Maier")


def test_nobody_is_guessed(tmp_path: Path) -> None:
    """Our own messages would be kept as the customer's, and theirs be offered for deletion."""
    two, group = chat(tmp_path), chat(tmp_path, GROUP, "group.txt")
    assert sides_of(two) == Sides("", "", "")
    with pytest.raises(NotAChat, match=r'Who in .* is us.*--me NAME: "Ana Maier", "Blue Door"'):
        require_complete(two, sides_of(two, number="491701234567"))
    with pytest.raises(NotAChat, match=r'Which number does "Ana Maier" write from.*--customer'):
        require_complete(two, sides_of(two, we="Blue Door"))
    with pytest.raises(NotAChat, match=r'is a group.*--customer-name NAME: "Ana Maier", "Bob"'):
        require_complete(group, sides_of(group, we="Blue Door", number="491701234567"))
    with pytest.raises(NotAChat, match=r'called "Blu Door".*did you mean "Blue Door"'):
        sides_of(two, we="Blu Door")
    with pytest.raises(NotAChat, match="cannot be both"):
        sides_of(two, we="Blue Door", customer_name="Blue Door")
    sides = sides_of(group, we="Blue Door", customer_name="Bob", number="491701234567")
    require_complete(group, sides)
    assert [sides.author_of(each) for each in group.said] == ["other", "us", "customer"]


@pytest.mark.parametrize(
    ("number", "digits"),
    [("+49 170 1234567", "491701234567"), ("0049-170/1234567", "491701234567"), ("٤٩١٧٠١٢٣٤٥٦٧", "491701234567")],
)
def test_number_is_known_however_it_is_written(number: str, digits: str) -> None:
    """One person would become two customers, and half of their data be left when they ask for deletion."""
    assert digits_of(number) == digits


@pytest.mark.parametrize("number", ["0170 1234567", "Ana", "123", "+49 170 1234567 8901234"])
def test_number_that_is_none_is_refused(number: str) -> None:
    """A customer would be made whom nobody can ever reach or find again."""
    with pytest.raises(NotAChat, match="country code"):
        digits_of(number)
