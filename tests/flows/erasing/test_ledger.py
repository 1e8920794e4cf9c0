"""The ledger of erasures: whole, chained, twice there, and without anything personal."""

from __future__ import annotations

import hashlib
import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from flows.cli.erasures import ledger_findings
from flows.clock import MovedClock
from flows.erasing import ledger, ledger_file, restore
from flows.erasing.ledger import Scope
from flows.errors import LedgerAhead, LedgerBroken
from flows.store.database import Store
from flows.store.keys import Erasure

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SCOPE = Scope(("P-1",), ("ab" * 16,), keep=("M-1",), mask={"M-2": ("email",)}, erase=("M-3", "O-4"))


@pytest.fixture
def kept(any_store: Store, tmp_path: Path) -> Store:
    """A store whose ledger has a file."""
    any_store.ledger_file = tmp_path / "ledger" / "erasures.jsonl"
    return any_store


def append(store: Store, customer: str = "P-1", step: str | None = None) -> ledger.Line:
    return ledger.append(store, customer, SCOPE, case_id="C-1", step=step)


def written(store: Store) -> list[dict[str, object]]:
    assert store.ledger_file is not None
    return [json.loads(line) for line in store.ledger_file.read_text().splitlines()]


def test_lines_are_read_back_as_they_were_written(kept: Store, clock: MovedClock) -> None:
    """An erasure that goes on after a crash would keep or take something else than was decided."""
    first = append(kept, step="R-1/2")
    clock.move(timedelta(hours=1))
    second = append(kept, "P-2")
    assert ledger.lines(kept) == [first, second]
    assert first.scope == SCOPE
    assert ledger.line(kept, second.id) == second
    assert ledger.line_of_step(kept, "R-1/2") == first
    assert ledger.line_of_step(kept, "R-1/3") is None
    assert ledger.lines(kept, customer_id="P-2") == [second]
    ledger.finish(kept, first.id)
    assert [line.id for line in ledger.lines(kept, unfinished=True)] == [second.id]
    assert ledger.verify(kept).lines == 2
    assert [line["hash"] for line in written(kept)] == [first.hash, second.hash]


@pytest.mark.parametrize("column", ["data", "customer_id", "at", "id"])
def test_a_changed_line_is_noticed(kept: Store, clock: MovedClock, column: str) -> None:
    """Somebody could take a customer out of the ledger, and a restored backup would bring them back."""
    first, second = append(kept), append(kept)
    ledger.verify(kept)
    others = {"data": {}, "customer_id": "P-9", "at": clock.now() + timedelta(days=1), "id": "E-OTHER"}
    with kept.vault.transaction() as connection:
        connection.execute(update(Erasure).where(Erasure.id == first.id).values({column: others[column]}))
    with pytest.raises(LedgerBroken, match="line 1"):
        ledger.verify(kept)
    assert second.previous == first.hash


def test_a_line_taken_off_the_end_is_noticed_by_the_file(kept: Store) -> None:
    """An erasure could be made undone by deleting the newest line, which no chain can show."""
    append(kept)
    newest = append(kept)
    with kept.vault.transaction() as connection:
        connection.execute(delete(Erasure).where(Erasure.id == newest.id))
    assert ledger.missing(kept) == 1
    with pytest.raises(LedgerAhead, match="firebreak restore --replay"):
        ledger.verify(kept)
    with pytest.raises(LedgerAhead):
        append(kept)
    assert ledger.adopt(kept) == 1
    assert ledger.verify(kept).lines == 2
    assert [line.finished_at for line in ledger.lines(kept)] == [None, None]
    assert append(kept).number == 3


def test_a_file_that_was_changed_is_not_believed(kept: Store) -> None:
    """Whoever can write the file could have any customer erased, or left alone."""
    append(kept)
    append(kept)
    path = kept.ledger_file
    assert path is not None
    text = path.read_text()
    path.write_text(text.replace("M-3", "M-9"))
    with pytest.raises(LedgerBroken):
        ledger.adopt(kept)
    with pytest.raises(LedgerBroken, match="Line 1"):
        ledger.verify(kept)
    path.write_text("not a line\n")
    with pytest.raises(LedgerBroken, match="line 1"):
        ledger.verify(kept)


def test_nobody_can_write_a_line_that_follows_without_the_master_key(kept: Store) -> None:
    """Whoever can write the file could add a line to it, and the next start would erase whomever it names."""
    first = append(kept)
    path = kept.ledger_file
    assert path is not None
    forged = {**written(kept)[0], "number": 2, "id": "E-FORGED", "customer_id": "P-9", "previous": first.hash}
    told = {name: forged[name] for name in sorted(forged) if name != "hash"}
    guess = hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    path.write_text(path.read_text() + json.dumps({**forged, "hash": guess}) + "\n")
    with pytest.raises(LedgerBroken, match="line 2"):
        restore.replay(kept)
    assert [line.id for line in ledger.lines(kept)] == [first.id]


def test_a_file_that_was_lost_is_noticed_and_written_anew(kept: Store) -> None:
    """Its second copy would be missed only on the day when an old backup has brought everybody back."""
    line = append(kept)
    ledger.finish(kept, line.id)
    path = kept.ledger_file
    assert path is not None
    path.unlink()
    assert [(each.state, "lacks 1 line" in each.says) for each in ledger_findings(kept)] == [("warn", True)]
    restore.replay(kept)
    assert [each["id"] for each in written(kept)] == [line.id]
    assert [each.state for each in ledger_findings(kept)] == ["ok"]


@settings(max_examples=25, deadline=None)
@given(cut=st.integers(min_value=0, max_value=2_000), more=st.integers(min_value=0, max_value=2))
def test_a_file_cut_off_anywhere_is_made_whole(cut: int, more: int) -> None:
    """A power cut while a line was written would make the file unreadable, and every later line with it."""
    with tempfile.TemporaryDirectory() as folder, Store.in_memory(MovedClock(NOON)) as store:
        path = Path(folder) / "erasures.jsonl"
        store.ledger_file = path
        append(store)
        append(store)
        whole = path.read_bytes()
        path.write_bytes(whole[: min(cut, len(whole))])
        for _ in range(more):
            append(store)
        ledger.write_file(store)
        assert path.read_bytes().startswith(whole)
        assert len(ledger_file.read(path)) == 2 + more
        assert ledger.verify(store).lines == 2 + more


def test_the_file_is_for_nobody_else(kept: Store) -> None:
    """Everybody on the machine could read how many customers wanted to be forgotten, and when."""
    append(kept)
    path = kept.ledger_file
    assert path is not None
    assert path.stat().st_mode & 0o077 == 0
    path.unlink()
    append(kept)
    assert len(written(kept)) == 2
