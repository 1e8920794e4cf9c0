"""The step that has the statement drafted and approved, version after version, until somebody stands down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from flows.crisis import statements
from flows.rehearsal.stage import Stage
from flows.runs import incident_events
from flows.store.tables import Incident, Step
from tests.flows.crisis import voices

DRAFT = {"refund_allowed": "yes", "replacement_allowed": "no", "voucher_allowed": "no", "news_in": "2 hours"}


@pytest.fixture
def stage() -> Iterator[Stage]:
    opened = Stage(voices.shelf())
    yield opened
    opened.close()


def test_it_works_by_tasks_alone(stage: Stage) -> None:
    """A team that only answers tasks on its phones could say nothing at all."""
    incident = voices.incident(stage)
    (ask,) = voices.tasks(stage)
    assert ask.role == "shift_lead"
    voices.answer(stage, ask, DRAFT, "lee", "en: You can have your money back.\nzh-CN: 我们可以给您退款。")
    (approve,) = voices.tasks(stage)
    assert (approve.kind, approve.role) == ("approve", "senior_owner")
    shown = stage.store.vault.open_or_nothing(approve.sealed_details)
    assert shown["words (en)"] == "You can have your money back."
    assert shown["may promise"] == "refund"
    voices.answer(stage, approve, {"approved": "yes"}, "ann")
    with stage.store.read() as session:
        found = statements.in_force(session, incident)
        assert found is not None
        assert found.news_at == stage.clock.now() + timedelta(hours=2)
        assert set(statements.words(stage.store.vault, found)) == {"en", "zh-CN"}
    assert voices.tasks(stage) == []


def test_it_works_by_commands_alone(stage: Stage) -> None:
    """Tasks that nobody needs any more would go on reminding people."""
    incident = voices.incident(stage)
    made = voices.draft(stage, incident)
    assert [each.kind for each in voices.tasks(stage)] == ["approve"]
    voices.vote(stage, made, "ann")
    assert voices.tasks(stage) == []


def test_words_that_cannot_be_taken_are_asked_for_again(stage: Stage) -> None:
    """The draft would vanish, and everybody would wait for everybody else."""
    voices.incident(stage)
    voices.answer(stage, voices.tasks(stage)[0], DRAFT, "lee", "We will send you a voucher today.")
    (again,) = voices.tasks(stage)
    assert again.role == "shift_lead"
    assert "promises a voucher" in again.question


def test_the_authors_own_yes_has_the_role_asked_again(stage: Stage) -> None:
    """It would wait for ever, with nobody asked."""
    incident = voices.incident(stage)
    voices.draft(stage, incident)
    voices.answer(stage, voices.tasks(stage)[0], {"approved": "yes"}, "lee")
    (again,) = voices.tasks(stage)
    voices.answer(stage, again, {"approved": "yes"}, "ann")
    with stage.store.read() as session:
        assert statements.in_force(session, incident) is not None


def test_a_new_draft_withdraws_the_question_about_the_old_one(stage: Stage) -> None:
    """A yes to words that are out of date would be given, and count for nothing."""
    incident = voices.incident(stage)
    voices.draft(stage, incident)
    (before,) = voices.tasks(stage)
    second = voices.draft(stage, incident, ["refund"])
    (now,) = voices.tasks(stage)
    assert now.id != before.id
    assert stage.store.vault.open_or_nothing(now.sealed_details)["statement"] == second


def test_every_version_is_announced_once_with_its_number(stage: Stage) -> None:
    """Whoever answers would go on by the words of an hour ago."""
    incident = voices.incident(stage)
    for number in (1, 2):
        voices.vote(stage, voices.draft(stage, incident, ["refund"]), "ann")
        stage.pass_time(timedelta(hours=1))
        assert [each.split(" of ")[0] for each in voices.told(stage, "crisis_team")][-1] == f"Version {number}"
    assert len(voices.told(stage, "crisis_team")) == 2


def test_nobody_is_forgotten_who_has_to_do_something(stage: Stage) -> None:
    """Customers would wait for words because one person has not looked at the phone."""
    incident = voices.incident(stage)
    stage.pass_time(timedelta(minutes=31))
    assert len(voices.told(stage, "shift_lead")) == 4
    voices.draft(stage, incident)
    stage.pass_time(timedelta(minutes=21))
    assert len(voices.told(stage, "senior_owner")) == 3
    assert len(voices.told(stage, "shift_lead")) == 4


def test_it_ends_when_somebody_stands_down(stage: Stage) -> None:
    """The procedure of an incident that is over would never come to its end."""
    incident = voices.incident(stage)
    voices.vote(stage, voices.draft(stage, incident), "ann")
    with stage.store.begin() as session:
        session.get_one(Incident, incident).stood_down_at = stage.clock.now()
        incident_events.tell(session, incident, "stood_down", stage.clock.now())
    stage.settle()
    with stage.store.read() as session:
        steps = {each.path: each.status for each in session.query(Step)}
    assert steps["voice"] == "done"
    assert "We have spoken" in voices.told(stage, "crisis_team")
