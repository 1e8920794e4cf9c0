"""The stage of a rehearsal: a store in memory, a clock that is moved, and ways out that lead nowhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from flows import answering
from flows.channels.channel import Letter, Refused, Result, Sent
from flows.channels.error_codes import meaning_of
from flows.channels.pace import Pace
from flows.channels.team import NotTold, Told
from flows.clock import MovedClock
from flows.desk import Desk
from flows.receiving.receive import receive
from flows.rehearsal.scenario import Event, Says
from flows.runs import following, opening, waves
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.tables import FollowUp, Subject, Task
from rules.language import FactValues

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)  # a Monday morning
CUSTOMER = "15550100001"  # a number that is reserved for stories
COLLEAGUE = "colleague"


@dataclass
class Nowhere:
    """A channel that takes every letter and sends none; it can be told what to answer."""

    name: str = "rehearsal"
    answers: list[Result] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter) -> Result:
        self.letters.append(letter)
        return self.answers.pop(0) if self.answers else Sent(f"wamid.{len(self.letters)}")


def refusal(code: int) -> Refused:
    """What WhatsApp answers with this error code."""
    meaning = meaning_of(code)
    return Refused(meaning.code, meaning.what, meaning.wait, meaning.words)


class Nobody:
    """Colleagues who are always reached."""

    def tell(self, role: str, title: str, body: str) -> Told | NotTold:  # noqa: ARG002
        return Told((role,))


class NothingToAnswer(Exception):
    """A scenario answers a question that nobody has asked."""


class Stage:
    """One rehearsal. Close it when done. `store` is an earlier rehearsal's store in memory, which is emptied."""

    def __init__(self, shelf: Shelf, given: FactValues | None = None, store: Store | None = None) -> None:
        self.clock = MovedClock(START)
        self.store = store.emptied(self.clock) if store is not None else Store.in_memory(self.clock)
        self.channel = Nowhere()
        self.desk = Desk(
            self.store,
            shelf,
            self.channel,
            Nobody(),
            Pace(self.clock),
            given={str(name): value for name, value in (given or {}).items()},
        )
        self._waves = 0
        self._messages = 0

    def close(self) -> None:
        self.store.close()

    def happen(self, event: Event) -> None:
        """Let one thing happen, and let everything follow that follows at once."""
        if event.after is not None:
            self.pass_time(event.after)
        elif event.customer_says is not None:
            self.say(event.customer_says)
        elif event.answer is not None:
            self.answer(event.answer)
        elif event.send_fails_with is not None:
            self.channel.answers.append(refusal(event.send_fails_with))
        elif event.incident is not None:
            with self.store.begin() as session:
                opening.open_incident(
                    self.desk, session, kind="other", severity="important", what=event.incident, opened_by=COLLEAGUE
                )
        elif event.process_dies:
            # Nothing is kept outside the store, so a new desk over the same store is a new process.
            self.desk = Desk(
                self.store,
                Shelf(self.desk.shelf.current, self.desk.shelf.verbs),
                self.channel,
                Nobody(),
                Pace(self.clock),
                given=self.desk.given,
            )
        self.settle()

    def say(self, said: Says) -> None:
        """The customer writes: the same body that WhatsApp would post, read by the same code."""
        self._messages += 1
        kind = said.kind
        content: dict[str, Any] = {"body": said.text} if kind == "text" else {"id": f"media-{self._messages}"}
        if kind == "reaction":
            content = {"message_id": "wamid.1", "emoji": said.text or "👍"}
        elif kind != "text" and said.text:
            content["caption"] = said.text
        message: dict[str, Any] = {
            "id": f"wamid.in.{self._messages}",
            "from": CUSTOMER,
            "type": kind,
            kind: content,
            "timestamp": str(int(self.clock.now().timestamp())),
        }
        if said.in_group:
            message["group_id"] = "rehearsal-group"
        contact: dict[str, Any] = {"wa_id": CUSTOMER, **({"profile": {"name": said.name}} if said.name else {})}
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"phone_number_id": "1", "display_phone_number": "1"},
            "contacts": [contact],
            "messages": [message],
        }
        body = {
            "object": "whatsapp_business_account",
            "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
        }
        receive(self.store, json.dumps(body).encode())

    def answer(self, answer: Mapping[str, Any]) -> None:
        """A colleague answers the oldest open task that takes these answers."""
        with self.store.begin() as session:
            tasks = session.scalars(select(Task).where(Task.status == "open").order_by(Task.created_at, Task.id)).all()
            fitting = [task for task in tasks if answering.fits(task, answer)]
            if not fitting:
                raise NothingToAnswer(f"nobody has asked for {dict(answer) or 'this'}")
            answering.answer(
                session, self.desk.shelf.current.vocabulary, fitting[0].id, answer, COLLEAGUE, self.clock.now()
            )

    def settle(self) -> None:
        """Move everything that can move now."""
        self._settled()

    def pass_time(self, time: timedelta) -> None:
        """Let time pass, stopping at every moment at which something is due."""
        until = self.clock.now() + time
        while (due := self._settled()) is not None and due <= until:
            self.clock.set(due)
        self.clock.set(until)

    def _settled(self) -> datetime | None:
        """Move everything that can move now; returns when something is due next."""
        while True:
            subject, follow_up = self._due()
            due = min((each for each in (subject, follow_up) if each is not None), default=None)
            if due is None or due > self.clock.now():
                return due
            self._waves += 1
            waves.move(self.desk, f"rehearsal-{self._waves}")
            if follow_up is not None and follow_up <= self.clock.now():
                following.start_due(self.desk)

    def _due(self) -> tuple[datetime | None, datetime | None]:
        """When a subject, and when a follow-up, is due next."""
        with self.store.read() as session:
            subject, follow_up = session.execute(_NEXT).one()
            return subject, follow_up


_SUBJECTS, _FOLLOW_UPS = Subject.__table__.c, FollowUp.__table__.c
_NEXT = select(
    select(func.min(_SUBJECTS.due_at)).scalar_subquery(),
    select(func.min(_FOLLOW_UPS.due_at)).where(_FOLLOW_UPS.status == "waiting").scalar_subquery(),
)
