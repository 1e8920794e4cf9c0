"""The forms by which a crisis is led in Prefect's page, on Prefect's real server."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from flows.crisis import freeze as freezing
from flows.crisis import statements
from flows.crisis.standing_down import NotYet
from flows.desk import Desk
from flows.runs.retriage import reasons
from flows.service.prefect_server import PrefectServer
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.tables import Case, Incident, JournalLine, Statement, Task
from tests.flows.crisis.crowds import LATE, respond, write
from tests.flows.runs.test_waves import desk_over
from tests.flows.test_flows import call, last_run

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

BY = "night.shift"


@pytest.fixture
def desk(store: Store, shelf: Shelf) -> Desk:
    return desk_over(store, shelf)


@pytest.fixture
def opened(desk: Desk) -> str:
    """An incident with one complaint in it, whose procedure has begun."""
    from flows.incident import IncidentForm, Kind, incident

    write(desk.store, range(1), LATE)
    respond(desk)
    known = str(call(desk, incident, IncidentForm(kind=Kind.delivery, opened_by=BY)))
    respond(desk)
    return known


def drafted(desk: Desk, incident_id: str) -> Statement:
    with desk.store.begin() as session:
        incident, texts = session.get_one(Incident, incident_id), {"en": "Parcels are stuck. We are on it."}
        return statements.draft(desk, session, incident, texts, [], None, "kim")


def test_somebody_leads_by_the_form(prefect_server: PrefectServer, desk: Desk, opened: str) -> None:
    """Whoever has only Prefect's page could not take the lead, and everybody would be called on and on."""
    from flows.lead import AssignForm, assign

    said = call(desk, assign, AssignForm(incident=opened, lead="kim", urgent="lee", by=BY))
    respond(desk)
    assert said == f"**{opened}**: lead: kim, urgent: lee"
    with desk.store.read() as session:
        assert session.get_one(Incident, opened).duties == {"lead": "kim", "urgent": "lee"}
        [answered_by] = session.scalars(select(Task.answered_by).where(Task.question.startswith("Please lead")))
        line = session.scalars(select(JournalLine).where(JournalLine.event == "duties assigned")).one()
    run = last_run(prefect_server, "assign")
    assert answered_by == "kim"
    assert (line.data["by"], line.flow_run) == (BY, run["id"])
    assert run["name"] == f"assign: {opened}"


def test_a_statement_is_decided_by_the_form(desk: Desk, opened: str) -> None:
    """No statement could come into force from the page, or one by a yes to words that nobody has read."""
    from flows.lead import Objection, StatementForm, Vote, statement

    def vote(about: Statement, how: Vote, by: str, **more: Any) -> str:
        return str(call(desk, statement, StatementForm(statement=about.id, vote=how, by=by, **more)))

    first = drafted(desk, opened)
    assert vote(first, Vote.refuse, "owner", reason=Objection.explains) == f"**{first.id}** is refused"
    second = drafted(desk, opened)
    with pytest.raises(statements.WrongStatement, match="digest"):
        vote(second, Vote.approve, "owner")
    with pytest.raises(statements.WrongStatement, match="read it again"):
        vote(second, Vote.approve, "owner", digest="0123456789abcdef")
    assert vote(second, Vote.approve, "owner", digest=second.digest[:8]) == f"**{second.id}** is in force"
    with desk.store.read() as session:
        refused = session.get_one(Statement, first.id)
        assert desk.store.vault.open_or_nothing(refused.sealed_reason) == {"text": Objection.explains.value}
        assert [each.by for each in statements.approvals(session, second)] == ["owner"]


def test_a_freeze_is_lifted_and_put_back_by_the_form(desk: Desk, opened: str) -> None:
    """A shop whose crisis hits one town only could not let the others hear of their parcels from the page."""
    from flows.lead import Freeze, FreezeForm, Lifted, freeze

    call(desk, freeze, FreezeForm(incident=opened, change=Freeze.lift, reason=Lifted.needed, by=BY))
    with desk.store.read() as session:
        [lifted] = freezing.lifted(session)
        assert lifted.freeze_lifted_by == BY
        assert desk.store.vault.open_or_nothing(lifted.sealed_lift_reason) == {"reason": Lifted.needed.value}
    call(desk, freeze, FreezeForm(incident=opened, change=Freeze.again, by=BY))
    with desk.store.read() as session:
        assert [each.id for each in freezing.frozen_by(session)] == [opened]


def test_a_crisis_is_stood_down_by_the_form(desk: Desk, opened: str) -> None:
    """A crisis could never end from the page, or would end with half of the checklist undone."""
    from flows.lead import End, StandDownForm, stand_down

    def form(step: End, *done: int) -> str:
        return str(call(desk, stand_down, StandDownForm(incident=opened, step=step, done=list(done), by=BY)))

    assert "1. The cause is mended, and somebody has tried it (open)" in form(End.ask)
    respond(desk)
    assert "1. The cause is mended, and somebody has tried it (done)" in form(End.tick, 1)
    with pytest.raises(NotYet, match="not done yet: 3"):
        form(End.over, 2)
    assert form(End.over, 2, 3, 4) == f"**{opened}** is over: {BY} stands down"
    respond(desk)
    with desk.store.read() as session:
        assert session.get_one(Incident, opened).closed_at is not None


def test_a_case_is_made_urgent_by_the_form(prefect_server: PrefectServer, desk: Desk) -> None:
    """Whoever hears on the phone that somebody is hurt could not say so from the page; or Prefect would keep why."""
    from flows.forms import Severity
    from flows.regroup import RetriageForm, Severe, retriage

    write(desk.store, range(1), LATE)
    respond(desk)
    with desk.store.read() as session:
        case_id = session.scalars(select(Case.id)).one()
    form = RetriageForm(case=case_id, severity=Severity.urgent, reason=Severe.spoke, by=BY)
    assert call(desk, retriage, form) == f"**{case_id}** is urgent; its procedure is complaint-urgent"
    with desk.store.read() as session:
        case = session.get_one(Case, case_id)
        [said] = reasons(desk.store.vault, case)
    assert (case.playbook, said["by"], said["reason"]) == ("complaint-urgent", BY, Severe.spoke.value)
    assert last_run(prefect_server, "retriage")["name"] == f"urgent: {case_id}"


def test_prefect_keeps_no_words_of_a_statement(prefect_server: PrefectServer, desk: Desk, opened: str) -> None:
    """What is sealed with us would lie open in Prefect's database."""
    from flows.lead import StatementForm, Vote, statement

    made = drafted(desk, opened)
    call(desk, statement, StatementForm(statement=made.id, vote=Vote.approve, digest=made.digest, by="owner"))
    files = [path for path in Path(prefect_server.folder).rglob("*") if path.is_file()]
    with sqlite3.connect(next(path for path in files if path.suffix == ".db")) as database:
        database.execute("PRAGMA wal_checkpoint(FULL)")
    kept = b"".join(path.read_bytes() for path in files)
    assert made.id.encode() in kept
    assert b"Parcels are stuck" not in kept
