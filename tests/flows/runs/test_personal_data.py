"""What a message holds that is personal, and whose law protects its sender: facts that only sealed data can tell."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import select

from flows.rehearsal.stage import Stage
from flows.runs import providers
from flows.store.tables import Customer, Message
from rules.vocabulary import UNKNOWN, Value

CHINESE = "8613800138000"
GERMAN = "4915123456789"


def facts_of(
    stage: Stage, message: Mapping[str, object], *, name: str = "", address: str = CHINESE
) -> dict[str, Value]:
    """The facts of a message, as the store has them once it was read."""
    stage.take_message({"id": "wamid.in.1", **message}, name, address)
    stage.settle()
    with stage.store.read() as session:
        return dict(session.scalars(select(Message)).one().facts or {})


def personal(facts: dict[str, Value]) -> set[str]:
    return {name for name, value in facts.items() if name.startswith("has_") and value is True}


def test_numbers_are_read_as_in_the_country_of_the_customer(stage: Stage) -> None:
    """A number as it is written at home would be no number, and a reply that repeats it would be let through."""
    found = facts_of(stage, {"type": "text", "text": {"body": "ruft an: 0151 23456789"}}, address=GERMAN)
    assert personal(found) == {"has_phone_number"}
    assert found["has_bank_card"] is False


def test_own_name_is_that_of_the_profile(stage: Stage) -> None:
    """Nobody would see that a screenshot for the wall has the customer's name in it."""
    found = facts_of(stage, {"type": "text", "text": {"body": "我是王小明，身份证11010519491231002X"}}, name="王小明")
    assert personal(found) == {"has_own_name", "has_identity_number"}


def test_words_under_a_picture_count(stage: Stage) -> None:
    """A passport number under a photo would be overlooked."""
    picture = {"type": "image", "image": {"id": "media-1", "caption": "护照号E12345678"}}
    assert personal(facts_of(stage, picture)) == {"has_passport_number", "has_photo"}


def test_of_a_picture_nothing_is_known(stage: Stage) -> None:
    """A photo of an identity card would be filed as one without personal data."""
    found = facts_of(stage, {"type": "image", "image": {"id": "media-1"}})
    assert found.get("has_identity_number", UNKNOWN) == UNKNOWN


@pytest.mark.parametrize(
    ("address", "law"), [(CHINESE, "china"), (GERMAN, "eu"), ("85261234567", "elsewhere"), ("15550100001", UNKNOWN)]
)
def test_law_is_that_of_the_number(stage: Stage, address: str, law: str) -> None:
    """A request for deletion would run by another country's deadlines."""
    facts_of(stage, {"type": "text", "text": {"body": "hello"}}, address=address)
    with stage.store.read() as session:
        customer = session.scalars(select(Customer)).one()
        about = providers.About(session, stage.clock.now(), customer=customer, vault=stage.store.vault)
        assert providers.jurisdiction(about) == law


def test_of_an_erased_customer_no_law_is_known(stage: Stage) -> None:
    """A case of somebody who is erased would stop with an error instead of being taken with care."""
    facts_of(stage, {"type": "text", "text": {"body": "hello"}})
    with stage.store.read() as session:
        customer = session.scalars(select(Customer)).one()
        stage.store.vault.destroy(customer.id)
        about = providers.About(session, stage.clock.now(), customer=customer, vault=stage.store.vault)
        assert providers.jurisdiction(about) == UNKNOWN
