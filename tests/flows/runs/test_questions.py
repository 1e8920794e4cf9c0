"""How many statements the store is asked for one customer: counted, because a clock would depend on the day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from flows.ids import new_id
from flows.runs import waves
from flows.shelf import Shelf
from flows.store.database import Store
from tests.flows.runs.test_waves import complaints, desk_over


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement of every database that is executed meanwhile."""
    met: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        met.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield met
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def in_one_wave(store: Store, shelf: Shelf, customers: int) -> int:
    complaints(store, customers)
    desk = desk_over(store, shelf)
    with counted() as met:
        waves.move(desk, new_id("R"))
    assert len(desk.channel.letters) == customers  # type: ignore[attr-defined]
    return len(met)


def test_a_first_reply_asks_the_store_little(store: Store, shelf: Shelf) -> None:
    """Every answer would come later, on the day on which a thousand people wait for one."""
    assert (
        in_one_wave(store, shelf, 1) <= 160
    )  # it was 109 when this was written, 129 with what starts alongside, and 191 before


def test_what_a_wave_asks_for_everybody_it_asks_once(store: Store, shelf: Shelf) -> None:
    """A wave of two hundred customers would ask two hundred times what there is to do, after each thing it did."""
    few = in_one_wave(Store.in_memory(store.clock), shelf, 5)
    many = in_one_wave(store, shelf, 25)
    assert (many - few) / 20 <= 115  # each; it was 91, 109 with what starts alongside, and 138 before
