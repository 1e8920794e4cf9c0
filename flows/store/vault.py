"""Seals what is personal under a key of each owner's own, and makes it unreadable by destroying that key.

A sealed value is ``version (1 byte) | key id (16) | nonce (12) | AES-256-GCM ciphertext with tag``; version and key id
are authenticated. Keys are wrapped in the same way under a key derived from the master key.

The two databases cannot commit together, and need not: a key is committed before anything sealed under it can be, so
after a crash there may be a key without data, never data without a key. Keys are read anew for each use, so that one
destroyed here is at once of no use in any other process.

An owner's key may be replaced: a retired one still opens what was sealed under it, and nothing new is sealed under it.
So a part of what somebody has here can stay, sealed anew, when the old key is destroyed with all the rest.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import RLock, local
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, Engine, bindparam, delete, select, update

from flows.clock import Clock, SystemClock
from flows.errors import Erased, VaultError, WrongMasterKey
from flows.store.engines import in_memory, reading, scrub, writing
from flows.store.inserts import insert_new
from flows.store.keys import KEY_BYTES, Key, Note, read_master_key

VERSION = b"\x01"
GONE = b"\x00"
"""What stands in the place of a sealed value that was erased: `Erased`, whatever becomes of the keys."""
NONCE_BYTES = 12
HEAD_BYTES = 1 + 16 + NONCE_BYTES
_CHECK = b"firebreak keys"
_SCRUB = "scrub-"
_AT_ONCE = 500  # well below the number of parameters that any SQLite takes in one statement

_LIVING = (
    select(Key.id, Key.wrapped)
    .where(Key.owner == bindparam("owner"), Key.retired_at.is_(None), Key.destroyed_at.is_(None))
    .order_by(Key.made_at, Key.id)
    .limit(1)
)
_ALL_OF = (
    select(Key.id, Key.owner, Key.wrapped, Key.retired_at)
    .where(Key.owner.in_(bindparam("owners", expanding=True)), Key.destroyed_at.is_(None))
    .order_by(Key.made_at, Key.id)
)
_THESE = select(Key.id, Key.wrapped, Key.destroyed_at).where(Key.id.in_(bindparam("ids", expanding=True)))


class Vault:
    """Seals and opens values. Safe to share between threads."""

    def __init__(self, keys_engine: Engine, master_key: str | bytes, clock: Clock | None = None) -> None:
        """Use a keys database whose tables exist. Raises ``WrongMasterKey`` when it was made with another key."""
        master = read_master_key(master_key)
        self._engine = keys_engine
        self._clock = clock or SystemClock()
        self._wrapping = AESGCM(_derived(master, b"wrap"))
        self._blinding = _derived(master, b"blind")
        # The one connection of an in-memory database serves one transaction at a time.
        self._turn: AbstractContextManager[Any] = RLock() if in_memory(keys_engine) else nullcontext()
        self._here = local()
        self._check()

    @contextmanager
    def keys_at_hand(self) -> Iterator[None]:
        """In this block, on this thread, a key that was read once is not read again. Only for who has the subjects
        locked whose keys these are, and for no longer: nobody destroys a key meanwhile."""
        self._here.keys, self._here.living = {}, {}
        try:
            yield
        finally:
            del self._here.keys, self._here.living

    def bring_to_hand(self, owners: Collection[str]) -> None:
        """Within `keys_at_hand`: read the keys of all these owners, at the price of one look."""
        keys, living = self._here.keys, self._here.living
        with self._turn, reading(self._engine) as connection:
            for row in connection.execute(_ALL_OF, {"owners": list(owners)}):
                key_id = bytes.fromhex(row.id)
                keys[key_id] = self._unwrapped(key_id, row.wrapped)
                if row.retired_at is None:
                    living.setdefault(row.owner, (key_id, keys[key_id]))

    def _forget(self) -> None:
        """What is at hand may be retired, destroyed or another's by now."""
        if hasattr(self._here, "keys"):
            self._here.keys, self._here.living = {}, {}

    def seal(self, owner: str, value: Any) -> bytes:
        """Seal a JSON value under the owner's key, which is made when there is none."""
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        key_id, key = self._living_key(owner)
        head = VERSION + key_id
        nonce = os.urandom(NONCE_BYTES)
        return head + nonce + AESGCM(key).encrypt(nonce, text.encode(), head)

    def open(self, blob: bytes) -> Any:
        """The value that was sealed. Raises ``Erased`` when its key was destroyed, ``VaultError`` when damaged."""
        value = self.open_all([blob])[0]
        if isinstance(value, Erased):
            raise value
        return value

    def open_or_nothing(self, blob: bytes | None) -> dict[str, Any]:
        """A sealed mapping; an empty one when there is none, or when it is erased or damaged."""
        try:
            value = self.open(blob) if blob is not None else {}
        except VaultError:
            return {}
        return value if isinstance(value, dict) else {}

    def open_all(self, blobs: Sequence[bytes]) -> list[Any]:
        """Open many at the price of one look into the keys; in place of an erased value is an ``Erased`` error."""
        key_ids = [_key_id(blob) if blob != GONE else GONE for blob in blobs]
        keys: dict[bytes, bytes | Erased] = {GONE: Erased(), **self._read({*key_ids} - {GONE})}
        return [_opened(blob, keys.get(key_id)) for blob, key_id in zip(blobs, key_ids, strict=True)]

    def blind(self, kind: str, value: str) -> str:
        """64 hex digits by which a value can be looked up but, without the master key, not guessed."""
        return hmac.new(self._blinding, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()

    def make_keys(self, owners: Iterable[str]) -> None:
        """Make the keys that these owners lack, in one transaction: cheaper than one by one while sealing."""
        with self._turn, writing(self._engine) as connection:
            wanted = sorted(set(owners))
            living = select(Key.owner).where(
                Key.owner.in_(wanted), Key.retired_at.is_(None), Key.destroyed_at.is_(None)
            )
            have = set(connection.scalars(living))
            for owner in wanted:
                if owner not in have:
                    self._make(connection, owner)

    def retire(self, *owners: str) -> list[str]:
        """Seal nothing new under the keys that these owners have; what was sealed under them can still be opened.

        Returns the ids of all their keys that are retired and not destroyed, also by an earlier call. Call it while
        the owner's subject is locked, so that nothing is being sealed under one of them at this moment.
        """
        self._forget()
        with self.transaction() as connection:
            wanted = Key.owner.in_(owners), Key.destroyed_at.is_(None)
            connection.execute(
                update(Key).where(*wanted, Key.retired_at.is_(None)).values(retired_at=self._clock.now())
            )
            return list(connection.scalars(select(Key.id).where(*wanted).order_by(Key.made_at, Key.id)))

    def retire_keys(self, key_ids: Iterable[str]) -> None:
        """Seal nothing new under these keys. Ids that are not here, and keys that are destroyed, are passed over."""
        self._forget()
        with self.transaction() as connection:
            for some in _in_parts(key_ids):
                still = update(Key).where(Key.id.in_(some), Key.retired_at.is_(None), Key.destroyed_at.is_(None))
                connection.execute(still.values(retired_at=self._clock.now()))

    def destroy(self, *owners: str) -> int:
        """Destroy every key of these owners for good, and return how many there were.

        What was sealed under them is unreadable from now on, here and in every old copy of the data database.
        On SQLite no copy of a key is left in the file or beside it. On PostgreSQL none is left in the table; the
        server's write-ahead log has wrapped copies for as long as it is kept.
        Call it while the owner's subject is locked, so that nothing is sealed under a key that is about to go.
        """
        living = select(Key.id).where(Key.owner.in_(owners), Key.destroyed_at.is_(None))
        with self.transaction() as connection:
            doomed = list(connection.scalars(living))
        return self.destroy_keys(doomed)

    def destroy_keys(self, key_ids: Collection[str], *, scrub: bool = True) -> int:
        """Destroy these keys for good, as `destroy` does, and return how many of them were still there. Ids that are
        not here, and keys that are destroyed already, are passed over. Without `scrub` the file may have older copies
        of them until `scrub` is called: it takes its time, and nobody should have to wait for it with a lock in hand.
        """
        destroyed = 0
        self._forget()
        with self._turn:
            with writing(self._engine) as connection:
                for some in _in_parts(key_ids):
                    living = select(Key.id, Key.wrapped).where(Key.id.in_(some), Key.destroyed_at.is_(None))
                    for key_id, wrapped in connection.execute(living.with_for_update()).all():
                        gone = {"wrapped": bytes(len(wrapped)), "destroyed_at": self._clock.now()}
                        connection.execute(update(Key).where(Key.id == key_id).values(gone))
                        destroyed += 1
                if destroyed:
                    insert_new(connection, Note, name=f"{_SCRUB}{uuid.uuid4().hex}", value=b"")
            if scrub:
                self._scrub()
        return destroyed

    def scrub(self) -> None:
        """Leave no older copy of a destroyed key in the file. Raises ``StoreError`` when somebody else keeps the file
        busy; it is then done by whoever destroys a key next, and at the next start."""
        with self._turn:
            self._scrub()

    def merge(self, owner_from: str, owner_into: str) -> None:
        """Make the keys of one owner the other's: what was sealed for both is read, and destroyed, as one."""
        self._forget()
        with self._turn, writing(self._engine) as connection:
            connection.execute(update(Key).where(Key.owner == owner_from).values(owner=owner_into))

    def owners(self) -> list[str]:
        """Everyone who has a key that is not destroyed."""
        with self._turn, reading(self._engine) as connection:
            living = select(Key.owner).where(Key.destroyed_at.is_(None)).distinct().order_by(Key.owner)
            return list(connection.scalars(living))

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction of the keys database that writes, for what belongs beside the keys: the ledger of erasures."""
        with self._turn, writing(self._engine) as connection:
            yield connection

    def _living_key(self, owner: str) -> tuple[bytes, bytes]:
        at_hand: dict[str, tuple[bytes, bytes]] | None = getattr(self._here, "living", None)
        if at_hand is not None and owner in at_hand:
            return at_hand[owner]
        found = self._read_living_key(owner)
        if at_hand is not None:
            at_hand[owner] = found
        return found

    def _read_living_key(self, owner: str) -> tuple[bytes, bytes]:
        with self._turn:
            with reading(self._engine) as connection:
                row = connection.execute(_LIVING, {"owner": owner}).first()
            if row is None:
                with writing(self._engine) as connection:
                    row = connection.execute(_LIVING, {"owner": owner}).first()
                    if row is None:
                        return self._make(connection, owner)
        key_id = bytes.fromhex(row.id)
        return key_id, self._unwrapped(key_id, row.wrapped)

    def _make(self, connection: Connection, owner: str) -> tuple[bytes, bytes]:
        key_id, key, nonce = uuid.uuid4().bytes, AESGCM.generate_key(KEY_BYTES * 8), os.urandom(NONCE_BYTES)
        wrapped = nonce + self._wrapping.encrypt(nonce, key, VERSION + key_id)
        insert_new(connection, Key, id=key_id.hex(), owner=owner, wrapped=wrapped, made_at=self._clock.now())
        return key_id, key

    def _unwrapped(self, key_id: bytes, wrapped: bytes) -> bytes:
        try:
            return self._wrapping.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], VERSION + key_id)
        except InvalidTag:
            raise VaultError(f"The key {key_id.hex()} in the keys database is damaged.") from None

    def _read(self, key_ids: Collection[bytes]) -> dict[bytes, bytes | Erased]:
        """The keys of these ids; an id that was never here is left out."""
        at_hand: dict[bytes, bytes | Erased] | None = getattr(self._here, "keys", None)
        found: dict[bytes, bytes | Erased] = {
            key_id: at_hand[key_id] for key_id in key_ids if at_hand is not None and key_id in at_hand
        }
        wanted = [key_id.hex() for key_id in key_ids if key_id not in found]
        if not wanted:
            return found
        with self._turn, reading(self._engine) as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                for row in connection.execute(_THESE, {"ids": wanted[start : start + _AT_ONCE]}):
                    key_id = bytes.fromhex(row.id)
                    found[key_id] = Erased() if row.destroyed_at else self._unwrapped(key_id, row.wrapped)
        if at_hand is not None:
            at_hand.update(found)
        return found

    def _check(self) -> None:
        """Compare the master key with the one that this database was made with, and finish a broken-off scrubbing."""
        stored = select(Note.value).where(Note.name == "check")
        with self._turn:
            with reading(self._engine) as connection:
                value = connection.scalar(stored)
            if value is None:
                nonce = os.urandom(NONCE_BYTES)
                mine = nonce + self._wrapping.encrypt(nonce, _CHECK, VERSION)
                with writing(self._engine) as connection:
                    insert_new(connection, Note, name="check", value=mine)
                    value = connection.scalar(stored) or mine
            try:
                self._wrapping.decrypt(value[:NONCE_BYTES], value[NONCE_BYTES:], VERSION)
            except InvalidTag:
                raise WrongMasterKey from None
            self._scrub()

    def _scrub(self) -> None:
        with reading(self._engine) as connection:
            due = list(connection.scalars(select(Note.name).where(Note.name.startswith(_SCRUB))))
        if due:
            scrub(self._engine, Key.__tablename__)
            with writing(self._engine) as connection:
                connection.execute(delete(Note).where(Note.name.in_(due)))


def key_of(blob: bytes) -> str | None:
    """The id of the key that a value was sealed under, as the keys database has it; None when the value is erased.
    Raises ``VaultError`` for what is no sealed value."""
    return _key_id(blob).hex() if blob != GONE else None


def _in_parts(key_ids: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted(set(key_ids))
    for start in range(0, len(wanted), _AT_ONCE):
        yield wanted[start : start + _AT_ONCE]


def _derived(master_key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"firebreak " + purpose).derive(master_key)


def _key_id(blob: bytes) -> bytes:
    if len(blob) <= HEAD_BYTES or not blob.startswith(VERSION):
        raise VaultError("This is not a sealed value: it is too short or of an unknown version.")
    return blob[1:17]


def _opened(blob: bytes, key: bytes | Erased | None) -> Any:
    if isinstance(key, Erased):
        return key
    if key is None:
        raise VaultError
    try:
        text = AESGCM(key).decrypt(blob[17:HEAD_BYTES], blob[HEAD_BYTES:], blob[:17])
    except InvalidTag:
        raise VaultError from None
    return json.loads(text)
