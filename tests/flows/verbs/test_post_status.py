"""The Status about a crisis: posted by a person, renewed, replaced, and taken down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from flows.rehearsal.stage import Stage
from flows.runs import incident_events, opening
from flows.shelf import Shelf
from flows.store.tables import Incident, JournalLine, Outbox, Run, Statement, Task
from flows.verbs import all_verbs
from flows.verbs.post_status import LONGEST_STATUS
from tests.flows.runs.trials import bundle

EN = "Some chargers of batch 7 get too hot. Please unplug yours. We send every one of you another charger."
ZH = "部分七号批次的充电器会发烫。请先拔下来。我们会给每一位换新的。"


class Crisis:
    """A stage with one incident whose only step posts a Status."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.versions = stage, 0
        with stage.store.begin() as session:
            opened = opening.open_incident(
                stage.desk,
                session,
                kind="product",
                severity="urgent",
                what="Chargers burn",
                opened_by="mei",
                playbook="crisis-trial",
                inputs={},
            )
            self.id = opened.id
        stage.settle()

    def statement(self, texts: dict[str, str]) -> None:
        """The next version is in force."""
        self.stage.pass_time(timedelta(seconds=1))
        self.versions += 1
        now = self.stage.clock.now()
        with self.stage.store.begin() as session:
            for old in session.scalars(select(Statement)):
                old.status, old.ended_at = "replaced", now
            session.add(
                Statement(
                    id=f"S-{self.versions}",
                    incident_id=self.id,
                    version=self.versions,
                    status="in_force",
                    drafted_by="mei",
                    drafted_at=now,
                    remedies=[],
                    news_at=now + timedelta(hours=30),
                    sealed_texts=self.stage.store.vault.seal(self.id, texts),
                    digest="",
                    in_force_at=now,
                )
            )
            session.flush()
            incident_events.tell(session, self.id, "statement", now)
        self.stage.settle()

    def over(self) -> None:
        """A person has stood down."""
        self.stage.pass_time(timedelta(seconds=1))
        with self.stage.store.begin() as session:
            session.get_one(Incident, self.id).stood_down_at = self.stage.clock.now()
            incident_events.tell(session, self.id, "stood_down", self.stage.clock.now())
        self.stage.settle()

    def tasks(self) -> list[tuple[str, dict[str, str]]]:
        """The open tasks: what is asked, and the details."""
        with self.stage.store.read() as session:
            still_open = select(Task).where(Task.status == "open").order_by(Task.created_at)
            vault = self.stage.store.vault
            return [(t.question, vault.open_or_nothing(t.sealed_details)) for t in session.scalars(still_open)]

    def posted(self) -> None:
        """A colleague says that it is done."""
        self.stage.answer({})
        self.stage.settle()


@pytest.fixture(scope="module")
def content() -> Shelf:
    trial = bundle(
        "steps: [{close: done}]\n", crisis_trial="steps:\n  - post_status: crisis/status\n  - close: stood_down\n"
    )
    return Shelf(trial, all_verbs())


@pytest.fixture
def crisis(content: Shelf) -> Iterator[Crisis]:
    stage = Stage(content)
    yield Crisis(stage)
    stage.close()


def test_nothing_is_posted_before_there_is_a_statement(crisis: Crisis) -> None:
    """Somebody would tell all contacts what nobody has approved."""
    assert crisis.tasks() == []
    crisis.stage.pass_time(timedelta(hours=3))
    assert crisis.tasks() == []


def test_the_task_has_the_words_in_every_language_the_next_update_and_an_idea_for_a_picture(crisis: Crisis) -> None:
    """In the middle of the night somebody would have to find words for everybody."""
    crisis.statement({"en": EN, "zh-CN": ZH})
    ((question, details),) = crisis.tasks()
    assert "post this as our Status" in question
    assert EN in details["en"]
    assert ZH in details["zh-CN"]
    assert "UTC" in details["en"]
    assert "no customer" in details["picture"]
    with crisis.stage.store.read() as session:
        told = session.scalars(select(Outbox.sealed_body).where(Outbox.to == "team")).all()
        bodies = [str(crisis.stage.store.vault.open_or_nothing(each)) for each in told]
    assert len(bodies) == 1
    assert EN not in bodies[0]


def test_a_long_statement_is_cut_at_the_end_of_a_sentence(crisis: Crisis) -> None:
    """WhatsApp would cut it in the middle of a word, and the next update would be lost."""
    crisis.statement({"en": " ".join([EN] * 20), "zh-CN": ZH * 60})
    ((_, details),) = crisis.tasks()
    for locale, end in (("en", "We are sorry. 🙏"), ("zh-CN", "真的很抱歉。🙏")):
        assert len(details[locale]) <= LONGEST_STATUS
        assert details[locale].endswith(end)
    assert ".\nWe are working on it" in details["en"]


def test_somebody_is_told_again_until_it_is_posted_and_then_no_more(crisis: Crisis) -> None:
    """All contacts would wait for a Status that everybody believed was posted; or the night would be full of alarms."""

    def told() -> int:
        with crisis.stage.store.read() as session:
            return len(session.scalars(select(Outbox.id).where(Outbox.to == "team")).all())

    crisis.statement({"en": EN})
    before = told()
    crisis.stage.pass_time(timedelta(minutes=31))
    assert told() == before + 2
    crisis.posted()
    crisis.stage.pass_time(timedelta(hours=5))
    assert told() == before + 2


def test_a_new_statement_is_told_of_by_one_clock_only(crisis: Crisis) -> None:
    """Each new statement would have the night ring once more every quarter of an hour; and one that comes into force
    at the very moment of a reminder would stop the whole incident for a minute."""

    def times() -> list[str]:
        with crisis.stage.store.read() as session:
            told = select(Outbox.created_at).where(Outbox.to == "team").order_by(Outbox.created_at)
            return [at.strftime("%M:%S") for at in session.scalars(told)]

    crisis.statement({"en": EN})
    crisis.stage.pass_time(timedelta(minutes=15, seconds=-1))
    crisis.statement({"en": "It is batch 8 as well."})  # at the moment of the reminder
    crisis.stage.pass_time(timedelta(minutes=4, seconds=59))
    crisis.statement({"en": "It is batch 9 as well."})
    crisis.stage.pass_time(timedelta(minutes=31))
    with crisis.stage.store.read() as session:
        assert session.scalars(select(JournalLine).where(JournalLine.event == "moving failed")).all() == []
    assert sorted(set(times())) == ["00:01", "15:01", "20:01", "35:01", "50:01"]
    assert times().count("35:01") == times().count("50:01") == 1


def test_it_is_posted_again_before_it_disappears(crisis: Crisis) -> None:
    """After a day nobody would see any more that there is a crisis, and silence is worse than bad news."""
    crisis.statement({"en": EN})
    crisis.posted()
    crisis.stage.pass_time(timedelta(hours=22, minutes=59))
    assert crisis.tasks() == []
    crisis.stage.pass_time(timedelta(minutes=2))
    assert "disappears within the hour" in crisis.tasks()[0][0]
    crisis.posted()
    crisis.stage.pass_time(timedelta(hours=23, minutes=1))
    assert "disappears within the hour" in crisis.tasks()[0][0]


def test_a_new_statement_replaces_the_old_one(crisis: Crisis) -> None:
    """The Status would promise what is no longer true."""
    crisis.statement({"en": EN})
    crisis.statement({"en": "It is batch 8 as well."})
    ((question, details),) = crisis.tasks()  # nobody had posted the first one yet: it is asked for no more
    assert "batch 8" in details["en"]
    crisis.posted()
    crisis.statement({"en": "Every charger is safe again."})
    ((question, details),) = crisis.tasks()
    assert "replace" in question
    assert "safe again" in details["en"]


def test_the_end_takes_it_down_and_keeps_no_crisis_open(crisis: Crisis) -> None:
    """People would be frightened by a Status about what is over; or a forgotten task would keep the incident open."""
    crisis.statement({"en": EN})
    crisis.posted()
    crisis.over()
    ((question, _),) = crisis.tasks()
    assert "take our Status about it down" in question
    with crisis.stage.store.read() as session:
        assert session.scalars(select(Run.status).where(Run.incident_id == crisis.id)).all() == ["finished"]
        assert session.get_one(Incident, crisis.id).closed_at is not None


def test_what_was_never_posted_need_not_be_taken_down(crisis: Crisis) -> None:
    """Somebody would look for a Status that does not exist."""
    crisis.statement({"en": EN})
    crisis.over()
    assert crisis.tasks() == []


def test_blame_is_never_put_before_everybody(crisis: Crisis) -> None:
    """A statement that blames a supplier would be offered for posting, word by word."""
    crisis.statement({"en": "The supplier caused this, it was an accident.", "zh-CN": ZH})
    ((question, details),) = crisis.tasks()
    assert "The guards refuse the words in en" in question
    assert "en" not in details
    assert "zh-CN" in details


def test_a_new_statement_at_the_moment_of_a_reminder_stops_nothing(crisis: Crisis) -> None:
    """The procedure of the crisis would fail at that moment, and the words of yesterday stand in the task."""
    crisis.statement({"en": "The parcels stand still."})
    crisis.stage.pass_time(timedelta(minutes=14, seconds=59))
    crisis.statement({"en": "The parcels move again."})  # a second later, when the reminder is due
    [(_, details)] = crisis.tasks()
    assert "The parcels move again." in details["en"]
