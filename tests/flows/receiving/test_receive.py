"""A body in the store: everything once, sealed, with the right bells rung, or nothing at all."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, event, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from flows.clock import MovedClock
from flows.ids import new_id
from flows.receiving.receive import Received, receive
from flows.receiving.shapes import NotJson
from flows.store import customers
from flows.store.database import Store
from flows.store.subjects import claim
from flows.store.tables import Alias, Customer, Delivery, Message, Outbox, OutboxStatus, Rejected, Seen, Subject
from tests.flows.receiving.bodies import (
    AT,
    ECHOES,
    MESSAGES,
    NAME,
    NOTICES,
    NUMBER,
    OURS,
    STATUSES,
    USER_ID,
    body,
    change,
    contact,
    message,
    messages,
    one_of_everything,
    raw,
    status,
    statuses,
    wamid,
)
from tests.flows.receiving.bodies import text as a_text

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # where the clock of the tests stands


def at(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def take(store: Store, document: Any) -> Received:
    return receive(store, raw(document))


def rows(store: Store, table: type[Any]) -> list[Any]:
    with store.read() as session:
        return list(session.scalars(select(table)))


def count(store: Store, table: type[Any]) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def contents(store: Store) -> list[dict[str, Any]]:
    return store.vault.open_all([row.sealed_content for row in rows(store, Message)])


def the_customer(store: Store) -> Customer:
    with store.read() as session:
        found = session.scalars(select(Customer).where(Customer.merged_into.is_(None))).one()
        assert isinstance(found, Customer)
        return found


def letter(
    store: Store,
    key: str = "R-1/first_reply/1",
    provider_id: str | None = None,
    state: OutboxStatus = "sending",
) -> str:
    """An outbox row of a customer who is not in the bodies; returns its subject."""
    with store.begin() as session:
        customer = customers.recognise(session, store.vault, store.clock.now(), wa_id="33612345678")
        row = Outbox(
            id=new_id("O"),
            key=key,
            subject_id=customer.id,
            customer_id=customer.id,
            to="customer",
            form="text",
            sealed_body=store.vault.seal(customer.id, {"text": "We got it."}),
            status=state,
            created_at=store.clock.now(),
            provider_blind=store.vault.blind("wamid", provider_id) if provider_id else None,
        )
        session.add(row)
        return str(customer.id)


def bells(store: Store) -> dict[str, int]:
    return {row.id: row.bells for row in rows(store, Subject)}


# -- what becomes of each element -------------------------------------------------------------------------------


def test_a_message_is_kept_with_its_customer(any_store: Store) -> None:
    """A customer's words would be lost, or be told by the wrong person."""
    done = take(any_store, messages(a_text(1, "删除我的聊天记录")))
    assert done == Received(messages=1, statuses=0, notices=0, rejected=0, repeated=0, rung=1)
    (row,) = rows(any_store, Message)
    customer = the_customer(any_store)
    assert (row.customer_id, row.kind, row.place, row.handled_at) == (customer.id, "text", "private", None)
    assert row.received_at == NOON
    assert row.blind == any_store.vault.blind("wamid", wamid(1))
    content = any_store.vault.open(row.sealed_content)
    assert (content["text"], content["wamid"]) == ("删除我的聊天记录", wamid(1))
    assert content["raw"] == a_text(1, "删除我的聊天记录")
    assert any_store.vault.open(customer.sealed_profile or b"") == {"name": NAME}
    assert [any_store.vault.open(alias.sealed_address) for alias in rows(any_store, Alias)] == [NUMBER]
    (subject,) = rows(any_store, Subject)
    assert (subject.bells, subject.due_at) == (1, NOON)


def test_one_of_everything(any_store: Store) -> None:
    """Some shape that WhatsApp documents could not be stored."""
    done = take(any_store, one_of_everything())
    assert (done.messages, done.statuses, done.notices) == (len(MESSAGES), len(STATUSES), len(NOTICES))
    assert done.echoes == len(ECHOES)
    assert (done.rejected, done.repeated) == (0, 0)
    kinds = Counter(row.kind for row in rows(any_store, Message))
    ours = Counter(row.kind for row in rows(any_store, Message) if row.author == "us")
    assert ours == {"text": 1, "revoke": 1}
    expected = Counter(element["type"] for element, _ in MESSAGES.values()) + ours
    assert expected <= kinds
    assert kinds - expected == Counter({"history": 2, "user_preferences": 1, "user_id_update": 1}) + Counter(
        {"calls": 1}
    )
    assert Counter(row.reason for row in rows(any_store, Rejected)) == Counter(
        f"notice: {field}"
        for field in (
            "errors",
            "history",
            "message_template_status_update",
            "account_update",
            "group_lifecycle_update",
            "smb_app_state_sync",
        )
    )
    assert count(any_store, Delivery) == len(STATUSES)


def test_only_what_customers_wrote_is_unread(store: Store) -> None:
    """A changed number, or what staff typed in the app, would be answered as a complaint."""
    take(store, one_of_everything())
    unread = {row.kind for row in rows(store, Message) if row.handled_at is None}
    assert unread == {element["type"] for element, _ in MESSAGES.values()} - {"system"}


@pytest.mark.parametrize("words", [{"text": {"body": "fire"}}, {"image": {"id": "1", "caption": "fire"}}])
def test_who_sounds_urgent_is_read_first(any_store: Store, words: dict[str, Any]) -> None:
    """A burning charger would wait behind ten thousand late parcels until all of them are read."""
    calm = [a_text(number, sender=f"4477009002{number}") for number in range(10, 15)]
    burning = message(20, next(iter(words)), "447700900220", **words)
    people = [contact(each["from"]) for each in (*calm, burning)]
    receive(any_store, raw(messages(*calm, contacts=people)), lambda said: 2 * (said == "fire"))
    receive(any_store, raw(messages(burning, contacts=people)), lambda said: 2 * (said == "fire"))
    with any_store.begin() as session:
        (first,) = claim(session, "a wave", any_store.clock.now(), timedelta(minutes=1), 1)
        assert first.severity == 2
    (wrote,) = (row for row in rows(any_store, Message) if row.customer_id == first.subject_id)
    assert wrote.sent_at == datetime.fromtimestamp(int(burning["timestamp"]), UTC)


def test_a_notice_alone_wakes_nobody(store: Store) -> None:
    """The whole machinery would start for nothing."""
    done = take(store, body(*(notice for name, notice in NOTICES.items() if name != "new user id")))
    assert done.rung == 0
    assert set(bells(store).values()) == {0}


def test_what_staff_type_in_the_app_is_looked_through(store: Store) -> None:
    """A passport number that a colleague sent would stay where it is, because nobody reads what is ours."""
    assert take(store, body(*ECHOES.values())).rung == 1
    assert [row.author for row in rows(store, Message) if row.handled_at is None] == ["us"]


def test_the_message_that_is_spoken_of_is_known_only_sealed(store: Store) -> None:
    """Without the reference, nobody knows which message a customer took back; unsealed, it shows their number."""
    for name in ("reaction", "revoke", "edit", "button"):
        take(store, messages(MESSAGES[name][0]))
    assert [content["about"] for content in contents(store)] == [OURS, wamid(1), wamid(1), OURS]


def test_a_bad_element_is_kept_for_a_person(any_store: Store) -> None:
    """What could not be read would be gone, or lie around unsealed."""
    broken = {**a_text(2), "timestamp": "soon"}
    done = take(any_store, messages(a_text(1), broken))
    assert (done.messages, done.rejected) == (1, 1)
    (row,) = rows(any_store, Rejected)
    assert row.reason == "`timestamp` is not a Unix time in seconds"
    assert row.at_path == "$.entry[0].changes[0].value.messages[1]"
    assert any_store.vault.open(row.sealed_element) == broken
    assert row.id in any_store.vault.owners()
    any_store.vault.destroy(the_customer(any_store).id)
    assert any_store.vault.open(row.sealed_element) == broken


def test_a_strange_body_is_kept_whole(store: Store) -> None:
    """A signed body of a kind we do not know would be acknowledged and thrown away."""
    assert take(store, {"object": "page", "entry": [1]}).rejected == 1
    (row,) = rows(store, Rejected)
    assert store.vault.open(row.sealed_element) == {"object": "page", "entry": [1]}


def test_what_is_not_json_is_refused(store: Store) -> None:
    """Noise would be acknowledged as received."""
    with pytest.raises(NotJson):
        receive(store, b"{")


# -- statuses ---------------------------------------------------------------------------------------------------


def test_a_text_that_has_left_is_known_to_have_arrived_at_once(any_store: Store) -> None:
    """In a crowd, three statuses for every text would keep people waiting who have not been answered, or nobody would
    know when a text arrived; and one that did not arrive would move nobody."""
    subject = letter(any_store, state="sent")
    before = bells(any_store)[subject]
    ours = {"biz_opaque_callback_data": "R-1/first_reply/1"}
    told = [status(number, word, **ours) for number, word in enumerate(("sent", "read", "delivered", "read"), 1)]
    done = take(any_store, statuses(*({**each, "id": wamid(1)} for each in told)))
    (sent,) = rows(any_store, Outbox)
    assert sent.delivered_at == sent.read_at == datetime.fromtimestamp(AT + 2, UTC)
    assert all(row.handled_at is not None and row.outbox_id == sent.id for row in rows(any_store, Delivery))
    assert (done.statuses, done.rung, bells(any_store)[subject]) == (4, 0, before)
    failed = status(1, "failed", errors=[{"code": 131026}], **ours)
    assert take(any_store, statuses(failed)).rung == 1
    assert bells(any_store)[subject] == before + 1


def test_a_status_finds_its_letter_by_our_key(any_store: Store) -> None:
    """After a crash in the middle of a send, nobody would learn that the letter arrived."""
    subject = letter(any_store)
    before = bells(any_store)[subject]
    done = take(any_store, statuses(status(1, biz_opaque_callback_data="R-1/first_reply/1")))
    assert done.rung == 1
    (row,) = rows(any_store, Delivery)
    (sent,) = rows(any_store, Outbox)
    assert (row.outbox_id, row.key, row.status, row.handled_at) == (sent.id, "R-1/first_reply/1", "delivered", None)
    assert row.blind == any_store.vault.blind("wamid", wamid(1))
    assert bells(any_store)[subject] == before + 1


def test_a_status_finds_its_letter_by_its_id(store: Store) -> None:
    """A status without our key would count as somebody else's."""
    letter(store, provider_id=wamid(1))
    take(store, statuses(status(1, "failed", errors=[{"code": 131026}])))
    (row,) = rows(store, Delivery)
    (sent,) = rows(store, Outbox)
    assert (row.outbox_id, row.code) == (sent.id, 131026)


@pytest.mark.parametrize("key", ["Call 4915112345678 at noon", "a\0b", "x" * 600, ""])
def test_a_foreign_key_is_not_kept(any_store: Store, key: str) -> None:
    """What another program writes into its sends, names perhaps, would lie in our store unsealed."""
    done = take(any_store, statuses(status(1, biz_opaque_callback_data=key)))
    assert (done.statuses, done.rung) == (1, 0)
    (row,) = rows(any_store, Delivery)
    assert (row.key, row.outbox_id, row.handled_at) == (None, None, NOON)


def test_every_step_of_a_letter_is_kept_once(store: Store) -> None:
    """A letter would be read twice, or never."""
    letter(store, provider_id=wamid(1))
    told = [status(1, word) for word in ("read", "sent", "delivered")]
    take(store, statuses(*told))
    again = take(store, statuses(*reversed(told)))
    assert (again.statuses, again.repeated, again.rung) == (0, 3, 0)
    assert Counter(row.status for row in rows(store, Delivery)) == Counter(sent=1, read=1, delivered=1)


def test_a_group_reads_one_by_one(store: Store) -> None:
    """The second reader of a group would be taken for a repetition of the first."""
    group = {"recipient_type": "group", "recipient_id": "Y2FwaV9n"}
    readers = [status(1, "read", **group, recipient_participant_id=number) for number in ("4911111", "4922222")]
    assert take(store, statuses(*readers)).statuses == 2


# -- exactly once -----------------------------------------------------------------------------------------------


def test_a_repeated_body_changes_nothing(any_store: Store, clock: MovedClock) -> None:
    """A customer would be answered twice whenever WhatsApp delivers twice."""
    document = one_of_everything()
    document["entry"][0]["changes"].append(change(messages=[{"id": 5}, None]))
    take(any_store, document)
    before = {table: count(any_store, table) for table in (Message, Delivery, Rejected, Customer, Subject, Alias)}
    rung = bells(any_store)
    clock.move(timedelta(days=7))
    done = take(any_store, document)
    assert (done.messages, done.statuses, done.notices, done.rejected, done.rung) == (0, 0, 0, 0, 0)
    assert {table: count(any_store, table) for table in before} == before
    assert bells(any_store) == rung


def test_repeated_elements_in_other_company(store: Store) -> None:
    """WhatsApp may repeat a message in another batch; it would be answered twice."""
    take(store, messages(a_text(1), a_text(2)))
    done = take(store, messages(a_text(2), a_text(3), a_text(3), a_text(1)))
    assert (done.messages, done.repeated) == (1, 3)
    assert {content["wamid"] for content in contents(store)} == {wamid(1), wamid(2), wamid(3)}
    assert count(store, Message) == 3


def test_a_message_is_known_when_its_repetition_memory_is_pruned(any_store: Store) -> None:
    """A very late repetition would make the whole body impossible to store, and all in it be lost."""
    take(any_store, messages(a_text(1)))
    with any_store.begin() as session:
        session.execute(delete(Seen))
    done = take(any_store, messages(a_text(1), a_text(2)))
    assert (done.messages, done.repeated) == (1, 1)


def test_an_older_copy_does_not_swallow_the_message_itself(store: Store) -> None:
    """A message that is also in the synchronised history of the phone would never be answered."""
    take(store, body(NOTICES["history"]))
    assert take(store, messages(a_text(203))).messages == 1


def test_equal_notices_of_two_days_are_two(store: Store) -> None:
    """The second restriction of the account would be taken for the first."""
    for day in (1, 2):
        document = body(NOTICES["account"])
        document["entry"][0]["time"] = 1_760_000_000 + day * 86_400
        assert take(store, document).notices == 1
        assert take(store, document).repeated == 1


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_the_same_messages_at_the_same_time(request: pytest.FixtureRequest, kind: str) -> None:
    """Two deliveries of one message at one moment would become two messages, or two customers."""
    store: Store = request.getfixturevalue("file_store" if kind == "sqlite" else "postgres_store")
    numbers = [f"4915100000{index:03d}" for index in range(25)]
    start = threading.Barrier(4)

    def post(turn: int) -> Received:
        elements = [message(index, sender=numbers[index % 25]) for index in range(50)]
        people = [contact(number, f"DE.{number}") for number in numbers]
        order = -1 if turn % 2 else 1
        start.wait()
        return take(store, messages(*elements[::order], contacts=people[::order]))

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(post, range(4)))
    assert sum(each.messages for each in done) == 50
    assert sum(each.repeated for each in done) == 150
    assert count(store, Message) == 50
    living = [row.id for row in rows(store, Customer) if row.merged_into is None]
    assert len(living) == 25
    assert {row.customer_id for row in rows(store, Message)} == set(living)
    assert {row.customer_id for row in rows(store, Alias)} == set(living)


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_the_same_people_under_either_id_at_the_same_time(request: pytest.FixtureRequest, kind: str) -> None:
    """Many bodies at one moment would lock each other out, and messages come back to us for days."""
    store: Store = request.getfixturevalue("file_store" if kind == "sqlite" else "postgres_store")
    numbers = [f"4915100000{index:03d}" for index in range(10)]

    def post(turn: int) -> Received:
        elements = []
        for step in range(20):
            number = numbers[(step * (turn + 3)) % 10]
            sender = number if (step + turn) % 3 else None
            ids = {} if (step + turn) % 3 == 1 else {"from_user_id": f"DE.{number}"}
            elements.append(message(turn * 20 + step, sender=sender, text={"body": "x"}, **ids))
        return take(store, messages(*elements, contacts=[]))

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(post, range(12)))
    assert sum(each.messages for each in done) == 240
    living = {row.id for row in rows(store, Customer) if row.merged_into is None}
    assert len(living) == 10
    assert {row.customer_id for row in rows(store, Message)} == living
    assert len(contents(store)) == 240


@pytest.mark.postgres
def test_a_stranger_whom_somebody_else_makes_a_customer_meanwhile(postgres_store: Store) -> None:
    """When a colleague opens a case for a number at the moment it writes, one person would become two."""
    with ThreadPoolExecutor(1) as pool:
        with postgres_store.begin() as session:
            made = customers.recognise(session, postgres_store.vault, NOON, wa_id=NUMBER)
            posted = pool.submit(take, postgres_store, messages(a_text(1), contacts=[contact(NUMBER, USER_ID)]))
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while not session.scalar(waiting):
                assert not posted.done()
        assert posted.result().messages == 1
    living = the_customer(postgres_store)
    assert {row.customer_id for row in rows(postgres_store, Alias)} == {living.id}
    assert {row.customer_id for row in rows(postgres_store, Message)} == {living.id}
    assert made.id in {row.id for row in rows(postgres_store, Customer)}
    assert len(contents(postgres_store)) == 1


def test_all_or_nothing(file_store: Store) -> None:
    """A body that broke off halfway would be half lost: WhatsApp repeats it, and the first half counts as seen."""

    @event.listens_for(Session, "before_commit")
    def fail(_session: Session) -> None:
        raise OperationalError("COMMIT", None, Exception("disk full"))

    try:
        with pytest.raises(OperationalError):
            take(file_store, messages(a_text(1)))
    finally:
        event.remove(Session, "before_commit", fail)
    assert count(file_store, Message) == count(file_store, Seen) == count(file_store, Customer) == 0
    assert take(file_store, messages(a_text(1))).messages == 1


# -- people -----------------------------------------------------------------------------------------------------


def test_a_customer_is_known_by_either_id(store: Store) -> None:
    """A customer who takes a username would be a stranger, and their open case be forgotten."""
    take(store, messages(a_text(1)))
    take(store, messages(a_text(2), contacts=[contact(NUMBER, USER_ID)]))
    only_id = message(3, sender=None, from_user_id=USER_ID, text={"body": "It is me"})
    take(store, messages(only_id, contacts=[contact(None, USER_ID)]))
    customer = the_customer(store)
    assert {row.customer_id for row in rows(store, Message)} == {customer.id}
    assert count(store, Message) == 3


def test_two_who_turn_out_to_be_one_are_merged_within_one_body(any_store: Store) -> None:
    """One person would get two answers, and erasing one of the two would leave the other."""
    by_number, by_id = message(1), message(2, sender=None, from_user_id=USER_ID, text={"body": "b"})
    both = message(3, from_user_id=USER_ID, text={"body": "c"})
    take(any_store, messages(by_number, by_id, both, contacts=[]))
    customer = the_customer(any_store)
    assert {row.customer_id for row in rows(any_store, Message)} == {customer.id}
    assert {content["wamid"] for content in contents(any_store)} == {wamid(1), wamid(2), wamid(3)}
    assert bells(any_store)[customer.id] >= 1


def test_a_status_tells_the_other_id(store: Store) -> None:
    """Between a status that names both ids and the next message, one customer would become two."""
    take(store, messages(a_text(1)))
    take(store, statuses(status(2, recipient_user_id=USER_ID)))
    only_id = message(3, sender=None, from_user_id=USER_ID, text={"body": "It is me"})
    take(store, messages(only_id, contacts=[]))
    assert {row.customer_id for row in rows(store, Message)} == {the_customer(store).id}


def test_a_status_makes_no_customer(store: Store) -> None:
    """Everyone whom another program writes to from our number would become a customer of this tool."""
    take(store, statuses(status(1, recipient_user_id=USER_ID), status(2)))
    assert count(store, Customer) == 0


def test_a_new_number_is_the_same_customer(store: Store) -> None:
    """After a change of number, the promise made to the customer would be forgotten."""
    take(store, messages(a_text(1)))
    moved = message(2, "system", system={"type": "user_changed_number", "wa_id": "4915199999999", "body": "x"})
    take(store, messages(moved, contacts=[]))
    take(store, messages(message(3, sender="4915199999999"), contacts=[]))
    customer = the_customer(store)
    assert {row.customer_id for row in rows(store, Message)} == {customer.id}


def test_a_new_number_told_late_joins_both(any_store: Store) -> None:
    """When the message from the new number overtakes the news of it, one customer would stay two."""
    moved = message(2, "system", system={"type": "user_changed_number", "wa_id": "4915199999999", "body": "x"})
    take(any_store, messages(a_text(1)))
    take(any_store, messages(message(3, sender="4915199999999"), contacts=[]))
    take(any_store, messages(moved, contacts=[]))
    assert {row.customer_id for row in rows(any_store, Message)} == {the_customer(any_store).id}


def test_names_are_kept_up_to_date(store: Store) -> None:
    """A customer would be greeted with a name they gave up."""
    newer = message(5, text={"body": "x"})
    take(store, messages(newer, contacts=[{**contact(name="Neu"), "profile": {"name": "Neu", "username": "n"}}]))
    take(store, messages(message(6), contacts=[]))
    assert store.vault.open(the_customer(store).sealed_profile or b"") == {"name": "Neu", "username": "n"}
    take(store, messages(message(7), contacts=[contact(name="Neuer")]))
    assert store.vault.open(the_customer(store).sealed_profile or b"") == {"name": "Neuer", "username": "n"}


# -- the window -------------------------------------------------------------------------------------------------


def test_the_window_opens_when_the_customer_wrote_not_when_we_heard(store: Store) -> None:
    """After an outage, free texts would be tried where only templates pass, and fail."""
    yesterday = {**a_text(1), "timestamp": at(NOON - timedelta(hours=23))}
    take(store, messages(yesterday))
    assert the_customer(store).last_wrote_at == NOON - timedelta(hours=23)


def test_an_older_message_does_not_close_the_window(any_store: Store) -> None:
    """A message that comes late would make us believe that the customer has been silent."""
    hours = (5, 1, 9)
    for number, ago in enumerate(hours):
        take(any_store, messages({**a_text(number), "timestamp": at(NOON - timedelta(hours=ago))}))
    take(any_store, messages(*({**a_text(9 - ago), "timestamp": at(NOON - timedelta(hours=ago))} for ago in hours)))
    assert the_customer(any_store).last_wrote_at == NOON - timedelta(hours=1)


def test_a_clock_that_runs_ahead_does_not_hold_the_window_open(store: Store) -> None:
    """One wrong timestamp would let free texts be tried, and fail, for years."""
    take(store, messages({**a_text(1), "timestamp": at(NOON + timedelta(days=900))}))
    assert the_customer(store).last_wrote_at == NOON


@pytest.mark.parametrize("name", ["reaction", "revoke", "edit", "in a group", "changed identity"])
def test_what_opens_no_window(store: Store, name: str) -> None:
    """A free text would be tried where only a template passes, and fail before an angry customer."""
    take(store, messages(MESSAGES[name][0]))
    assert the_customer(store).last_wrote_at is None


def test_an_address_book_makes_no_customers(store: Store) -> None:
    """Everyone in the shop's telephone would become a customer of this tool, by name."""
    take(store, body(NOTICES["address book"]))
    assert count(store, Customer) == 0


def test_a_name_that_cannot_be_opened_costs_no_message(file_store: Store, tmp_path: Path) -> None:
    """After a keys database was restored from an old copy, every body with a known customer would be refused."""
    take(file_store, messages(a_text(1)))
    with closing(sqlite3.connect(tmp_path / "keys.db")) as connection:
        connection.execute("DELETE FROM keys")
        connection.commit()
    assert take(file_store, messages(a_text(2), contacts=[contact(name="Neu")])).messages == 1
    assert file_store.vault.open(the_customer(file_store).sealed_profile or b"") == {"name": "Neu"}


# -- privacy and size -------------------------------------------------------------------------------------------


def test_nothing_personal_lies_open(file_store: Store, tmp_path: Path) -> None:
    """Whoever gets hold of the database would read names, numbers and words."""
    everything = one_of_everything()
    everything["entry"].append({"changes": [change(messages=[{**a_text(1), "timestamp": "soon"}])]})
    take(file_store, everything)
    file_store.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("*.db*"))
    secrets = (NUMBER, USER_ID, NAME, wamid(1), wamid(101), OURS, "Delete my data", "4915199999999", "It burned")
    for secret in secrets:
        assert secret.encode() not in stored
        assert json.dumps(secret).strip('"').encode() not in stored


def test_an_erased_customer_is_not_brought_back_by_a_repetition(store: Store) -> None:
    """WhatsApp's retry would put back what we have just told the customer is erased."""
    take(store, messages(a_text(1)))
    customer = the_customer(store)
    with store.begin() as session:
        session.execute(delete(Message))
        session.execute(delete(Alias))
    store.vault.destroy(customer.id)
    done = take(store, messages(a_text(1)))
    assert (done.messages, done.repeated) == (0, 1)
    assert count(store, Message) == 0
    assert customer.id not in store.vault.owners()


def test_a_thousand_strangers_in_one_body(file_store: Store) -> None:
    """On the day that counts, WhatsApp would give up waiting for the answer and deliver again and again."""
    numbers = [f"4915100{index:06d}" for index in range(1000)]
    elements = [message(index, sender=number) for index, number in enumerate(numbers)]
    document = messages(*elements, contacts=[contact(number, f"DE.{number}") for number in numbers])
    assert take(file_store, document).messages == 1000
    assert take(file_store, document).repeated == 1000
    assert count(file_store, Message) == count(file_store, Customer) == 1000
    assert set(bells(file_store).values()) == {1}


def test_a_store_that_is_in_use_by_a_reader_takes_bodies(file_store: Store) -> None:
    """While somebody looks at the list of cases, nobody could write to us."""
    with file_store.read() as session, ThreadPoolExecutor(1) as pool:
        session.execute(text("SELECT count(*) FROM messages")).one()
        assert pool.submit(take, file_store, messages(a_text(1))).result(timeout=20).messages == 1
