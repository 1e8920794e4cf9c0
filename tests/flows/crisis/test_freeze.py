"""Never broadcast: what may leave while a crisis goes on, and who may let more leave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from flows.crisis import freeze
from flows.errors import FirebreakError, NotFound
from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import CUSTOMER, Stage, address_of
from flows.runs import ending, opening
from flows.shelf import ROOT, Shelf
from flows.store.tables import Customer, Incident, JournalLine, Outbox
from flows.verbs import all_verbs
from rules.bundle import Bundle, content_files

LATE = "My parcel still has not arrived after two weeks"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def content() -> Shelf:
    return Shelf(Bundle.parse(content_files(ROOT), all_verbs()), all_verbs())


@pytest.fixture
def stage(content: Shelf) -> Iterator[Stage]:
    found = Stage(content, starts=NOON)
    yield found
    found.close()


def _open(stage: Stage) -> str:
    with stage.store.begin() as session:
        opened = opening.open_incident(
            stage.desk, session, kind="product", severity="urgent", what="Chargers burn", opened_by="mei"
        )
    stage.settle()
    return opened.id


def _asked(stage: Stage, purpose: str | None = None, to: str | None = None) -> tuple[object, object]:
    said = freeze.asked(stage.desk, purpose, to)
    return said["may_send"], said["rule"]


def test_on_a_quiet_day_everything_may_leave(stage: Stage) -> None:
    """A shop could send no newsletter although nothing burns."""
    assert _asked(stage) == ("yes", "nothing_against")
    assert _asked(stage, "order", CUSTOMER) == ("yes", "order")


@pytest.mark.parametrize("purpose", [None, "marketing", "order", "newsletter", "", "CRISIS!"])
def test_from_the_moment_a_crisis_opens_only_the_crisis_leaves(stage: Stage, purpose: str | None) -> None:
    """People whose charger burns would get the spring sale; so they would by a word that nobody knows."""
    incident = _open(stage)
    assert _asked(stage, purpose) == ("no", "frozen")
    assert freeze.asked(stage.desk, purpose)["incidents"] == [incident]


def test_about_the_crisis_and_in_answer_one_may_always_write(stage: Stage) -> None:
    """The shop would fall silent in the middle of a crisis."""
    _open(stage)
    stage.happen(Event(customer_says=Says(LATE)))
    assert _asked(stage, " Crisis ") == ("yes", "crisis")
    assert _asked(stage, "answer", f"+{CUSTOMER}") == ("yes", "answer")
    stage.clock.set(stage.clock.now() + timedelta(hours=25))  # and nothing else: a war room looks every two minutes
    assert _asked(stage, "answer", CUSTOMER) == ("ask", "answer_too_late")


def test_who_calls_it_a_crisis_on_a_quiet_day_is_asked(stage: Stage) -> None:
    """`crisis` would be the word with which every tool gets past the rules."""
    assert _asked(stage, "crisis") == ("ask", "which_crisis")


def test_the_end_of_the_incident_ends_the_freeze(stage: Stage) -> None:
    """After the crisis no tool would ever send again."""
    incident = _open(stage)
    with stage.store.begin() as session:
        ending.close(session, session.get_one(Incident, incident), "stood_down", stage.clock.now())
    assert _asked(stage)[0] == "yes"


def test_a_person_lifts_the_freeze_and_says_why(stage: Stage) -> None:
    """One burnt charger in one town would stop every parcel notice everywhere, and nobody would know who let it go."""
    incident = _open(stage)
    with stage.store.begin() as session:
        row = session.get_one(Incident, incident)
        with pytest.raises(FirebreakError, match="--reason"):
            freeze.lift(stage.desk, session, row, "mei", "  ")
        freeze.lift(stage.desk, session, row, "mei", "Only one region; ask Lin")
    stage.settle()
    assert _asked(stage) == ("yes", "nothing_against")
    with stage.store.read() as session:
        row = session.get_one(Incident, incident)
        assert row.freeze_lifted_by == "mei"
        assert stage.store.vault.open_or_nothing(row.sealed_lift_reason) == {"reason": "Only one region; ask Lin"}
        lines = session.scalars(select(JournalLine).where(JournalLine.event == "freeze lifted")).all()
        assert [line.data for line in lines] == [{"by": "mei"}]
        told = session.scalars(select(Outbox).where(Outbox.role == "crisis_team", Outbox.path == "freeze")).all()
        assert [each.status for each in told] == ["sent"]


def test_a_lifted_freeze_can_be_put_in_force_again_and_a_new_incident_brings_its_own(stage: Stage) -> None:
    """Who lifted the freeze too early could not undo it; or a second fire would be announced beside a sale."""
    first = _open(stage)
    with stage.store.begin() as session:
        row = session.get_one(Incident, first)
        freeze.lift(stage.desk, session, row, "mei", "over soon")
        with pytest.raises(FirebreakError, match="lifted already"):
            freeze.lift(stage.desk, session, row, "lin", "me too")
    second = _open(stage)
    assert freeze.asked(stage.desk)["incidents"] == [second]
    with stage.store.begin() as session:
        freeze.again(stage.desk, session, session.get_one(Incident, first), "mei")
        with pytest.raises(FirebreakError, match="in force"):
            freeze.again(stage.desk, session, session.get_one(Incident, first), "mei")
    told = freeze.asked(stage.desk)["incidents"]
    assert isinstance(told, list)
    assert set(told) == {first, second}


def test_at_night_what_can_wait_waits(stage: Stage) -> None:
    """Customers would be woken by an offer."""
    stage.pass_time(timedelta(hours=11))
    said = freeze.asked(stage.desk, "order", CUSTOMER)
    assert (said["may_send"], said["rule"]) == ("no", "at_night")
    assert said["until"] is not None
    assert freeze.asked(stage.desk, "answer")["may_send"] == "yes"


def test_nobody_with_an_open_complaint_gets_an_offer(stage: Stage) -> None:
    """An angry customer would be asked to buy again before they were answered."""
    stage.happen(Event(customer_says=Says(LATE)))
    assert _asked(stage, "marketing", CUSTOMER) == ("no", "waits_for_us")
    assert _asked(stage, "order", CUSTOMER)[0] == "yes"
    assert _asked(stage, "marketing", address_of(2))[0] == "yes"


def test_nobody_who_asked_for_deletion_gets_an_offer(stage: Stage) -> None:
    """Somebody who wants to be forgotten would get the newsletter."""
    stage.happen(Event(customer_says=Says("Please delete my personal information from this chat")))
    assert _asked(stage, "marketing", CUSTOMER) == ("no", "asked_for_deletion")


@pytest.mark.parametrize("words", ["STOP", "please unsubscribe me", "退订", "不要再给我发广告了", "Baja", "توقف"])
def test_who_said_stop_is_left_alone(stage: Stage, words: str) -> None:
    """Somebody would get more of what they have asked us to stop, in a language that nobody thought of."""
    stage.happen(Event(customer_says=Says(words)))
    stage.pass_time(timedelta(hours=30))
    assert _asked(stage, "marketing", CUSTOMER)[0] == "no"
    assert _asked(stage, "order", CUSTOMER) == ("ask", "order_but_stop")
    _open(stage)
    assert _asked(stage, "crisis", CUSTOMER) == ("ask", "crisis_but_stop")


def test_the_switch_at_whatsapp_counts_too_and_can_be_switched_back(stage: Stage) -> None:
    """WhatsApp told us that somebody wants no marketing, and the newsletter tool would not hear of it."""
    stage.happen(Event(customer_says=Says("Thanks, all fine")))
    stage.pass_time(timedelta(days=8))
    for value, answer in (("stop", "stop"), ("resume", "nothing_against")):
        stage.pass_time(timedelta(minutes=1))
        preference = {
            "wa_id": CUSTOMER,
            "category": "marketing_messages",
            "value": value,
            "timestamp": int(stage.clock.now().timestamp()),
        }
        stage._post({"user_preferences": [preference]}, "user_preferences")
        with (
            stage.store.begin() as session
        ):  # whatever a procedure still asks about the greeting is not the matter here
            for each in session.scalars(select(Customer)):
                assert freeze.may_send(stage.desk, session, "marketing", each).rule in (answer, "waits_for_us")


def test_twice_a_week_is_enough(stage: Stage) -> None:
    """Customers would be written to every day, each time by another tool that does not know of the others."""
    stage.happen(Event(customer_says=Says("Hello")))
    stage.pass_time(timedelta(days=9))
    with stage.store.begin() as session:
        customer = session.scalars(select(Customer)).one()
        for number in range(5):
            assert freeze.may_send(stage.desk, session, "order", customer).yes
            marketing = freeze.may_send(stage.desk, session, "marketing", customer)
            assert (marketing.rule == "too_often") is (number >= 2)
            letter = Outbox(
                id=f"O-{number}",
                key=f"k{number}",
                subject_id=customer.id,
                customer_id=customer.id,
                to="customer",
                form="template",
                status="sent",
                created_at=stage.clock.now(),
                sent_at=stage.clock.now(),
                sealed_body=stage.store.vault.seal(customer.id, {}),
            )
            session.add(letter)
            session.flush()
        assert freeze.may_send(stage.desk, session, "order", customer).rule == "order_too_often"
        assert freeze.may_send(stage.desk, session, "answer", customer).may_send == "ask"


@pytest.mark.parametrize("nobody", ["abc", "", "12", "P-XXXXXXXXXX", "+49 151 drop table"])
def test_whom_nobody_can_make_out_is_never_a_yes(stage: Stage, nobody: str) -> None:
    """A misspelt id would be answered like a stranger: yes."""
    with pytest.raises(NotFound) as told:
        freeze.asked(stage.desk, "marketing", nobody)
    assert "151" not in str(told.value)


def test_a_number_is_found_however_it_is_written(stage: Stage) -> None:
    """Another tool writes numbers with a plus, and an angry customer would pass as a stranger."""
    stage.happen(Event(customer_says=Says(LATE)))
    for written in (f"+{CUSTOMER}", f"00{CUSTOMER}", "+1 (555) 010-0001", "１５５５０１００００１", CUSTOMER):
        assert _asked(stage, "marketing", written) == ("no", "waits_for_us"), written
