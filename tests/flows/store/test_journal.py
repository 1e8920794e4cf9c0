"""The history that cannot be rewritten unnoticed."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import text

from flows.errors import JournalBroken
from flows.store import journal
from flows.store.database import Store
from flows.store.tables import JournalLine, Subject

BECAUSE = {"all": [{"fact": "intent", "is": "deletion_request", "times": 3, "holds": True, "else": None}]}


def begin_history(store: Store, lines: int = 5) -> None:
    with store.begin() as session:
        session.add_all(Subject(id=name, kind="customer") for name in ("P-1", "P-2"))
        for number in range(lines):
            at = store.clock.now() + timedelta(seconds=number)
            journal.write(session, "P-1", at, "step done", {"number": number, **BECAUSE}, case_id="C-1", path="1.2")
        journal.write(session, "P-2", store.clock.now(), "opened", flow_run="a-flow-run", run_id="R-1")


def test_lines_are_numbered_and_come_back_as_written(any_store: Store) -> None:
    """Otherwise a case's timeline would not tell what happened in which order."""
    begin_history(any_store, lines=3)
    with any_store.read() as session:
        line = session.get_one(JournalLine, ("P-1", 3))
        assert (line.event, line.case_id, line.path, line.data) == ("step done", "C-1", "1.2", {"number": 2, **BECAUSE})
        assert line.at == any_store.clock.now() + timedelta(seconds=2)
        other = session.get_one(JournalLine, ("P-2", 1))
        assert (other.data, other.flow_run, other.run_id, other.incident_id) == ({}, "a-flow-run", "R-1", None)


def test_a_whole_chain_is_found_whole(any_store: Store) -> None:
    """Otherwise the proof of an untouched history would fail without cause."""
    begin_history(any_store)
    with any_store.read() as session:
        chain = journal.verify(session, "P-1")
        assert (chain.lines, len(chain.hash)) == (5, 64)
        assert journal.verify(session, "P-2").hash != chain.hash
        assert journal.verify(session, "P-404") == journal.Chain(0, journal.FIRST)


def test_the_zone_in_which_a_time_was_given_is_of_no_matter(any_store: Store) -> None:
    """Otherwise a line written with a local time would look forged."""
    with any_store.begin() as session:
        session.add(Subject(id="P-1", kind="customer"))
        journal.write(session, "P-1", datetime(2026, 3, 2, 20, 0, tzinfo=timezone(timedelta(hours=8))), "opened")
    with any_store.read() as session:
        assert journal.verify(session, "P-1").lines == 1


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE journal SET data = '{}' WHERE number = 3 AND subject_id = 'P-1'",
        "UPDATE journal SET event = 'nothing' WHERE number = 5 AND subject_id = 'P-1'",
        "UPDATE journal SET case_id = NULL WHERE number = 1 AND subject_id = 'P-1'",
        "UPDATE journal SET number = number + 10 WHERE number = 5 AND subject_id = 'P-1'",
        "DELETE FROM journal WHERE number = 2 AND subject_id = 'P-1'",
        "DELETE FROM journal WHERE number = 1 AND subject_id = 'P-1'",
        "UPDATE journal SET subject_id = 'P-1', number = 6 WHERE subject_id = 'P-2'",
    ],
)
def test_a_changed_moved_or_missing_line_is_found(store: Store, forgery: str) -> None:
    """Otherwise somebody with the database could change what was promised to a customer."""
    begin_history(store)
    with store.begin() as session:
        session.execute(text("DROP TRIGGER journal_is_never_changed"))
        session.execute(text(forgery))
    with store.read() as session, pytest.raises(JournalBroken, match="history of P-1 was changed"):
        journal.verify(session, "P-1")


def test_lines_cut_off_the_end_show_by_the_number_kept_elsewhere(store: Store) -> None:
    """Otherwise the last lines could be removed, and what is left would still look whole."""
    begin_history(store)
    with store.begin() as session:
        before = journal.verify(session, "P-1")
        session.execute(text("DELETE FROM journal WHERE number > 3"))
        assert journal.verify(session, "P-1") != before


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"share": 0.5}, "data.share is a float"),
        ({"when": [datetime(2026, 3, 2)]}, r"data.when\[0\] is a datetime"),  # noqa: DTZ001
        ({"text": b"secret"}, "data.text is a bytes"),
        ({"deep": {"deeper": {1, 2}}}, "data.deep.deeper is a set"),
        ({"by number": {1: "one"}}, "data.by number has the key 1"),
    ],
)
def test_only_plain_closed_values_are_taken(store: Store, data: dict[str, Any], said: str) -> None:
    """Otherwise a line could not be checked again as it was written, or hold what nobody meant to write."""
    begin_history(store)
    with pytest.raises(TypeError, match=said), store.begin() as session:
        journal.write(session, "P-1", store.clock.now(), "opened", data)


@pytest.mark.parametrize("kind", ["file_store", pytest.param("postgres_store", marks=pytest.mark.postgres)])
def test_two_who_write_at_once_make_one_chain(kind: str, request: pytest.FixtureRequest) -> None:
    """Otherwise a message that comes in while a reply is written would fail, or break the history."""
    store: Store = request.getfixturevalue(kind)
    begin_history(store, lines=1)
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for number in range(20):
                with store.begin() as session:
                    journal.write(session, "P-1", store.clock.now(), "message received", {"number": number})
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    with store.read() as session:
        assert journal.verify(session, "P-1").lines == 81
