"""Whose data a leak may have touched, on every kind of store."""

from __future__ import annotations

import threading

from sqlalchemy import select

from flows.runs import affected, breaches, waves
from flows.shelf import Shelf
from flows.store import customers
from flows.store.database import Store
from flows.store.tables import Affected, Case, Task
from tests.flows.runs.leaks import MINOR
from tests.flows.runs.test_waves import desk_over

MANY = 6


def test_two_colleagues_with_the_same_list_add_everybody_once(any_store: Store, shelf: Shelf) -> None:
    """Two on call who write down the same people at once would have each of them told twice; or both commands would
    hold people that the other waits for, and end with an error."""
    desk = desk_over(any_store, shelf)
    people = []
    for number in range(MANY):
        with any_store.begin() as session:
            who = customers.recognise(session, any_store.vault, desk.now(), wa_id=f"4915112345{number:03}")
            people.append(who.id)
    with any_store.begin() as session:
        leak = breaches.open_breach(desk, session, told=MINOR, noticed_at=desk.now(), opened_by="first_phone").id
    for number in range(3):
        waves.move(desk, f"wave-{number}")
    with any_store.begin() as session:
        task = session.scalars(select(Task).where(Task.path == "stop_wrong_chat")).one()
        task.status, task.answered_by, task.answered_at, task.answer = "answered", "first_phone", desk.now(), {}
    failures: list[BaseException] = []
    new: list[str] = []

    def add(whose: list[str]) -> None:
        try:
            with any_store.begin() as session:
                new.extend(breaches.add_affected(desk, session, leak, whose, "first_phone"))
            waves.move(desk, f"wave-{whose[0]}")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=add, args=(order,)) for order in (people, people[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(3, 6):
        waves.move(desk, f"wave-{number}")
    assert failures == []
    assert sorted(new) == sorted(people)
    with any_store.read() as session:
        assert len(session.scalars(select(Affected)).all()) == MANY
        told = session.scalars(select(Case.customer_id).where(Case.playbook == "breach-notice")).all()
        assert sorted(told) == sorted(people)
        assert {each.state for each in affected.concerned(session, leak)} == {"on_the_way"}
