"""The address goes last: not before nobody needs it, and not later."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from flows import tidying
from flows.clock import MovedClock
from flows.erasing import addresses, erasure
from flows.ids import new_id
from flows.runs.ending import close_by_hand
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.tables import Alias, Case, Customer, Message, Outbox, Task
from tests.flows.erasing.house import House, furnished, write


@pytest.fixture
def house(store: Store, shelf: Shelf, tmp_path: Path, clock: MovedClock) -> House:
    """A customer whose records were erased, and of whom nothing is under way any more."""
    house = furnished(store, shelf, tmp_path)
    with store.begin() as session:
        close_by_hand(session, house.case_id, "solved", "anna", clock.now())
        session.get_one(Message, house.unread).handled_at = clock.now()
        session.get_one(Outbox, house.unsent).status = "sent"
        session.get_one(Task, house.to_do).status = "answered"
        begun = erasure.begin(house.desk, session, session.get_one(Customer, house.customer_id))
    with store.begin() as session:
        erasure.finish(house.desk, session, begun)
    return house


def known(house: House) -> bool:
    with house.store.read() as session:
        return house.customer_id in session.scalars(select(Alias.customer_id)).all()


def test_two_weeks_later_nobody_is_known_any_more(house: House, clock: MovedClock) -> None:
    """The number of somebody who wanted to be forgotten would stay until the next quarter, or for ever."""
    clock.move(timedelta(days=13))
    assert addresses.forget_due(house.desk) == 0
    assert known(house)
    clock.move(timedelta(days=1))
    said = {each.what: each.count for each in tidying.daily(house.desk)}
    assert said["addresses of erased customers forgotten"] == 1
    assert not known(house)
    assert not [place for place in house.readable() if house.customer_id in place]
    assert addresses.forget_due(house.desk) == 0


@pytest.mark.parametrize("what", ["case", "hold", "task", "letter", "message"])
def test_whoever_is_still_needed_stays(house: House, clock: MovedClock, what: str) -> None:
    """A customer with an open matter could not be reached any more, or a dispute would lose its other party."""
    clock.move(timedelta(days=15))
    with house.store.begin() as session:
        if what == "case":
            case = Case(id=new_id("C"), customer_id=house.customer_id, playbook="x", opened_at=clock.now())
            case.closed_at = clock.now()
            session.add(case)
        elif what == "task":
            session.get_one(Task, house.to_do).status = "open"
        elif what == "letter":
            session.get_one(Outbox, house.unsent).status = "ready"
        elif what == "message":
            session.get_one(Message, house.unread).handled_at = None
    if what == "hold":
        house.hold(house.messages[0])
    assert addresses.forget_due(house.desk) == 0
    assert known(house)


def test_the_daily_cleanup_carries_on_what_was_broken_off(house: House, clock: MovedClock) -> None:
    """An erasing that a crash broke off would wait for somebody to notice."""
    write(house.store, 400, "4915550999999", "Something of somebody else", clock.now())
    with house.store.begin() as session:
        for message in session.scalars(select(Message)):
            message.handled_at = message.handled_at or clock.now()
        erasure.begin(house.desk, session, session.get_one(Customer, house.other_id))
    said = {each.what: each.count for each in tidying.daily(house.desk)}
    assert said["broken-off erasures carried to their end"] == 1
    assert "Something of somebody else" not in str(house.readable())
