"""`firebreak import-chat`."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from flows.assembly import open_desk, open_store
from flows.clock import MovedClock
from flows.erasing import erasure
from flows.runs import waves
from flows.settings import Settings
from flows.store.tables import Customer, Message
from flows.store.vault import GONE
from tests.flows.cli.conftest import Firebreak, read_json

NUMBER = "+49 1555 0100042"
ASKS = "Please delete my personal information from our chat"
NAME = "WhatsApp Chat with Ana Maier"


def exported(*lines: tuple[datetime, str, str]) -> str:
    return "".join(f"{at:%d.%m.%Y, %H:%M} - {sender}: {text}\n" for at, sender, text in lines)


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    """A chat of two months ago and of this morning, with a picture, in a zip."""
    long_ago, just_now = datetime.now(UTC) - timedelta(days=60), datetime.now(UTC) - timedelta(hours=3)
    text = exported(
        (long_ago, "Ana Maier", "I live in 12 Rose Lane, Dublin, call me at +353 85 0123456"),
        (long_ago, "Blue Door", "\u200eIMG-20251001-WA0001.jpg (file attached)\nyour order"),
        (just_now, "Blue Door", "Anything else?"),
        (just_now, "Ana Maier", ASKS),
    )
    path = tmp_path / f"{NAME}.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(f"{NAME}.txt", "01.09.2025, 10:00 - Messages and calls are end-to-end encrypted.\n" + text)
        packed.writestr("IMG-20251001-WA0001.jpg", b"\xff\xd8")
    return path


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_dry_run_shows_each_message_and_stores_nothing(firebreak: Firebreak, home: Path, chat: Path) -> None:
    """Somebody who only wants to look would leave a copy of a customer's chat behind."""
    done = firebreak("import-chat", str(chat), "--dry-run", "--json", "--zone", "Asia/Shanghai")
    found = lines_of(done.stdout)
    assert [each["kind"] for each in found] == ["system", "text", "image", "text", "text"]
    assert [each["sender"] for each in found] == [None, "Ana Maier", "Blue Door", "Blue Door", "Ana Maier"]
    assert found[2] | {"time": ""} == {
        "time": "",
        "sender": "Blue Door",
        "text": "your order",
        "kind": "image",
        "file": "IMG-20251001-WA0001.jpg",
        "author": "us",
    }
    assert found[0]["time"] == "2025-09-01T10:00:00+08:00"
    assert not home.exists()
    assert "Nothing was stored" in firebreak("import-chat", str(chat), "--dry-run").stdout
    assert not home.exists()


def test_dry_run_asks_nothing(firebreak: Firebreak, tmp_path: Path) -> None:
    """A chat could not even be looked at before it is known who is who."""
    path = tmp_path / "chat.txt"
    now = datetime(2025, 12, 24, 21, 5, tzinfo=UTC)
    path.write_text(exported((now, "Ana", "a"), (now, "Bo", "b"), (now, "Cy", "c")), encoding="utf-8")
    found = lines_of(firebreak("import-chat", str(path), "--dry-run", "--json").stdout)
    assert [set(each) for each in found] == [{"time", "sender", "text", "kind"}] * 3
    shown = firebreak("import-chat", str(path), "--dry-run").stdout
    assert "run this again without --dry-run with --me NAME and --customer NUMBER" in shown


def test_summary_says_what_there_is_and_how_to_go_on(firebreak: Firebreak, chat: Path) -> None:
    """Whoever brings a chat would not see that the customer asks for deletion, nor what can still be taken back."""
    shown = firebreak("import-chat", str(chat), "--customer", NUMBER).stdout
    assert "2  Ana Maier (the customer)" in shown
    assert "2  Blue Door (us)" in shown
    assert "phone number in 1 message" in shown
    assert "1 message of ours can still be deleted for everyone" in shown
    assert "The customer asks for deletion" in shown
    assert ASKS in shown
    assert "4 messages kept; the customer is P-" in shown
    assert "firebreak open deletion-request --customer P-" in shown
    assert "0 messages kept, 4 known already" in firebreak("import-chat", str(chat), "--customer", NUMBER).stdout


def test_a_complaint_in_a_chat_is_shown_with_the_command_for_it(firebreak: Firebreak, tmp_path: Path) -> None:
    """A fire told in an exported chat would be answered with the command to delete it."""
    path = tmp_path / "chat.txt"
    now = datetime(2025, 12, 24, 21, 5, tzinfo=UTC)
    path.write_text(
        exported((now, "Ana", "The charger you sent me caught fire"), (now, "Bo", "Oh no")), encoding="utf-8"
    )
    shown = firebreak("import-chat", str(path), "--me", "Bo", "--customer", NUMBER).stdout
    assert "The customer complains, on 2025-12-24" in shown
    (command,) = (line.strip() for line in shown.splitlines() if "firebreak open" in line)
    assert command.startswith("firebreak open complaint-urgent --customer P-")
    assert "is open" in firebreak(*command.split()[1:]).stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "--customer"),
        (["--customer", "0170 1234567"], "country code"),
        (["--customer", NUMBER, "--me", "Blue Dor"], 'did you mean "Blue Door"'),
        (["--customer", NUMBER, "--dates", "dym"], "dmy, mdy, ymd"),
        (["--customer", NUMBER, "--dates", "mdy"], "there is no day"),
        (["--customer", NUMBER, "--zone", "Mars/Base"], "no time zone"),
        (["--customer", NUMBER, "--by", ""], "A name has"),
    ],
)
def test_open_question_is_one_clear_line(
    firebreak: Firebreak, home: Path, chat: Path, arguments: list[str], says: str
) -> None:
    """A slip would be answered with a traceback, or with a chat that is kept as somebody else's."""
    done = firebreak("import-chat", str(chat), *arguments)
    assert done.exit_code == 1
    assert says in done.stderr
    assert done.stdout == ""
    assert not (home / "firebreak.db").exists()


def test_deletion_is_handled_on_an_imported_chat_by_hand(
    firebreak: Firebreak, chat: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A team on the Business app could bring a chat, and then do nothing with it."""
    monkeypatch.setenv("FIREBREAK_CHANNEL", "manual")
    monkeypatch.setenv("FIREBREAK_MASTER_KEY", "A" * 43 + "=")
    kept = lines_of(firebreak("import-chat", str(chat), "--customer", NUMBER, "--json").stdout)
    customer = kept[1]["customer"]
    assert {each.get("customer") for each in kept[1:]} == {customer}
    assert len({each["id"] for each in kept[1:]}) == 4
    case = read_json(firebreak("open", "deletion-request", "--customer", customer, "--by", "first_phone", "--json"))
    settings = Settings.load()
    with open_store(settings, MovedClock(datetime.now(UTC))) as store:
        desk = open_desk(settings, store)
        for number in range(6):
            waves.move(desk, f"import-{number}")
    tasks = [each for each in read_json(firebreak("tasks", "--json")) if each["case"] == case["id"]]
    by_hand = [each for each in tasks if each["kind"] == "do"]
    assert by_hand, "the first reply waits to be sent by hand"
    shown = firebreak("task", by_hand[0]["id"]).stdout
    assert "https://wa.me/4915550100042?text=" in shown
    assert "Ana Maier" in shown


def test_a_chat_of_somebody_who_was_erased_does_not_come_back_unnoticed(
    firebreak: Firebreak, home: Path, chat: Path, tmp_path: Path
) -> None:
    """What a customer was told is erased would lie there again, because a colleague imported a file once more."""
    assert "erased" not in firebreak("import-chat", str(chat), "--customer", NUMBER).stderr
    settings = Settings.load()
    with open_store(settings, MovedClock(datetime.now(UTC))) as store:
        desk = open_desk(settings, store)
        with store.begin() as session:
            begun = erasure.begin(desk, session, session.scalars(select(Customer)).one())
        with store.begin() as session:
            assert erasure.finish(desk, session, begun).erased == 4
    again = firebreak("import-chat", str(chat), "--customer", NUMBER)
    assert "Records of this customer were erased" not in again.stderr
    with open_store(settings, MovedClock(datetime.now(UTC))) as store, store.read() as session:
        assert set(session.scalars(select(Message.sealed_content))) == {GONE}
    other_phone = tmp_path / "other.txt"
    other_phone.write_text(exported((datetime.now(UTC) - timedelta(days=60), "Ana Maier", "I live in 12 Rose Lane")))
    done = firebreak("import-chat", str(other_phone), "--customer", NUMBER, "--me", "Blue Door", "--json")
    assert "Records of this customer were erased" in done.stderr
    assert begun in done.stderr
    assert "1 message of this file is kept again" in done.stderr
    assert home.exists()
