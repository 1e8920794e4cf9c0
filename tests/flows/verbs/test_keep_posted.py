"""Customers who wait in a crisis hear from us again: with news or without, never too often, until it is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from flows.crisis import updates
from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage
from flows.runs import incident_events
from flows.shelf import Shelf
from flows.store.tables import Case, Customer, Incident, JournalLine, Message, Outbox, Run, Statement, Step, Task
from flows.verbs import all_verbs
from rules.bundle import Bundle
from rules.language import Words
from tests.flows.runs.trials import ASKS, HEAD, TRIGGER, shipped

TRIAL = """
steps:
  - id: posted
    keep_posted: {every: [30 minutes, 1 hour, 2 hours], news: crisis/trial-news, no_news: crisis/still-working}
  - label: over
"""
NEWS = """
reply: crisis/trial-news
version: 1.0.0
text: {en: "There is news about {case}, and it is good"}
template: {name: trial_news, category: utility, parameters: [case]}
"""
STILL, TOLD = "crisis/still-working", "crisis/trial-news"


@cache
def _content() -> Bundle:
    trial = HEAD.format(name="trial", scope="case") + TRIGGER + TRIAL
    crisis = HEAD.format(name="crisis-trial", scope="incident") + "steps: [wait_for: 60 days]\n"
    here = {"trial": trial, "crisis_trial": crisis, "replies/crisis/trial-news": NEWS}
    return Bundle.parse({**shipped(), **{f"playbooks/{path}.yaml": text for path, text in here.items()}}, all_verbs())


@pytest.fixture
def stage() -> Iterator[Stage]:
    """At noon one customer waits whose case belongs to an open incident."""
    found = Stage(Shelf(_content(), all_verbs()))
    found.happen(Event(incident=Words("The parcels stand still"), playbook="crisis-trial"))
    found.happen(Event(customer_says=Says(ASKS)))
    with found.store.begin() as session:
        session.scalars(select(Case)).one().incident_id = session.scalars(select(Incident.id)).one()
    yield found
    found.close()


def _letters(stage: Stage) -> list[tuple[timedelta, str, str]]:
    """What was said: how long after the customer wrote, the reply, the form."""
    with stage.store.read() as session:
        wrote = session.scalars(select(Message.sent_at)).first()
        assert wrote is not None
        said = session.scalars(select(Outbox).where(Outbox.to == "customer").order_by(Outbox.created_at, Outbox.id))
        return [(each.created_at - wrote, str(each.reply), each.form) for each in said if each.status == "sent"]


def _state(stage: Stage) -> Incident:
    with stage.store.read() as session:
        return session.scalars(select(Incident)).one()


def _news(stage: Stage, version: int = 1) -> None:
    """A statement comes into force, as the right people would bring it about."""
    with stage.store.begin() as session:
        incident = session.scalars(select(Incident)).one()
        sealed = stage.store.vault.seal(incident.id, {"en": "It moves again"})
        session.add(
            Statement(
                id=f"trial-{version}",
                incident_id=incident.id,
                kind="statement",
                version=version,
                status="in_force",
                drafted_by="one",
                drafted_at=stage.clock.now(),
                in_force_at=stage.clock.now(),
                sealed_texts=sealed,
                digest="0",
            )
        )
        session.flush()
        incident_events.tell(session, incident.id, "statement", stage.clock.now())
    stage.settle()


def _stand_down(stage: Stage) -> None:
    with stage.store.begin() as session:
        incident = session.scalars(select(Incident)).one()
        incident.stood_down_at = stage.clock.now()
        incident_events.tell(session, incident.id, "stood_down", stage.clock.now())
    stage.settle()


def _posted(stage: Stage) -> Step:
    with stage.store.read() as session:
        return session.scalars(select(Step).where(Step.path == "posted")).one()


def _pass(stage: Stage, **time: int) -> None:
    stage.happen(Event(after=timedelta(**time)))


def _minutes(stage: Stage) -> list[float]:
    return [after.total_seconds() // 60 for after, _, _ in _letters(stage)]


def test_nobody_waits_in_silence(stage: Stage) -> None:
    """We would vanish: the customer writes once and hears nothing for hours, as if we had run away."""
    _pass(stage, hours=6)
    assert _minutes(stage) == [30, 90, 210, 330]
    assert {reply for _, reply, _ in _letters(stage)} == {STILL}


def test_the_next_time_that_is_told_is_the_next_time(stage: Stage) -> None:
    """The text would name a time, and we would write at another: one more promise broken."""
    _pass(stage, hours=4)
    texts = list(stage.said().values())
    assert [("in 1 hour" in text, "in 2 hours" in text) for text in texts] == [
        (True, False),
        (False, True),
        (False, True),
    ]


def test_the_time_is_said_in_the_language_of_the_text(stage: Stage) -> None:
    """Somebody for whom there is only the English text would read Spanish words in the middle of it."""
    with stage.store.begin() as session:
        session.scalars(select(Customer)).one().locale = "es"
    _pass(stage, hours=1)
    assert ["in 1 hour" in text for text in stage.said().values()] == [True]


def test_news_is_told_at_once_and_only_once(stage: Stage) -> None:
    """Whoever waits would hear the news half an hour later than the newspapers, or twice."""
    _pass(stage, minutes=10)
    _news(stage)
    _pass(stage, minutes=5)
    assert [(reply, form) for _, reply, form in _letters(stage)] == [(TOLD, "text")]
    _pass(stage, hours=2)
    assert [reply for _, reply, _ in _letters(stage)] == [TOLD, STILL]
    _news(stage, version=2)
    _pass(stage, minutes=5)
    assert [reply for _, reply, _ in _letters(stage)] == [TOLD, STILL, TOLD]


def test_a_colleagues_word_counts_as_an_update(stage: Stage) -> None:
    """A machine would write right after a person, as if the two did not know of each other."""
    _pass(stage, minutes=25)
    stage.happen(Event(colleague_writes=Words("I have just looked, it leaves today")))
    _pass(stage, minutes=29)
    assert _letters(stage) == []
    _pass(stage, minutes=2)
    assert [reply for _, reply, _ in _letters(stage)] == [STILL]


def test_nobody_is_woken_for_no_news(stage: Stage) -> None:
    """A telephone would ring at three in the morning to say that there is nothing to say."""
    _pass(stage, hours=22)
    with stage.store.read() as session:
        hours = stage.desk.shelf.current.hours
        at = session.scalars(select(Outbox.created_at).where(Outbox.to == "customer")).all()
    assert len(at) > 3
    assert [each for each in at if hours.quiet_until(each, stage.desk.timezone) is not None] == []


def test_one_template_a_day_outside_the_window(stage: Stage) -> None:
    """WhatsApp would block a number that sends a template every two hours to somebody who is silent."""
    _pass(stage, days=5)
    outside = [after for after, _, form in _letters(stage) if form == "template"]
    assert len(outside) >= 3
    assert min(later - earlier for earlier, later in pairwise(outside)) >= timedelta(days=1)


@pytest.mark.parametrize("how", ["stood down", "closed"])
def test_it_ends_when_it_is_over(stage: Stage, how: str) -> None:
    """Customers would be told that we are still at it, days after it was mended."""
    _pass(stage, minutes=40)
    if how == "closed":
        stage.happen(Event(close="incident"))
    else:
        _stand_down(stage)
    assert _posted(stage).status == "done"
    _pass(stage, days=2)
    assert len(_letters(stage)) == 1


def test_a_letter_that_did_not_leave_gives_way_to_the_news(stage: Stage) -> None:
    """The customer would read that there is nothing new, and the news only half an hour later."""
    stage.happen(Event(send_fails_with=130429))  # WhatsApp asks us to be slower
    stage.pass_time(timedelta(minutes=30))
    with stage.store.read() as session:
        assert session.scalars(select(Outbox.status).where(Outbox.to == "customer")).one() == "ready"
    _news(stage)
    _pass(stage, minutes=5)
    assert [reply for _, reply, _ in _letters(stage)] == [TOLD]


def test_a_customer_who_cannot_be_reached_is_given_to_a_person(stage: Stage) -> None:
    """We would go on writing every two hours to somebody who has blocked us, and nobody would know."""
    stage.happen(Event(send_fails_with=131050))
    _pass(stage, hours=3)
    assert _posted(stage).status == "failed"
    with stage.store.read() as session:
        assert session.scalars(select(Task.role).where(Task.path == "posted", Task.status == "open")).all() == [
            "on_call"
        ]


def test_what_slips_is_known(stage: Stage) -> None:
    """Letters would lie with a colleague for hours while the team believes that everybody is kept posted."""
    for _ in range(6):
        stage.happen(Event(send_fails_with=131000))
    _pass(stage, minutes=50)
    incident, now = _state(stage), stage.clock.now()
    with stage.store.read() as session:
        assert updates.late_updates(session, incident.id, now) == 0
    _pass(stage, hours=2)
    with stage.store.read() as session:
        assert updates.late_updates(session, incident.id, stage.clock.now()) == 1
        assert updates.late_updates(session, "I-OTHER", stage.clock.now()) == 0
        lines = session.scalars(select(JournalLine.event).where(JournalLine.event == "update late")).all()
        assert lines == ["update late"]


def test_a_killed_process_says_nothing_twice(stage: Stage) -> None:
    """After a crash every customer would read the same words again."""
    _pass(stage, minutes=31)
    stage.happen(Event(process_dies=True))
    _pass(stage, minutes=60)
    assert _minutes(stage) == [30, 90]
    with stage.store.read() as session:
        run = session.scalars(select(Run).where(Run.playbook == "trial")).one()
        keys = session.scalars(select(Outbox.key).where(Outbox.to == "customer").order_by(Outbox.created_at)).all()
        assert keys == [f"{run.id}/posted/1", f"{run.id}/posted/2"]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(["write", "news", "wait", "long", "colleague"]), min_size=1, max_size=8))
def test_never_two_texts_within_a_minute_and_never_long_silence(story: list[str]) -> None:
    """Whatever happens, somebody would be flooded, or left alone for longer than we say."""
    stage = Stage(Shelf(_content(), all_verbs()))
    try:
        stage.happen(Event(incident=Words("The parcels stand still"), playbook="crisis-trial"))
        stage.happen(Event(customer_says=Says(ASKS)))
        with stage.store.begin() as session:
            session.scalars(select(Case)).one().incident_id = session.scalars(select(Incident.id)).one()
        for number, each in enumerate(story, 1):
            if each == "write":
                stage.happen(Event(customer_says=Says("Is there anything new?")))
            elif each == "news":
                _news(stage, number)
            elif each == "colleague":
                stage.happen(Event(colleague_writes=Words("A word from a person")))
            else:
                _pass(stage, minutes=3 if each == "wait" else 150)
        with stage.store.read() as session:
            letters = select(Outbox.sent_at).where(Outbox.to == "customer", Outbox.status == "sent")
            ours = select(Message.sent_at).where(Message.author == "us")
            machine = [at for at in session.scalars(letters) if at is not None]
            everything = sorted([*machine, *session.scalars(ours)])
            began = session.scalars(select(Case.opened_at)).one()
        _check(machine, everything, began, stage)
    finally:
        stage.close()


def _check(machine: list[datetime], everything: list[datetime], began: datetime, stage: Stage) -> None:
    for at in machine:
        assert not [other for other in everything if timedelta(0) < at - other < updates.APART]
    assert len(set(machine)) == len(machine)
    quiet = stage.desk.shelf.current.hours.quiet_until(stage.clock.now(), stage.desk.timezone)
    if quiet is None and stage.clock.now() - began < timedelta(hours=8):
        assert stage.clock.now() - max([began, *everything]) <= timedelta(hours=2)
