"""Opening the store, and its transactions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from flows.clock import Clock
from flows.errors import StoreError
from flows.store.engines import connect, in_memory, on_sqlite, reader, writer
from flows.store.keys import new_master_key
from flows.store.schema import bring_up_to_date
from flows.store.sessions import LateSession
from flows.store.vault import Vault

T = TypeVar("T")

# PostgreSQL ended the transaction to break a deadlock, or could not order it: doing it again is the remedy.
_AGAIN = ("40P01", "40001")


class Store:
    """The two databases, and the clock. Safe to share between threads; a thread has one transaction at a time."""

    def __init__(
        self, engine: Engine, vault: Vault, clock: Clock, keys_engine: Engine, ledger_file: Path | None = None
    ) -> None:
        self.vault = vault
        self.clock = clock
        self.ledger_file = ledger_file
        self._engines = (engine, keys_engine)
        self._sessions = sessionmaker(writer(engine), class_=LateSession, expire_on_commit=False)
        for comes in ("loaded_as_persistent", "pending_to_persistent"):
            event.listen(self._sessions, comes, _keep)
        self._views = sessionmaker(reader(engine), expire_on_commit=False, autoflush=False)
        # SQLite has one writer at a time: waiting here is fair and quick, waiting in SQLite means polling.
        self._write_turn: AbstractContextManager[Any] = threading.Lock() if on_sqlite(engine) else nullcontext()
        self._read_turn = self._write_turn if in_memory(engine) else nullcontext()
        self._here = threading.local()

    @classmethod
    def open(
        cls,
        database_url: str,
        keys_url: str,
        master_key: str | bytes,
        clock: Clock,
        ledger_file: Path | None = None,
    ) -> Store:
        """Open both databases, bringing their tables up to date; ``sqlite://`` is a new one in memory.

        ``master_key`` is 32 bytes, or their url-safe base64 text. ``ledger_file`` is where the ledger of erasures is
        written a second time (see ``flows.erasing.ledger``). Raises ``WrongMasterKey`` when the keys database was
        made with another, ``StoreError`` when a database cannot be used.
        """
        engine, keys_engine = connect(database_url), connect(keys_url)
        try:
            if engine.url == keys_engine.url and not in_memory(engine):
                raise StoreError(
                    "The keys must be in a database of their own, so that a backup of the data holds no keys: "
                    "set FIREBREAK_KEYS_URL to another place than FIREBREAK_DATABASE_URL."
                )
            bring_up_to_date(engine, "data")
            bring_up_to_date(keys_engine, "keys")
            return cls(engine, Vault(keys_engine, master_key, clock), clock, keys_engine, ledger_file)
        except BaseException:
            engine.dispose()
            keys_engine.dispose()
            raise

    @classmethod
    def in_memory(cls, clock: Clock) -> Store:
        """A new, empty store that is gone when closed: for rehearsals."""
        return cls.open("sqlite://", "sqlite://", new_master_key(), clock)

    def emptied(self, clock: Clock) -> Store:
        """This store in memory made new and empty again, with another clock; nobody may go on using the old one.

        It is what `in_memory` gives, at a fraction of the price: SQLAlchemy need not compile every statement again.
        """
        engine, keys_engine = self._engines
        assert in_memory(engine), "only a store that nobody keeps is emptied"
        assert in_memory(keys_engine), "only a store that nobody keeps is emptied"
        bring_up_to_date(engine, "data")
        bring_up_to_date(keys_engine, "keys")
        return Store(engine, Vault(keys_engine, new_master_key(), clock), clock, keys_engine)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A transaction that writes: committed at the end of the block, undone when it raises."""
        with self._alone(), self._write_turn, self._sessions.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """An unchanging view of the store, without the write lock. Writing in it is an error."""
        with self._alone(), self._read_turn, self._views() as session:
            yield session

    def attempt(self, work: Callable[[Session], T], tries: int = 5) -> T:
        """Do work in a transaction that writes, from the start again when the database broke a deadlock with it.

        For work that touches many subjects in an order it cannot choose, such as a batch of webhook elements.
        """
        for left in reversed(range(tries)):
            try:
                with self.begin() as session:
                    return work(session)
            except OperationalError as error:
                if not left or getattr(error.orig, "sqlstate", None) not in _AGAIN:
                    raise
        raise ValueError("tries must be at least 1")

    def close(self) -> None:
        for engine in self._engines:
            engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # A second transaction on this thread would wait for the first one for ever, or not see what it did.
        if getattr(self._here, "busy", False):
            raise StoreError("This thread has a transaction open already; hand its session on instead.")
        self._here.busy = True
        try:
            yield
        finally:
            self._here.busy = False


def _keep(session: Session, row: object) -> None:
    """Hold on to a row until its transaction ends: a session by itself forgets what nobody else holds, and every part
    of the work that asks for the same customer would ask the database again."""
    session.info.setdefault("rows", []).append(row)
