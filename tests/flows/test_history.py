"""Prefect's own history, on its real server: old runs go by how they ended, and no run that has not ended."""

from __future__ import annotations

import asyncio
import gc
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from flows.service.prefect_server import PrefectServer
from rules.retention import Keep
from tests.flows.service.looking import ask

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State

# Prefect leaves the sockets of its event client to the collector when an event loop ends.
pytestmark = [pytest.mark.prefect, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]


def test_old_runs_go_by_outcome_and_age(prefect_server: PrefectServer) -> None:
    """Prefect's database would grow for ever; or a run would vanish while it is under way, and its schedule with it."""
    from prefect import flow
    from prefect.client.orchestration import get_client
    from prefect.states import Completed, Failed, Pending, Running, Scheduled

    from flows.cleanup import prune_history

    states: dict[str, State[Any]] = {
        "went well": Completed(),
        "failed": Failed(),
        "running": Running(),
        "pending": Pending(),
    }
    states["scheduled"] = Scheduled(scheduled_time=datetime.now(UTC) + timedelta(days=400))

    @flow(name="a history")
    def nothing() -> None: ...

    async def pruned() -> list[set[str]]:
        ids = {}
        async with get_client() as client:
            for name, state in states.items():
                run = await client.create_flow_run(nothing, name=name, state=Pending())
                await client.set_flow_run_state(run.id, state, force=True)
                ids[str(run.id)] = name
        found = []
        for later in (timedelta(days=13), timedelta(days=15), timedelta(days=61)):
            await prune_history(Keep(), datetime.now(UTC) + later)
            wanted = {"flow_runs": {"id": {"any_": list(ids)}}}
            found.append({ids[str(run["id"])] for run in ask(prefect_server, "/flow_runs/filter", wanted)})
        return found

    try:
        after = asyncio.run(pruned())
    finally:
        gc.collect()
    going_on = {"running", "pending", "scheduled"}
    assert after == [{*going_on, "went well", "failed"}, {*going_on, "failed"}, going_on]
