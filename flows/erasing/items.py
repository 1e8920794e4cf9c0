"""The messages and letters of one customer, opened for as long as somebody looks at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.errors import VaultError
from flows.store.tables import Author, Message, Origin, Outbox
from flows.store.vault import Vault

WORDS = ("text", "caption")
"""Where a message's content keeps what somebody wrote (see `flows.receiving.content`)."""
UNSENT = ("ready", "sending")
"""A letter in these states is still on its way: it is work to do, not a record of something said."""


@dataclass(frozen=True)
class Item:
    """One message or letter. `text` is personal: it is for looking, and is stored nowhere."""

    id: str
    whose: Author
    origin: Origin
    kind: str
    at: datetime
    """When it was sent; for a letter that never left, when it was written."""
    left: bool
    """Whether it is in the chat: false for a letter of ours that never left."""
    text: str = field(repr=False)
    erased: bool = False
    """Whether its key has been destroyed, so that nobody can read it any more."""
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What was read from it when it came in: closed words."""
    from_playbook: bool = False
    """Whether it is a text of a playbook, which is the same for everybody."""


def items_of(session: Session, vault: Vault, customer_id: str) -> list[Item]:
    """All messages and letters of a customer, oldest first: what they wrote, what we wrote, by whatever way. That one
    was taken back is no message."""
    theirs_and_ours = select(Message).where(Message.customer_id == customer_id, Message.kind != "revoke")
    written = session.scalars(theirs_and_ours).all()
    ours = select(Outbox).where(Outbox.customer_id == customer_id, Outbox.to == "customer")
    letters = session.scalars(ours.where(Outbox.status.not_in(UNSENT))).all()
    contents = opened(vault, [row.sealed_content for row in written] + [row.sealed_body for row in letters])
    found = [_message(row, content) for row, content in zip(written, contents, strict=False)]
    found += [_letter(row, body) for row, body in zip(letters, contents[len(written) :], strict=True)]
    return sorted(found, key=lambda item: (item.at, item.id))


def opened(vault: Vault, blobs: Sequence[bytes | None]) -> list[dict[str, Any] | None]:
    """What was sealed, one by one; None in place of what is erased, emptied or damaged."""
    try:
        values = iter(vault.open_all([blob for blob in blobs if blob is not None]))  # one look into the keys for all
    except VaultError:
        return [_opened(vault, blob) for blob in blobs]
    return [_mapping(next(values)) if blob is not None else None for blob in blobs]


def words_of(content: Mapping[str, Any]) -> str:
    """What somebody wrote in a message: its words, those under a picture, the name of a file."""
    media = content.get("media")
    name = media.get("filename") if isinstance(media, Mapping) else None
    return "\n".join(str(part) for part in (*(content.get(key) for key in WORDS), name) if part)


def _opened(vault: Vault, blob: bytes | None) -> dict[str, Any] | None:
    try:
        return _mapping(vault.open(blob)) if blob else None
    except VaultError:
        return None


def _mapping(value: Any) -> dict[str, Any] | None:
    return value if isinstance(value, dict) else None


def _message(row: Message, content: dict[str, Any] | None) -> Item:
    return Item(
        row.id,
        row.author,
        row.origin,
        row.kind,
        row.sent_at,
        True,
        words_of(content or {}),
        content is None,
        dict(row.facts or {}),
    )


def _letter(row: Outbox, body: dict[str, Any] | None) -> Item:
    left = row.sent_at is not None and row.status != "failed"
    at = row.sent_at or row.created_at
    return Item(
        row.id,
        "us",
        "webhook",
        row.form,
        at,
        left,
        str((body or {}).get("text") or ""),
        body is None,
        from_playbook=True,
    )
