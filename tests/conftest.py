"""What every test may ask for: a clock that is moved by hand, and stores on each kind of database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.clock import MovedClock
from flows.store.database import Store
from flows.store.engines import connect
from flows.store.keys import new_master_key
from flows.store.schema import Which, bring_up_to_date
from tests.postgres import PostgresServer, find_binaries

os.environ["FIREBREAK_CONTENT"] = ""  # the content that is shipped, whatever this machine is told


@pytest.fixture
def clock() -> MovedClock:
    """A clock that stands at noon on a Monday until the test moves it."""
    return MovedClock(datetime(2026, 3, 2, 12, 0, tzinfo=UTC))


@pytest.fixture
def master_key() -> str:
    return new_master_key()


@pytest.fixture
def store(clock: MovedClock) -> Iterator[Store]:
    """An empty store in memory: the quickest."""
    with Store.in_memory(clock) as opened:
        yield opened


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `data.db` and `keys.db` in which nothing is but the tables, made once by the migrations."""
    folder = tmp_path_factory.mktemp("migrated")
    names: tuple[Which, ...] = ("data", "keys")
    for which in names:
        engine = connect(f"sqlite:///{folder}/{which}.db")
        bring_up_to_date(engine, which)
        engine.dispose()
    return folder


@pytest.fixture
def file_store(tmp_path: Path, migrated: Path, master_key: str, clock: MovedClock) -> Iterator[Store]:
    """An empty store in the files `data.db` and `keys.db` of `tmp_path`, as on a machine of its own."""
    for file in migrated.iterdir():
        shutil.copy(file, tmp_path)
    with Store.open(f"sqlite:///{tmp_path}/data.db", f"sqlite:///{tmp_path}/keys.db", master_key, clock) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL server for the session; skips what asks for it where PostgreSQL is not installed."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (no initdb on the path or in /usr/lib/postgresql)")
    server = PostgresServer(binaries)
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """The URL of an empty database on a real PostgreSQL server."""
    return postgres_server.new_database()


@pytest.fixture
def postgres_store(postgres_server: PostgresServer, master_key: str, clock: MovedClock) -> Iterator[Store]:
    """An empty store in two databases of a real PostgreSQL server."""
    with Store.open(*postgres_server.empty_pair(), master_key, clock) as opened:
        yield opened


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_store(request: pytest.FixtureRequest) -> Store:
    """The same test on each kind of store."""
    name = {"memory": "store", "sqlite": "file_store", "postgres": "postgres_store"}[request.param]
    opened = request.getfixturevalue(name)
    assert isinstance(opened, Store)
    return opened
