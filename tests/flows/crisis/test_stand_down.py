"""The step that asks whether a crisis is over: a checklist, then a yes, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from flows.crisis import standing_down
from flows.rehearsal.stage import Stage
from flows.runs import opening
from flows.store.tables import Incident, JournalLine, Step, Task
from tests.flows.crisis import endings, voices

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = endings.staged()
    yield made
    made.close()


def decide(stage: Stage, said: str, by: str = "lee") -> None:
    """Tick off the whole list, then say this."""
    (checklist,) = endings.asked(stage)
    voices.answer(stage, checklist, {"all": "done"}, by)
    (decision,) = endings.asked(stage)
    assert decision.kind == "approve"
    voices.answer(stage, decision, {"approved": said}, by)


def test_it_asks_once_the_fire_is_out(stage: Stage) -> None:
    """People would be asked whether it is over in the midst of it, or never."""
    endings.opened(stage)
    stage.pass_time(2 * HOUR)
    assert endings.asked(stage) == []
    endings.the_fire_is(stage, "out")
    stage.pass_time(11 * MINUTE)
    (task,) = endings.asked(stage)
    assert (task.kind, task.role) == ("do", "shift_lead")
    details = stage.store.vault.open(task.sealed_details or b"")
    assert details["listed"] == {"1": endings.CHECKLIST[0], "2": endings.CHECKLIST[1]}
    assert details["the fire"].startswith("out")
    assert details["statement in force"] == "none"


def test_a_list_that_is_done_and_a_yes_end_it(stage: Stage) -> None:
    """A crisis would never end, or the freeze would stay for ever."""
    incident = endings.opened(stage)
    endings.the_fire_is(stage, "out")
    stage.pass_time(11 * MINUTE)
    decide(stage, "yes")
    found = endings.incident(stage, incident)
    assert found.stood_down_at is not None
    assert found.closed_at is not None
    assert endings.told(stage, "crisis_team")[-1] == "It is over. Thank you"
    with stage.store.read() as session:
        steps = {each.verb: each.status for each in session.scalars(select(Step))}
        line = session.scalars(select(JournalLine).where(JournalLine.event == "stood down")).one()
    assert steps["one_voice"] == "done"
    assert line.data == {"by": "lee", "checklist": 2}


def test_a_list_alone_is_not_enough(stage: Stage) -> None:
    """Whoever ticks off the last thing would end the crisis without knowing it."""
    incident = endings.opened(stage)
    endings.the_fire_is(stage, "out")
    stage.pass_time(11 * MINUTE)
    (checklist,) = endings.asked(stage)
    voices.answer(stage, checklist, {"1": "done"}, "lee")
    assert endings.asked(stage)[0].kind == "do"
    voices.answer(stage, checklist, {"2": "done"}, "ann")
    stage.pass_time(timedelta(days=1))
    assert endings.incident(stage, incident).stood_down_at is None
    assert endings.asked(stage)[0].kind == "approve"


def test_silence_is_told_again_and_never_a_yes(stage: Stage) -> None:
    """The business would go back to selling while nobody has looked."""
    incident = endings.opened(stage)
    endings.the_fire_is(stage, "out")
    stage.pass_time(11 * MINUTE)
    before = len(endings.told(stage, "shift_lead"))
    stage.pass_time(9 * HOUR)
    assert len([each for each in endings.told(stage, "shift_lead")[before:] if "stand down" in each]) == 2
    assert endings.incident(stage, incident).closed_at is None
    assert len(endings.asked(stage)) == 1


@pytest.mark.parametrize("way", ["a no", "a thing that cannot be done"])
def test_after_a_no_it_asks_again_later(stage: Stage, way: str) -> None:
    """One no would leave the crisis open for ever, or be followed by the same question at once."""
    incident = endings.opened(stage)
    endings.the_fire_is(stage, "out")
    stage.pass_time(11 * MINUTE)
    if way == "a no":
        decide(stage, "no")
    else:
        voices.answer(stage, endings.asked(stage)[0], {"1": "done", "2": "failed"}, "lee")
    stage.pass_time(3 * HOUR)
    assert endings.asked(stage) == []
    assert endings.incident(stage, incident).stood_down_at is None
    stage.pass_time(HOUR + MINUTE)
    assert [each.kind for each in endings.asked(stage)] == ["do"]
    decide(stage, "yes")
    assert endings.incident(stage, incident).closed_at is not None


def test_a_person_can_have_it_decided_while_it_burns(stage: Stage) -> None:
    """Somebody who knows that it is over would have to wait for a count."""
    incident = endings.opened(stage)
    with stage.store.begin() as session:
        assert standing_down.propose(stage.desk, session, session.get_one(Incident, incident), "kim")
    stage.settle()
    (task,) = endings.asked(stage)
    assert "kim thinks that it is over" in task.question
    with stage.store.begin() as session:  # once is enough
        assert not standing_down.propose(stage.desk, session, session.get_one(Incident, incident), "kim")
    voices.answer(stage, task, {"all": "done"}, "lee")
    (decision,) = endings.asked(stage)
    assert "Think twice: the fire is burning" in decision.question


def test_the_decision_by_command_takes_back_what_was_asked(stage: Stage) -> None:
    """People would go on being asked about a crisis that is over, or its procedure would hang."""
    incident = endings.opened(stage)
    endings.the_fire_is(stage, "out")
    stage.pass_time(11 * MINUTE)
    with stage.store.begin() as session:
        standing_down.stand_down(stage.desk, session, session.get_one(Incident, incident), "kim", 2)
    stage.settle()
    assert endings.incident(stage, incident).closed_at is not None
    with stage.store.read() as session:
        assert session.scalars(select(Task.id).where(Task.status == "open")).all() == []
    with stage.store.begin() as session, pytest.raises(standing_down.NotYet, match="over already"):
        standing_down.stand_down(stage.desk, session, session.get_one(Incident, incident), "ann", 2)


def test_an_incident_without_such_a_step_says_so(stage: Stage) -> None:
    """Whoever is on call would wait for a question that never comes."""
    with stage.store.begin() as session:
        leak = opening.open_incident(
            stage.desk,
            session,
            kind="data_leak",
            severity="important",
            what="-",
            opened_by="ann",
            playbook="data-breach",
        )
        with pytest.raises(standing_down.NotYet, match="incident close"):
            standing_down.propose(stage.desk, session, leak, "kim")
