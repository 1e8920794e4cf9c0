"""What a customer is shown of what we hold about them, and what not."""

from __future__ import annotations

import json
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from flows.access.page import page
from flows.access.their_data import Asked, Data, language_of, their_data
from flows.erasing import erasure
from flows.receiving.receive import receive
from flows.shelf import Shelf
from flows.store import customers
from flows.store.database import Store
from flows.store.tables import Customer, Message, Outbox, Task
from tests.flows.erasing.house import NAME, NUMBER, OTHER, WORDS, House, desk_over, write
from tests.flows.receiving import bodies

BERLIN = ZoneInfo("Europe/Berlin")


def told(house: House, customer_id: str | None = None, *, language: str = "en", notes: bool = True) -> Data:
    asked = Asked(customer_id or house.customer_id, house.desk.now(), language, house.case_id, notes)
    with house.store.read() as session:
        return their_data(house.store, session, house.desk.shelf.current, asked)


def both(data: Data, language: str = "en") -> str:
    """The page and the data, as the file has them."""
    return page(data, language, BERLIN) + json.dumps(data, ensure_ascii=False)


def test_everything_that_we_hold_is_told(house: House) -> None:
    """A customer would be shown a part and believe that it is all."""
    house.hold(house.messages[0], "lawyer")
    data = told(house)
    assert data["profile"]["name"] == NAME
    assert [each["address"] for each in data["profile"]["addresses"]] == [f"+{NUMBER}"]
    texts = [each["text"] for each in data["messages"]]
    assert [text for text in texts if text in WORDS] == WORDS
    assert f"Dear {NAME}, we are on it" in texts
    assert [(each["id"], each["about"]) for each in data["cases"]] == [
        (house.case_id, "A customer asks us to delete their personal information from the chat")
    ]
    assert [each["text"] for each in data["notes"]] == [f"{NAME} was friendly"] * 2
    assert [(each["about"], each["reason"]) for each in data["holds"]] == [(house.messages[0], "lawyer")]
    assert [each["id"] for each in data["copies"]] == [house.export]
    shown = page(data, "en", BERLIN)
    for words in (*WORDS, NAME, NUMBER, "a lawyer asked for it", "on call"):
        assert words in shown


def test_no_place_with_something_of_theirs_is_left_out(house: House) -> None:
    """A new table with something personal would be missing in what people may see."""
    shown = both(told(house))
    unsaid = [f"outbox.{house.unsent}.", f"tasks.{house.done}.sealed_details", f"tasks.{house.to_do}.sealed_details"]
    for place, value in house.readable().items():
        theirs = NAME in str(value) or NUMBER in str(value)
        if theirs and not place.startswith(("rejected.", "exports.", *unsaid)):
            text = str(value.get("text") or value.get("name")) if isinstance(value, dict) else str(value)
            assert text in shown, place


def test_no_colleague_is_named(house: House) -> None:
    """A colleague's name is theirs, and no customer's business."""
    house.hold(None)
    with house.store.begin() as session:
        for task in session.scalars(select(Task)):
            task.answered_by = "zacharias"
    shown = both(told(house))
    assert "anna" not in shown
    assert "zacharias" not in shown


def test_notes_can_be_left_out_and_the_page_says_so(house: House) -> None:
    """A note that would harm somebody else could only be kept back together with everything else, or in secret."""
    data = told(house, notes=False)
    assert data["notes"] == []
    assert "was friendly" not in both(data)
    assert "left out" in page(data, "en", BERLIN)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_nothing_of_an_erased_message_is_told(house: House, language: str) -> None:
    """Somebody who had their messages erased would get them back from us."""
    with house.store.begin() as session:
        begun = erasure.begin(house.desk, session, session.get_one(Customer, house.customer_id), case_id=house.case_id)
    with house.store.begin() as session:
        erasure.finish(house.desk, session, begun)
    data = told(house, language=language)
    shown = both(data, language)
    assert not [words for words in WORDS if words in shown]
    assert len(data["notes"]) == 1  # that of the task which is still open
    assert data["erased_messages"] == 4
    assert [(each["erased"], each["finished"]) for each in data["erasures"]] == [(4, True)]
    assert {each["id"] for each in data["messages"]} == {house.unread}


_numbers = count(1000)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    mine=st.lists(st.text(min_size=1, max_size=60).filter(str.strip), min_size=1, max_size=4),
    theirs=st.lists(st.uuids().map(str), min_size=1, max_size=4, unique=True),
)
def test_never_a_word_of_somebody_else(house: House, mine: list[str], theirs: list[str]) -> None:
    """One customer is handed what another one wrote."""
    for sender, words in [(NUMBER, words) for words in mine] + [(OTHER, words) for words in theirs]:
        write(house.store, next(_numbers), sender, words, house.desk.now())
    shown = both(told(house))
    assert not [words for words in theirs if words in shown]
    assert OTHER not in shown
    assert "Somebody Else" not in shown
    other = told(house, house.other_id)
    assert {*theirs} <= {each["text"] for each in other["messages"]}
    assert NUMBER not in both(other)
    assert NAME not in both(other)


def test_a_contact_card_stays_closed_and_a_place_is_told(house: House) -> None:
    """Somebody whose number a customer passed on would be told about in that customer's file."""
    card = {"name": {"formatted_name": "Third Person"}, "phones": [{"phone": "+49 155 50777777"}]}
    place = {"latitude": 50.94, "longitude": 6.96, "name": "Old Market"}
    sent = [
        bodies.message(70, "contacts", sender=NUMBER, contacts=[card]),
        bodies.message(71, "location", sender=NUMBER, location=place),
        bodies.message(72, "image", sender=NUMBER, image={"id": "1", "mime_type": "image/jpeg", "caption": "broken"}),
    ]
    receive(house.store, bodies.raw(bodies.messages(*sent, contacts=[bodies.contact(NUMBER, name=NAME)])))
    shown = both(told(house))
    assert "Third Person" not in shown
    assert "50777777" not in shown
    assert "Old Market" in shown
    assert "image/jpeg" in shown
    assert "is not opened here" in shown


def test_words_cannot_become_a_part_of_the_page(house: House) -> None:
    """A message with a script in it would run in the browser of whoever reads the file."""
    evil = "<script>alert(1)</script> <img src=x onerror=alert(2)> \u202eturned"
    write(house.store, 60, NUMBER, evil, house.desk.now())
    shown = page(told(house), "en", BERLIN)
    assert "<script" not in shown
    assert "<img" not in shown
    assert "\u202e" not in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert "default-src 'none'" in shown


def test_what_the_rules_concluded_is_told_in_words(house: House) -> None:
    """Somebody would not learn that they were taken for a furious customer."""
    with house.store.begin() as session:
        message = session.get_one(Message, house.messages[0])
        message.facts = {"intent": "complaint", "anger": "furious", "sign_safety": False, "has_email": True}
    data = told(house)
    assert data["messages"][0]["read_as"]["anger"] == "furious"
    assert "what it is about: a complaint" in page(data, "en", BERLIN)
    assert "an e-mail address stands in it" in page(data, "en", BERLIN)
    chinese = page(told(house, language="zh-CN"), "zh-CN", BERLIN)
    assert "语气：非常生气" in chinese
    assert "客户要求删除聊天里的个人信息" in chinese
    assert '<html lang="zh-CN">' in chinese


def test_which_privacy_notice_was_sent_is_told(house: House) -> None:
    """Nobody could say later what the customer had been told about privacy, and in which version."""
    with house.store.begin() as session:
        letter = session.get_one(Outbox, house.letter)
        letter.reply, letter.reply_version, letter.sent_at = "privacy/notice", "1.2.0", house.desk.now()
    assert [each["version"] for each in told(house)["privacy_notices"]] == ["privacy/notice 1.2.0"]


def test_the_page_is_in_the_language_that_the_customer_writes(store: Store) -> None:
    """A customer who writes Chinese would get a page that they cannot read."""
    now = store.clock.now()
    locales = ("zh-TW", "zh-CN", "de", None)
    spoken = {each: language_of(Customer(id="P", first_seen_at=now, locale=each)) for each in locales}
    assert spoken == {"zh-TW": "zh-CN", "zh-CN": "zh-CN", "de": "en", None: "en"}


def test_a_customer_of_whom_nothing_is_kept_gets_a_page_all_the_same(store: Store, shelf: Shelf) -> None:
    """Whoever asks and is known by nothing but their number would get an error instead of an answer."""
    with store.begin() as session:
        customer = customers.recognise(session, store.vault, store.clock.now(), wa_id=NUMBER)
    desk = desk_over(store, shelf)
    with store.read() as session:
        data = their_data(store, session, shelf.current, Asked(customer.id, desk.now(), "en"))
    shown = page(data, "en", BERLIN)
    assert "No message is kept." in shown
    assert f"+{NUMBER}" in shown
