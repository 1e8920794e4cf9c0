"""One customer behind a number and a user id."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from flows.clock import MovedClock
from flows.errors import ClaimLost, Erased
from flows.store import customers, journal
from flows.store.database import Store
from flows.store.subjects import claim, hold, ring
from flows.store.tables import Alias, Case, Customer, Message, Outbox, Subject

NUMBER, OTHER_NUMBER = "8613800138000", "5511998765432"
USER = "US.13491208655302741918"
LEASE = timedelta(minutes=5)


def who(store: Store, wa_id: str | None = None, user_id: str | None = None) -> str:
    with store.begin() as session:
        return customers.recognise(session, store.vault, store.clock.now(), wa_id=wa_id, user_id=user_id).id


def count(store: Store, table: type[Customer | Alias | Subject]) -> int:
    with store.read() as session:
        return session.scalars(select(func.count()).select_from(table)).one()


def test_a_customer_is_recognised_by_either_address(any_store: Store) -> None:
    """Otherwise somebody who gives both addresses once would be a stranger the next time."""
    known = who(any_store, NUMBER, USER)
    assert who(any_store, NUMBER) == who(any_store, user_id=USER) == who(any_store, NUMBER, USER) == known
    assert who(any_store, OTHER_NUMBER) != known
    assert count(any_store, Customer) == count(any_store, Subject) == 2


@pytest.mark.parametrize("written", [f"+{NUMBER}", "+86 138 0013-8000", f" {NUMBER} "])
def test_a_number_is_the_same_however_it_is_written(store: Store, written: str) -> None:
    """Otherwise a case opened by hand would be about another customer than the one who wrote."""
    assert who(store, written) == who(store, NUMBER)


def test_a_second_address_is_learned(any_store: Store) -> None:
    """Otherwise a customer whose number WhatsApp no longer tells us would lose their history."""
    known = who(any_store, NUMBER)
    assert who(any_store, NUMBER, USER) == known
    assert who(any_store, user_id=USER) == known
    with any_store.read() as session:
        sealed = session.scalars(select(Alias.sealed_address).order_by(Alias.kind)).all()
        assert any_store.vault.open_all(sealed) == [USER, NUMBER]


def test_nobody_is_known_by_nothing(store: Store) -> None:
    """Otherwise all messages without an address would be one person's."""
    for nothing in ({}, {"wa_id": ""}, {"wa_id": "+"}, {"user_id": " "}, {"wa_id": NUMBER, "user_id": ""}):
        with pytest.raises(ValueError, match="there is neither"):
            who(store, **nothing)


def test_after_a_change_of_number_it_is_the_same_customer(any_store: Store, clock: MovedClock) -> None:
    """Otherwise somebody with a new phone number would have to explain everything again."""
    known = who(any_store, NUMBER)
    clock.move(timedelta(days=1))
    with any_store.begin() as session:
        now = clock.now()
        found = customers.add_address(session, any_store.vault, now, known, wa_id=OTHER_NUMBER, user_id=USER)
        assert found.id == known
    assert who(any_store, OTHER_NUMBER) == who(any_store, NUMBER) == who(any_store, user_id=USER) == known
    with any_store.read() as session:
        newest = select(Alias.sealed_address).where(Alias.kind == "wa_id").order_by(Alias.added_at.desc()).limit(1)
        assert any_store.vault.open(session.scalars(newest).one()) == OTHER_NUMBER


def two_who_are_one(store: Store, clock: MovedClock) -> tuple[str, str]:
    """Two customers with work each; the one with the number was seen a day before the other."""
    first = who(store, NUMBER)
    clock.move(timedelta(days=1))
    second = who(store, user_id=USER)
    now = clock.now()
    with store.begin() as session:
        for index, name in enumerate((first, second)):
            session.add(Case(id=f"C-{index}", customer_id=name, playbook="p", opened_at=now))
            common = {"kind": "text", "place": "private", "sent_at": now, "received_at": now}
            sealed = store.vault.seal(name, f"text {index}")
            blind = f"m{index}"
            session.add(Message(id=f"M-{index}", customer_id=name, blind=blind, sealed_content=sealed, **common))
            row = {"id": f"O-{index}", "key": f"k{index}", "to": "customer", "form": "text", "created_at": now}
            session.add(Outbox(subject_id=name, customer_id=name, sealed_body=sealed, **row))
            journal.write(session, name, now, "opened")
            customer = session.get_one(Customer, name)
            customer.last_wrote_at = now - timedelta(hours=1 - index)
            customer.labels = ["both", f"only {index}"]
        session.get_one(Customer, second).sealed_profile = store.vault.seal(second, {"name": "Ana"})
        session.get_one(Customer, second).locale = "es"
        session.get_one(Subject, second).severity = 3
    return first, second


def test_two_who_turn_out_to_be_one_are_merged_with_all_they_have(any_store: Store, clock: MovedClock) -> None:
    """Otherwise half of a customer's history, open cases and unsent replies would be left with a ghost."""
    first, second = two_who_are_one(any_store, clock)
    assert who(any_store, NUMBER, USER) == first
    assert who(any_store, user_id=USER) == who(any_store, NUMBER) == first
    with any_store.read() as session:
        for table, column in ((Case, "customer_id"), (Message, "customer_id"), (Alias, "customer_id")):
            assert set(session.scalars(select(getattr(table, column)))) == {first}
        assert set(session.execute(select(Outbox.subject_id, Outbox.customer_id)).tuples()) == {(first, first)}
        stays, gone = session.get_one(Customer, first), session.get_one(Customer, second)
        assert (gone.merged_into, gone.sealed_profile, stays.merged_into) == (first, None, None)
        assert stays.last_wrote_at == clock.now()
        assert (stays.locale, stays.labels) == ("es", ["both", "only 0", "only 1"])
        assert stays.sealed_profile is not None
        assert any_store.vault.open(stays.sealed_profile) == {"name": "Ana"}
        subject, left = session.get_one(Subject, first), session.get_one(Subject, second)
        assert (subject.due_at, subject.severity, subject.bells) == (clock.now(), 3, 1)
        assert left.due_at is None
        texts = session.scalars(select(Message.sealed_content).order_by(Message.id)).all()
        assert any_store.vault.open_all(texts) == ["text 0", "text 1"]
        assert [journal.verify(session, name).lines for name in (first, second)] == [2, 1]


def test_a_merged_customer_is_erased_as_a_whole(any_store: Store, clock: MovedClock) -> None:
    """Otherwise an erasure would leave readable what came in under the other address."""
    first, second = two_who_are_one(any_store, clock)
    who(any_store, NUMBER, USER)
    assert any_store.vault.owners() == [first]
    any_store.vault.destroy(first)
    with any_store.read() as session:
        assert customers.owners(session, first) == [first, second]
        texts = session.scalars(select(Message.sealed_content)).all()
        assert all(isinstance(value, Erased) for value in any_store.vault.open_all(texts))


def test_a_merging_that_is_undone_leaves_the_keys_where_they_were(any_store: Store, clock: MovedClock) -> None:
    """Otherwise erasing one customer could take another one's data with it."""
    first, second = two_who_are_one(any_store, clock)

    def half_done(session: Session) -> None:
        customers.recognise(session, any_store.vault, clock.now(), wa_id=NUMBER, user_id=USER)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        any_store.attempt(half_done)
    assert any_store.vault.owners() == sorted([first, second])
    assert who(any_store, user_id=USER) == second
    assert who(any_store, NUMBER, USER) == first


def test_chains_of_mergings_end_at_one_customer(any_store: Store, clock: MovedClock) -> None:
    """Otherwise the third address of a customer would lead to somebody who is no longer there."""
    first = who(any_store, NUMBER)
    clock.move(timedelta(hours=1))
    second = who(any_store, user_id=USER)
    clock.move(timedelta(hours=1))
    third = who(any_store, OTHER_NUMBER)
    assert who(any_store, OTHER_NUMBER, USER) == second
    assert who(any_store, NUMBER, USER) == first
    with any_store.begin() as session:
        assert [customers.current(session, name).id for name in (first, second, third)] == [first] * 3
        assert customers.owners(session, first) == [first, *sorted([second, third])]
        assert customers.merge(session, any_store.vault, clock.now(), third, second).id == first


def test_whoever_works_on_a_customer_that_is_merged_away_has_to_stop(any_store: Store, clock: MovedClock) -> None:
    """Otherwise two responders would work on one person at once, each under another id."""
    _, second = two_who_are_one(any_store, clock)
    with any_store.begin() as session:
        ring(session, second, clock.now())
        assert [each.subject_id for each in claim(session, "one", clock.now(), LEASE, 5)] == [second]
    who(any_store, NUMBER, USER)
    with pytest.raises(ClaimLost), any_store.begin() as session:
        hold(session, second, "one", clock.now(), LEASE)


@pytest.mark.parametrize("kind", ["file_store", pytest.param("postgres_store", marks=pytest.mark.postgres)])
def test_a_new_customer_who_writes_twice_at_once_is_one_customer(kind: str, request: pytest.FixtureRequest) -> None:
    """Otherwise two webhooks of the same second would make two customers of one person."""
    store: Store = request.getfixturevalue(kind)
    meeting = threading.Barrier(4)
    failures: list[BaseException] = []

    def recognised(session: Session, known: dict[str, str | None]) -> None:
        customer = customers.recognise(session, store.vault, store.clock.now(), **known)
        ring(session, customer.id, store.clock.now())

    def write(user_id: str | None) -> None:
        try:
            for number in range(8):
                meeting.wait(30)
                known = {"wa_id": f"{NUMBER}{number}", "user_id": user_id and f"{user_id}{number}"}
                store.attempt(partial(recognised, known=known))
        except (DBAPIError, AssertionError, threading.BrokenBarrierError) as error:
            failures.append(error)
            meeting.abort()

    threads = [threading.Thread(target=write, args=(user_id,)) for user_id in (USER, None, USER, None)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    with store.read() as session:
        living = select(func.count()).select_from(Customer).where(Customer.merged_into.is_(None))
        assert session.scalars(living).one() == 8
    assert count(store, Alias) == 16
