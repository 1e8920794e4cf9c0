"""What `firebreak up` serves by itself is what prefect.yaml says, and a crash leaves nothing open."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.service.aside import aside
from flows.service.prefect_server import PrefectServer
from flows.settings import PREFIX
from tests.flows.service.looking import ask, command, eventually, started_from

pytestmark = pytest.mark.prefect

Deployed = dict[str, dict[str, Any]]


def test_we_serve_what_prefect_deploy_would_deploy(deployed: Deployed) -> None:
    """A follow-up would come at one time from `firebreak up` and at another, or never, from a worker."""
    from flows.service.schedules import read_deployments

    ours = {each.name: each for each in read_deployments(ZoneInfo("Asia/Shanghai"))}
    assert ours.keys() == deployed.keys()
    for name, each in ours.items():
        theirs = deployed[name]
        assert each.entrypoint == theirs["entrypoint"]
        assert each.description == theirs["description"]
        assert sorted(each.tags) == sorted(theirs["tags"])
        assert each.parameters == theirs["parameters"]
        assert each.concurrency_limit == theirs["global_concurrency_limit"]["limit"]
        plans = [plan.model_dump(mode="json") for plan in each.schedules or []]
        told = [(plan["schedule"]["cron"], plan["active"]) for plan in theirs["schedules"]]
        assert [(plan["schedule"]["cron"], plan["active"]) for plan in plans] == told
        assert {plan["schedule"]["timezone"] for plan in plans} <= {"Asia/Shanghai"}


def test_a_word_in_prefect_yaml_that_we_do_not_serve_is_an_error(tmp_path: Path) -> None:
    """What an operator wrote for `prefect deploy` would silently not hold for `firebreak up`."""
    from flows.service.schedules import read_deployments

    path = tmp_path / "prefect.yaml"
    path.write_text("name: firebreak\npull: []\ndeployments: [{name: a, trigger: b}]\n")
    with pytest.raises(ValueError, match="trigger"):
        list(read_deployments(ZoneInfo("UTC"), path))


def _run_in(server: PrefectServer, deployment: str, *states: str) -> str:
    """A new run of this deployment that went through these states. Returns its id."""
    run = ask(server, f"/deployments/{deployment}/create_flow_run", {})["id"]
    for state in states:
        ask(server, f"/flow_runs/{run}/set_state", {"state": {"type": state}, "force": state == "CANCELLING"})
    assert isinstance(run, str)
    return run


def _state(server: PrefectServer, run: str) -> str:
    answer = ask(server, f"/flow_runs/{run}")["state_type"]
    assert isinstance(answer, str)
    return answer


def test_runs_that_nobody_carries_any_more_are_closed(prefect_server: PrefectServer, deployed: Deployed) -> None:
    """Prefect's page would show yesterday's crash as running, for ever."""
    from flows.service.schedules import settle

    start = partial(_run_in, prefect_server, deployed["respond"]["id"])
    running, pending = start("PENDING", "RUNNING"), start("PENDING")
    cancelling, done = start("PENDING", "RUNNING", "CANCELLING"), start("PENDING", "RUNNING", "COMPLETED")
    waiting = start()
    began = datetime.now(UTC)
    later = start("PENDING", "RUNNING")
    assert asyncio.run(settle("a test", before=began)) == 3
    states = [_state(prefect_server, run) for run in (running, pending, cancelling, done, waiting, later)]
    assert states == ["CRASHED", "CRASHED", "CANCELLED", "COMPLETED", "SCHEDULED", "RUNNING"]
    assert asyncio.run(settle("a test", before=datetime.now(UTC))) == 1


def test_a_crash_does_not_stop_a_schedule_for_good(prefect_server: PrefectServer, deployed: Deployed) -> None:
    """A run that was killed would keep its place, and every later cleanup would be cancelled as one too many."""
    from flows.service.schedules import settle

    daily = deployed["cleanup-daily"]["id"]

    def taken() -> int:
        limit = ask(prefect_server, f"/deployments/{daily}")["global_concurrency_limit"]
        assert isinstance(limit["active_slots"], int)
        return limit["active_slots"]

    _run_in(prefect_server, daily, "PENDING", "RUNNING")
    assert taken() == 1
    asyncio.run(settle("a test", before=datetime.now(UTC)))
    assert taken() == 0


def test_what_was_missed_is_made_up_for_once(
    prefect_server: PrefectServer, deployed: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a day off, the follow-ups of that day would wait on, or would be looked for ninety-six times in a row."""
    from flows.service.schedules import serve

    for name, value in {"HOME": str(tmp_path), "CHANNEL": "practice"}.items():
        monkeypatch.setenv(PREFIX + name, value)
    deployment = deployed["follow-ups"]["id"]
    mine = {"deployments": {"id": {"any_": [deployment]}}}
    planned = mine | {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
    assert eventually(lambda: ask(prefect_server, "/flow_runs/count", planned) > 2)
    _pretend_missed(prefect_server, deployment, how_many=2)

    def made_up() -> list[dict[str, Any]]:
        runs = ask(prefect_server, "/flow_runs/filter", mine)
        return [run for run in runs if run["state_type"] not in ("SCHEDULED", "PENDING", "RUNNING")]

    def over() -> bool:
        # Prefect calls a run cancelled whose process is still on its way out when it is asked to stop.
        working = [pid for pid in started_from(prefect_server.folder.parent) if "prefect.engine" in command(pid)]
        return bool(made_up()) and not working

    _while_aside(lambda: serve(ZoneInfo("UTC"), datetime.now(UTC)), lambda: eventually(over, 60))
    assert [(run["state_type"], run["auto_scheduled"]) for run in made_up()] == [("COMPLETED", False)]
    assert (tmp_path / "firebreak.db").exists()


def _pretend_missed(server: PrefectServer, deployment: str, how_many: int) -> None:
    """Move planned runs into the past, as if nobody had been there to run them."""
    database = sqlite3.connect(server.folder / "prefect.db", timeout=30)
    with database:
        moved = database.execute(
            "UPDATE flow_run SET expected_start_time = '2026-01-01 00:00:00.000000',"
            " next_scheduled_start_time = '2026-01-01 00:00:00.000000' WHERE id IN"
            " (SELECT id FROM flow_run"
            " WHERE deployment_id = ? AND state_type = 'SCHEDULED' AND auto_scheduled LIMIT ?)",
            (deployment, how_many),
        )
    assert moved.rowcount == how_many
    database.close()


def _while_aside(work: Callable[[], Any], look: Callable[[], object]) -> None:
    """Keep `work` going aside until `look` has seen enough."""

    async def main() -> None:
        task = asyncio.create_task(aside("schedules", work))
        looking = asyncio.create_task(asyncio.to_thread(look))
        await asyncio.wait({task, looking}, return_when=asyncio.FIRST_COMPLETED)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await looking

    asyncio.run(main())
    assert eventually(lambda: not [thread for thread in threading.enumerate() if thread.name == "schedules"])
