"""The Prefect flows on Prefect's real server: what a person sees on its page, and what it must never see."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from flows.at_hand import kept_warm
from flows.desk import Desk
from flows.service.prefect_server import PrefectServer
from flows.service.responder import Bell, respond_for_ever
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.tables import Case, Incident, JournalLine, Run
from tests.flows.runs.test_waves import complaints, desk_over
from tests.flows.service.looking import ask, eventually

# Prefect leaves the sockets of its event client to the collector when an event loop ends.
pytestmark = [pytest.mark.prefect, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]

SECRET_WORDS = "My parcel has not arrived, it goes to Lilac Lane"


@pytest.fixture
def desk(store: Store, shelf: Shelf) -> Desk:
    return desk_over(store, shelf)


def call(desk: Desk, flow: Any, *args: Any) -> Any:
    async def run() -> Any:
        with kept_warm(desk):
            return await flow(*args)

    try:
        return asyncio.run(run())
    finally:
        gc.collect()  # so that what Prefect leaves lying is not found in somebody else's test


def last_run(server: PrefectServer, flow: str) -> dict[str, Any]:
    wanted = {
        "flows": {"name": {"any_": [flow]}},
        "flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}},
        "sort": "START_TIME_DESC",
        "limit": 1,
    }
    found = ask(server, "/flow_runs/filter", wanted)
    assert found, f"no run of {flow}"
    return dict(found[0])


def test_a_wave_is_one_run_that_a_person_understands(prefect_server: PrefectServer, desk: Desk) -> None:
    """The operator would look at Prefect's page and not know what happened to whom."""
    from flows.respond import respond

    complaints(desk.store, 3, SECRET_WORDS)
    call(desk, respond)
    run = last_run(prefect_server, "respond")
    with desk.store.read() as session:
        cases = sorted(session.scalars(select(Case.id)))
        flow_runs = set(session.scalars(select(JournalLine.flow_run).where(JournalLine.event == "step done")))
    assert run["state"]["type"] == "COMPLETED"
    cases_moved, _, steps = run["name"].partition(" · ")
    assert cases_moved == "3 cases"
    assert {"read ×3", "reply ×3", "ask ×3"} <= set(steps.split(", "))
    assert set(cases) <= set(run["tags"])
    assert flow_runs == {run["id"]}
    wanted = {"flow_runs": {"id": {"any_": [run["id"]]}}}
    assert eventually(lambda: len(ask(prefect_server, "/task_runs/filter", wanted)) >= 5)
    tasks = {each["name"]: each["state"]["type"] for each in ask(prefect_server, "/task_runs/filter", wanted)}
    assert tasks.keys() >= {"read ×3", "reply ×3", "ask ×3"}
    [artifact] = ask(prefect_server, "/artifacts/filter", wanted)
    assert all(case in artifact["data"] for case in cases)


def test_prefect_learns_nothing_personal(prefect_server: PrefectServer, desk: Desk) -> None:
    """Prefect's database would be one more copy of what customers wrote."""
    from flows.respond import respond

    complaints(desk.store, 2, SECRET_WORDS)
    call(desk, respond)
    assert eventually(lambda: last_run(prefect_server, "respond")["state"]["type"] == "COMPLETED")
    files = [path for path in Path(prefect_server.folder).rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in files)
    with sqlite3.connect(next(path for path in files if path.suffix == ".db")) as database:
        database.execute("PRAGMA wal_checkpoint(FULL)")
    for path in files:
        content = path.read_bytes()
        for personal in ("Lilac Lane", "1555010", "parcel has not arrived", "a colleague will look into it"):
            assert personal.encode() not in content, path.name


def test_an_incident_is_opened_from_the_form(prefect_server: PrefectServer, desk: Desk) -> None:
    """At 3 a.m. the form of Prefect's page would not open an incident."""
    from flows.forms import Severity
    from flows.incident import IncidentForm, Kind, incident

    opened = call(desk, incident, IncidentForm(kind=Kind.danger, severity=Severity.urgent, opened_by="night.shift"))
    with desk.store.read() as session:
        row = session.get_one(Incident, opened)
        assert (row.kind, row.opened_by) == ("danger", "night.shift")
        assert session.scalars(select(Run.playbook)).all() == ["incident"]
    assert last_run(prefect_server, "incident")["name"] == "incident: danger to people"


def test_the_form_has_typed_and_described_fields(
    deployed: dict[str, dict[str, Any]],
) -> None:
    """On-call staff would face a bare text box, and could type a customer's name into it."""
    form = deployed["incident"]["parameter_openapi_schema"]["definitions"]
    assert set(form["IncidentForm"]["properties"]) == {"kind", "topic", "severity", "opened_by"}
    assert all(each.get("description") for each in form["IncidentForm"]["properties"].values())
    assert form["Kind"]["enum"]


@pytest.mark.usefixtures("prefect_server")
def test_a_case_is_opened_by_hand(desk: Desk) -> None:
    """A complaint that came by phone could not be handled."""
    from flows.forms import Severity
    from flows.incident import CaseForm, case
    from flows.respond import respond

    complaints(desk.store, 1)
    call(desk, respond)
    with desk.store.read() as session:
        customer = session.scalars(select(Case.customer_id)).one()
    opened = call(
        desk,
        case,
        CaseForm(customer=customer, playbook="complaint-urgent", severity=Severity.urgent, opened_by="night.shift"),
    )
    with desk.store.read() as session:
        assert session.get_one(Case, opened).playbook == "complaint-urgent"


@pytest.mark.usefixtures("prefect_server")
def test_follow_ups_start_by_the_flow(desk: Desk) -> None:
    """The promise to ask again after a week would be forgotten."""
    from flows.follow_ups import follow_ups
    from flows.rehearsal.scenario import Event, Says
    from flows.rehearsal.stage import Stage

    stage = Stage(desk.shelf)
    try:
        stage.happen(Event(customer_says=Says("The battery exploded and burned my hand")))
        stage.happen(Event(answer={}))
        stage.happen(Event(answer={"call_outcome": "looked_after"}))
        stage.happen(Event(answer={"approved": "yes"}))
        stage.clock.move(timedelta(days=7))
        assert call(stage.desk, follow_ups) == 1
        assert call(stage.desk, follow_ups) == 0
        with stage.store.read() as session:
            assert "complaint-check-in" in session.scalars(select(Run.playbook)).all()
    finally:
        stage.close()


def test_cleanup_shows_what_it_did(prefect_server: PrefectServer, desk: Desk) -> None:
    """The operator could not see whether the nightly tidying found anything."""
    from flows.cleanup import cleanup

    call(desk, cleanup, "daily")
    run = last_run(prefect_server, "cleanup")
    assert run["name"] == "cleanup daily"
    [artifact] = ask(prefect_server, "/artifacts/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})
    assert "journals changed after they were written" in artifact["data"]


def respond_until_answered(desk: Desk, prefect_is_up: bool, how_many: int) -> None:
    async def run() -> None:
        bell = Bell()
        responding = asyncio.create_task(respond_for_ever(desk, bell, lambda: prefect_is_up))
        done = asyncio.to_thread(eventually, lambda: len(desk.channel.letters) >= how_many and not _moving(desk))  # type: ignore[attr-defined]
        assert await done
        assert not responding.done()
        responding.cancel()
        await asyncio.gather(responding, return_exceptions=True)

    asyncio.run(run())
    gc.collect()


def _moving(desk: Desk) -> bool:
    with desk.store.read() as session:
        return "moving" in session.scalars(select(Run.status)).all()


def test_customers_are_answered_without_prefect(desk: Desk) -> None:
    """With Prefect's server stopped nobody would be answered."""
    complaints(desk.store, 2)
    respond_until_answered(desk, prefect_is_up=False, how_many=2)
    with desk.store.read() as session:
        assert "moved without Prefect" in session.scalars(select(JournalLine.event)).all()


@pytest.mark.usefixtures("prefect_server")
def test_a_server_that_goes_away_in_the_middle_harms_nobody(
    desk: Desk,
) -> None:
    """A crash of Prefect's server while a wave is under way would leave customers without an answer."""
    from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

    complaints(desk.store, 2)
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api", PREFECT_CLIENT_MAX_RETRIES: 0}):
        respond_until_answered(desk, prefect_is_up=True, how_many=2)
    assert len(desk.channel.letters) == 2  # type: ignore[attr-defined]
