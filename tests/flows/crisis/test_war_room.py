"""The war room: it opens, keeps the team informed on a clock and on change, and closes when a person stands down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache

import pytest
from sqlalchemy import select

from flows.channels.team import NotTold, Told
from flows.crisis import room
from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage
from flows.runs import incident_events
from flows.shelf import Shelf
from flows.store.tables import Approval, Case, Incident, JournalLine, Outbox, Run, Statement, Task
from flows.verbs import all_verbs
from rules.bundle import Bundle
from rules.language import FactName, Words
from tests.flows.runs.trials import bundle

LINK = "https://t.me/+AbCdEfGh"
MINUTE = timedelta(minutes=1)
TRIAL = """
    steps:
      - id: room
        war_room: {who: crisis_team, every: 15 minutes, made_by: shift_lead}
      - notify: {who: crisis_team, message: It is over}
"""


@dataclass
class Phones:
    told: list[tuple[str, str, str]] = field(default_factory=list)

    def tell(
        self, role: str, title: str, body: str, *, mail_to: str | None = None, urgent: bool = False
    ) -> Told | NotTold:
        del mail_to, urgent
        self.told.append((role, title, body))
        return Told((role,))

    def digests(self) -> list[str]:
        return [body[body.index("1. ") :] for role, _, body in self.told if role == "crisis_team" and "\n2. " in body]


@pytest.fixture
def phones() -> Phones:
    return Phones()


@pytest.fixture
def stage(phones: Phones) -> Iterator[Stage]:
    opened = Stage(Shelf(_content(), all_verbs()), {FactName("privacy_notice"): "current"})
    opened.desk = replace(opened.desk, team=phones)
    opened.happen(Event(incident=Words("Parcels are late"), severity="important", playbook="crisis"))
    yield opened
    opened.close()


@cache
def _content() -> Bundle:
    return bundle("    steps: [{close: done}]\n", crisis=TRIAL)


def incident(stage: Stage) -> Incident:
    with stage.store.read() as session:
        return session.scalars(select(Incident)).one()


def complain(stage: Stage, customer: int, text: str = "My parcel still has not arrived after two weeks") -> None:
    """A customer complains, and the case belongs to the incident."""
    stage.happen(Event(customer_says=Says(text, customer=customer)))
    with stage.store.begin() as session:
        for case in session.scalars(select(Case)):
            case.incident_id = incident_id(session)


def incident_id(session: object) -> str:
    return str(session.scalars(select(Incident.id)).one())  # type: ignore[attr-defined]


def decide(stage: Stage, version: int = 1) -> None:
    """A statement comes into force."""
    now = stage.clock.now()
    with stage.store.begin() as session:
        found = incident_id(session)
        for older in session.scalars(select(Statement)):
            older.status = "replaced"
        session.add(
            Statement(
                id=f"S-{version}",
                incident_id=found,
                version=version,
                status="in_force",
                drafted_by="kim",
                drafted_at=now,
                remedies=["refund"],
                news_at=now + timedelta(hours=2),
                sealed_texts=stage.store.vault.seal(found, {"en": "We are late and we are sorry."}),
                digest="d",
                in_force_at=now,
            )
        )
        session.add(Approval(statement_id=f"S-{version}", by="lee", at=now, approved=True, digest="d"))
        incident_events.tell(session, found, "statement", now)
    stage.settle()


def test_it_opens_with_the_three_things_and_how_to_make_a_group(stage: Stage, phones: Phones) -> None:
    """The team would not know where to meet, or where things stand."""
    [first] = phones.digests()
    assert [line[:3] for line in first.splitlines()] == ["1. ", "2. ", "3. "]
    assert "No statement is in force: promise nothing." in first
    command = f"firebreak incident room {incident(stage).id} --link LINK"
    assert sorted(role for role, _, body in phones.told if command in body) == ["crisis_team", "shift_lead"]
    with stage.store.read() as session:
        assert session.scalars(select(Task.role).where(Task.status == "open")).all() == ["shift_lead"]


def test_a_link_is_told_sealed_and_ends_the_question_for_it(stage: Stage, phones: Phones) -> None:
    """The team would look for the group, or the lead be asked for ever; the link would stand open in the store."""
    with stage.store.begin() as session:
        found = session.scalars(select(Incident)).one()
        room.tell_link(session, stage.store.vault, found, f" {LINK} ", "kim", stage.clock.now())
    stage.settle()
    assert phones.told[-1][0] == "crisis_team"
    assert phones.told[-1][2] == f"Talk here: {LINK}"
    with stage.store.read() as session:
        assert session.scalars(select(Task.status)).all() == ["withdrawn"]
        assert not any(LINK in json.dumps(line) for line in session.scalars(select(JournalLine.data)))
        found = session.scalars(select(Incident)).one()
        assert LINK.encode() not in (found.sealed_room or b"")
        assert room.link_of(stage.store.vault, found) == LINK
        assert session.scalars(select(Run.status)).one() == "waiting"


def test_the_task_ticked_off_without_a_link_leaves_the_room_open(stage: Stage, phones: Phones) -> None:
    """Whoever marks the group as made would end the digests."""
    stage.happen(Event(answer={}))
    stage.pass_time(15 * MINUTE)
    assert len(phones.digests()) == 2


@pytest.mark.parametrize("link", ["", "our group", "t.me/+x", "https://", "https://a b", "https://x\ny"])
def test_what_is_no_link_is_refused(stage: Stage, link: str) -> None:
    """The team would be sent to a place that does not exist."""
    with stage.store.begin() as session:
        found = session.scalars(select(Incident)).one()
        with pytest.raises(room.WrongLink):
            room.tell_link(session, stage.store.vault, found, link, "kim", stage.clock.now())


def test_it_comes_every_quarter_of_an_hour(stage: Stage, phones: Phones) -> None:
    """A team that hears nothing does not know whether nothing happens."""
    stage.pass_time(60 * MINUTE)
    assert len(phones.digests()) == 1 + 4
    with stage.store.read() as session:
        told = session.scalars(select(Outbox).where(Outbox.role == "crisis_team")).all()
        begun = min(row.created_at for row in told)
        assert sorted({(row.created_at - begun) // MINUTE for row in told}) == [0, 15, 30, 45, 60]


def test_a_statement_is_told_at_once(stage: Stage, phones: Phones) -> None:
    """Colleagues would go on promising what is allowed no more."""
    stage.pass_time(5 * MINUTE)
    decide(stage)
    assert len(phones.digests()) == 2
    assert "Statement 1 since" in phones.digests()[-1]
    assert "Written by kim, approved by lee. May be promised: money back." in phones.digests()[-1]


def test_changes_never_come_faster_than_every_two_minutes(stage: Stage, phones: Phones) -> None:
    """Ten versions in ten minutes would ring ten times, or the last one would never be told."""
    stage.pass_time(2 * MINUTE)
    for version in range(1, 9):
        decide(stage, version)
        stage.pass_time(timedelta(seconds=15))
    assert len(phones.digests()) <= 3
    stage.pass_time(2 * MINUTE)
    assert "Statement 8 since" in phones.digests()[-1]


def test_the_first_urgent_complaint_is_told_soon_and_once(stage: Stage, phones: Phones) -> None:
    """The team would hear a quarter of an hour later that somebody is hurt."""
    stage.pass_time(MINUTE)
    complain(stage, 1, "Your charger caught fire and burned my hand")
    stage.pass_time(2 * MINUTE)
    assert len(phones.digests()) == 2
    assert "urgent: 0 waiting, 1 answered, 0 solved" in phones.digests()[-1]
    complain(stage, 2, "Your charger caught fire and burned my hand")
    stage.pass_time(6 * MINUTE)
    assert len(phones.digests()) == 2


def test_somebody_who_waits_too_long_is_told(stage: Stage, phones: Phones) -> None:
    """Nobody would notice that a customer is not answered until the customer says so in public."""
    complain(stage, 1)
    stage.pass_time(MINUTE)
    stage.happen(Event(customer_says=Says("Any news of my parcel?", customer=1)))
    stage.pass_time(13 * MINUTE)
    assert len(phones.digests()) == 2
    assert "1 waiting" in phones.digests()[-1]


@pytest.mark.parametrize("event", ["stood_down", "incident_closed"])
def test_it_ends_when_a_person_stands_down(stage: Stage, phones: Phones, event: str) -> None:
    """Digests of a crisis that is over would come for ever."""
    with stage.store.begin() as session:
        incident_events.tell(session, incident_id(session), event, stage.clock.now())
    stage.settle()
    assert phones.told[-1][2] == "It is over"
    before = len(phones.told)
    stage.pass_time(60 * MINUTE)
    assert len(phones.told) == before


def test_a_new_process_goes_on_where_the_old_one_stopped(stage: Stage, phones: Phones) -> None:
    """A restart would repeat the last digest, or none would come any more."""
    stage.pass_time(10 * MINUTE)
    stage.happen(Event(process_dies=True))
    stage.desk = replace(stage.desk, team=phones)
    stage.settle()
    assert len(phones.digests()) == 1
    stage.pass_time(5 * MINUTE)
    assert len(phones.digests()) == 2


def test_after_an_outage_there_is_one_digest(stage: Stage, phones: Phones) -> None:
    """An hour without electricity would be made up for with four digests at once."""
    stage.clock.move(60 * MINUTE)
    stage.settle()
    assert len(phones.digests()) == 2


def test_a_team_reads_it_in_its_own_language(stage: Stage, phones: Phones) -> None:
    """A team in Shenzhen would get English at three in the morning."""
    stage.desk = replace(stage.desk, language="zh-CN")
    stage.pass_time(15 * MINUTE)
    assert "不要作任何承诺" in phones.digests()[-1]
    assert "nobody" not in phones.digests()[-1]


def test_after_an_outage_of_the_messenger_one_digest_comes_and_not_all_of_them(stage: Stage, phones: Phones) -> None:
    """The moment the messenger works again the room would be full of numbers that are no longer true."""

    class Broken(Phones):
        def tell(self, *_: object, **__: object) -> NotTold:
            return NotTold("nobody could be reached")

    stage.desk = replace(stage.desk, team=Broken())
    stage.pass_time(timedelta(hours=2, minutes=1))
    stage.desk = replace(stage.desk, team=phones)
    before = len(phones.digests())
    stage.pass_time(11 * MINUTE)
    assert len(phones.digests()) == before + 1
