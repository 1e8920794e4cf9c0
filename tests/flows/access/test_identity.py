"""Whether somebody who asks to see data is plausibly the person whom they are about."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.clock import MovedClock
from flows.ids import new_id
from flows.runs import identity
from flows.store import customers
from flows.store.database import Store
from flows.store.tables import Case, Customer, Message
from rules.vocabulary import UNKNOWN, Value

NUMBER, NEW_NUMBER, USER = "4915550102030", "4915550102031", "DE.13491208655302741918"
YEAR = timedelta(days=365)


def known_as(store: Store, *, wa_id: str | None = None, user_id: str | None = None) -> Customer:
    with store.begin() as session:
        return customers.recognise(session, store.vault, store.clock.now(), wa_id=wa_id, user_id=user_id)


def asks(
    store: Store, customer_id: str, *, author: str = "customer", origin: str = "webhook", late: bool = False
) -> str:
    """A case of the customer with one message, which came in before it was opened, or a minute after; its id."""
    now = store.clock.now()
    with store.begin() as session:
        case = Case(id=new_id("C"), customer_id=customer_id, playbook="data-access", opened_at=now)
        session.add(case)
        message = Message(
            id=new_id("M"),
            customer_id=customer_id,
            blind=new_id("M"),
            author=author,
            origin=origin,
            kind="text",
            place="private",
            sent_at=now,
            received_at=now + timedelta(minutes=1) if late else now,
            sealed_content=store.vault.seal(customer_id, {"text": "What do you hold about me?"}),
            case_id=case.id,
        )
        session.add(message)
    return case.id


def plausible(store: Store, case_id: str) -> Value:
    with store.read() as session:
        return identity.plausible(session, session.get_one(Case, case_id), store.clock.now())


def test_the_number_that_we_have_always_known_is_enough(any_store: Store) -> None:
    """Everybody who asks for their data would have to wait for a colleague, or to show papers."""
    customer = known_as(any_store, wa_id=NUMBER, user_id=USER)  # both came with the first message
    assert plausible(any_store, asks(any_store, customer.id)) is True


def test_a_new_number_is_looked_at_by_a_person_for_a_month(store: Store, clock: MovedClock) -> None:
    """Whoever gets a number that somebody has given up would be handed that person's chat."""
    customer = known_as(store, wa_id=NUMBER)
    clock.move(YEAR)
    with store.begin() as session:
        customers.add_address(session, store.vault, clock.now(), customer.id, wa_id=NEW_NUMBER)
    case = asks(store, customer.id)
    assert plausible(store, case) is False
    clock.move(identity.SETTLED)
    assert plausible(store, case) is True


def test_a_user_id_that_turns_up_is_looked_at_too(store: Store, clock: MovedClock) -> None:
    """A number with a new owner comes with another user id, and nobody would notice."""
    known_as(store, wa_id=NUMBER)
    clock.move(YEAR)
    customer = known_as(store, wa_id=NUMBER, user_id=USER)
    assert plausible(store, asks(store, customer.id)) is False


def test_two_who_turned_out_to_be_one_are_looked_at(any_store: Store) -> None:
    """Two old customers are joined by a mistake of somebody's phone, and one is handed the other's chat."""
    assert isinstance(any_store.clock, MovedClock)
    clock = any_store.clock
    known_as(any_store, wa_id=NUMBER)
    known_as(any_store, user_id=USER)
    clock.move(YEAR)
    joined = known_as(any_store, wa_id=NUMBER, user_id=USER)
    case = asks(any_store, joined.id)
    assert plausible(any_store, case) is False
    clock.move(identity.SETTLED)
    assert plausible(any_store, case) is True


@pytest.mark.parametrize(
    "how", [{"late": True}, {"author": "us"}, {"origin": "import"}], ids=["by hand", "our words", "an exported chat"]
)
def test_a_case_that_no_message_of_theirs_opened_tells_nothing(store: Store, how: dict[str, object]) -> None:
    """Somebody on the telephone, or with a file, says that they are the customer, and is believed."""
    customer = known_as(store, wa_id=NUMBER)
    assert plausible(store, asks(store, customer.id, **how)) == UNKNOWN  # type: ignore[arg-type]


def test_somebody_without_an_address_is_unknown(store: Store) -> None:
    """After an erasure of the address nobody can be recognised by it, and a person has to decide."""
    customer = known_as(store, wa_id=NUMBER)
    case = asks(store, customer.id)
    with store.begin() as session:
        alias = customers.newest_address(session, customer.id)
        session.delete(alias)
    assert plausible(store, case) == UNKNOWN
