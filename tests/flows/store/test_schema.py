"""The migrations, and opening databases of every age."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.command import upgrade
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from flows.clock import MovedClock
from flows.errors import StoreError
from flows.store import journal
from flows.store.database import Store
from flows.store.engines import connect, writing
from flows.store.schema import SCRIPTS, TABLES, Which, bring_up_to_date, versions
from flows.store.tables import Subject
from tests.postgres import PostgresServer

Urls = Callable[[str], str]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Urls:
    """Gives the URL of a new, empty database under a name."""
    if request.param == "sqlite":
        return lambda name: f"sqlite:///{tmp_path}/{name}.db"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return lambda _: server.new_database()


@pytest.mark.parametrize("which", ["data", "keys"])
def test_the_migrations_lead_to_the_tables_that_the_code_speaks_of(which: Which, new_url: Urls) -> None:
    """Otherwise an updated Firebreak would ask its database for a column that is not there."""
    engine = connect(new_url(which))
    bring_up_to_date(engine, which)
    with writing(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, TABLES[which]) == []
    engine.dispose()


def test_foreign_keys_and_uniqueness_are_in_the_migrations_too(new_url: Urls) -> None:
    """Otherwise a database made by migration would take rows that one made for a rehearsal refuses."""
    migrated, made = connect(new_url("migrated")), connect(new_url("made"))
    bring_up_to_date(migrated, "data")
    with writing(made) as connection:
        TABLES["data"].create_all(connection)
    assert _shape(migrated) == _shape(made)
    migrated.dispose()
    made.dispose()


@pytest.mark.parametrize("which", ["data", "keys"])
def test_the_versions_are_read_from_the_file_names(which: Which) -> None:
    """Otherwise a database would be taken for up to date when it is not."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("version_locations", str(SCRIPTS / which))
    config.set_main_option("path_separator", "newline")
    script = ScriptDirectory.from_config(config)
    assert versions(which) == sorted(each.revision for each in script.walk_revisions())
    assert script.get_heads() == [versions(which)[-1]]


def test_a_journal_line_cannot_be_changed_even_past_the_program(any_store: Store) -> None:
    """Otherwise history could be rewritten with one statement."""
    with any_store.begin() as session:
        session.add(Subject(id="P-1", kind="customer"))
        journal.write(session, "P-1", any_store.clock.now(), "opened")
    with pytest.raises(DBAPIError, match="never changed"), any_store.begin() as session:
        session.execute(text("UPDATE journal SET event = 'other'"))


def test_two_that_start_at_once_share_one_new_database(new_url: Urls, master_key: str, clock: MovedClock) -> None:
    """Otherwise `up` started twice, or two workers on one database, would leave it half made."""
    data, keys = new_url("data"), new_url("keys")
    code = (
        "import sys; from flows.clock import SystemClock; from flows.store.database import Store\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "store = Store.open(*sys.argv[1:], SystemClock()); store.vault.seal('P-1', 1); print(store.vault.owners())"
    )
    command = [sys.executable, "-c", code, data, keys, master_key]
    pipe = subprocess.PIPE
    starters = [subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(3)]
    for starter in starters:
        assert starter.stdout is not None
        assert starter.stdout.readline() == "ready\n"
    ended = []
    for starter in starters:
        assert starter.stdin is not None
        starter.stdin.write("go\n")
        starter.stdin.flush()
    ended = [(*starter.communicate(timeout=60), starter.returncode) for starter in starters]
    assert ended == [("['P-1']\n", "", 0)] * 3
    with Store.open(data, keys, master_key, clock) as store:
        assert store.vault.owners() == ["P-1"]


def test_a_database_of_a_newer_firebreak_is_refused(new_url: Urls, master_key: str, clock: MovedClock) -> None:
    """Otherwise going back to an older version would write into tables it does not know."""
    urls = new_url("data"), new_url("keys")
    Store.open(*urls, master_key, clock).close()
    engine = connect(urls[0])
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreError, match="written by a newer Firebreak"):
        Store.open(*urls, master_key, clock)


def test_opening_is_quick(tmp_path: Path, master_key: str, clock: MovedClock) -> None:
    """Otherwise every command would start slowly, and a folder of rehearsals take minutes."""
    urls = f"sqlite:///{tmp_path}/data.db", f"sqlite:///{tmp_path}/keys.db"
    Store.open(*urls, master_key, clock).close()
    assert _best(lambda: Store.open(*urls, master_key, clock)) < 0.3
    assert _best(lambda: Store.in_memory(clock)) < 0.05


@pytest.mark.usefixtures("file_store")
def test_opening_an_up_to_date_database_does_not_load_alembic(tmp_path: Path) -> None:
    """Otherwise each start of a command would wait for a library that has nothing to do."""
    code = (
        "import sys; from flows.store.engines import connect; from flows.store.schema import bring_up_to_date\n"
        "bring_up_to_date(connect(sys.argv[1]), 'data'); print('alembic' in sys.modules)"
    )
    command = [sys.executable, "-c", code, f"sqlite:///{tmp_path}/data.db"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"


def _best(open_one: Callable[[], Store], tries: int = 5) -> float:
    """The shortest of a few tries in seconds: the machine may be busy with something else."""
    times = []
    for _ in range(tries):
        start = perf_counter()
        store = open_one()
        times.append(perf_counter() - start)
        store.close()
    return min(times)


def _shape(engine: Any) -> set[frozenset[str]]:
    if engine.dialect.name == "sqlite":
        asked = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE tbl_name <> 'alembic_version'"
    else:
        asked = (
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid <> 0 AND connamespace = 'public'::regnamespace UNION ALL "
            "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL "
            "SELECT tgrelid::regclass::text, tgname, tgtype::text FROM pg_trigger WHERE NOT tgisinternal"
        )
    with engine.connect() as connection:
        rows = [" ".join(map(str, row)) for row in connection.execute(text(asked))]
    # The order of constraints inside a statement is of no matter, nor are its blanks and brackets.
    return {
        frozenset(re.sub(r"[\s\"()]+", " ", row).replace(" ,", ",").strip().split(", "))
        for row in rows
        if "alembic" not in row
    }


def test_a_database_in_use_keeps_its_rows_when_it_is_brought_up_to_date(
    new_url: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an update no shop could open its own data any more, or its running cases would be gone."""
    url = new_url("old")
    engine = connect(url)
    with monkeypatch.context() as patched:
        patched.setattr("flows.store.schema.versions", lambda _: ["0001"])
        patched.setattr("alembic.command.upgrade", lambda config, _: upgrade(config, "0001"))
        bring_up_to_date(engine, "data")
    now = "2026-03-02 12:00:00+00:00"
    with writing(engine) as connection:
        for statement in (
            "INSERT INTO subjects (id, kind, severity, bells) VALUES ('I-1', 'incident', 1, 0)",
            f"INSERT INTO bundles (digest, stored_at, files) VALUES ('d', '{now}', '{{}}')",
            (
                "INSERT INTO runs (id, subject_id, playbook, version, bundle, status, started_at, inputs)"
                f" VALUES ('R-1', 'I-1', 'p', '1.0.0', 'd', 'waiting', '{now}', '{{}}')"
            ),
            (
                "INSERT INTO steps (run_id, path, verb, status, attempt, began_at, outcome)"
                f" VALUES ('R-1', 'a', 'label', 'done', 1, '{now}', '{{}}')"
            ),
        ):
            connection.execute(text(statement))
    bring_up_to_date(engine, "data")
    with writing(engine) as connection:
        found = connection.execute(text("SELECT r.id, s.path FROM runs r JOIN steps s ON s.run_id = r.id")).all()
    assert [tuple(row) for row in found] == [("R-1", "a")]
    with pytest.raises(DBAPIError), writing(engine) as connection:  # and foreign keys are watched again
        connection.execute(text("DELETE FROM runs"))
    engine.dispose()
