"""Serves the deployments of prefect.yaml from this process, so that the clock and the hand need no worker.

What `prefect deploy --all` would send to a worker is run here in a process of its own for each run. prefect.yaml stays
the one source: what somebody switched by hand in Prefect's page holds until the next start.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterNextScheduledStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import ConcurrencyLimitConfig, FlowRun, State, StateType
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.logging.handlers import APILogHandler
from prefect.runner import Runner
from prefect.schedules import Schedule
from prefect.states import Cancelled, Crashed
from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

PREFECT_YAML = Path(__file__).parents[2] / "prefect.yaml"

_PAGE = 200  # the server's own limit
_POLLED_EVERY = 2.0  # seconds; the longest wait of a person who pressed "run" in Prefect's page
_AT_ONCE = 3  # processes; each is a Python with Prefect in it


class _Entry(BaseModel):
    # A key that is not understood here would be a difference between `firebreak up` and `prefect deploy`.
    model_config = ConfigDict(extra="forbid")


class _Schedule(_Entry):
    slug: str
    cron: str
    timezone: str
    active: bool = True


class _Deployment(_Entry):
    name: str
    entrypoint: str
    description: str
    tags: list[str] = []
    parameters: dict[str, Any] = {}
    concurrency_limit: ConcurrencyLimitConfig | None = None
    work_pool: dict[str, str]
    schedules: list[_Schedule] = []


class _File(_Entry):
    name: str
    pull: list[object]
    deployments: list[_Deployment]


def read_deployments(zone: ZoneInfo, path: Path = PREFECT_YAML) -> Iterator[RunnerDeployment]:
    """The deployments of a prefect.yaml, with their times read in `zone`. Imports the flows they name."""
    for entry in _File.model_validate(YAML(typ="safe", pure=True).load(path)).deployments:
        yield RunnerDeployment.from_entrypoint(
            entry.entrypoint,
            name=entry.name,
            description=entry.description,
            tags=entry.tags,
            parameters=entry.parameters,
            concurrency_limit=entry.concurrency_limit,
            schedules=[
                Schedule(cron=plan.cron, timezone=zone.key, active=plan.active, slug=plan.slug)
                for plan in entry.schedules
            ],
        )


async def serve(zone: ZoneInfo, began: datetime, path: Path = PREFECT_YAML) -> None:
    """Run what is due until cancelled. Raises what the server raises when it goes away.

    `began` is when this process began: what was running before that has nobody who carries it. Not for the main
    thread, where the runner would take SIGTERM for itself.
    """
    # For the runs' processes, which write to our terminal: what they complain about is in Prefect's page.
    os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "CRITICAL"
    try:
        await settle("Firebreak was killed while this ran", before=began)
        await _run_what_is_due(zone, path)
    except asyncio.CancelledError:
        await settle("Firebreak was stopped while this ran", before=datetime.now(UTC))
        await APILogHandler.aflush()  # what is not delivered now would be complained about once the server is gone
        raise


async def _run_what_is_due(zone: ZoneInfo, path: Path) -> None:
    runner = Runner(name="firebreak", pause_on_shutdown=False, limit=_AT_ONCE, query_seconds=_POLLED_EVERY)
    async with get_client() as client:
        for deployment in read_deployments(zone, path):
            missed = await _forget_missed(client, deployment.full_name)
            deployment_id = await runner.aadd_deployment(deployment)
            if missed:  # a day's absence is made up for once, not ninety-six times
                await client.create_flow_run_from_deployment(deployment_id)
    running = asyncio.create_task(runner.start())
    try:
        await asyncio.shield(running)
    finally:
        # A run that is asked to end and does not is killed with everything else that we started.
        with suppress(TimeoutError, RuntimeError):
            async with asyncio.timeout(8):
                await runner.astop()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def settle(why: str, before: datetime) -> int:
    """Close the runs that began before this and that no process carries any more. Returns how many.

    Prefect would show them as running forever. A deployment's concurrency limit counts them too, so that without this
    a crash would stop its schedule for good. The runs of workers are left to their workers.
    """
    async with get_client() as client:
        found = await _runs(client, _UNSETTLED)
        ours = [run for run in found if run.infrastructure_pid is None and run.state and run.state.timestamp < before]
        for run in ours:
            cancelling = run.state_type == StateType.CANCELLING
            state: State[None] = Cancelled(message=why) if cancelling else Crashed(message=why)
            await client.set_flow_run_state(run.id, state, force=True)
    return len(ours)


async def _forget_missed(client: PrefectClient, full_name: str) -> bool:
    """Take back what the clock planned while nobody was there to do it. Returns whether there was anything."""
    try:
        deployment = await client.read_deployment_by_name(full_name)
    except ObjectNotFound:
        return False
    late = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=[deployment.id]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        next_scheduled_start_time=FlowRunFilterNextScheduledStartTime(before_=datetime.now(UTC)),
    )
    missed = [run for run in await _runs(client, late) if run.auto_scheduled]
    for run in missed:
        await client.delete_flow_run(run.id)
    return bool(missed)


_UNSETTLED = FlowRunFilter(
    state=FlowRunFilterState(
        type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING])
    )
)


async def _runs(client: PrefectClient, wanted: FlowRunFilter) -> list[FlowRun]:
    found: list[FlowRun] = []
    while page := await client.read_flow_runs(flow_run_filter=wanted, limit=_PAGE, offset=len(found)):
        found += page
    return found
