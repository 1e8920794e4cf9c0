"""Waves that give back what they held, while somebody tells everybody of something."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from flows.runs import waves
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.subjects import ring
from flows.store.tables import Subject
from tests.flows.crisis.crowds import write
from tests.flows.runs.test_waves import desk_over


@pytest.mark.postgres
def test_nobody_is_kept_from_anybody_by_two_orders(
    postgres_store: Store, shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    """While thousands are told that it is over, PostgreSQL would break the wave off that gives its customers back: all
    two hundred of them would wait until its lease has run out."""
    write(postgres_store, range(2))
    with postgres_store.begin() as session:
        first, last = session.scalars(select(Subject).where(Subject.kind == "customer").order_by(Subject.id)).all()
        last.severity = 2  # so that it is claimed, and was given back, before the first
        ids = (first.id, last.id)
    desk = desk_over(postgres_store, shelf)
    wave = waves.Wave(desk, "one")
    wave.claim()
    assert list(wave.claims) == [ids[1], ids[0]]
    givers = threading.Thread(target=wave._release)
    with postgres_store.begin() as session:
        ring(session, ids[0], desk.now())
        givers.start()
        givers.join(0.5)  # it waits for the first by now, and must not hold the last
        ring(session, ids[1], desk.now())
    givers.join(20)
    assert not caplog.records
    with postgres_store.read() as session:
        assert set(session.scalars(select(Subject.claimed_by))) == {None}
