"""The keys database: one row for each key, wrapped by the master key. It holds nothing else worth reading."""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from flows.errors import VaultError
from flows.store.columns import ANNOTATIONS, naming

KEY_BYTES = 32


class KeysBase(DeclarativeBase):
    metadata = naming()
    type_annotation_map = ANNOTATIONS


class Key(KeysBase):
    """A key of one owner (a customer or an incident). A destroyed one stays as a row, its bytes overwritten."""

    __tablename__ = "keys"

    id: Mapped[str] = mapped_column(primary_key=True)  # 32 hex digits
    owner: Mapped[str] = mapped_column(index=True)
    wrapped: Mapped[bytes]
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]  # nothing new is sealed under it: it is about to be destroyed
    destroyed_at: Mapped[datetime | None]


class Erasure(KeysBase):
    """One line of the erasure ledger, written before anything is destroyed. Ids only, chained by hashes."""

    __tablename__ = "erasures"

    number: Mapped[int] = mapped_column(primary_key=True)  # 1, 2, 3, … without a gap
    id: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]
    customer_id: Mapped[str] = mapped_column(index=True)
    step: Mapped[str | None] = mapped_column(index=True)  # the run and the path that asked for it
    data: Mapped[Any] = mapped_column(JSON)
    previous: Mapped[str]
    hash: Mapped[str]
    finished_at: Mapped[datetime | None]  # not part of the hash


class Note(KeysBase):
    """What the vault must remember about this database: the check value, and a scrubbing left to do."""

    __tablename__ = "notes"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[bytes]


def new_master_key() -> str:
    """A new master key, as the text that FIREBREAK_MASTER_KEY takes."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def read_master_key(given: str | bytes) -> bytes:
    """The 32 bytes of a master key, from its url-safe base64 text (with or without padding) or as they are."""
    raw = given
    if isinstance(given, str):
        text = given.strip().rstrip("=")
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            raise _unfit("it is not base64 text") from None
    if not isinstance(raw, bytes) or len(raw) != KEY_BYTES:
        raise _unfit(f"it has {len(raw)} bytes")
    return raw


def _unfit(why: str) -> VaultError:
    return VaultError(
        f"The master key must be {KEY_BYTES} bytes written as url-safe base64 text (44 characters), but {why}. "
        "Make one with: python -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
    )
