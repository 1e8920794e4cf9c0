"""The flow `cleanup`: what has served its time is removed, what was forgotten is found, the journal is checked."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Literal

from prefect import flow, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE

from flows import tidying
from flows.at_hand import desk_at_hand
from flows.tidying import Tidied


@task(name="tidy", task_run_name="tidy {kind}", cache_policy=NO_CACHE, persist_result=False)
async def tidy(kind: Literal["daily", "quarterly"]) -> list[Tidied]:
    """Do everything of one kind."""
    with desk_at_hand() as desk:
        return await asyncio.to_thread(tidying.daily if kind == "daily" else tidying.quarterly, desk)


@flow(name="cleanup", flow_run_name="cleanup {kind}", persist_result=False)
async def cleanup(kind: Literal["daily", "quarterly"] = "daily") -> None:
    """Tidy up, and show what was done.

    Args:
        kind: `daily` prunes, repairs and checks; `quarterly` lists the conversations to review
    """
    found = await tidy(kind)
    await acreate_table_artifact(
        table=[asdict(each) for each in found],
        key=f"cleanup-{kind}",
        description="What was tidied, and how much of it.",
    )
