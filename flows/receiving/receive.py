"""A webhook body put into the store: all of it in one transaction, and every element of it exactly once.

| in the body                       | in the store                                                                  |
|-----------------------------------|-------------------------------------------------------------------------------|
| a customer's message              | `Message`, unread (`handled_at` is empty); the customer's bell is rung, and who |
|                                   | sounds as if it was urgent is read before the others                          |
| a system message (changed number) | `Message`, already handled; the new address is added to the customer          |
| a status                          | `Delivery`, joined to its `Outbox` row; the bell of that row's subject is rung  |
| what a colleague did in the app   | `Message` of ours, already handled; a recall that it confirms is ticked off     |
| a notice from somebody's chat     | `Message` of the kind of its webhook field, already handled                   |
| a notice about the account        | `Rejected` with the reason `notice: <field>`, for a person to look at         |
| what could not be understood      | `Rejected` with the reason                                                    |
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import insert, select
from sqlalchemy.orm import DeclarativeBase, Session

from flows.errors import VaultError
from flows.ids import new_id
from flows.receiving import arrivals
from flows.receiving.bulk import in_parts, insert_blinds, seal_all, take_turn
from flows.receiving.events import Bad, EchoEvent, Event, Json, MessageEvent, NewAddress, Notice, Parsed, StatusEvent
from flows.receiving.payload import parse
from flows.receiving.senders import Senders
from flows.runs import listing, our_messages
from flows.store.database import Store
from flows.store.subjects import ring_all, worsen
from flows.store.tables import Customer, Delivery, Message, Outbox, Rejected, Seen
from flows.store.vault import Vault

T = TypeVar("T")
Glance = Callable[[str], int]


@dataclass(frozen=True)
class Received:
    """How many elements a body brought; `repeated` ones had come in before and changed nothing."""

    messages: int
    statuses: int
    notices: int
    rejected: int
    repeated: int
    rung: int  # for how many subjects there is work now
    echoes: int = 0  # of what colleagues did in the app


def receive(store: Store, body: bytes, glance: Glance | None = None) -> Received:
    """Store a body, and return only when it is committed.

    `glance` says at a glance how severe a text sounds (the rank of its severity): of a crowd that waits to be read,
    those are read first. It looks before the transaction begins, which holds up everybody else.

    Raises `NotJson` when it is not JSON, and what the database raises when it cannot commit: then nothing of the
    body is stored, and WhatsApp must be made to send it again.
    """
    parsed = parse(body)
    body_hash = hashlib.sha256(body).hexdigest()
    sounds = {} if glance is None else _looked_at(parsed, glance)

    def take(session: Session) -> Received:
        return _Intake(session, store.vault, store.clock.now(), body_hash).take(parsed, sounds)

    return store.attempt(take)


def _looked_at(parsed: Parsed, glance: Glance) -> dict[str, int]:
    """How severe the messages of a body sound, by their wamid; those that sound like nothing are left out."""
    found: dict[str, int] = {}
    for event in parsed.events:
        if isinstance(event, MessageEvent):
            text = event.content.get("text") or event.content.get("caption")
            if isinstance(text, str) and (severity := glance(text)) > 0:
                found[event.wamid] = severity
    return found


class _Intake:
    """One body, within one transaction."""

    def __init__(self, session: Session, vault: Vault, now: datetime, body_hash: str) -> None:
        self._session = session
        self._vault = vault
        self._now = now
        self._body_hash = body_hash
        self._senders = Senders(session, vault, now)

    def take(self, parsed: Parsed, sounds: Mapping[str, int]) -> Received:
        take_turn(self._session)
        items = (*parsed.events, *parsed.bad)
        new = self._not_seen(items)
        messages, statuses = _only(MessageEvent, new), _only(StatusEvent, new)
        notices, moves, bad = _only(Notice, new), _only(NewAddress, new), _only(Bad, new)
        chats = {blind: notice for blind, notice in notices.items() if notice.about.known}

        self._senders.recognise(message.sender for message in messages.values())
        echoes = _only(EchoEvent, new)
        self._senders.recognise(echo.about for echo in echoes.values())
        self._senders.recognise(notice.about for notice in chats.values())
        self._senders.recognise(move.before for move in moves.values())
        for move in moves.values():
            self._senders.join(move.before, move.after)
        self._senders.learn(status.recipient for status in statuses.values())

        self._update_customers(messages.values())
        self._add(Message, (self._message(blind, message) for blind, message in messages.items()))
        self._add(Message, (self._chat_notice(blind, notice) for blind, notice in chats.items()))
        self._add(Message, (self._echo(blind, echo) for blind, echo in echoes.items()))
        self._confirm({echo.takes_back for echo in echoes.values()} - {None})
        letters = self._letters(statuses.values())
        self._add(Delivery, (self._delivery(status, letters) for status in statuses.values()))
        plain = {blind for blind, each in statuses.items() if arrivals.says_no_more(each, letters.get(each.wamid))}
        aside = [Bad(n.at_path, f"notice: {n.field}", n.element) for n in notices.values() if not n.about.known]
        self._set_aside([*aside, *bad.values()])

        rung = {self._senders.customer_of(m.sender).id for m in messages.values() if not _is_handled(m)}
        rung |= {self._senders.customer_of(echo.about).id for echo in echoes.values() if _has_words(echo)}
        telling = (letters.get(each.wamid) for blind, each in statuses.items() if blind not in plain)
        rung |= {letter.subject_id for letter in telling if letter is not None}
        ring_all(self._session, sorted(rung), self._now)
        worst: dict[str, int] = {}
        for message in messages.values():
            customer_id, severity = self._senders.customer_of(message.sender).id, sounds.get(message.wamid, 0)
            if customer_id in rung and severity > worst.get(customer_id, 0):
                worst[customer_id] = severity
        worsen(self._session, worst)
        # Last, since whoever moves a subject takes that before its letters.
        told = [each for blind, each in statuses.items() if blind in plain]
        arrivals.note(self._session, ((each, letters[each.wamid].id) for each in told))
        repeated = len(items) - len(new)
        return Received(len(messages), len(statuses), len(notices), len(bad), repeated, len(rung), len(echoes))

    # -- exactly once ---------------------------------------------------------------------------------------------

    def _not_seen(self, items: Iterable[Event | Bad]) -> dict[str, Event | Bad]:
        """What never came in before, by blind, in the order of the body; from now on all of it has."""
        found: dict[str, Event | Bad] = {}
        for item in items:
            found.setdefault(self._blind(item), item)
        fresh = insert_blinds(self._session, Seen, ({"blind": blind, "seen_at": self._now} for blind in found))
        # `Seen` is pruned after some weeks and messages stay, so they are asked as well.
        for blinds in in_parts(sorted(fresh)):
            fresh.difference_update(self._session.scalars(select(Message.blind).where(Message.blind.in_(blinds))))
        return {blind: item for blind, item in found.items() if blind in fresh}

    def _blind(self, item: Event | Bad) -> str:
        match item:
            case MessageEvent() | EchoEvent():
                return self._vault.blind("wamid", item.wamid)
            case StatusEvent():
                person = item.recipient
                told: list[Json] = [item.wamid, item.status, item.at.isoformat(), person.wa_id, person.user_id]
                return self._vault.blind("status", _canonical(told))
            case Notice():
                moment = item.at.isoformat() if item.at else None
                return self._vault.blind("notice", _canonical([item.field, moment, item.element]))
            case NewAddress():
                ids: list[Json] = [item.before.wa_id, item.before.user_id, item.after.wa_id, item.after.user_id]
                return self._vault.blind("new address", _canonical(ids))
            case Bad():
                return self._vault.blind("rejected", _canonical([self._body_hash, item.at_path, item.reason]))

    # -- rows -----------------------------------------------------------------------------------------------------

    def _add(self, table: type[DeclarativeBase], rows: Iterable[dict[str, Any]]) -> None:
        """Write rows; what stands in a `sealed_` column as (owner, value) is sealed first."""
        given = list(rows)
        if not given:
            return
        for name in (name for name in given[0] if name.startswith("sealed_")):
            for row, blob in zip(given, seal_all(self._vault, [row[name] for row in given]), strict=True):
                row[name] = blob
        self._session.execute(insert(table), given)

    def _message(self, blind: str, message: MessageEvent) -> dict[str, Any]:
        customer_id = self._senders.customer_of(message.sender).id
        return {
            "id": new_id("M"),
            "customer_id": customer_id,
            "blind": blind,
            "kind": message.kind,
            "place": message.place,
            "sent_at": message.sent_at,
            "received_at": self._now,
            "sealed_content": (customer_id, message.content),
            "handled_at": self._now if _is_handled(message) else None,
        }

    def _echo(self, blind: str, echo: EchoEvent) -> dict[str, Any]:
        customer_id = self._senders.customer_of(echo.about).id
        return {
            "id": new_id("M"),
            "customer_id": customer_id,
            "blind": blind,
            "author": "us",
            "origin": "echo",
            "kind": echo.kind,
            "place": echo.place,
            "sent_at": echo.sent_at,
            "received_at": self._now,
            "sealed_content": (customer_id, echo.content),
            "handled_at": None if _has_words(echo) else self._now,  # not to answer it: somebody may have said too much
        }

    def _confirm(self, taken_back: Collection[str | None]) -> None:
        """Tick off, wherever it was asked for, what colleagues have deleted for everyone by these ids of WhatsApp."""
        blinds = [self._vault.blind("wamid", wamid) for wamid in taken_back if wamid]
        if blinds:
            listing.confirmed(self._session, our_messages.by_blind(self._session, blinds), self._now)

    def _chat_notice(self, blind: str, notice: Notice) -> dict[str, Any]:
        customer_id = self._senders.customer_of(notice.about).id
        return {
            "id": new_id("M"),
            "customer_id": customer_id,
            "blind": blind,
            "kind": notice.field,
            "place": "private",
            "sent_at": notice.at or self._now,
            "received_at": self._now,
            "sealed_content": (customer_id, {"field": notice.field, "wamid": notice.wamid, "raw": notice.element}),
            "handled_at": self._now,
        }

    def _delivery(self, status: StatusEvent, letters: Mapping[str, Outbox]) -> dict[str, Any]:
        letter = letters.get(status.wamid)
        return {
            "blind": self._vault.blind("wamid", status.wamid),
            # Another program may send from this number and put anything in here, so only our own key is kept.
            "key": letter.key if letter and letter.key == status.key else None,
            "status": status.status,
            "code": status.code,
            "at": status.at,
            "received_at": self._now,
            "outbox_id": letter.id if letter else None,
            # Nobody needs to come for it if it is about no message of ours, or says all there is by itself.
            "handled_at": self._now if letter is None or arrivals.says_no_more(status, letter) else None,
        }

    def _letters(self, statuses: Collection[StatusEvent]) -> dict[str, Outbox]:
        """wamid → the outbox row that it belongs to, by our key, or by the id that the send was answered with."""
        # PostgreSQL cannot even be asked for a text with a zero character.
        keys = {status.key: status.wamid for status in statuses if status.key and "\0" not in status.key}
        blinds = {self._vault.blind("wamid", status.wamid): status.wamid for status in statuses}
        found: dict[str, Outbox] = {}
        for part in in_parts(sorted(blinds)):
            for row in self._session.scalars(select(Outbox).where(Outbox.provider_blind.in_(part))):
                found[blinds[row.provider_blind or ""]] = row
        for part in in_parts(sorted(keys)):
            found.update(
                (keys[row.key], row) for row in self._session.scalars(select(Outbox).where(Outbox.key.in_(part)))
            )
        return found

    def _set_aside(self, items: Collection[Bad]) -> None:
        ids = [new_id("X") for _ in items]
        self._vault.make_keys(ids)
        rows = zip(ids, items, strict=True)
        self._add(
            Rejected,
            (
                {
                    "id": own_id,
                    "at": self._now,
                    "reason": item.reason,
                    "at_path": item.at_path,
                    "sealed_element": (own_id, item.element),
                    "body_hash": self._body_hash,
                }
                for own_id, item in rows
            ),
        )

    # -- customers ------------------------------------------------------------------------------------------------

    def _update_customers(self, messages: Iterable[MessageEvent]) -> None:
        named: dict[str, tuple[Customer, dict[str, Any]]] = {}
        for message in sorted(messages, key=lambda message: message.sent_at):
            customer = self._senders.customer_of(message.sender)
            if message.opens_window:
                # A clock that runs ahead must not keep the window open for longer than 24 hours from now.
                wrote_at = min(message.sent_at, self._now)
                customer.last_wrote_at = max(customer.last_wrote_at or wrote_at, wrote_at)
            names = {"name": message.sender.name, "username": message.sender.username}
            given = {key: value for key, value in names.items() if value is not None}
            if given:
                named[customer.id] = (customer, {**named.get(customer.id, (customer, {}))[1], **given})
        self._update_profiles(list(named.values()))

    def _update_profiles(self, named: list[tuple[Customer, dict[str, Any]]]) -> None:
        before = self._profiles([customer for customer, _ in named])
        changed = [
            (customer, {**before[customer.id], **names})
            for customer, names in named
            if before[customer.id] != {**before[customer.id], **names}
        ]
        blobs = seal_all(self._vault, [(customer.id, profile) for customer, profile in changed])
        for (customer, _), blob in zip(changed, blobs, strict=True):
            customer.sealed_profile = blob

    def _profiles(self, of: list[Customer]) -> dict[str, dict[str, Any]]:
        """Their profiles by customer id; one that is erased or cannot be opened is empty, to be written anew."""
        sealed = {customer.id: customer.sealed_profile for customer in of if customer.sealed_profile}
        try:
            opened = dict(zip(sealed, self._vault.open_all(list(sealed.values())), strict=True))
        except VaultError:
            opened = {}  # a name is not worth a message
        return {customer.id: profile if isinstance(profile := opened.get(customer.id), dict) else {} for customer in of}


def _has_words(echo: EchoEvent) -> bool:
    return any(echo.content.get(part) for part in ("text", "caption"))


def _is_handled(message: MessageEvent) -> bool:
    """A system message is WhatsApp speaking, not the customer: there is nothing for the rules to answer."""
    return message.kind == "system"


def _only(kind: type[T], items: Mapping[str, object]) -> dict[str, T]:
    return {blind: item for blind, item in items.items() if isinstance(item, kind)}


def _canonical(value: Json) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
