"""How severe a case is may change: upwards by what the customer writes, in any direction by a person's word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from flows.errors import NotFound
from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage
from flows.runs import retriage
from flows.shelf import Shelf
from flows.store.tables import Case, JournalLine, Outbox, Subject, Task
from flows.verbs import all_verbs
from rules.bundle import Bundle
from tests.flows.runs.trials import shipped

LATE = "My parcel still has not arrived after two weeks"
BROKEN = "The coffee machine that came last month is broken, it does not work at all"
BURNT = "Your charger caught fire and burned my hand"
LAWYER = "My lawyer will contact you"
PRESS = "I will go to the newspapers with this"
WHY = "Fire is the name of the lamp; I have spoken with her"


def _open() -> Stage:
    return Stage(Shelf(Bundle.parse(shipped(), all_verbs()), all_verbs()))


@pytest.fixture
def stage() -> Iterator[Stage]:
    found = _open()
    yield found
    found.close()


def _says(stage: Stage, text: str, kind: Literal["text", "image"] = "text") -> Case:
    stage.happen(Event(customer_says=Says(text, kind=kind)))
    stage.happen(Event(after=timedelta(minutes=2)))
    return _case(stage)


def _case(stage: Stage) -> Case:
    with stage.store.read() as session:
        return session.scalars(select(Case)).one()


def _overrule(stage: Stage, severity: str, reason: str = WHY) -> Case:
    case_id = _case(stage).id
    with stage.store.begin() as session:
        retriage.by_hand(stage.desk, session, case_id, severity, reason, "the_owner")
    stage.settle()
    return _case(stage)


def _now(stage: Stage) -> tuple[str, str]:
    case = _case(stage)
    return str(case.facts["severity"]), case.playbook


@pytest.mark.parametrize(
    ("then", "becomes"),
    [
        (BROKEN, ("important", "complaint-important")),
        (BURNT, ("urgent", "complaint-urgent")),
        (PRESS, ("urgent", "complaint-urgent")),
        (LAWYER, ("urgent", "complaint-urgent")),
    ],
)
def test_what_is_worse_moves_the_case(stage: Stage, then: str, becomes: tuple[str, str]) -> None:
    """Somebody who is hurt would wait with those whose parcel is late."""
    _says(stage, LATE)
    _says(stage, then)
    assert _now(stage) == becomes


@pytest.mark.parametrize(("then", "kind"), [(LATE, "text"), (BROKEN, "text"), ("", "image"), ("Thank you", "text")])
def test_what_is_milder_never_moves_it_back(stage: Stage, then: str, kind: Literal["text", "image"]) -> None:
    """A burnt customer who mentions the parcel, or sends the photo, would lose their place with the owner."""
    _says(stage, BURNT)
    _says(stage, then, kind)
    assert _now(stage) == ("urgent", "complaint-urgent")


def test_a_person_makes_it_more_severe(stage: Stage) -> None:
    """Somebody who knows better than the rules could not act on it."""
    _says(stage, LATE)
    _overrule(stage, "urgent", "her sister called: she is in hospital")
    assert _now(stage) == ("urgent", "complaint-urgent")
    with stage.store.read() as session:
        assert session.scalars(select(Task.role).where(Task.status == "open")).all() == ["senior_owner"]
        assert session.scalars(select(Subject.severity).where(Subject.kind == "customer")).one() == 2


def test_a_persons_word_holds_against_the_same_signs(stage: Stage) -> None:
    """The owner would be called again for every message in which the lamp is named."""
    _says(stage, BURNT)
    _overrule(stage, "general")
    assert _now(stage) == ("general", "complaint-general")
    _says(stage, BURNT)
    assert _now(stage) == ("general", "complaint-general")
    with stage.store.read() as session:
        assert session.scalars(select(Subject.severity).where(Subject.kind == "customer")).one() == 0
        first = select(Outbox.reply).where(Outbox.to == "customer")
        assert session.scalars(first).all() == ["complaint/first-urgent"]


def test_a_new_kind_of_sign_goes_by_the_rules_again(stage: Stage) -> None:
    """Whoever was once judged harmless could threaten with a court, or be hurt, and nobody would look."""
    _says(stage, BURNT)
    _overrule(stage, "general")
    _says(stage, LAWYER)
    assert _now(stage) == ("urgent", "complaint-urgent")


def test_why_is_sealed_and_the_rest_is_history(stage: Stage) -> None:
    """A colleague's words about a customer would stand in the journal for ever, or nobody would know who decided."""
    _says(stage, BURNT)
    case = _overrule(stage, "important")
    assert [
        (each["by"], each["reason"], each["from"], each["to"]) for each in retriage.reasons(stage.store.vault, case)
    ] == [("the_owner", WHY, "urgent", "important")]
    case = _overrule(stage, "urgent", "it was a fire after all")
    assert [each["to"] for each in retriage.reasons(stage.store.vault, case)] == ["important", "urgent"]
    with stage.store.read() as session:
        lines = session.scalars(select(JournalLine)).all()
    assert [each.data["to"] for each in lines if each.event == "severity overruled"] == ["important", "urgent"]
    assert not [each for each in lines if "lamp" in str(each.data) or "fire after" in str(each.data)]


def test_what_cannot_be_done_is_said(stage: Stage) -> None:
    """A mistyped word would lower a case, or a closed one would come to life without anybody noticing."""
    case = _says(stage, BURNT)
    for severity, reason, said in [("urgnt", WHY, "did you mean"), ("general", "  ", "Say why")]:
        with stage.store.begin() as session, pytest.raises(retriage.CannotRetriage, match=said):
            retriage.by_hand(stage.desk, session, case.id, severity, reason, "the_owner")
    with stage.store.begin() as session, pytest.raises(NotFound):
        retriage.by_hand(stage.desk, session, "C-NONE", "general", WHY, "the_owner")
    stage.happen(Event(close="case"))
    with stage.store.begin() as session, pytest.raises(retriage.CannotRetriage, match="closed"):
        retriage.by_hand(stage.desk, session, case.id, "general", WHY, "the_owner")
    assert _case(stage).facts["severity"] == "urgent"


@settings(max_examples=8, deadline=None)
@given(st.lists(st.sampled_from([LATE, BROKEN, BURNT, LAWYER]), min_size=1, max_size=4))
def test_messages_alone_only_ever_raise(story: list[str]) -> None:
    """In some order of messages a severe case would be forgotten among the mild ones."""
    rank = {LATE: 0, BROKEN: 1, BURNT: 2, LAWYER: 2}
    stage = _open()
    try:
        for number, text in enumerate(story, 1):
            case = _says(stage, text)
            assert case.severity == max(rank[each] for each in story[:number])
    finally:
        stage.close()
