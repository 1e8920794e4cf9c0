"""A house with two customers, of whom one has something in every place in which there can be something personal."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.channels.pace import Pace
from flows.desk import Desk
from flows.errors import VaultError
from flows.ids import new_id
from flows.receiving.receive import receive
from flows.rehearsal.stage import Nobody, Nowhere
from flows.shelf import Shelf
from flows.store import customers
from flows.store.database import Store
from flows.store.tables import Case, Export, Hold, Message, Outbox, Rejected, Task
from tests.flows.receiving import bodies

NAME, NUMBER = "Wilhelmina Oduya", "4915550102030"
OTHER = "4915550999999"
WORDS = ["My order 88213 came broken", "I live at Lindenweg 12, 50667 Köln, call 0155 50102030", "Delete all of that"]


@dataclass
class House:
    """The store with its ids. `messages` are those that the customer wrote, oldest first; `letter` is one of ours that
    has left, `unsent` one that has not."""

    desk: Desk
    customer_id: str
    other_id: str
    case_id: str
    messages: list[str]
    unread: str
    letter: str
    unsent: str
    done: str
    to_do: str
    aside: str
    export: str
    file: Path

    @property
    def store(self) -> Store:
        return self.desk.store

    def readable(self) -> dict[str, object]:
        """Everything sealed that can be opened now: `table.id.column` -> what it says."""
        from flows.erasing.sealed import sealed_columns

        found: dict[str, object] = {}
        with self.store.read() as session:
            for table, columns in sealed_columns().items():
                for row in session.scalars(select(table)):
                    own = getattr(row, "id", None) or getattr(row, "blind", "")
                    for column in columns:
                        blob = getattr(row, column)
                        try:
                            if blob is not None:
                                found[f"{table.__tablename__}.{own}.{column}"] = self.store.vault.open(blob)
                        except VaultError:
                            continue
        return found

    @property
    def address(self) -> str:
        """The place of the customer's number in `readable`."""
        return f"aliases.{self.store.vault.blind('wa_id', NUMBER)}.sealed_address"

    def hold(self, about: str | None, reason: str = "evidence") -> str:
        with self.store.begin() as session:
            hold = Hold(
                id=f"H-{new_id('X')[2:]}",
                customer_id=self.customer_id,
                about=about,
                reason=reason,
                placed_at=self.desk.now(),
                placed_by="anna",
            )
            session.add(hold)
        return hold.id


def desk_over(store: Store, shelf: Shelf) -> Desk:
    """A desk from which nothing leaves."""
    return Desk(store, shelf, Nowhere(), Nobody(), Pace(store.clock))


def furnished(store: Store, shelf: Shelf, folder: Path) -> House:
    """Fill an empty store."""
    desk, now = desk_over(store, shelf), store.clock.now()
    for number, words in enumerate(WORDS):
        write(store, number, NUMBER, words, now)
    write(store, 90, OTHER, "Somebody else's words", now)
    with store.begin() as session:
        for message in session.scalars(select(Message)):
            message.handled_at = now
    write(store, 91, NUMBER, "And hurry", now)
    for number, sender in ((92, NUMBER), (93, OTHER)):
        broken = bodies.message(number, sender=sender, nonsense={"body": "no text"})
        receive(store, bodies.raw(bodies.messages(broken, contacts=[bodies.contact(sender)])))
    file = folder / "their data.zip"
    file.write_bytes(b"their data")
    with store.begin() as session:
        return _with_paper(desk, session, now, file)


def write(store: Store, number: int, sender: str, words: str, now: datetime) -> None:
    """Let somebody write."""
    message = bodies.text(number, sender=sender, words=words)
    message["timestamp"] = str(int(now.timestamp()) + number)
    name = NAME if sender == NUMBER else "Somebody Else"
    receive(store, bodies.raw(bodies.messages(message, contacts=[bodies.contact(sender, name=name)])))


def _with_paper(desk: Desk, session: Session, now: datetime, file: Path) -> House:
    """A case with letters, tasks and a file, as steps and colleagues would leave them."""
    vault = desk.store.vault
    mine = customers.recognise(session, vault, now, wa_id=NUMBER).id
    other = customers.recognise(session, vault, now, wa_id=OTHER).id
    written = session.scalars(select(Message).where(Message.customer_id == mine).order_by(Message.sent_at)).all()
    case = Case(id=new_id("C"), customer_id=mine, playbook="deletion-request", opened_at=now)
    session.add(case)
    session.flush()
    letters = [
        Outbox(
            id=new_id("O"),
            key=new_id("O"),
            subject_id=mine,
            customer_id=mine,
            case_id=case.id,
            to="customer",
            form="text",
            status=status,
            created_at=now,
            sealed_body=vault.seal(mine, {"text": f"Dear {NAME}, we are on it"}),
        )
        for status in ("sent", "ready")
    ]
    tasks = [
        Task(
            id=new_id("T"),
            subject_id=mine,
            case_id=case.id,
            kind="do",
            role="on_call",
            question="Please call the customer",
            status=status,
            created_at=now,
            sealed_details=vault.seal(mine, {"text": f"Call {NUMBER}"}),
            sealed_remark=vault.seal(mine, {"text": f"{NAME} was friendly"}),
        )
        for status in ("answered", "open")
    ]
    export = Export(
        id=new_id("X"),
        customer_id=mine,
        case_id=case.id,
        kind="their_data",
        made_at=now,
        made_by="anna",
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        sealed_path=vault.seal(mine, {"path": str(file)}),
    )
    session.add_all([*letters, *tasks, export])
    session.flush()
    aside = [each for each in session.scalars(select(Rejected)) if NUMBER in str(vault.open(each.sealed_element))]
    return House(
        desk=desk,
        customer_id=mine,
        other_id=other,
        case_id=case.id,
        messages=[each.id for each in written if each.handled_at is not None],
        unread=next(each.id for each in written if each.handled_at is None),
        letter=letters[0].id,
        unsent=letters[1].id,
        done=tasks[0].id,
        to_do=tasks[1].id,
        aside=aside[0].id,
        export=export.id,
        file=file,
    )
