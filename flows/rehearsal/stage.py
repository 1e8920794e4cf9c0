"""The stage of a rehearsal: a store in memory, a clock that is moved, and ways out that lead nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows import answering, ticking
from flows.channels.channel import MOST_BUTTONS, Letter, Refused, Result, Sent
from flows.channels.error_codes import meaning_of
from flows.channels.pace import Pace
from flows.channels.team import NotTold, Told
from flows.clock import MovedClock
from flows.crisis import by_hand, gathering, statements, wording
from flows.desk import Desk
from flows.ids import new_id
from flows.receiving.receive import receive
from flows.rehearsal.deeds import Said
from flows.rehearsal.events import Crowd, Stated
from flows.rehearsal.names import BY_HAND
from flows.rehearsal.scenario import START, ZONE, Event, Says
from flows.runs import breaches, ending, following, listing, opening, waves
from flows.runs.choices import choice_of
from flows.shelf import Shelf
from flows.store import customers
from flows.store.database import Store
from flows.store.tables import Case, Customer, FollowUp, Incident, Outbox, Subject, Task
from rules.language import FactValues

CUSTOMER = "15550100001"  # a number that is reserved for stories; the second customer has the next one
COLLEAGUE = "colleague"
ANOTHER = "another colleague"
STATED: Mapping[str, str] = {
    "en": "We know what has happened, and we are working on it. We will tell you more as soon as there is more.",
    "zh-CN": "我们已经知道发生了什么，正在全力处理。一有新的进展，就会告诉您。",
}
"""What a statement says whose scenario gives it no words."""


@dataclass
class Nowhere:
    """A channel that takes every letter and sends none; it can be told what to answer."""

    name: str = "rehearsal"
    answers: list[Result] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    sent: dict[str, Letter] = field(default_factory=dict)  # what has left, by WhatsApp's id, the last one last

    def send(self, letter: Letter) -> Result:
        self.letters.append(letter)
        result = self.answers.pop(0) if self.answers else Sent(f"wamid.{len(self.letters)}")
        if isinstance(result, Sent):
            self.sent[result.provider_id] = letter
        return result


def refusal(code: int) -> Refused:
    """What WhatsApp answers with this error code."""
    meaning = meaning_of(code)
    return Refused(meaning.code, meaning.what, meaning.wait, meaning.words)


class Nobody:
    """Colleagues who are always reached."""

    def tell(
        self,
        role: str,
        title: str,  # noqa: ARG002
        body: str,  # noqa: ARG002
        *,
        mail_to: str | None = None,  # noqa: ARG002
        urgent: bool = False,  # noqa: ARG002
    ) -> Told | NotTold:
        return Told((role,))


class CannotHappen(Exception):
    """Something cannot happen as things stand: an answer to a question that nobody has asked, a report about a text
    that was never sent."""


def address_of(customer: int | None) -> str:
    """The number of the first customer, the second, …"""
    return str(int(CUSTOMER) + (customer or 1) - 1)


def number_of(address: str) -> int:
    """Whose number that is: 1 for the first customer."""
    return int(address) - int(CUSTOMER) + 1


class Stage:
    """One rehearsal. Close it when done. `store` is an earlier rehearsal's store in memory, which is emptied."""

    def __init__(
        self,
        shelf: Shelf,
        given: FactValues | None = None,
        store: Store | None = None,
        *,
        starts: datetime = START,
        zone: ZoneInfo = ZONE,
    ) -> None:
        self.clock = MovedClock(starts)
        self.store = store.emptied(self.clock) if store is not None else Store.in_memory(self.clock)
        self.channel = Nowhere()
        self.desk = Desk(
            self.store,
            shelf,
            self.channel,
            Nobody(),
            Pace(self.clock),
            timezone=zone,
            given={str(name): value for name, value in (given or {}).items()},
        )
        self._waves = 0
        self._messages = 0

    def close(self) -> None:
        self.store.close()

    def said(self) -> dict[str, str]:
        """Every text that was given to the channel, by its key, also those that the procedure has erased since."""
        return {letter.key: letter.text for letter in self.channel.letters}

    def happen(self, event: Event) -> None:
        """Let one thing happen, and let everything follow that follows at once. Raises `CannotHappen`."""
        if event.after is not None:
            self.pass_time(event.after)
        elif event.at is not None:
            self._pass_until(event)
        elif event.customer_says is not None:
            self.say(event.customer_says)
        elif event.crowd is not None:
            self._crowd(event.crowd)
        elif event.customer_taps is not None:
            self.tap(event.customer_taps, event.customer)
        elif event.answer is not None:
            self.answer(event.answer, event.to, event.customer)
        elif event.send_fails_with is not None:
            self.channel.answers.append(refusal(event.send_fails_with))
        elif event.text_delivered or event.text_read:
            self.report("delivered" if event.text_delivered else "read")
        elif event.delivery_fails_with is not None:
            self.report("failed", event.delivery_fails_with, event.customer)
        elif event.colleague_writes is not None:
            self.colleague_writes(event.colleague_writes, event.customer)
        elif event.colleague_deletes is not None:
            self._delete_in_the_app(event.colleague_deletes, event.customer)
        elif event.process_dies:
            # Nothing is kept outside the store, so a new desk over the same store is a new process.
            shelf, pace = Shelf(self.desk.shelf.current, self.desk.shelf.verbs), Pace(self.clock)
            self.desk = replace(self.desk, shelf=shelf, team=Nobody(), pace=pace)
        else:
            self._by_hand(event)
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
        message: dict[str, Any] = {"id": f"wamid.in.{self._messages}", "type": kind, kind: content}
        if said.in_group:
            message["group_id"] = "rehearsal-group"
        self.take_message(message, said.name, address_of(said.customer))

    def _crowd(self, crowd: Crowd) -> None:
        """Many customers write, at even distances, the first of them now and the last when the time is over."""
        between = crowd.within / max(1, crowd.customers - 1)
        for number in range(crowd.customers):
            if number and between:
                self.pass_time(between)
            self.say(Says(crowd.say[number % len(crowd.say)], customer=crowd.first + number))

    def tap(self, what: str, customer: int | None = None) -> None:
        """The customer taps a button that we sent, the newest that stands for this choice or has this title. Raises
        `CannotHappen` if there is none."""
        self._messages += 1
        to = address_of(customer)
        for wamid, letter in reversed(self.channel.sent.items()):
            for button in letter.buttons if letter.to == to else ():
                if what in (choice_of(button.id), button.id, button.title):
                    reply = {"id": button.id, "title": button.title}
                    kind = "list_reply" if len(letter.buttons) > MOST_BUTTONS else "button_reply"
                    content = {"type": kind, kind: reply}
                    tapped = {"id": f"wamid.in.{self._messages}", "type": "interactive", "interactive": content}
                    self.take_message({**tapped, "context": {"id": wamid}}, address=to)
                    return
        raise CannotHappen(f'no text of ours has a button "{what}"')

    def take_message(self, message: Mapping[str, Any], name: str = "", address: str = CUSTOMER) -> None:
        """A message as WhatsApp would post it, sent now (unless it has a `timestamp`) from this number."""
        sent = {"from": address, "timestamp": str(int(self.clock.now().timestamp())), **message}
        contact: dict[str, Any] = {"wa_id": address, **({"profile": {"name": name}} if name else {})}
        self._post({"contacts": [contact], "messages": [sent]})

    def colleague_writes(self, text: str, customer: int | None = None, *, wamid: str = "") -> None:
        """A colleague writes to the customer in the app, and the number reports it."""
        self._messages += 1
        self._echo(customer, wamid or f"wamid.app.{self._messages}", "text", {"body": text})

    def colleague_deletes(self, wamid: str, customer: int | None = None) -> None:
        """A colleague deletes a message of ours for everyone in the app, and the number reports it."""
        self._messages += 1
        self._echo(customer, f"wamid.app.{self._messages}", "revoke", {"original_message_id": wamid})

    def _echo(self, customer: int | None, wamid: str, kind: str, content: Mapping[str, Any]) -> None:
        now = str(int(self.clock.now().timestamp()))
        echo = {"id": wamid, "from": "1", "to": address_of(customer), "timestamp": now, "type": kind, kind: content}
        self._post({"message_echoes": [echo]}, "smb_message_echoes")

    def use_channel(self, channel: Nowhere) -> None:
        """Send through this one from now on."""
        self.channel = channel
        self.desk = replace(self.desk, channel=channel)

    def know(
        self,
        locale: str | None,
        last_wrote_at: datetime | None,
        first_seen_at: datetime | None = None,
        said: Iterable[Said] = (),
    ) -> None:
        """The customer is known from before the rehearsal, by what language they wrote in and when, since when, and
        which texts were said to them."""
        with self.store.begin() as session:
            customer = self._customer(session, None)
            customer.locale, customer.last_wrote_at = locale, last_wrote_at
            customer.first_seen_at = first_seen_at or customer.first_seen_at
            for number, each in enumerate(said):
                session.add(self._letter(customer.id, number, each))

    def _letter(self, customer_id: str, number: int, said: Said) -> Outbox:
        """A text that was said before; when it left is left open, so that nothing else counts it."""
        return Outbox(
            id=new_id("O"),
            key=f"before/{number}",
            subject_id=customer_id,
            customer_id=customer_id,
            to="customer",
            reply=said.reply,
            reply_version=said.version,
            form="text",
            status="sent",
            created_at=said.at,
            sealed_body=self.store.vault.seal(customer_id, {"text": ""}),
        )

    def customer_id(self, session: Session) -> str:
        """The id of the (first) customer."""
        return self._customer(session, None).id

    def report(self, status: str, code: int | None = None, customer: int | None = None) -> None:
        """WhatsApp reports what became of the last text (to this customer). Raises `CannotHappen` if there is none."""
        to = address_of(customer) if customer is not None else None
        sent = [wamid for wamid, letter in self.channel.sent.items() if to in (None, letter.to)]
        if not sent:
            raise CannotHappen("no text has left that WhatsApp could report on")
        self.take_status(sent[-1], status, code)

    def take_status(self, wamid: str, status: str, code: int | None = None) -> None:
        """A delivery status as WhatsApp would post it."""
        letter = self.channel.sent[wamid]
        told: dict[str, Any] = {
            "id": wamid,
            "status": status,
            "timestamp": str(int(self.clock.now().timestamp())),
            "recipient_id": letter.to,
            "biz_opaque_callback_data": letter.key,
        }
        if code is not None:
            told["errors"] = [{"code": code}]
        self._post({"statuses": [told]})

    def answer(self, answer: Mapping[str, Any], to: str | None = None, customer: int | None = None) -> None:
        """A colleague answers the oldest open task that takes these answers (of the step `to`, about this customer).
        Raises `CannotHappen` if there is none, or if it does not offer this answer."""
        with self.store.begin() as session:
            still_open = select(Task).where(Task.status == "open")
            every = session.scalars(still_open.order_by(Task.created_at, Task.path, Task.id)).all()
            about = self._customer(session, customer).id if customer is not None else None
            tasks = [task for task in every if to in (None, task.path) and about in (None, task.subject_id)]
            lists = listing.lists_of(session, [task.id for task in tasks])
            fitting = [task for task in tasks if answering.fits(task, answer, lists.get(task.id, ()))]
            if not fitting:
                raise CannotHappen(_unasked(answer, to, every))
            try:
                vocabulary = self.desk.shelf.current.vocabulary
                listed = lists.get(fitting[0].id)
                given = ticking.numbered(listed, answer) if listed else answer
                answering.answer(session, vocabulary, fitting[0].id, given, COLLEAGUE, self.clock.now())
            except answering.WrongAnswer as error:
                raise CannotHappen(str(error).replace(fitting[0].id, fitting[0].path or "this task")) from None

    def _delete_in_the_app(self, number: int, customer: int | None) -> None:
        """A colleague deletes the n-th text that WhatsApp has taken (for this customer), the oldest first."""
        to = address_of(customer) if customer is not None else None
        sent = [wamid for wamid, letter in self.channel.sent.items() if to in (None, letter.to)]
        if number > len(sent):
            raise CannotHappen(f"there is no text number {number}: {len(sent)} have left")
        letter = self.channel.sent[sent[number - 1]]
        self.colleague_deletes(sent[number - 1], number_of(letter.to))

    def _pass_until(self, event: Event) -> None:
        assert event.at is not None
        until = event.at.next(self.clock.now(), self.desk.timezone)
        if until is None:
            raise CannotHappen(f"{event.at} is over by then")
        self.pass_time(until - self.clock.now())

    def _by_hand(self, event: Event) -> None:
        """A person opens or closes something."""
        with self.store.begin() as session:
            if event.incident is not None:
                opened = opening.open_incident(
                    self.desk,
                    session,
                    topic=event.topic,
                    kind=event.topic or "other",
                    severity=event.severity,
                    what=event.incident,
                    opened_by=COLLEAGUE,
                    playbook=event.playbook,
                    noticed_at=self.clock.now() - event.noticed if event.noticed is not None else None,
                )
                if event.topic is not None:
                    gathering.gather_later(session, opened, self.clock.now(), topic=event.topic)
                self._add_affected(session, opened.id, range(1, (event.affected or 0) + 1))
            elif event.statement is not None:
                self._state(session, event.statement)
            elif event.add_affected is not None:
                newest = select(Incident.id).order_by(Incident.opened_at.desc(), Incident.id).limit(1)
                if (leak := session.scalars(newest).first()) is None:
                    raise CannotHappen("no incident was opened")
                self._add_affected(session, leak, [event.add_affected])
            elif event.open_case is not None:
                by_hand.open_case(
                    self.desk,
                    session,
                    customer_id=self._customer(session, event.customer).id,
                    playbook=event.open_case,
                    severity=event.severity,
                    opened_by=COLLEAGUE,
                )
            elif event.review is not None:
                opening.open_review(self.desk, session, COLLEAGUE, event.review)
            elif event.close is not None:
                still_open = self._still_open(session, event)
                ending.close_by_hand(session, still_open, BY_HAND, COLLEAGUE, self.clock.now())

    def _state(self, session: Session, stated: Stated) -> None:
        """A colleague drafts the next version of the statement, and one of each role that must approves it."""
        newest = select(Incident).order_by(Incident.opened_at.desc(), Incident.id)
        if stated.kind == "statement":
            newest = newest.where(Incident.closed_at.is_(None))
        if (incident := session.scalars(newest.limit(1)).first()) is None:
            raise CannotHappen("no incident is open that a statement could be about")
        texts = {str(locale): str(words) for locale, words in (stated.text or STATED).items()}
        news_at = self.clock.now() + stated.news_in if stated.news_in is not None else None
        try:
            checked, allowed = wording.checked(self.desk.shelf.current, texts, stated.remedies, stated.kind)
            about = (self.desk, session, incident, checked, allowed, news_at, COLLEAGUE, stated.kind)
            statement = statements.draft(*about)
            while stated.approved and (left := statements.missing(session, statement)):
                statements.vote(self.desk, session, statement, ANOTHER, yes=True, role=left[0])
                if statement.status == "in_force":
                    break
        except statements.WrongStatement as error:
            raise CannotHappen(str(error)) from None

    def _add_affected(self, session: Session, incident_id: str, numbers: Iterable[int]) -> None:
        found = [self._customer(session, number).id for number in numbers]
        breaches.add_affected(self.desk, session, incident_id, found, COLLEAGUE)

    def _still_open(self, session: Session, event: Event) -> str:
        table = Case if event.close == "case" else Incident
        newest = select(table.id).where(table.closed_at.is_(None)).order_by(table.opened_at.desc(), table.id)
        if event.customer is not None:
            newest = newest.where(Case.customer_id == self._customer(session, event.customer).id)
        found = session.scalars(newest.limit(1)).first()
        if found is None:
            raise CannotHappen(f"no {event.close} is open")
        return str(found)

    def _customer(self, session: Session, number: int | None) -> Customer:
        """The first customer, the second, …; one who has not written yet is known all the same."""
        return customers.recognise(session, self.store.vault, self.clock.now(), wa_id=address_of(number or 1))

    def _post(self, value: Mapping[str, Any], field: str = "messages") -> None:
        about = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "1", "display_phone_number": "1"}}
        changes = [{"field": field, "value": {**about, **value}}]
        body = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}
        receive(self.store, json.dumps(body).encode())

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


def _unasked(answer: Mapping[str, Any], to: str | None, still_open: Sequence[Task]) -> str:
    """That nobody has asked for an answer, and what is asked instead."""
    given = (
        " and ".join(map(str, answer)) if answer and "approved" not in answer else "a yes or a no" if answer else "this"
    )
    asked = [f"{task.path or 'a text by hand'} ({_wanted(task)})" for task in still_open]
    where = f"{to} has not asked" if to is not None else "nobody has asked"
    return f"{where} for {given} then; open: {', '.join(asked) or 'nothing'}"


def _wanted(task: Task) -> str:
    """What a task wants to hear, as a scenario's `answer` has it."""
    if task.kind == "approve":
        return "yes or no"
    return ", ".join(answering.fields_of(task)) or "done"
