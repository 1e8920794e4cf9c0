"""The flow `follow-ups`: starts what was planned for today, after looking once more whether it is still wanted."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from prefect import flow, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run

from flows.at_hand import desk_at_hand
from flows.runs import following
from flows.runs.following import Followed


@task(name="start or cancel", cache_policy=NO_CACHE, persist_result=False)
async def start_due(limit: int) -> list[Followed]:
    """Decide every follow-up that is due."""
    run_id = flow_run.get_id()
    with desk_at_hand() as desk:
        return await asyncio.to_thread(following.start_due, desk, limit, run_id)


@flow(name="follow-ups", flow_run_name="follow-ups", persist_result=False)
async def follow_ups(limit: int = 1000) -> int:
    """Start the follow-ups that are due, re-checking their conditions first.

    Args:
        limit: how many are decided in one run at the most; the rest follow in the next
    """
    decided = await start_due(limit)
    if decided:
        await acreate_table_artifact(
            table=[asdict(each) for each in decided], key="follow-ups", description="What became of each follow-up."
        )
    return len(decided)
