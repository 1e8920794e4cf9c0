"""The form by which incidents are joined, split, merged and closed in Prefect's page, on Prefect's real server."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from flows.desk import Desk
from flows.service.prefect_server import PrefectServer
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.tables import Case, Incident
from rules.vocabulary import Vocabulary
from tests.flows.crisis.crowds import BROKEN, LATE, incidents, respond, write
from tests.flows.runs.test_waves import desk_over
from tests.flows.test_flows import call, last_run

pytestmark = [pytest.mark.prefect, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]


@pytest.fixture
def desk(store: Store, shelf: Shelf) -> Desk:
    return desk_over(store, shelf)


def test_the_form_offers_every_topic() -> None:
    """A crisis could not be named in Prefect's page, or by a name that the rules do not know."""
    from flows.forms import Topic

    assert [each.name for each in Topic] == list(Vocabulary.load().fact("topic").values)


def test_incidents_are_regrouped_from_the_form(prefect_server: PrefectServer, desk: Desk, store: Store) -> None:
    """On-call staff with nothing but Prefect's page could open incidents, and never put them right."""
    from flows.incident import IncidentForm, Kind
    from flows.incident import incident as opens
    from flows.regroup import RegroupForm, regroup

    def change(what: str, incident: str, **more: Any) -> str:
        form = RegroupForm.model_validate({"change": what, "incident": incident, "by": "night.shift", **more})
        return str(call(desk, regroup, form))

    write(store, range(3), LATE)
    write(store, range(10, 12), BROKEN)
    respond(desk)
    late = call(desk, opens, IncidentForm.model_validate({"kind": Kind.delivery, "opened_by": "night.shift"}))
    with store.read() as session:
        broken = session.scalars(select(Case.id).where(Case.incident_id.is_(None)).order_by(Case.id)).all()
    joins, leaves, splits, merges, _ = [each.value for each in _changes()]
    assert change(joins, late, cases=list(broken)) == f"2 joined **{late}**"
    assert change(leaves, late, cases=[broken[0]]) == f"1 left **{late}**"
    assert "with 1 of" in change(splits, late, topic="a product does not work or arrived damaged")
    with store.read() as session:
        part = session.scalars(select(Incident.id).where(Incident.topic == "failure")).one()
    assert change(merges, part, into=late).startswith(f"**{part}** goes on in **{late}**")
    assert change("close it", late) == f"**{late}** is closed as solved"
    assert [(each.topic, each.open) for each in incidents(store)] == [("delivery", False), ("failure", False)]
    assert last_run(prefect_server, "regroup")["name"] == f"close: {late}"


def _changes() -> list[Any]:
    from flows.regroup import Change

    return list(Change)
