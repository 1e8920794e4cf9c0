"""Nothing is left of an erased customer, in any byte of any file that the system writes."""

from __future__ import annotations

import asyncio
import base64
import gc
import hashlib
import logging
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from flows.at_hand import kept_warm
from flows.channels.cloud_api import CloudApi
from flows.channels.pace import Pace
from flows.clock import MovedClock
from flows.desk import Desk
from flows.erasing import erasure
from flows.erasing.masking import Mask
from flows.erasing.sealed import sealed_columns
from flows.errors import Erased, VaultError
from flows.ids import new_id
from flows.practice.approved import templates_of
from flows.practice.server import PracticeServer
from flows.receiving.receive import receive
from flows.rehearsal.stage import Nobody
from flows.service.prefect_server import PrefectServer
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.tables import Alias, Case, Customer, Export, Hold, Message, Outbox
from flows.verbs import all_verbs
from tests.flows.erasing.traces import number_forms, traces
from tests.flows.practice.receiver import Receiver
from tests.flows.receiving import bodies
from tests.flows.runs import trials

# Prefect leaves the sockets of its event client to the collector when an event loop ends.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

NAME, NUMBER, OTHER = "Zélie Tamsin-Okoro", "4915550443322", "4915550998877"
HELD = "We agreed on 480 euros for the walnut table"
MASKED = "Bring it to Fliederstieg 71, 50667 Köln please"
PRIVATE = "my sister is in the hospital"
ASKS = f"{trials.ASKS}, {PRIVATE}"
WANTED = [NAME, "Zélie", "Tamsin", *number_forms(NUMBER), PRIVATE, HELD, "walnut table", MASKED, "Fliederstieg", ASKS]
PROCEDURE = """
    promises: {answered: {within: 5 days, on_breach: {escalate: shift_lead}}}
    steps:
      - reply: deletion/received
      - erase: {}
"""


@pytest.fixture
def desk(file_store: Store, clock: MovedClock, tmp_path: Path) -> Iterator[Desk]:
    """A desk that sends over real HTTP to the practice WhatsApp, and logs everything into a file."""
    file_store.ledger_file = tmp_path / "erasures.jsonl"
    shelf = Shelf(trials.bundle(PROCEDURE), all_verbs())
    practice = PracticeServer(clock=clock, templates=templates_of(shelf.current.replies.values()))
    log = logging.FileHandler(tmp_path / "everything.log", encoding="utf-8")
    root = logging.getLogger()
    level = root.level
    root.addHandler(log)
    root.setLevel(logging.DEBUG)
    try:
        with Receiver(practice.app_secret) as receiver:
            practice.webhooks.url = receiver.url
            with practice:
                channel = CloudApi(practice.url, "v23.0", practice.business.phone_number_id, practice.token)
                yield Desk(file_store, shelf, channel, Nobody(), Pace(clock))
                channel.close()
                practice.webhooks.settle()
    finally:
        root.removeHandler(log)
        root.setLevel(level)
        log.close()
        gc.collect()


def says(store: Store, number: int, words: str, sender: str = NUMBER) -> None:
    message = bodies.text(number, sender=sender, words=words)
    message["timestamp"] = str(int(store.clock.now().timestamp()) + number)
    name = NAME if sender == NUMBER else "Somebody Else"
    receive(store, bodies.raw(bodies.messages(message, contacts=[bodies.contact(sender, name=name)])))


def call(desk: Desk, flow: Any, *args: Any) -> None:
    """Run a flow on the real server, as the service does."""

    async def run() -> None:
        with kept_warm(desk):
            await flow(*args)

    try:
        asyncio.run(run())
    finally:
        gc.collect()


def keep_and_export(desk: Desk, folder: Path) -> str:
    """One message is held for good, one is to be masked, and a colleague has had the data written into a file."""
    file = folder / "their-data.txt"
    file.write_text(f"{NAME} {NUMBER} {HELD} {MASKED}")
    with desk.store.begin() as session:
        held, masked, customer = [
            *session.scalars(select(Message.id).order_by(Message.sent_at)),
            session.scalars(select(Alias.customer_id)).one(),
        ]
        for about in (held, masked):
            session.add(
                Hold(
                    id=f"H-{about[2:]}",
                    customer_id=customer,
                    about=about,
                    reason="evidence",
                    placed_at=desk.now(),
                    placed_by="anna",
                )
            )
        session.add(
            Export(
                id=new_id("X"),
                customer_id=customer,
                kind="their_data",
                made_at=desk.now(),
                made_by="anna",
                sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
                sealed_path=desk.store.vault.seal(customer, {"path": str(file)}),
            )
        )
    return str(masked)


def mask(desk: Desk, item: str) -> None:
    """What a colleague has agreed to after looking at it."""
    with desk.store.begin() as session:
        customer = session.get_one(
            Customer, session.scalars(select(Message.customer_id).where(Message.id == item)).one()
        )
        begun = erasure.begin(desk, session, customer, decisions={item: Mask()})
    with desk.store.begin() as session:
        erasure.finish(desk, session, begun)


def old_values(copy: Path) -> dict[str, bytes]:
    """Every sealed value in a copy of the data database: `table.column.row` -> the value."""
    found: dict[str, bytes] = {}
    connection = sqlite3.connect(copy)
    for table, columns in sealed_columns().items():
        for column in columns:
            rows = connection.execute(f"SELECT rowid, {column} FROM {table.__tablename__} WHERE {column} IS NOT NULL")
            found |= {f"{table.__tablename__}.{column}.{row}": blob for row, blob in rows}
    connection.close()
    return found


@pytest.mark.prefect
def test_nothing_is_left_in_any_byte(
    desk: Desk, prefect_server: PrefectServer, clock: MovedClock, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A customer was told that their data is erased, and it lies in a log, in a free page, or in Prefect's database."""
    from flows.cleanup import cleanup
    from flows.respond import respond

    store = desk.store
    for number, words in ((1, HELD), (2, MASKED)):
        says(store, number, words)
    with store.begin() as session:
        for message in session.scalars(select(Message)):
            message.handled_at = clock.now()
    masked = keep_and_export(desk, tmp_path)
    says(store, 3, ASKS)
    says(store, 4, "Where is my parcel?", OTHER)
    with sqlite3.connect(tmp_path / "data.db") as source, sqlite3.connect(tmp_path / "old.db") as copy:
        source.backup(copy)
    source.close()
    copy.close()

    call(desk, respond)
    mask(desk, masked)
    with store.read() as session:
        letters = session.scalars(select(Outbox).where(Outbox.to == "customer", Outbox.form == "text")).all()
        assert "deletion/received" in [letter.reply for letter in letters]
        messages = session.scalars(select(Message).order_by(Message.sent_at)).all()
        opened = {each.id: store.vault.open_or_nothing(each.sealed_content).get("text") for each in messages}
    assert list(opened.values())[:3] == [HELD, "Bring it to [address] please", None]
    assert not (tmp_path / "their-data.txt").exists()

    # Two weeks later, when nobody needs an answer any more, the rest goes too.
    with store.begin() as session:
        for hold in session.scalars(select(Hold)):
            hold.lifted_at, hold.lifted_by = clock.now(), "anna"
    from flows.runs.ending import close_by_hand

    with store.begin() as session:
        mine = session.scalars(select(Case.id).where(Case.playbook == "trial")).one()
        close_by_hand(session, mine, "solved", "anna", clock.now())
    clock.move(timedelta(days=15))
    call(desk, cleanup, "daily")
    with store.read() as session:
        assert len(session.scalars(select(Alias.blind)).all()) == 1

    (tmp_path / "printed").write_text("".join(capfd.readouterr()))
    written = [tmp_path, prefect_server.folder.parent]
    assert {"data.db", "keys.db", "erasures.jsonl", "everything.log"} <= {file.name for file in tmp_path.iterdir()}
    assert any(file.suffix == ".db" for file in prefect_server.folder.rglob("*"))
    assert (tmp_path / "everything.log").stat().st_size > 0
    assert traces(written, WANTED) == []

    # With the keys that are left, nothing of this customer can be opened in the old copy either.
    still = open_each(store, old_values(tmp_path / "old.db"))
    assert "Where is my parcel?" in str(still)
    assert [place for place, value in still.items() if any(word in str(value) for word in WANTED)] == []
    assert len(still) < len(old_values(tmp_path / "old.db"))


def open_each(store: Store, blobs: dict[str, bytes]) -> dict[str, object]:
    found: dict[str, object] = {}
    for place, blob in blobs.items():
        try:
            found[place] = store.vault.open(blob)
        except Erased:
            continue
        except VaultError as error:
            raise AssertionError(place) from error
    return found


@pytest.mark.parametrize("word", [NAME, NUMBER, PRIVATE])
@pytest.mark.parametrize("padding", [0, 1, 2])
def test_the_search_finds_what_is_there(tmp_path: Path, word: str, padding: int) -> None:
    """The test above would pass because it looks for nothing."""
    raw = word.encode()
    hidden = {
        "plain": raw,
        "utf-16": word.encode("utf-16"),
        "hex": raw.hex().encode(),
        "base64": base64.b64encode(b"." * padding + raw + b"..."),
        "json": ascii(word).encode() if word.isascii() else rb"Z\u00e9lie Tamsin-Okoro",
        "database": None,
    }
    for how, content in hidden.items():
        folder = tmp_path / how
        folder.mkdir()
        if content is None:
            connection = sqlite3.connect(folder / "x.db")
            connection.execute("PRAGMA secure_delete = OFF")
            connection.execute("CREATE TABLE x (y TEXT)")
            connection.execute("INSERT INTO x VALUES (?)", (" " * padding + word,))
            connection.commit()
            connection.execute("DELETE FROM x")
            connection.commit()
            connection.close()
        else:
            (folder / "x").write_bytes(b"." * padding + content if how != "base64" else content)
        assert traces([folder], [word]), how
        shutil.rmtree(folder)
        folder.mkdir()
        assert traces([folder], [word]) == []


@pytest.mark.parametrize("number", number_forms(NUMBER))
def test_a_number_is_found_however_it_is_written(tmp_path: Path, number: str) -> None:
    """A log line with the number in groups would be overlooked."""
    (tmp_path / "x.log").write_text(f"call {number} now")
    assert traces([tmp_path], number_forms(NUMBER))
