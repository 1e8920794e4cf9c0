"""What colleagues are asked and told in a crisis, in the language that their team reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from flows import checklist, duties
from flows.crisis import freeze, regrouping, standing_down
from flows.rehearsal.events import Says
from flows.rehearsal.stage import Stage
from flows.shelf import Shelf
from flows.store.tables import Incident, Outbox, Task
from flows.telling import crisis_report
from rules import translations
from rules.language import Branch, Playbook, Steps, Words
from tests.flows.crisis import voices

LATE = "My parcel still has not arrived after two weeks"
ENGLISH = re.compile(r"[A-Za-z]+ [a-z]+ [a-z]+")
"""Three words in a row: more than a command, an id or a role."""
COMMAND = re.compile(r"firebreak [^；。]*")


@pytest.fixture
def crisis(stage: Stage) -> tuple[Stage, str]:
    """A crisis of a Chinese team from its beginning to the question whether it is over, with the shipped content."""
    stage.desk = replace(stage.desk, language="zh-CN")
    known = regrouping.open_incident(
        stage.desk,
        kind="delivery",
        severity="important",
        what="-",
        opened_by="ann",
        playbook="incident",
        topic="delivery",
    ).incident_id
    stage.settle()
    for customer in (1, 2):
        stage.say(Says(LATE, customer=customer))
        stage.settle()
    stage.pass_time(timedelta(minutes=11))  # nobody leads
    with stage.store.begin() as session:
        incident = session.get_one(Incident, known)
        duties.assign(stage.desk, session, incident, {"lead": "kim"}, "kim")
        freeze.lift(stage.desk, session, incident, "kim", "-")
    voices.vote(stage, voices.draft(stage, known, ["refund"]), "ann")
    stage.pass_time(timedelta(minutes=6))
    stage.tap("refund", 1)
    stage.settle()
    stage.say(Says("How long does that take?", customer=2))
    stage.settle()
    with stage.store.begin() as session:
        standing_down.propose(stage.desk, session, session.get_one(Incident, known), "kim")
    stage.settle()
    return stage, known


def said_in(playbook: Playbook) -> set[str]:
    """Every sentence of a playbook to colleagues."""
    return {" ".join(words.split()) for step in playbook.walk() for words in _words(step.verb)}


def _words(value: object) -> Iterator[str]:
    if isinstance(value, Words):
        yield value
    elif isinstance(value, Steps | Branch | type):
        return  # steps inside a step are walked by themselves
    elif isinstance(value, Mapping):
        yield from _words(tuple(value.values()))
    elif isinstance(value, tuple | list):
        yield from (words for each in value for words in _words(each))
    elif is_dataclass(value):
        yield from (words for each in fields(value) for words in _words(getattr(value, each.name)))


@pytest.mark.parametrize(
    "name",
    [
        "incident",
        "crisis-complaint",
        "complaint-general",
        "complaint-important",
        "complaint-urgent",
        "group-complaint",
        "retrospective",
    ],
)
def test_what_a_playbook_of_a_crisis_says_to_colleagues_is_there_in_chinese(shelf: Shelf, name: str) -> None:
    """A new step of a procedure would speak English to a team that reads Chinese, and nobody would notice before."""
    bundle = shelf.current
    said = said_in(bundle.playbooks[name])
    assert said
    assert [words for words in said if translations.in_language(bundle, words, "zh-CN") == words] == []


def english_in(text: str) -> list[str]:
    return ENGLISH.findall(COMMAND.sub("", text))


def test_a_chinese_team_is_asked_in_chinese(crisis: tuple[Stage, str]) -> None:
    """In the worst hour of the year people would have to act on sentences in a language that they do not read."""
    stage, known = crisis
    with stage.store.begin() as session:
        asked = session.scalars(select(Task.question)).all()
        told = session.scalars(select(Outbox).where(Outbox.to == "team")).all()
        bodies = [str(stage.store.vault.open(each.sealed_body)["body"]) for each in told]
        shown = checklist.told(stage.desk, session, session.get_one(Incident, known))
    assert len(asked) >= 8
    assert len(bodies) >= 10
    for text in (*asked, *bodies, *shown["shown"], *shown["shown"].values(), *(x["words"] for x in shown["checklist"])):
        assert english_in(text) == [], text


def test_its_report_has_no_english_sentence(crisis: tuple[Stage, str]) -> None:
    """The looking back, too, would be half in another language: the course of it above all."""
    stage, known = crisis
    told = crisis_report.tell(stage.desk, known)
    cells = [cell for section in told.sections for row in section.table for cell in row]
    said = [*told.sentences, told.title, *(section.title for section in told.sections), *cells]
    assert [each for text in said for each in english_in(text)] == []


def test_whoever_leads_ends_all_asking_for_a_leader(crisis: tuple[Stage, str]) -> None:
    """The senior owner would be called every five minutes that nobody leads, for hours after somebody does."""
    stage, _ = crisis
    with stage.store.read() as session:
        asked = select(Task).where(Task.question.contains("牵头"))
        tasks = [(each.role, each.status, each.answered_by) for each in session.scalars(asked)]
    assert sorted(tasks) == [("senior_owner", "answered", "kim"), ("shift_lead", "answered", "kim")]
