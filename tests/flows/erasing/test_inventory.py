"""The inventory of a customer's messages, and the plan that is made from it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from flows.erasing import holds
from flows.erasing.inventory import Inventory, Record, inventory
from flows.erasing.plan import Plan, plan_of
from flows.errors import NotFound
from flows.ids import new_id
from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage
from flows.runs.providers import RECALL_TRIED, RECALLABLE
from flows.store.tables import Case, Customer, Export, JournalLine, Message, Outbox, Promise
from rules.deletion_plan import LANGUAGES, PLACES
from tests.flows.runs import trials

NAME = "Wilhelmina Oduya"
ADDRESS = "Please send order 88213 to Lindenweg 12, 50667 Köln"


@pytest.fixture
def talk(stage: Stage) -> Stage:
    """A customer has written twice; the second message is a deletion request, and our first reply has left."""
    for text in (ADDRESS, trials.ASKS):
        stage.pass_time(timedelta(minutes=1))
        stage.happen(Event(customer_says=Says(text, name=NAME)))
    return stage


def found(stage: Stage) -> Inventory:
    with stage.store.read() as session:
        return inventory(stage.desk, session, session.scalars(select(Customer)).one())


def planned(stage: Stage) -> Plan:
    with stage.store.read() as session:
        case = session.scalars(select(Case).where(Case.playbook == "deletion-request")).one()
        return plan_of(stage.desk, session, case)


def told(stage: Stage, **facts: object) -> None:
    """A colleague has said so, in the deletion request."""
    with stage.store.begin() as session:
        case = session.scalars(select(Case).where(Case.playbook == "deletion-request")).one()
        case.facts = {**case.facts, **facts}


def hold(stage: Stage, about: str | None, reason: str = "evidence") -> None:
    with stage.store.begin() as session:
        customer = session.scalars(select(Customer.id)).one()
        holds.place(session, stage.desk.now(), customer, reason, "anna", about=[about])


def ours(stage: Stage) -> list[Record]:
    return [each for each in found(stage).records if each.whose == "us"]


def test_every_message_is_listed_with_what_is_in_it(talk: Stage) -> None:
    """A message nobody lists is a message nobody deletes."""
    records = found(talk).records
    theirs = [each for each in records if each.whose == "customer"]
    assert [each.personal for each in theirs] == [("postal_address",), ()]
    assert theirs[0].outlook == "too_late"
    assert theirs[0].recall_until is None, "nobody can recall what a customer wrote"
    reply = ours(talk)[-1]
    assert reply.sent_at is not None
    assert "own_name" in reply.personal, "we greet by name"
    assert reply.recall_until == reply.sent_at + RECALLABLE
    assert reply.try_until == reply.sent_at + RECALL_TRIED
    assert set(reply.copies) == set(PLACES) - {"exports"}


@pytest.mark.parametrize(
    ("hours", "outlook", "promised", "tried"),
    [(1, "good", True, True), (30, "fair", True, True), (50, "try_only", False, True), (61, "too_late", False, False)],
)
def test_deadline_is_never_promised_past_48_hours(
    talk: Stage, hours: int, outlook: str, promised: bool, tried: bool
) -> None:
    """A colleague would promise the customer something that WhatsApp no longer does."""
    talk.clock.move(timedelta(hours=hours))
    reply = ours(talk)[-1]
    assert (reply.outlook, reply.recall_until is not None, reply.try_until is not None) == (outlook, promised, tried)


def test_what_has_the_soonest_deadline_comes_first(talk: Stage) -> None:
    """The message that could still be recalled would be found when it is too late."""
    talk.clock.move(timedelta(hours=20))
    talk.happen(Event(customer_says=Says("Hello?", name=NAME)))
    order = found(talk).urgent_first()
    deadlines = [each.recall_until for each in order if each.recall_until is not None]
    assert deadlines == sorted(deadlines)
    assert all(each.recall_until is not None for each in order[: len(deadlines)])
    assert {each.id for each in order} == {each.id for each in found(talk).records}


def test_exported_file_is_a_copy_of_what_was_written_before_it(talk: Stage) -> None:
    """The chat would be deleted everywhere but in the file that somebody saved."""
    with talk.store.begin() as session:
        customer = session.scalars(select(Customer.id)).one()
        made = {"made_at": talk.desk.now(), "made_by": "anna", "kind": "chat_export", "sha256": "0" * 64}
        session.add(Export(id=new_id("X"), customer_id=customer, **made))
    talk.clock.move(timedelta(hours=1))
    talk.happen(Event(customer_says=Says("And be quick", name=NAME)))
    in_file = [each.id for each in found(talk).records if "exports" in each.copies]
    newest = max(found(talk).records, key=lambda each: each.sent_at or talk.desk.now())
    assert in_file
    assert newest.id not in in_file
    assert found(talk).counts()["exports"] == 1


def test_backup_is_a_copy_unless_somebody_said_no(talk: Stage) -> None:
    """What nobody has looked at would be promised to be gone."""
    assert all("our_backup" in each.copies for each in found(talk).records)
    told(talk, backup_status="none")
    assert not any("our_backup" in each.copies for each in found(talk).records)


def test_meta_forgets_after_thirty_days(talk: Stage) -> None:
    """The plan would name a copy that is long gone, or leave out one that is not."""
    talk.clock.move(timedelta(days=31))
    assert not any("meta" in each.copies for each in found(talk).records)


def test_a_text_of_a_playbook_proves_no_agreement(talk: Stage) -> None:
    """Our privacy notice, which speaks of orders and of the law, would be kept for years as evidence, and be counted to
    the customer as a message with business content."""
    first = found(talk).records[0].id
    text = {"text": "We pass it on only where your order, at the price of 12 EUR each, or the law requires it"}
    with talk.store.begin() as session:
        for letter in session.scalars(select(Outbox).where(Outbox.to == "customer")):
            letter.sealed_body = talk.store.vault.seal(letter.customer_id or "", text)
        message = session.get_one(Message, first)
        message.sealed_content = talk.store.vault.seal(message.customer_id, text)
        message.facts = None
    evidence = {each.id: each.is_evidence for each in found(talk).records}
    assert evidence.pop(first)
    assert not any(evidence.values())


# -- the plan ---------------------------------------------------------------------------------------------------------


def test_every_place_has_an_answer_in_every_language(talk: Stage) -> None:
    """A customer would ask about a place, and the colleague would find nothing."""
    plan = planned(talk)
    assert {place.place for place in plan.places} == set(PLACES)
    for place in plan.places:
        for language in LANGUAGES:
            assert place.title[language]
            assert place.what[language]
        assert place.can not in ("partly", "no") or place.why_not


def test_places_with_the_soonest_day_come_first(talk: Stage) -> None:
    """What is due tonight would stand at the bottom."""
    told(talk, evidence_value="none", dispute="none", legal_hold=False, order_state="none", after_sales_period="over")
    plan = planned(talk)
    dues = [place.due for place in plan.urgent_first()]
    known = [due for due in dues if due is not None]
    assert known == sorted(known)
    assert dues[: len(known)] == known
    device = next(place for place in plan.places if place.place == "customer_device")
    assert device.due == min(each.recall_until for each in plan.inventory.records if each.recall_until)
    records = next(place for place in plan.places if place.place == "our_records")
    assert records.can == "yes"
    assert records.due == _answer_by(talk)


def _answer_by(stage: Stage) -> datetime:
    with stage.store.read() as session:
        return session.scalars(select(Promise.due_at).where(Promise.name == "answered")).one()


_DECIDED = {"evidence_value": "none", "dispute": "none", "legal_hold": False, "order_state": "none"}


def _fates(plan: Plan) -> dict[str, str]:
    return {message.record.id: message.what for message in plan.messages}


def test_before_anybody_has_looked_nothing_happens(talk: Stage) -> None:
    """Evidence would be erased because nobody had the time to read it."""
    assert set(_fates(planned(talk)).values()) == {"look"}


def test_a_hold_wins_over_the_decision_to_erase(talk: Stage) -> None:
    """A message that a lawyer asked for would be erased with the others."""
    told(talk, **_DECIDED)
    first = found(talk).records[0].id
    hold(talk, first, "lawyer")
    fates = _fates(planned(talk))
    assert fates.pop(first) == "keep"
    assert set(fates.values()) == {"erase"}


def test_evidence_is_masked_and_a_dispute_stays_to_the_letter(talk: Stage) -> None:
    """The customer's address would stay readable for years, or a court would get a changed text."""
    told(talk, **{**_DECIDED, "evidence_value": "high"})
    first = found(talk).records[0].id
    hold(talk, first, "evidence")
    assert _fates(planned(talk))[first] == "mask"
    hold(talk, first, "dispute")
    assert _fates(planned(talk))[first] == "keep"


@pytest.mark.parametrize("days", [0, 1, 2, 3, 29, 31])
def test_plan_never_promises_a_day_that_is_over(talk: Stage, days: int) -> None:
    """A colleague would promise the customer a day that has passed."""
    talk.clock.move(timedelta(days=days))
    plan = planned(talk)
    for place in plan.places:
        if place.place in ("customer_device", "meta"):
            assert place.due is None or place.due > plan.at
    for message in plan.messages:
        assert message.record.recall_until is None or message.record.recall_until > plan.at


# -- holds ------------------------------------------------------------------------------------------------------------


def test_holding_twice_for_the_same_reason_is_one_hold(talk: Stage) -> None:
    """A retry would leave a second hold behind, and lifting the first would free nothing."""
    first = found(talk).records[0].id
    hold(talk, first)
    hold(talk, first)
    hold(talk, first, "law")
    assert sorted(each.reason for each in found(talk).records[0].kept) == ["evidence", "law"]
    with talk.store.read() as session:
        lines = session.scalars(select(JournalLine.data).where(JournalLine.event == "records held")).all()
    assert len(lines) == 2


def test_somebody_elses_message_cannot_be_held_as_theirs(talk: Stage) -> None:
    """A hold would keep nothing, and nobody would notice before it is erased."""
    talk.happen(Event(customer_says=Says("Hello", customer=2)))
    with talk.store.begin() as session:
        first, second = session.scalars(select(Customer.id).order_by(Customer.first_seen_at)).all()
        other = session.scalars(select(Message.id).where(Message.customer_id == second)).first()
        with pytest.raises(NotFound):
            holds.place(session, talk.desk.now(), first, "law", "anna", about=[other])
        assert holds.active(session, first).rows == ()
