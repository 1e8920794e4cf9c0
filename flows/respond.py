"""The flow `respond`: claims every run that is ready, most severe first, and moves them together.

One flow run is one wave, and one task run in it is one group of equal steps: `reply ×312`. What Prefect is told are
ids, verbs and counts. Should its server go away in the middle, the wave goes on without it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

from prefect import flow, get_client, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run

from flows.at_hand import desk_at_hand
from flows.runs.moved import Moved
from flows.runs.waves import Group, Wave

MOST_TAGS = 100
MOST_ROWS = 500


@task(cache_policy=NO_CACHE, persist_result=False)
async def move_group(do: Any) -> list[Moved]:
    """Do one group of equal steps."""
    return await asyncio.to_thread(do)


@flow(name="respond", flow_run_name="respond", persist_result=False, validate_parameters=True)
async def respond(limit: int = 200) -> int:
    """Claim what is ready and move it as far as it goes.

    Args:
        limit: how many customers and incidents one wave takes at the most
    """
    run_id = str(flow_run.get_id() or uuid4())
    with desk_at_hand() as desk:
        wave = Wave(desk, f"respond-{run_id}", limit, flow_run=run_id)
        if not await asyncio.to_thread(wave.claim):
            return 0
        moved: list[Moved] = []
        groups = wave.groups()
        try:
            while (group := await asyncio.to_thread(_next, groups)) is not None:
                named = move_group.with_options(name=group.verb, task_run_name=group.name)
                moved += await named(group.do)
            await show(moved)
        except Exception:
            # Whatever became of Prefect, the customers of this wave are answered. A step that was done is not due.
            wave.note_absence = True
            await asyncio.to_thread(_finish, groups)
            raise
        return len(moved)


def _next(groups: Iterator[Group]) -> Group | None:
    return next(groups, None)


def _finish(groups: Iterator[Group]) -> None:
    for group in groups:
        group()


async def show(moved: list[Moved]) -> None:
    """Give the flow run a name and tags by which a person finds it, and the table of what it moved."""
    if not moved:
        return
    about = sorted({each.about for each in moved if each.about[:2] in ("C-", "I-")})
    done = Counter(each.step_kind for each in moved)
    name = f"{_count(about)} · {', '.join(f'{verb} ×{count}' for verb, count in sorted(done.items()))}"
    run_id = UUID(flow_run.get_id())
    async with get_client() as client:
        current = await client.read_flow_run(run_id)
        await client.update_flow_run(run_id, name=name, tags=sorted({*current.tags, "firebreak", *about[:MOST_TAGS]}))
    rows = [
        {"case": each.about, "playbook": each.playbook, "step": each.step, "outcome": each.status} for each in moved
    ]
    left_out = f" The first {MOST_ROWS} of {len(rows)} are shown; the journal has all." if len(rows) > MOST_ROWS else ""
    await acreate_table_artifact(
        table=rows[:MOST_ROWS], key="moved", description=f"What this wave moved, case by case.{left_out}"
    )


def _count(about: list[str]) -> str:
    incidents = sum(each.startswith("I-") for each in about)
    cases = len(about) - incidents
    shown = [f"{cases} case{'s' * (cases != 1)}"] if cases or not incidents else []
    return " and ".join(shown + ([f"{incidents} incident{'s' * (incidents != 1)}"] if incidents else []))
