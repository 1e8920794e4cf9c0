"""What the store and the clock know: every such fact has a supplier, and each is exact at its border."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from flows.channels.channel import HandOver
from flows.rehearsal.scenario import START, Event, Says
from flows.rehearsal.stage import Stage, address_of
from flows.runs.providers import PROVIDERS, RECALLABLE, About, gather
from flows.shelf import Shelf
from flows.store import customers
from flows.store.tables import Case, Customer, Incident, Message, Run
from flows.verbs import all_verbs
from rules.language import Words
from rules.vocabulary import UNKNOWN, Value
from tests.flows.runs.trials import ASKS, bundle, tried

SHIPPED = Shelf.of_folder(all_verbs()).current
VOCABULARY = SHIPPED.vocabulary
LEAST = timedelta(microseconds=1)
MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(days=7)
REPLIES = """
    steps:
      - reply: complaint/first
      - wait_for: 1 hour
      - reply: complaint/first
      - wait_for: 30 days
"""


@pytest.fixture
def replying() -> Iterator[Stage]:
    """A rehearsal in which whoever asks for a deletion gets the same answer twice, an hour apart."""
    opened = Stage(Shelf(bundle(REPLIES), all_verbs()))
    yield opened
    opened.close()


def write(stage: Stage, words: str = ASKS, customer: int = 1) -> None:
    stage.happen(Event(customer_says=Says(words, customer=customer)))


def fact(stage: Stage, name: str, now: datetime | None = None) -> Value:
    """What a condition in the newest run of the first customer would be told."""
    with stage.store.read() as session:
        case = session.scalars(select(Case).order_by(Case.opened_at.desc()).limit(1)).first()
        run = session.scalars(select(Run).order_by(Run.started_at.desc()).limit(1)).first()
        who = session.scalars(select(Customer).where(Customer.merged_into.is_(None)).order_by(Customer.first_seen_at))
        about = About(session, now or stage.clock.now(), customer=who.first(), case=case, run=run)
        return gather(about, SHIPPED, [name])[name]


def test_every_fact_of_the_store_and_the_clock_has_a_supplier() -> None:
    """A condition about it would be false for ever, and no check would say so."""
    theirs = {fact.name for fact in VOCABULARY if fact.source in ("history", "clock")}
    # The items of a `for_each` bring the age of a message themselves; the country comes from the number.
    assert theirs - PROVIDERS.keys() == {"time_since_message"}


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_every_supplier_answers_where_nothing_is_known_yet(stage: Stage, name: str) -> None:
    """The first message of the first customer could not be read."""
    with stage.store.read() as session:
        assert name in gather(About(session, START), SHIPPED, [name])
    assert fact(stage, name) is not None


def test_a_contact_counts_for_seven_days_to_the_microsecond(replying: Stage) -> None:
    """Somebody who writes every Monday would be counted twice, or never."""
    write(replying)
    write(replying, "Hello?")
    week_later = START + WEEK
    assert fact(replying, "contact_count_this_week", week_later - LEAST) == 2
    assert fact(replying, "contact_count_this_week", week_later) == 0


def take_report(stage: Stage) -> None:
    """WhatsApp itself reports that the customer has a new number: nothing that the customer wrote."""
    system: dict[str, Any] = {"body": "changed", "wa_id": address_of(1), "type": "customer_changed_number"}
    stage.take_message({"id": "wamid.system", "type": "system", "system": system})
    stage.settle()


def test_what_whatsapp_reports_is_no_word_of_the_customer(replying: Stage) -> None:
    """A follow-up would be dropped because the customer "wrote back", who only changed the telephone."""
    write(replying)
    replying.pass_time(2 * HOUR)
    take_report(replying)
    with replying.store.read() as session:
        assert len(session.scalars(select(Message)).all()) == 2
    assert fact(replying, "contact_count_this_week") == 1
    assert fact(replying, "customer_wrote_back") is False
    assert fact(replying, "customer_silent_for") == 2 * HOUR
    write(replying, "Hello?")
    assert fact(replying, "customer_wrote_back") is True
    assert fact(replying, "customer_silent_for") == timedelta(0)


def test_a_customer_who_writes_in_a_group_is_not_silent(replying: Stage) -> None:
    """Somebody who complains where everybody reads it would count as gone quiet."""
    write(replying)
    replying.pass_time(DAY)
    replying.happen(Event(customer_says=Says("Still nothing!", in_group=True)))
    assert fact(replying, "customer_silent_for") == timedelta(0)


def test_a_clock_ahead_makes_no_negative_silence(replying: Stage) -> None:
    """A message from a telephone set to tomorrow could not be read, or its customer would be never silent again."""
    tomorrow = str(int((START + DAY).timestamp()))
    replying.take_message({"id": "wamid.1", "type": "text", "text": {"body": ASKS}, "timestamp": tomorrow})
    replying.settle()
    assert fact(replying, "customer_silent_for") == timedelta(0)
    assert fact(replying, "customer_silent_for", START - MINUTE) == timedelta(0)
    replying.pass_time(10 * MINUTE)
    assert fact(replying, "customer_silent_for") == 10 * MINUTE


def test_our_messages_are_told_by_their_age(replying: Stage) -> None:
    """A customer would be told that a message can still be deleted for everyone when it is too late for that."""
    assert fact(replying, "recallable_messages") == UNKNOWN
    write(replying)
    replying.pass_time(2 * HOUR)
    assert fact(replying, "time_since_oldest_message") == 2 * HOUR
    assert fact(replying, "time_since_newest_message") == HOUR
    assert fact(replying, "time_since_last_update") == HOUR
    first, second = START + RECALLABLE, START + HOUR + RECALLABLE
    young = [fact(replying, "recallable_messages", now) for now in (first - LEAST, first, second - LEAST, second)]
    assert young == [2, 1, 1, 0]


def test_what_a_colleague_sent_by_hand_was_said(replying: Stage) -> None:
    """A team that has only the app would seem never to have answered: no update, nothing to recall, and every follow-up
    dropped because the customer wrote after "nothing"."""
    replying.channel.answers.append(HandOver("https://wa.me/"))
    write(replying)
    assert fact(replying, "time_since_last_update") == UNKNOWN
    assert fact(replying, "recallable_messages") == 0
    replying.pass_time(10 * MINUTE)
    replying.happen(Event(answer={}))
    replying.pass_time(5 * MINUTE)
    assert fact(replying, "time_since_last_update") == 5 * MINUTE
    assert fact(replying, "recallable_messages") == 1
    assert fact(replying, "customer_wrote_back") is False
    write(replying, "Hello?")
    assert fact(replying, "customer_wrote_back") is True


def test_a_text_that_never_arrived_was_not_said(replying: Stage) -> None:
    """The promise of an update would be kept by a message that nobody has seen."""
    write(replying)
    replying.happen(Event(delivery_fails_with=131026))
    assert fact(replying, "time_since_last_update") == UNKNOWN
    assert fact(replying, "recallable_messages") == 0


def test_first_reply_until_something_is_put_into_words() -> None:
    """The guard against excuses would watch every text, or none."""
    content = bundle("steps: [{wait_for: 1 hour}, {reply: complaint/first}, {wait_for: 1 day}]\n")
    stage = Stage(Shelf(content, all_verbs()))
    write(stage)
    assert fact(stage, "first_reply") is True
    stage.pass_time(HOUR)
    assert fact(stage, "first_reply") is False
    stage.close()


def test_a_label_on_one_case_holds_for_the_customer() -> None:
    """Somebody who minds what is written down would be asked for their address in the next case."""
    stage = Stage(Shelf(bundle("steps: [{label: privacy_sensitive}, {close: done}]\n"), all_verbs()))
    write(stage, "My parcel has not arrived after two weeks")
    assert fact(stage, "privacy_sensitive") is False
    write(stage)
    write(stage, "My parcel has not arrived after two weeks")
    assert fact(stage, "privacy_sensitive") is True
    write(stage, "Hello?", customer=2)
    with stage.store.begin() as session:
        everyone = session.scalars(select(Customer).order_by(Customer.id)).all()
        marked = {
            each.id: gather(About(session, START, customer=each), SHIPPED, ["privacy_sensitive"]) for each in everyone
        }
        assert sorted(known["privacy_sensitive"] for known in marked.values()) == [False, True]
        merged = customers.merge(session, stage.store.vault, START, *marked)
        known = gather(About(session, START, customer=merged), SHIPPED, ["privacy_sensitive"])
        assert known["privacy_sensitive"] is True
    stage.close()


def test_the_quiet_hours_are_those_of_the_business() -> None:
    """What a procedure keeps for the day would happen at night, or what it keeps for the night never."""
    content = bundle("""
    steps:
      - if: {quiet_now: true}
        label: asleep
      - wait_for: 12 hours
      - if: {quiet_now: true}
        label: still_asleep
    """)
    scenario = """
    starts: 2026-01-05 22:00
    timeline:
      - customer says: Please delete my personal information from this chat
      - after: 12 hours
    expect:
      - label: asleep
    never:
      - label: still_asleep
    """
    tried(content, scenario)


def test_the_last_crisis_ended_when_it_was_closed(stage: Stage) -> None:
    """The next crisis would be opened the moment one has ended, or never again."""
    stage.happen(Event(incident=Words("Chargers overheat")))
    assert fact(stage, "time_since_last_incident") == UNKNOWN
    stage.happen(Event(close="incident"))
    stage.pass_time(HOUR)
    assert fact(stage, "time_since_last_incident") == HOUR
    stage.happen(Event(incident=Words("Chargers overheat again")))
    assert fact(stage, "time_since_last_incident") == HOUR
    with stage.store.read() as session:
        assert len(session.scalars(select(Incident)).all()) == 2
