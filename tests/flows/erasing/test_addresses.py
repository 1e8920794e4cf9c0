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
from flows.store import customers
from flows.store.database import Store
from flows.store.tables import Alias, Case, Customer, Message, Outbox, Task
from tests.flows.erasing.house import NUMBER, House, furnished, write


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


def test_who_turned_out_to_be_another_customer_too_is_not_forgotten_unasked(house: House, clock: MovedClock) -> None:
    """Everything of a customer would be erased without anybody's decision, because they also wrote from a number of
    which they had asked to be forgotten."""
    with house.store.begin() as session:
        for message in session.scalars(select(Message)):
            message.handled_at = message.handled_at or clock.now()
        customers.merge(session, house.store.vault, clock.now(), house.customer_id, house.other_id)
    clock.move(timedelta(days=15))
    assert addresses.forget_due(house.desk) == 0
    assert "Somebody else's words" in str(house.readable())


def test_a_chat_imported_since_is_not_erased_unasked(house: House, clock: MovedClock) -> None:
    """An export that somebody brings in as evidence would be gone within days, though nobody has looked at it."""
    clock.move(timedelta(days=10))
    write(house.store, 401, NUMBER, "As agreed: 40 EUR", clock.now())
    with house.store.begin() as session:
        imported = session.scalars(select(Message).order_by(Message.received_at.desc(), Message.sent_at.desc())).first()
        assert imported is not None
        imported.origin, imported.handled_at = "import", clock.now()
    clock.move(timedelta(days=5))
    assert addresses.forget_due(house.desk) == 0
    assert "As agreed: 40 EUR" in str(house.readable())
