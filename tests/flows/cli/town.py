"""A small town of customers: a store in a folder, filled through the real webhook reading and the real waves."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from flows import answering
from flows.channels.manual import Manual
from flows.channels.pace import Pace
from flows.clock import MovedClock
from flows.desk import Desk
from flows.receiving.receive import receive
from flows.rehearsal.stage import Nobody, Nowhere
from flows.runs import following, waves
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.tables import Case, Message, Task

NUMBER = "4915550100099"
NAME = "Fern & Feather Books"
CHINESE = "请删除我在聊天里的个人信息，包括我的地址和电话。"
FIRE = "The charger caught fire and burned my hand"
PARCEL = "My parcel still has not arrived, it has been two weeks"
HOURS = "What are your opening hours on Sunday?"
EVIL = "Thank you very much \x1b[31mred\x1b[0m \x9b31m, see you \u202ereversed\u202c"


class Town:
    """The store in a home folder, and a desk over it. The clock began three hours ago."""

    def __init__(self, home: Path, key: bytes, shelf: Shelf) -> None:
        self.clock = MovedClock(datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3))
        self.store = Store.open(f"sqlite:///{home}/firebreak.db", f"sqlite:///{home}/keys.db", key, self.clock)
        self.desk = Desk(self.store, shelf, Nowhere(), Nobody(), Pace(self.clock))
        self.by_hand = Desk(self.store, shelf, Manual(), Nobody(), Pace(self.clock))
        self._count = 0

    def write(self, number: str, text: str, kind: str = "text", name: str = "") -> None:
        """A customer writes: the body that WhatsApp would post, read by the same code."""
        self._count += 1
        content: dict[str, Any] = {"body": text} if kind == "text" else {"id": f"media-{self._count}"}
        if kind == "reaction":
            content = {"message_id": "wamid.out.1", "emoji": text}
        message = {
            "id": f"wamid.in.{self._count}",
            "from": number,
            "type": kind,
            kind: content,
            "timestamp": str(int(self.clock.now().timestamp())),
        }
        contact: dict[str, Any] = {"wa_id": number, **({"profile": {"name": name}} if name else {})}
        self.post({"contacts": [contact], "messages": [message]})

    def post(self, value: dict[str, Any], what: str = "messages") -> None:
        value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "1"}, **value}
        entry = [{"id": "1", "changes": [{"field": what, "value": value}]}]
        receive(self.store, json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode())

    def go_on(self, passing: timedelta = timedelta(0), desk: Desk | None = None) -> None:
        """Let time pass, then move everything that can move."""
        self.clock.move(passing)
        for _ in range(6):
            self._count += 1
            waves.move(desk or self.desk, f"town-{self._count}")
        following.start_due(self.desk)

    def answer(self, role: str, given: dict[str, Any], by: str = "first_phone") -> None:
        """A colleague answers the only open task of a role."""
        with self.store.begin() as session:
            task = session.scalars(select(Task).where(Task.role == role, Task.status == "open")).one()
            vocabulary = self.desk.shelf.current.vocabulary
            answering.answer(session, vocabulary, task.id, given, by, self.clock.now())
        self.go_on(timedelta(seconds=3))

    def fill(self) -> dict[str, str]:
        """What every test here finds; returns the ids of the cases and customers by a name for each."""
        for number, words in (("15550100005", HOURS), ("15550100006", EVIL)):  # read by a person, and done with
            self.write(number, words)
            self.go_on()
            self.answer("on_call", {"intent": "other"})
        self.write("15550100002", FIRE)
        self.go_on()
        self.go_on(timedelta(minutes=12))
        self.answer("senior_owner", {})
        self.answer("senior_owner", {"call_outcome": "looked_after"})
        self.write(NUMBER, CHINESE, name=NAME)
        self.go_on()
        self.clock.move(timedelta(minutes=1))
        self.write("15550100003", PARCEL)
        self.go_on(desk=self.by_hand)  # this one was written to from the app
        self.write("15550100004", "👍", kind="reaction")
        self.go_on()
        self.post({"messages": [{"id": 5}]})
        self.post({"alert": "quality fell"}, "account_alerts")
        self.store.close()
        return self._ids()

    def _ids(self) -> dict[str, str]:
        with self.store.read() as session:
            cases = session.scalars(select(Case).order_by(Case.opened_at)).all()
            names = ("hours", "evil", "urgent", "deletion", "parcel")
            found = {name: case.id for name, case in zip(names, cases, strict=True)}
            customer = next(case.customer_id for case in cases if case.id == found["deletion"])
            loose = session.scalars(select(Message.customer_id).where(Message.case_id.is_(None))).all()
        self.store.close()
        return {**found, "customer": customer, "loose": loose[0]}
