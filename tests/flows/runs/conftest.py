"""A rehearsal stage with the shipped content: everything real but the way out and the time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flows.rehearsal.stage import Stage
from flows.shelf import Shelf
from flows.verbs import all_verbs


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    return Shelf.of_folder(all_verbs())


@pytest.fixture
def stage(shelf: Shelf) -> Iterator[Stage]:
    opened = Stage(shelf)
    yield opened
    opened.close()
