"""What was written between a customer and us, and what became of it: holds, copies, erasures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.erasing import holds, items, ledger
from flows.receiving.content import Element
from flows.store.customers import owners
from flows.store.database import Store
from flows.store.tables import Export, Message, Outbox

Data = dict[str, Any]

_OF_FILE = ("filename", "mime_type", "sha256")
_PLACE = ("latitude", "longitude", "name", "address")


def messages(store: Store, session: Session, customer_id: str) -> Iterator[Data]:
    """Every message of both sides, oldest first. Of an erased one there is no word left, and `erased` is true."""
    found = items.items_of(session, store.vault, customer_id)
    rows = {row.id: row for row in _rows(session, Message, customer_id)}
    letters = {row.id: row for row in _rows(session, Outbox, customer_id)}
    opened = items.opened(store.vault, [row.sealed_content for row in rows.values()])
    contents = dict(zip(rows, opened, strict=True))
    for item in found:
        said: Data = {
            "id": item.id,
            "at": item.at.isoformat(),
            "from": "you" if item.whose == "customer" else "us",
            "kind": item.kind,
            "by": item.origin,
            "in_group": item.id in rows and rows[item.id].place == "group",
            "sent": item.left,
            "text": item.text,
            "erased": item.erased,
        }
        if item.erased:
            yield said
            continue
        content = contents.get(item.id) or {}
        letter = letters.get(item.id)
        if letter is not None and letter.reply:
            said["standard_text"] = " ".join(filter(None, (letter.reply, letter.reply_version)))
        yield said | {name: value for name, value in _further(item.kind, content).items() if value} | _read_as(item)


def _rows(session: Session, table: Any, customer_id: str) -> Any:
    return session.scalars(select(table).where(table.customer_id == customer_id)).all()


def _further(kind: str, content: Mapping[str, Any]) -> Data:
    """What a message holds beside its words. Files themselves are at WhatsApp; we have what describes them. A contact
    card is about somebody else, and stays closed."""
    media = content.get("media")
    raw = content.get("raw")
    found: Data = {"emoji": content.get("emoji"), "choice": content.get("choice")}
    if isinstance(media, Mapping):
        found["file"] = {name: media[name] for name in _OF_FILE if media.get(name)}
    elif content.get("file"):
        found["file"] = {"filename": content["file"]}
    if isinstance(raw, Mapping):
        found |= _of_raw(kind, raw)
    return found


def _of_raw(kind: str, raw: Element | Mapping[str, Any]) -> Data:
    part = raw.get(kind)
    if kind == "location" and isinstance(part, Mapping):
        return {"location": {name: part[name] for name in _PLACE if part.get(name) is not None}}
    if kind in ("order", "interactive") and isinstance(part, Mapping):
        return {"details": dict(part)}
    return {}


def _read_as(item: items.Item) -> Data:
    """What the rules made of a message, where they read it. What they found absent is as much a finding as the rest,
    and stands in `data.json`."""
    return {"read_as": dict(sorted(item.facts.items()))} if item.facts else {}


def holds_of(session: Session, customer_id: str) -> Iterator[Data]:
    """What must stay and why; who said so is not told."""
    for hold in holds.active(session, customer_id).rows:
        since = hold.placed_at.isoformat()
        yield {"about": hold.about, "reason": hold.reason, "meaning": holds.REASONS.get(hold.reason), "since": since}


def copies(session: Session, customer_id: str) -> Iterator[Data]:
    """The files with this customer's data that were written or read, and are not removed yet."""
    made = select(Export).where(Export.customer_id == customer_id, Export.removed_at.is_(None))
    for each in session.scalars(made.order_by(Export.made_at, Export.id)):
        yield {"id": each.id, "kind": each.kind, "made_at": each.made_at.isoformat(), "sha256": each.sha256}


def erasures(store: Store, session: Session, customer_id: str) -> Iterator[Data]:
    """What was erased or masked before, from the ledger."""
    everyone = {*owners(session, customer_id)}
    for line in ledger.lines(store):
        if everyone & {line.customer_id, *line.scope.owners}:
            yield {
                "id": line.id,
                "at": line.at.isoformat(),
                "erased": len(line.scope.erase),
                "masked": len(line.scope.mask),
                "kept": len(line.scope.keep),
                "finished": line.finished_at is not None,
            }
