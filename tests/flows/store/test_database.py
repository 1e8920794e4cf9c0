"""Opening the store, and what its transactions promise."""

from __future__ import annotations

import stat
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session

from flows.clock import MovedClock
from flows.errors import StoreError
from flows.store.database import Store
from flows.store.tables import Case, Customer, Seen, Subject


def seen(store: Store) -> list[str]:
    with store.read() as session:
        return list(session.scalars(select(Seen.blind).order_by(Seen.blind)))


def test_a_transaction_is_kept_or_undone_as_a_whole(any_store: Store) -> None:
    """Otherwise half of what a webhook brought would be kept, and the rest lost."""
    with any_store.begin() as session:
        session.add(Seen(blind="a", seen_at=any_store.clock.now()))

    def half_done(session: Session) -> None:
        session.add(Seen(blind="b", seen_at=any_store.clock.now()))
        session.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        any_store.attempt(half_done)
    assert seen(any_store) == ["a"]


def test_a_reader_cannot_write(any_store: Store) -> None:
    """Otherwise a page that only shows something could change it, or fail under load because it tried."""
    with pytest.raises(DBAPIError), any_store.read() as session:
        session.execute(insert(Seen).values(blind="a", seen_at=any_store.clock.now()))
    assert seen(any_store) == []
    with any_store.begin() as session:
        session.add(Seen(blind="b", seen_at=any_store.clock.now()))
    assert seen(any_store) == ["b"]


@pytest.mark.parametrize("kind", ["file_store", pytest.param("postgres_store", marks=pytest.mark.postgres)])
def test_a_reader_neither_waits_for_a_writer_nor_sees_half_of_it(kind: str, request: pytest.FixtureRequest) -> None:
    """Otherwise a timeline shown during a busy hour would hang, or contradict itself."""
    store: Store = request.getfixturevalue(kind)
    written, looked = threading.Event(), threading.Event()

    def write() -> None:
        with store.begin() as session:
            session.add(Seen(blind="a", seen_at=store.clock.now()))
            session.flush()
            written.set()
            looked.wait(20)

    writer = threading.Thread(target=write)
    with store.read() as session:
        assert session.scalars(select(Seen)).all() == []
        writer.start()
        assert written.wait(20)
        assert session.scalars(select(Seen)).all() == []
        looked.set()
        writer.join(20)
        assert session.scalars(select(Seen)).all() == []
    assert seen(store) == ["a"]


def test_a_second_transaction_on_a_thread_is_refused(any_store: Store) -> None:
    """Otherwise the inner one would wait for the outer one for ever, and the responder with it."""
    for outer in (any_store.begin, any_store.read):
        with outer():
            for inner in (any_store.begin, any_store.read):
                with pytest.raises(StoreError, match="open already"), inner():
                    pass
    assert seen(any_store) == []


def test_threads_take_turns(any_store: Store) -> None:
    """Otherwise two web requests at once would lose one another's work."""
    with any_store.begin() as session:
        session.add(Subject(id="P-1", kind="customer"))

    def count_up() -> None:
        for _ in range(25):
            with any_store.begin() as session:
                subject = session.scalars(select(Subject).with_for_update()).one()
                any_store.vault.seal("P-1", "x")
                subject.bells += 1

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with any_store.read() as session:
        assert session.get_one(Subject, "P-1").bells == 100


@pytest.mark.postgres
def test_work_that_a_deadlock_undid_is_done_again(postgres_store: Store) -> None:
    """Otherwise one of two batches that name the same customers in another order would be refused."""
    with postgres_store.begin() as session:
        session.add_all(Subject(id=name, kind="customer") for name in ("P-1", "P-2"))
    meeting, tries = threading.Barrier(2), {"P-1": 0, "P-2": 0}

    def work(first: str, second: str) -> None:
        def both(session: Session) -> None:
            tries[first] += 1
            session.execute(text("UPDATE subjects SET bells = bells + 1 WHERE id = :id"), {"id": first})
            if tries[first] == 1:
                meeting.wait(20)
            session.execute(text("UPDATE subjects SET bells = bells + 1 WHERE id = :id"), {"id": second})

        postgres_store.attempt(both)

    threads = [threading.Thread(target=work, args=pair) for pair in (("P-1", "P-2"), ("P-2", "P-1"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(tries.values()) == 3
    with postgres_store.read() as session:
        assert session.scalars(select(Subject.bells)).all() == [2, 2]


def test_an_attempt_returns_its_result_and_does_not_repeat_other_errors(any_store: Store) -> None:
    """Otherwise an ordinary error would be tried five times, and its cause be hard to find."""
    tries: list[int] = []

    def fails(session: Session) -> None:
        tries.append(1)
        session.execute(text("SELECT nonsense"))

    assert any_store.attempt(lambda session: session.get(Seen, "a")) is None
    with pytest.raises(DBAPIError):
        any_store.attempt(fails)
    assert len(tries) == 1


def test_times_come_back_aware_and_in_utc(any_store: Store) -> None:
    """Otherwise a deadline would move by the time zone of the machine or the database."""
    beijing = timezone(timedelta(hours=8))
    at = datetime(2026, 3, 2, 20, 0, 0, 123456, tzinfo=beijing)
    with any_store.begin() as session:
        session.add(Seen(blind="a", seen_at=at))
    with any_store.read() as session:
        back = session.get_one(Seen, "a").seen_at
        assert (back, back.tzinfo) == (at, UTC)
        assert session.scalars(select(Seen.blind).where(Seen.seen_at < at + timedelta(microseconds=1))).all() == ["a"]
        assert session.scalars(select(Seen.blind).where(Seen.seen_at < at)).all() == []


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    """Otherwise a local time would be stored as if it were UTC."""
    with pytest.raises(StatementError, match="no time zone"), store.begin() as session:
        session.add(Seen(blind="a", seen_at=datetime(2026, 3, 2, 12, 0, tzinfo=UTC).replace(tzinfo=None)))


def test_a_word_outside_the_closed_set_is_refused(store: Store) -> None:
    """Otherwise a slip of the pen would leave a row in a status that nothing ever looks at."""
    with pytest.raises(StatementError, match="not among the defined enum values"), store.begin() as session:
        session.add(Subject(id="P-1", kind="costumer"))  # type: ignore[arg-type,unused-ignore]


def test_rows_of_one_transaction_may_come_in_any_order_but_must_belong_together(any_store: Store) -> None:
    """Otherwise a case could be left without its customer."""
    now = any_store.clock.now()
    with any_store.begin() as session:
        session.add(Case(id="C-1", customer_id="P-1", playbook="p", opened_at=now))
        session.flush()
        session.add(Customer(id="P-1", first_seen_at=now))
        session.flush()
        session.add(Subject(id="P-1", kind="customer"))
    with pytest.raises(DBAPIError), any_store.begin() as session:
        session.add(Case(id="C-2", customer_id="P-9", playbook="p", opened_at=now))


def test_a_changed_list_or_mapping_is_kept(any_store: Store) -> None:
    """Otherwise a label added to a case would be forgotten without an error."""
    now = any_store.clock.now()
    with any_store.begin() as session:
        session.add_all([Subject(id="P-1", kind="customer"), Customer(id="P-1", first_seen_at=now)])
        session.add(Case(id="C-1", customer_id="P-1", playbook="p", opened_at=now))
    with any_store.begin() as session:
        case = session.get_one(Case, "C-1")
        case.labels.append("angry")
        case.facts["z"], case.facts["a"] = "1", True
    with any_store.read() as session:
        case = session.get_one(Case, "C-1")
        assert (case.labels, list(case.facts.items())) == (["angry"], [("z", "1"), ("a", True)])


def test_values_are_in_no_error_message(any_store: Store) -> None:
    """Otherwise what a customer wrote could reach a log by way of an error."""
    with any_store.begin() as session:
        session.add(Seen(blind="a-blind", seen_at=any_store.clock.now()))
    with pytest.raises(DBAPIError) as caught, any_store.begin() as session:
        session.add(Seen(blind="a-blind", seen_at=any_store.clock.now()))
    assert "parameters hidden" in str(caught.value)


def test_sqlite_is_set_up_to_survive_a_power_cut(file_store: Store) -> None:
    """Otherwise an answered webhook could be gone after a power cut."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 30_000}
    with file_store.read() as session:
        assert {name: session.scalar(text(f"PRAGMA {name}")) for name in wanted} == wanted


def test_nobody_else_on_the_machine_can_read_the_files(file_store: Store, tmp_path: Path) -> None:
    """Otherwise every account on the machine could read the keys."""
    with file_store.begin() as session:
        session.add(Seen(blind="a", seen_at=file_store.clock.now()))
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert set(files) >= {"data.db", "data.db-wal", "keys.db"}
    assert set(files.values()) == {0o600}


def test_folders_are_made_and_the_place_stays(
    tmp_path: Path, master_key: str, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the first start on a fresh machine would fail, or a change of directory start a second store."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    with Store.open("sqlite:///home/data.db", "sqlite:///home/keys.db", master_key, clock) as store:
        monkeypatch.chdir(tmp_path / "elsewhere")
        assert seen(store) == []
    assert (tmp_path / "home" / "keys.db").exists()
    assert not list((tmp_path / "elsewhere").iterdir())


def test_keys_beside_the_data_in_one_file_are_refused(tmp_path: Path, master_key: str, clock: MovedClock) -> None:
    """Otherwise every backup of the data would carry the keys with it, and nothing could ever be erased."""
    with pytest.raises(StoreError, match="FIREBREAK_KEYS_URL"):
        Store.open(f"sqlite:///{tmp_path}/one.db", f"sqlite:///{tmp_path}/x/../one.db", master_key, clock)


@pytest.mark.parametrize("url", ["mysql://root:hunter2@host/db", "hunter2", "postgresql+asyncpg://u:hunter2@h/d"])
def test_a_database_of_another_kind_is_refused_without_its_password(
    url: str, master_key: str, clock: MovedClock
) -> None:
    """Otherwise a mistyped URL would end in a puzzle, or its password in a log."""
    with pytest.raises(StoreError, match="sqlite:///path/to") as caught:
        Store.open(url, "sqlite://", master_key, clock)
    assert "hunter2" not in str(caught.value)


def test_what_is_no_database_is_said_to_be_none(tmp_path: Path, master_key: str, clock: MovedClock) -> None:
    """Otherwise a wrong path, or a server that is down, would end in a page of stack trace."""
    (tmp_path / "notes.txt").write_text("not a database, although long enough to be taken for the head of one " * 9)
    with pytest.raises(StoreError, match=r"data database \(.*notes\.txt\) cannot be used: file is not a database"):
        Store.open(f"sqlite:///{tmp_path}/notes.txt", "sqlite://", master_key, clock)
    url = f"postgresql+psycopg://somebody:hunter2@/nothing?host={tmp_path}"
    with pytest.raises(StoreError, match=r"keys database .* cannot be used: .*No such file") as caught:
        Store.open("sqlite://", url, master_key, clock)
    assert "hunter2" not in str(caught.value)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, master_key: str, clock: MovedClock) -> None:
    """Otherwise the operator would not know which folder to look at."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"data\.db cannot be opened"):
        Store.open(f"sqlite:///{tmp_path}/file/data.db", "sqlite://", master_key, clock)
