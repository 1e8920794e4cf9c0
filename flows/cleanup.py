"""The flow `cleanup`: what has served its time is removed, also from Prefect's history; what was forgotten is found."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Literal

from prefect import flow, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import ObjectNotFound

from flows import tidying
from flows.at_hand import desk_at_hand
from flows.tidying import Tidied
from rules.retention import Keep

_PAGE = 200  # the server's own limit
_WENT_WELL = [StateType.COMPLETED]
_WENT_WRONG = [StateType.FAILED, StateType.CRASHED, StateType.CANCELLED]


@task(name="tidy", task_run_name="tidy {kind}", cache_policy=NO_CACHE, persist_result=False)
async def tidy(kind: Literal["daily", "quarterly"]) -> list[Tidied]:
    """Do everything of one kind."""
    with desk_at_hand() as desk:
        return await asyncio.to_thread(tidying.daily if kind == "daily" else tidying.quarterly, desk)


@task(name="tidy Prefect's history", cache_policy=NO_CACHE, persist_result=False)
async def tidy_history() -> list[Tidied]:
    """Remove old runs from Prefect's history, by how they ended and how long ago."""
    with desk_at_hand() as desk:
        keep = desk.shelf.current.retention.keep
    return await prune_history(keep, datetime.now(UTC))


@flow(name="cleanup", flow_run_name="cleanup {kind}", persist_result=False)
async def cleanup(kind: Literal["daily", "quarterly"] = "daily") -> None:
    """Tidy up, and show what was done.

    Args:
        kind: `daily` prunes, repairs and checks; `quarterly` starts the review of all conversations, once a quarter
    """
    found = await tidy(kind)
    if kind == "daily":
        found = [*found, *await tidy_history()]
    await acreate_table_artifact(
        table=[asdict(each) for each in found],
        key=f"cleanup-{kind}",
        description="What was tidied, and how much of it.",
    )


async def prune_history(keep: Keep, now: datetime) -> list[Tidied]:
    """Remove the runs from Prefect's history that ended long enough before `now`, each with its task runs, logs and
    artifacts. What has not ended (scheduled, pending, running, paused) is never touched."""
    async with get_client() as client:
        return [
            Tidied(f"{what} runs pruned from Prefect's history", await _prune(client, states, now - time))
            for what, states, time in (
                ("completed", _WENT_WELL, keep.prefect_completed),
                ("failed, crashed and cancelled", _WENT_WRONG, keep.prefect_failed),
            )
        ]


async def _prune(client: PrefectClient, states: list[StateType], before: datetime) -> int:
    old = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=states)),
        end_time=FlowRunFilterEndTime(before_=before),
    )
    count = 0
    # What was deleted is on no page any more, so the first one is always the next.
    while page := await client.read_flow_runs(flow_run_filter=old, limit=_PAGE):
        for run in page:
            await _artifacts_gone(client, run)
            with suppress(ObjectNotFound):  # somebody else has removed it
                await client.delete_flow_run(run.id)
            count += 1
    return count


async def _artifacts_gone(client: PrefectClient, run: FlowRun) -> None:
    wanted = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run.id]))
    for artifact in await client.read_artifacts(artifact_filter=wanted):
        with suppress(ObjectNotFound):
            await client.delete_artifact(artifact.id)
