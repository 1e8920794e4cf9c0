"""What is kept of an exported chat, and that it is kept once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from flows.chats.people import sides_of
from flows.chats.reading import read_chat
from flows.chats.storing import Kept, keep
from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import CUSTOMER, Stage
from flows.runs import providers
from flows.store import journal
from flows.store.tables import Case, Customer, Export, Message, Subject
from flows.telling import story

NUMBER = CUSTOMER  # who writes on a stage
ANA = "Ana Maier"
HELLO = "My address is Rose Lane 5"


def line(at: datetime, sender: str, text: str) -> str:
    return f"{at:%d/%m/%Y, %H:%M} - {sender}: {text}\n"


def bring(stage: Stage, folder: Path, text: str, name: str = "chat.txt") -> Kept:
    """Keep a chat as the command does."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    chat = read_chat(path, ZoneInfo("UTC"), "dmy")
    sides = sides_of(chat, "Blue Door", number=NUMBER)
    with stage.store.begin() as session:
        return keep(session, stage.store.vault, stage.clock.now(), chat, sides, "first_phone")


@pytest.fixture
def then(stage: Stage) -> datetime:
    """Ten days ago, at a full minute."""
    return stage.clock.now().replace(second=0, microsecond=0) - timedelta(days=10)


def test_messages_are_kept_with_their_authors_and_times(stage: Stage, tmp_path: Path, then: datetime) -> None:
    """A plan for a deletion would say of our messages that the customer wrote them, or be dated today."""
    text = line(then, ANA, HELLO) + line(then, "Blue Door", "IMG-1.jpg (file attached)\nour shop")
    kept = bring(stage, tmp_path, text + line(then, ANA, "Thanks"))
    with stage.store.read() as session:
        rows = session.scalars(select(Message).order_by(Message.sent_at)).all()
        assert [(row.author, row.origin, row.kind) for row in rows] == [
            ("customer", "import", "text"),
            ("us", "import", "image"),
            ("customer", "import", "text"),
        ], "in the order in which they were written, although a phone notes minutes only"
        assert [row.sent_at.replace(microsecond=0) for row in rows] == [then] * 3
        assert all(row.handled_at == row.received_at == stage.clock.now() for row in rows)
        contents = stage.store.vault.open_all([row.sealed_content for row in rows])
        assert contents == [{"text": HELLO}, {"file": "IMG-1.jpg", "caption": "our shop"}, {"text": "Thanks"}]
        customer = session.get_one(Customer, kept.customer)
        assert stage.store.vault.open_or_nothing(customer.sealed_profile) == {"name": ANA}
        export = session.scalars(select(Export)).one()
        assert (export.kind, export.made_by, len(export.sha256)) == ("chat_export", "first_phone", 64)
        journal.verify(session, kept.customer)
    assert (kept.theirs, kept.ours, kept.known) == (2, 1, 0)


def test_longer_export_adds_only_what_is_new(stage: Stage, tmp_path: Path, then: datetime) -> None:
    """Each import would double the customer's data, and each number in the certificate be wrong."""
    twice = line(then, ANA, "ok") * 2
    first = bring(stage, tmp_path, twice + line(then, "Blue Door", "<Media omitted>"))
    again = bring(stage, tmp_path, twice + line(then, "Blue Door", "<Media omitted>"))
    later = then + timedelta(days=1)
    named = line(then, "Blue Door", "IMG-1.jpg (file attached)")
    longer = bring(stage, tmp_path, twice + named + line(later, ANA, "ok"), "longer.txt")
    assert (first.new, again.new, longer.new) == (3, 0, 1)
    assert (again.known, longer.known) == (3, 3)
    assert first.customer == again.customer == longer.customer
    with stage.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 4
        assert session.scalar(select(func.count()).select_from(Export)) == 2, "two files are two more copies"


def test_old_messages_wake_nobody(stage: Stage, tmp_path: Path, then: datetime) -> None:
    """An old chat would open cases and send replies to somebody who wrote months ago."""
    kept = bring(stage, tmp_path, line(then, ANA, "The charger caught fire! Delete my data!"))
    stage.pass_time(timedelta(hours=2))
    with stage.store.read() as session:
        assert session.scalars(select(Case)).all() == []
        assert session.get_one(Subject, kept.customer).due_at is None
        customer = session.get_one(Customer, kept.customer)
        assert customer.last_wrote_at == then
        assert not providers.window_is_open(customer, stage.clock.now())


def test_contacts_of_this_week_are_those_of_this_week(stage: Stage, tmp_path: Path, then: datetime) -> None:
    """A patient customer would be taken for one who writes every hour, or one who does for a new one."""
    yesterday = stage.clock.now() - timedelta(days=1)
    text = line(then, ANA, "old") + line(yesterday, "Blue Door", "ours") + line(yesterday, ANA, "new")
    kept = bring(stage, tmp_path, text)
    with stage.store.read() as session:
        about = providers.About(session, stage.clock.now(), customer=session.get_one(Customer, kept.customer))
        assert providers.contact_count_this_week(about) == 1
        silent = providers.customer_silent_for(about)
        assert isinstance(silent, timedelta)
        assert abs(silent - timedelta(days=1)) < timedelta(minutes=2)


def test_story_of_the_customer_tells_who_said_what(stage: Stage, tmp_path: Path, then: datetime) -> None:
    """Whoever reads it would think that the customer had written what we did, and all of it today."""
    kept = bring(stage, tmp_path, line(then, ANA, HELLO) + line(then, "Blue Door", "Thank you"))
    told = story.tell(stage.store, kept.customer)
    assert [(each.at.date(), each.mark, each.words) for each in told[:2]] == [
        (then.date(), "customer", HELLO),
        (then.date(), "us", "Thank you"),
    ]
    assert told[-1].headline == (
        "first_phone imported an exported chat: 1 messages of the customer and 1 of ours are new"
    )


def test_next_message_is_read_as_ever(stage: Stage, tmp_path: Path, then: datetime) -> None:
    """Once a chat was imported nothing that the customer writes would be answered any more."""
    kept = bring(stage, tmp_path, line(then, ANA, HELLO))
    stage.happen(Event(customer_says=Says("Please delete my personal information from our chat")))
    with stage.store.read() as session:
        case = session.scalars(select(Case)).one()
    assert (case.playbook, case.customer_id) == ("deletion-request", kept.customer)
    before = story.tell(stage.store, case.id)
    assert HELLO not in [each.words for each in before], "what was written long ago belongs to no case"
    bring(stage, tmp_path, line(then, ANA, HELLO) + line(then, "Blue Door", "Thanks"))
    assert story.tell(stage.store, case.id) == before


def test_clock_of_the_phone_may_run_ahead(stage: Stage, tmp_path: Path) -> None:
    """The window for free text would stay open for as long as the phone's clock is wrong."""
    ahead = stage.clock.now() + timedelta(days=3)
    kept = bring(stage, tmp_path, line(ahead, ANA, "hi"))
    with stage.store.read() as session:
        assert session.get_one(Customer, kept.customer).last_wrote_at == stage.clock.now()
    assert ahead.tzinfo is UTC
