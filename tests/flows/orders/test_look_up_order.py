"""The verb `look_up_order`: what a wave asks, what a case keeps of it, and what texts make of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from flows.access.their_data import Asked, their_data
from flows.orders.csv_file import CsvFile
from flows.orders.looking_up import LookingUp
from flows.rehearsal.stage import CUSTOMER, Stage
from flows.runs.looked_up import order_about
from flows.shelf import Shelf
from flows.store.tables import Case, JournalLine
from flows.verbs import all_verbs
from rules.language import FactName
from tests.flows.runs.trials import ASKS, bundle, tried

CONTENT = bundle("""
steps:
  - look_up_order: {}
  - offer: {text: crisis/offer, remedies: [refund]}
    timeout: 1 day
    on_timeout: {notify: {who: on_call, message: No answer}}
""")
HEAD = "order,customer,state,ordered_at,article\n"


@pytest.fixture
def stage() -> Iterator[Stage]:
    given = {FactName("privacy_notice"): "current", FactName("topic"): "delivery"}
    opened = Stage(Shelf(CONTENT, all_verbs()), given)
    yield opened
    opened.close()


def connect(stage: Stage, tmp_path: Path, lines: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(HEAD + lines, encoding="utf-8")
    stage.desk = replace(stage.desk, orders=LookingUp(CsvFile(path)))


def writes(stage: Stage, text: str = ASKS, name: str = "Lin") -> str:
    """The customer writes; returns the first text that they get."""
    stage.take_message({"id": "wamid.1", "type": "text", "text": {"body": text}}, name)
    stage.settle()
    return stage.channel.letters[0].text.partition("\n")[0]


def case(stage: Stage) -> Case:
    with stage.store.read() as session:
        return session.scalars(select(Case)).one()


def test_a_text_names_the_customers_own_order(stage: Stage, tmp_path: Path) -> None:
    """What we know of a customer's order would not show, and the answer would sound like everybody's."""
    connect(stage, tmp_path, f"A-1,{CUSTOMER},sent,2026-01-01,Kettle\nA-2,15550109999,sent,2026-01-03,Lamp\n")
    assert writes(stage) == "Hello Lin, this is about your parcel that has not arrived (order A-1)."
    assert case(stage).facts["order_state"] == "sent"


def test_what_was_found_is_sealed_and_nowhere_else(stage: Stage, tmp_path: Path) -> None:
    """Somebody's order would lie open in the store, or outlive the erasing of the customer."""
    connect(stage, tmp_path, f"A-1,{CUSTOMER},sent,2026-01-01,Kettle\n")
    writes(stage)
    found = case(stage)
    about = order_about(stage.store.vault, found)
    assert about is not None
    assert about.article == "Kettle"
    assert b"Kettle" not in (found.sealed_orders or b"")
    with stage.store.read() as session:
        journal = " ".join(str(line.data) for line in session.scalars(select(JournalLine)))
    assert "A-1" not in journal
    assert "Kettle" not in journal


def test_an_order_of_somebody_else_is_never_named(stage: Stage, tmp_path: Path) -> None:
    """Whoever writes another one's order number would learn that it exists, and how far it is."""
    connect(stage, tmp_path, f"A-1,{CUSTOMER},sent,2026-01-01,Kettle\nA-2,15550109999,sent,2026-01-03,Lamp\n")
    assert writes(stage, f"{ASKS}, order A-2") == "Hello Lin, this is about your parcel that has not arrived."
    assert "order_state" not in case(stage).facts


@pytest.mark.parametrize("lines", ["", None])
def test_without_an_order_texts_do_without(stage: Stage, tmp_path: Path, lines: str | None) -> None:
    """A customer without an order, or a shop without a source, would stop the procedure or leave a gap in the text."""
    if lines is not None:
        connect(stage, tmp_path, lines)
    assert writes(stage) == "Hello Lin, this is about your parcel that has not arrived."
    assert case(stage).facts.get("order_state") == (None if lines is None else "none")


def test_a_source_in_trouble_is_no_answer(stage: Stage, tmp_path: Path) -> None:
    """A file that is just being replaced would make us believe that the customer has ordered nothing."""
    stage.desk = replace(stage.desk, orders=LookingUp(CsvFile(tmp_path / "gone.csv")))
    assert writes(stage) == "Hello Lin, this is about your parcel that has not arrived."
    assert "order_state" not in case(stage).facts


def test_a_photo_of_a_later_message_is_remembered() -> None:
    """A customer whose second message is the photo would not hear that we have it."""
    waits = bundle("""
    steps:
      - wait_for: {event: customer_reply}
        timeout: 1 day
        on_timeout: {notify: {who: on_call, message: Nothing came}}
      - offer: {text: crisis/offer, remedies: [refund]}
        timeout: 1 day
        on_timeout: {notify: {who: on_call, message: No answer}}
    """)
    tried(
        waits,
        f"""
        timeline:
          - customer says: {ASKS}
          - customer says: {{kind: image}}
        expect:
          - reply: crisis/offer
            says: Thank you for the photo.
        """,
    )


def test_numbers_that_look_like_a_telephone_do_not_stop_the_text(stage: Stage, tmp_path: Path) -> None:
    """A shop whose order numbers are long would have every answer refused as somebody's telephone number."""
    connect(stage, tmp_path, f"2125550123,{CUSTOMER},sent,2026-01-01,Kettle\n")
    assert writes(stage) == "Hello Lin, this is about your parcel that has not arrived (order 2125550123)."


def test_a_number_that_looks_like_a_card_is_left_out(stage: Stage, tmp_path: Path) -> None:
    """A line in which somebody put a card number would send it into the chat."""
    connect(stage, tmp_path, f"4111111111111111,{CUSTOMER},sent,2026-01-01,Kettle\n")
    assert writes(stage) == "Hello Lin, this is about your parcel that has not arrived."


def test_the_customer_is_shown_what_was_looked_up(stage: Stage, tmp_path: Path) -> None:
    """Whoever asks what we hold about them would not learn that we keep their order, too."""
    connect(stage, tmp_path, f"A-1,{CUSTOMER},sent,2026-01-01,Kettle\n")
    writes(stage)
    with stage.store.read() as session:
        asked = Asked(stage.customer_id(session), stage.clock.now(), "en")
        (shown,) = their_data(stage.store, session, stage.desk.shelf.current, asked)["cases"]
    assert [each["order"] for each in shown["orders"]] == ["A-1"]
