"""Erasing a customer's records: what goes, what stays, and that nothing in between is lost."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import select

from flows.erasing import erasure, holds, ledger
from flows.erasing.addresses import forget_address
from flows.erasing.erasure import Decision, Erased, NotCommitted
from flows.erasing.masking import Mask
from flows.erasing.sealed import owner_columns, sealed_columns
from flows.receiving.receive import receive
from flows.store import customers, journal
from flows.store.tables import Alias, Customer, Export, Incident, Message, Outbox, Rejected, Task
from tests.flows.erasing.house import NAME, NUMBER, OTHER, WORDS, House, write
from tests.flows.receiving import bodies


def begin(house: House, decisions: Mapping[str, Decision] | None = None, *, keep_address: bool = True) -> str:
    with house.store.begin() as session:
        customer = session.get_one(Customer, house.customer_id)
        return erasure.begin(
            house.desk, session, customer, case_id=house.case_id, decisions=decisions, keep_address=keep_address
        )


def finish(house: House, erasure_id: str) -> Erased:
    with house.store.begin() as session:
        return erasure.finish(house.desk, session, erasure_id)


def erase(house: House, decisions: Mapping[str, Decision] | None = None, *, keep_address: bool = True) -> Erased:
    return finish(house, begin(house, decisions, keep_address=keep_address))


def others(house: House) -> dict[str, object]:
    return {place: value for place, value in house.readable().items() if OTHER in str(value) or "Else" in str(value)}


def test_what_is_done_with_goes_and_what_is_under_way_stays(house: House) -> None:
    """A customer would be told that their records are erased while they are not, or would never be answered."""
    before = house.readable()
    assert erase(house) == Erased(erased=4, kept=0, masked=0)
    after = house.readable()
    stays = [
        f"messages.{house.unread}.sealed_content",
        f"outbox.{house.unsent}.sealed_body",
        f"tasks.{house.to_do}.sealed_details",
        f"tasks.{house.to_do}.sealed_remark",
        house.address,
    ]
    assert {place: after[place] for place in stays} == {place: before[place] for place in stays}
    assert sorted(after) == sorted({*stays, *others(house)})
    with house.store.read() as session:
        rows = [*session.scalars(select(Message)), *session.scalars(select(Outbox)), *session.scalars(select(Task))]
        assert {each.id for each in rows} >= {*house.messages, house.letter, house.done}
        journal.verify(session, house.customer_id)


def test_somebody_else_keeps_everything(house: House) -> None:
    """Erasing one customer would take another's messages along."""
    before = others(house)
    assert len(before) == 4
    erase(house, keep_address=False)
    assert others(house) == before


def test_a_hold_wins_whatever_was_decided(house: House) -> None:
    """The proof of an agreed price would be destroyed because somebody ticked the wrong box."""
    house.hold(house.messages[0])
    before = house.readable()
    assert erase(house, {house.messages[0]: "erase"}) == Erased(erased=3, kept=1, masked=0)
    place = f"messages.{house.messages[0]}.sealed_content"
    assert house.readable()[place] == before[place]


def test_the_name_stays_only_where_a_text_with_it_stays(house: House) -> None:
    """Somebody would read that only their number is still here, and be called by their name a week later; or a name
    in a held message could not be found any more when it has to be made unreadable."""
    place = f"customers.{house.customer_id}.sealed_profile"
    held = house.hold(house.messages[0])
    erase(house)
    assert NAME in str(house.readable()[place])
    with house.store.begin() as session:
        holds.lift(session, house.desk.now(), held, "anna")
    erase(house)
    after = house.readable()
    assert place not in after
    assert house.address in after


def test_that_a_message_was_taken_back_is_no_message(house: House) -> None:
    """A customer would read that more messages were erased than they and we have ever written."""
    with house.store.begin() as session:
        session.get_one(Message, house.messages[2]).kind = "revoke"
    assert erase(house).erased == 3
    assert WORDS[2] not in str(house.readable())


def test_a_hold_on_everything_leaves_everything(house: House) -> None:
    """A court's order to keep all of it would be broken by a playbook."""
    house.hold(None, "law")
    before = house.readable()
    assert erase(house, {house.messages[0]: Mask()}, keep_address=False) == Erased(erased=0, kept=5, masked=0)
    assert house.readable() == before
    assert house.file.exists()


def test_a_hold_placed_in_the_middle_wins_too(house: House) -> None:
    """What somebody saves at the last moment would be destroyed by a procedure that had already begun."""
    before = house.readable()
    begun = begin(house)
    house.hold(house.messages[1])
    with pytest.raises(NotCommitted):
        finish(house, begun)
    with house.store.begin() as session:
        assert erasure.reseal(house.desk, session, begun) == 2  # and the name, to find it by
    assert [finish(house, begun) for _ in range(2)] == [Erased(erased=3, kept=1, masked=0)] * 2
    place = f"messages.{house.messages[1]}.sealed_content"
    assert house.readable()[place] == before[place]


def test_masked_records_keep_their_business_and_lose_the_person(house: House) -> None:
    """Either the evidence of an order would be gone, or the address that the customer wants gone would stay."""
    house.hold(house.messages[0])
    house.hold(house.messages[1], "evidence")
    decisions: dict[str, Decision] = {house.messages[1]: Mask(), house.letter: Mask(["own_name"])}
    assert erase(house, decisions) == Erased(erased=1, kept=1, masked=2)
    after = house.readable()
    masked = str(after[f"messages.{house.messages[1]}.sealed_content"])
    assert "Lindenweg" not in masked
    assert "50102030" not in masked
    assert "[address]" in masked
    assert "[phone number]" in masked
    assert after[f"outbox.{house.letter}.sealed_body"] == {"text": "Dear [name], we are on it"}
    assert WORDS[0] in str(after[f"messages.{house.messages[0]}.sealed_content"])


def test_what_a_court_may_want_to_see_is_not_even_masked(house: House) -> None:
    """A record held for a lawyer would be changed, which is worse than not having it."""
    house.hold(house.messages[1], "lawyer")
    assert erase(house, {house.messages[1]: Mask()}).kept == 1
    assert WORDS[1] in str(house.readable()[f"messages.{house.messages[1]}.sealed_content"])


def test_nothing_is_destroyed_before_what_stays_is_safe(house: House) -> None:
    """A power cut between two databases would lose what had to be kept."""
    house.hold(house.messages[0])
    before = house.readable()
    with house.store.begin() as session:
        customer = session.get_one(Customer, house.customer_id)
        begun = erasure.begin(house.desk, session, customer, case_id=house.case_id)
        with pytest.raises(NotCommitted):
            erasure.finish(house.desk, session, begun)
    assert house.readable() == before


def test_who_asks_again_goes_on_with_the_same_erasure(house: House) -> None:
    """A step done again after a crash would erase what came in since, which nobody has decided about."""

    def ask() -> str:
        with house.store.begin() as session:
            customer = session.get_one(Customer, house.customer_id)
            return erasure.begin(house.desk, session, customer, case_id=house.case_id, step="R-1/4")

    first = ask()
    assert ask() == first
    finish(house, first)
    assert ask() == first
    assert begin(house) != first
    assert len(ledger.lines(house.store)) == 2


def test_the_address_goes_when_nobody_is_to_be_answered_any_more(house: House) -> None:
    """The number of a customer who wanted to be forgotten would stay for ever."""
    erase(house, keep_address=False)
    left = house.readable()
    assert f"customers.{house.customer_id}.sealed_profile" not in left
    with house.store.begin() as session:
        assert session.scalars(select(Alias.customer_id)).all() == [house.other_id]
        again = customers.recognise(session, house.store.vault, house.desk.now(), wa_id=NUMBER)
        assert again.id != house.customer_id


def test_who_writes_again_is_answered_as_before(house: House) -> None:
    """An erased customer who comes back would be unreadable, or would be taken for a stranger while we know them."""
    erase(house)
    write(house.store, 200, NUMBER, "One more thing", house.desk.now())
    with house.store.begin() as session:
        newest = session.scalars(select(Message).order_by(Message.sent_at.desc()).limit(1)).one()
        assert newest.customer_id == house.customer_id
        assert house.store.vault.open(newest.sealed_content)["text"] == "One more thing"
    assert NAME in str(house.readable()[f"customers.{house.customer_id}.sealed_profile"])


def test_a_message_that_is_delivered_again_does_not_come_back(house: House) -> None:
    """WhatsApp repeats deliveries for a week, and would bring back what was erased."""
    erase(house)
    write(house.store, 0, NUMBER, WORDS[0], house.desk.now())
    assert WORDS[0] not in str(house.readable())


def test_two_erasures_of_one_customer_at_once(house: House) -> None:
    """Two cases of one customer that both end in erasing would destroy what the other one keeps."""
    first = begin(house)
    write(house.store, 201, NUMBER, "Between the two", house.desk.now())
    with house.store.begin() as session:
        second = erasure.begin(house.desk, session, session.get_one(Customer, house.customer_id))
    assert second != first
    finish(house, second)
    assert finish(house, first).erased == 4
    words = str(house.readable())
    assert "Between the two" in words
    assert "And hurry" in words
    assert WORDS[2] not in words


def test_customers_who_turned_out_to_be_one_are_erased_as_one(house: House) -> None:
    """Half of somebody known by two addresses would stay readable."""
    with house.store.begin() as session:
        now = house.desk.now()
        customers.add_address(session, house.store.vault, now, house.other_id, wa_id=NUMBER)
        stays = customers.current(session, house.customer_id)
        gone = {house.customer_id, house.other_id} - {stays.id}
    assert gone
    with house.store.begin() as session:
        begun = forget_address(house.desk, session, session.get_one(Customer, stays.id))
    finish(house, begun)
    left = [place for place in house.readable() if not place.startswith(("messages", "outbox", "tasks"))]
    assert left == []


def test_files_that_we_wrote_go_with_the_rest(house: House) -> None:
    """The customer's data would stay in a folder that nobody remembers."""
    erase(house)
    assert not house.file.exists()
    with house.store.read() as session:
        assert session.get_one(Export, house.export).removed_at is not None


def test_a_file_that_is_not_there_any_more_is_looked_for_by_a_person(house: House) -> None:
    """A copy that a colleague moved would be counted as deleted."""
    house.file.rename(house.file.with_name("moved.zip"))
    begun = begin(house)
    assert [finish(house, begun) for _ in range(2)] == [Erased(4, 0, 0)] * 2
    with house.store.read() as session:
        assert session.get_one(Export, house.export).removed_at is None
        asked = session.scalars(select(Task).where(Task.question.contains("written at a colleague's wish"))).one()
        assert house.store.vault.open_or_nothing(asked.sealed_details) == {"file": str(house.file)}


def test_a_file_that_is_another_one_by_now_is_left_alone(house: House) -> None:
    """Erasing a customer would delete a file of somebody else that has the same name."""
    house.file.write_text("another customer's data")
    erase(house)
    assert house.file.read_text() == "another customer's data"


def test_what_could_not_be_understood_goes_if_it_names_the_customer(house: House) -> None:
    """The number would stay for 90 days in an element that nobody could place."""
    erase(house)
    with house.store.read() as session:
        sealed = session.scalars(select(Rejected.sealed_element)).all()
    opened = house.store.vault.open_all(sealed)
    assert sorted(OTHER in str(each) for each in opened) == [False, True]
    assert NUMBER not in str(opened)


def test_every_table_with_something_sealed_is_covered() -> None:
    """A new column with personal data would be forgotten by every erasure."""
    for table in sealed_columns():
        assert owner_columns(table) or table is Rejected, f"whose is what {table.__tablename__} seals?"
    assert owner_columns(Incident) == ("id",), "what is said of an incident is nobody's: its key is the incident's own"
    assert set(sealed_columns()[Task]) == {"sealed_details", "sealed_remark"}


def test_repeated_bodies_change_nothing(house: House) -> None:
    """A webhook that comes twice in the middle of an erasure would leave a row that nobody erases."""
    begun = begin(house)
    again = bodies.text(0, sender=NUMBER, words=WORDS[0])
    receive(house.store, bodies.raw(bodies.messages(again, contacts=[bodies.contact(NUMBER)])))
    assert finish(house, begun).erased == 4
