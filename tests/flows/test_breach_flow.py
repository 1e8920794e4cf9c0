"""The form by which a leak is opened in Prefect's page, on Prefect's real server."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from flows.desk import Desk
from flows.service.prefect_server import PrefectServer
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.tables import Incident, Promise, Run
from tests.flows.runs.test_waves import desk_over
from tests.flows.service.looking import ask
from tests.flows.test_flows import call, last_run

pytestmark = [pytest.mark.prefect, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]


@pytest.fixture
def desk(store: Store, shelf: Shelf) -> Desk:
    return desk_over(store, shelf)


def form(desk: Desk, **filled_in: Any) -> Any:
    from flows.incident import BreachForm

    return BreachForm.model_validate({"noticed_at": desk.now(), "opened_by": "shift.lead", **filled_in})


def test_a_leak_is_opened_from_the_form(prefect_server: PrefectServer, desk: Desk) -> None:
    """On-call staff with nothing but Prefect's page could not start the procedure, or its clocks would begin late."""
    from flows.incident import breach

    noticed = desk.now() - timedelta(hours=1)
    filled_in = {"way": "a phone was lost or stolen", "people": 12, "noticed_at": noticed.isoformat()}
    opened = call(desk, breach, form(desk, **filled_in))
    with desk.store.read() as session:
        leak = session.get_one(Incident, opened)
        due = session.scalars(
            select(Promise.due_at).join(Run, Run.id == Promise.run_id).where(Promise.name == "people_told")
        ).one()
    assert (leak.kind, leak.noticed_at, leak.opened_by) == ("data_leak", noticed, "shift.lead")
    assert leak.facts == {"leak_way": "lost_phone", "people_affected": 12, "severity": "urgent"}
    assert due == noticed + timedelta(days=3)
    assert last_run(prefect_server, "breach")["name"] == "breach: a phone was lost or stolen"


def test_the_form_offers_choices_and_has_no_room_for_words_of_customers(
    deployed: dict[str, dict[str, Any]], prefect_server: PrefectServer
) -> None:
    """A customer's name typed into the form would stay in Prefect's database for ever."""
    assert ask(prefect_server, "/deployments/filter", {})
    schema = json.dumps(deployed["breach"]["parameter_openapi_schema"])
    for words in ("a phone was lost or stolen", "nobody knows yet", "date-time"):
        assert words in schema
    fields = deployed["breach"]["parameter_openapi_schema"]["definitions"]["BreachForm"]["properties"]
    free = [name for name, field in fields.items() if field.get("type") == "string" and "format" not in field]
    assert free == ["opened_by"]
    assert fields["opened_by"]["pattern"]


def test_a_leak_noticed_tomorrow_is_refused(desk: Desk, prefect_server: PrefectServer) -> None:
    """A slip in the date would give everybody time that the law does not leave."""
    from flows.incident import breach
    from flows.runs.breaches import NoticedLater

    assert prefect_server.api
    with pytest.raises(NoticedLater):
        call(desk, breach, form(desk, noticed_at=(desk.now() + timedelta(days=1)).isoformat()))
