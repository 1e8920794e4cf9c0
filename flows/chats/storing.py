"""Keeping an exported chat: its messages become records of the customer, as if they had come in by themselves.

They are old: nobody is woken by them and no case is opened. What was kept before is not kept twice, whether the same
file is read again or a longer one of the same phone. A phone of the other kind writes other times (an iPhone with
seconds, an Android phone without), so its export of the same chat cannot be matched with the first.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from flows.chats.people import Sides
from flows.chats.placeholders import FILES
from flows.chats.reading import Chat, Said
from flows.ids import new_id
from flows.receiving.bulk import in_parts, seal_all
from flows.store import journal
from flows.store.customers import recognise
from flows.store.tables import Customer, Export, Message
from flows.store.vault import Vault


@dataclass(frozen=True)
class Kept:
    """What became of a chat: whose it is, how many messages are new, and how many were known before. `ids` are those of
    the new ones by their place in the chat."""

    customer: str
    theirs: int
    ours: int
    known: int
    ids: Mapping[int, str]

    @property
    def new(self) -> int:
        return self.theirs + self.ours


def keep(
    session: Session,
    vault: Vault,
    now: datetime,
    chat: Chat,
    sides: Sides,
    by: str,
    locale: str | None = None,
) -> Kept:
    """Store what both sides wrote, in this transaction, and note the file itself as one more copy. `sides` are complete
    (`people.require_complete`); `locale` is the language that the customer writes in, if it is known."""
    customer = recognise(session, vault, now, wa_id=sides.number)
    found = list(_rows(vault, now, chat, sides, customer.id))
    before: set[str] = set()
    for blinds in in_parts([row["blind"] for _, row, _ in found]):
        before.update(session.scalars(select(Message.blind).where(Message.blind.in_(blinds))))
    new = [each for each in found if each[1]["blind"] not in before]
    blobs = seal_all(vault, [(customer.id, content) for _, _, content in new])
    rows = [{**row, "sealed_content": blob} for (_, row, _), blob in zip(new, blobs, strict=True)]
    if rows:
        session.execute(insert(Message), rows)
    _learn(vault, now, chat, sides, customer)
    customer.locale = customer.locale or locale
    _note_file(session, vault, now, chat, customer.id, by)
    theirs = sum(row["author"] == "customer" for row in rows)
    kept = Kept(
        customer.id,
        theirs,
        len(rows) - theirs,
        len(found) - len(new),
        {place: row["id"] for place, row, _ in new},
    )
    told = {"by": by, "theirs": kept.theirs, "ours": kept.ours, "known": kept.known}
    journal.write(session, customer.id, now, "chat imported", told)
    return kept


def _rows(
    vault: Vault, now: datetime, chat: Chat, sides: Sides, customer_id: str
) -> Iterator[tuple[int, dict[str, Any], dict[str, str]]]:
    """The place in the chat, the row without what is sealed, and what is to be sealed, of each message to keep."""
    in_a_moment: Counter[datetime] = Counter()
    alike: Counter[str] = Counter()
    group = len(chat.senders) > 2
    for place, said in enumerate(chat.said):
        author = sides.author_of(said)
        if author not in ("us", "customer"):
            continue
        # An export with media and one without them name the same message, once with a file and once without.
        form = "file" if said.kind in FILES else said.kind
        told = json.dumps([sides.number, said.at.replace(tzinfo=None).isoformat(), author, form, said.text])
        alike[told] += 1
        # A phone writes minutes, and what was written within one must keep its order.
        at = said.at + timedelta(microseconds=in_a_moment[said.at])
        in_a_moment[said.at] += 1
        row = {
            "id": new_id("M"),
            "customer_id": customer_id,
            "blind": vault.blind("imported", f"{told} {alike[told]}"),
            "author": author,
            "origin": "import",
            "kind": said.kind,
            "place": "group" if group else "private",
            "sent_at": at,
            "received_at": now,
            "handled_at": now,
        }
        yield place, row, _content(said)


def _content(said: Said) -> dict[str, str]:
    if said.kind in FILES:
        return {"file": said.file, "caption": said.text}
    return {"text": said.text}


def _learn(vault: Vault, now: datetime, chat: Chat, sides: Sides, customer: Customer) -> None:
    """When the customer wrote last, and their name unless we know one: a contact's name here is our own word for them,
    a number is none."""
    theirs = [each.at for each in chat.said if sides.author_of(each) == "customer"]
    if theirs:
        wrote_at = min(max(theirs), now)
        customer.last_wrote_at = max(customer.last_wrote_at or wrote_at, wrote_at)
    profile = vault.open_or_nothing(customer.sealed_profile)
    if sides.customer and not sides.customer.startswith("+") and not profile.get("name"):
        customer.sealed_profile = vault.seal(customer.id, {**profile, "name": sides.customer})


def _note_file(session: Session, vault: Vault, now: datetime, chat: Chat, customer_id: str, by: str) -> None:
    """The file is one more copy of what the customer wrote, and must not be forgotten when it is deleted elsewhere."""
    digest = chat.file.sha256()
    same = select(Export.id).where(
        Export.customer_id == customer_id,
        Export.kind == "chat_export",
        Export.sha256 == digest,
        Export.removed_at.is_(None),
    )
    if session.scalars(same).first() is None:
        export = Export(
            id=new_id("D"),
            customer_id=customer_id,
            kind="chat_export",
            made_at=now,
            made_by=by,
            sha256=digest,
            sealed_path=vault.seal(customer_id, {"path": str(chat.file.path.resolve())}),
        )
        session.add(export)
