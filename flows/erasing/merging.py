"""Keys and ledger lines of the present, taken over into the keys database of a backup."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from flows.store.inserts import insert_new
from flows.store.keys import Erasure, Key
from flows.store.vault import Vault


def take_over(present: Vault, old: Vault) -> list[str]:
    """Give the old keys database what it cannot know: the keys made since, whose keys they are by now, and the erasures
    since.

    Returns the ids of keys that live in the old one and were destroyed since for another reason than an erasure; they
    are to be destroyed when the erasures are carried out. Keys that an erasure destroyed live on until then: with them
    what was to stay is sealed anew.
    """
    with present.transaction() as connection:
        keys = [dict(row._mapping) for row in connection.execute(select(*Key.__table__.columns))]
        lines = [dict(row._mapping) for row in connection.execute(select(*Erasure.__table__.columns))]
    with old.transaction() as connection:
        living = set(connection.scalars(select(Key.id).where(Key.destroyed_at.is_(None))))
        known = set(connection.scalars(select(Key.id)))
        for key in keys:
            if key["id"] not in known:
                insert_new(connection, Key, **key)
            else:
                connection.execute(update(Key).where(Key.id == key["id"]).values(owner=key["owner"]))
        numbers = set(connection.scalars(select(Erasure.number)))
        for line in lines:
            if line["number"] not in numbers:
                insert_new(connection, Erasure, **line)
    named = {key for line in lines for key in _keys_of(line)}
    return sorted(key["id"] for key in keys if key["destroyed_at"] and key["id"] in living and key["id"] not in named)


def _keys_of(line: dict[str, Any]) -> list[str]:
    return list(line["data"]["scope"]["keys"])
