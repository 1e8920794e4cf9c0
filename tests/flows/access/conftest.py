"""A furnished house on each kind of store."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.shelf import Shelf
from flows.store.database import Store
from tests.flows.erasing.house import House, furnished


@pytest.fixture
def house(any_store: Store, shelf: Shelf, tmp_path: Path) -> House:
    """A customer with something in every place, and another one."""
    any_store.ledger_file = tmp_path / "erasures.jsonl"
    return furnished(any_store, shelf, tmp_path)
