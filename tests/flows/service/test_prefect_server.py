"""Prefect's real server: it starts, plans, takes our deployments, tells nobody about us, and goes when we go."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from flows.service.home import CannotStart
from flows.service.prefect_server import PrefectServer
from tests.flows.conftest import free_port
from tests.flows.service.looking import ROOT, ask, command, eventually, started_from

BY_HAND = {"incident", "regroup", "retriage", "assign", "statement", "freeze", "stand-down", "breach", "case"}
BY_THE_CLOCK = {"follow-ups", "cleanup-daily", "cleanup-quarterly"}
NAMES = {"respond"} | BY_HAND | BY_THE_CLOCK


@pytest.mark.prefect
def test_prefect_deploy_all_takes_the_file_as_it_stands(deployed: dict[str, dict[str, Any]]) -> None:
    """An operator who moves to workers of their own would be refused, or would get deployments without limits."""
    assert deployed.keys() == NAMES
    for each in deployed.values():
        assert each["work_pool_name"] == "firebreak"
        assert each["description"]
        assert "firebreak" in each["tags"]
        assert each["global_concurrency_limit"]["limit"] >= 1
        assert each["pull_steps"] == []
        assert all(schedule["schedule"]["timezone"] for schedule in each["schedules"])
    assert deployed["cleanup-quarterly"]["parameters"] == {"kind": "quarterly"}


@pytest.mark.prefect
def test_the_clock_really_plans_runs(prefect_server: PrefectServer, deployed: dict[str, dict[str, Any]]) -> None:
    """Follow-ups would never start: with SQLAlchemy 2.1 the server runs, and silently plans nothing."""
    for name in sorted(BY_THE_CLOCK):
        of_this = {"deployments": {"id": {"any_": [deployed[name]["id"]]}}}
        planned = of_this | {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
        assert eventually(partial(ask, prefect_server, "/flow_runs/count", planned)), name
        assert ask(prefect_server, "/flow_runs/filter", planned | {"limit": 1})[0]["auto_scheduled"]
    by_hand = [each["id"] for name, each in deployed.items() if name not in BY_THE_CLOCK]
    planned = ask(prefect_server, "/flow_runs/filter", {"deployments": {"id": {"any_": by_hand}}})
    assert not [run for run in planned if run["auto_scheduled"]]


@pytest.mark.prefect
def test_the_form_of_a_custom_run_says_what_to_fill_in(deployed: dict[str, dict[str, Any]]) -> None:
    """On-call staff would face a bare JSON box in the worst hour of the year."""
    for name in BY_HAND:
        definitions = deployed[name]["parameter_openapi_schema"]["definitions"]
        [form] = [each for each in definitions.values() if "properties" in each]
        assert all(field.get("description") for field in form["properties"].values()), name


@pytest.mark.prefect
def test_no_form_takes_free_words(deployed: dict[str, dict[str, Any]]) -> None:
    """A customer's name typed as a reason would stay in Prefect's database for ever."""
    for name in BY_HAND:
        definitions = deployed[name]["parameter_openapi_schema"]["definitions"]
        [form] = [each for each in definitions.values() if "properties" in each]
        assert form["additionalProperties"] is False
        for field, shape in form["properties"].items():
            assert not list(_free(shape)), f"{name}: {field}"


def _free(shape: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The parts of a field into which anything may be typed."""
    parts = [shape, *shape.get("anyOf", ()), *([shape["items"]] if "items" in shape else [])]
    known = {"pattern", "format", "enum", "const"}
    yield from (part for part in parts if part.get("type") == "string" and not known & part.keys())


@pytest.mark.prefect
def test_the_server_phones_nobody(prefect_server: PrefectServer, deployed: dict[str, dict[str, Any]]) -> None:
    """A tool for people's most private requests would tell a third party that it runs, and where."""
    assert deployed
    seen = (prefect_server.folder.parent / "connections").read_text("utf-8").splitlines()
    assert f"socket.bind ('127.0.0.1', {prefect_server.port})" in seen  # the watch is awake
    for line in seen:
        event, _, written = line.partition(" ")
        address = ast.literal_eval(written)
        host = address[0] if isinstance(address, tuple) else address
        assert host in ("127.0.0.1", "::1", "localhost", None), f"{event} {written}"


@pytest.mark.prefect
def test_a_password_for_the_page_is_ours_too(prefect_server: PrefectServer) -> None:
    """An operator who locks Prefect's page would lock Firebreak out of it, or would find another project's settings."""
    given = {
        "PREFECT_SERVER_API_AUTH_STRING": "u:p",
        "PREFECT_API_URL": "https://api.prefect.cloud",
        "NO_PROXY": "intra",
    }
    prefect_server.adopt(given)
    assert given["PREFECT_API_AUTH_STRING"] == "u:p"
    assert given["PREFECT_API_URL"] == prefect_server.api
    assert given["NO_PROXY"].split(",") == ["intra", "127.0.0.1", "localhost"]
    assert Path(given["PREFECT_API_SSL_CERT_FILE"]).read_text().count("BEGIN CERTIFICATE") == 1


@pytest.mark.prefect
def test_a_taken_port_is_one_clear_line(prefect_server: PrefectServer, tmp_path: Path) -> None:
    """The operator would read a traceback instead of the setting to change."""
    with pytest.raises(CannotStart) as caught:
        PrefectServer(tmp_path, prefect_server.port).start()
    assert "FIREBREAK_PREFECT_PORT" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_stop_leaves_no_process(tmp_path: Path) -> None:
    """Every start would leave a server behind, on the port that the next one needs."""
    server = PrefectServer(tmp_path, free_port())
    server.start()
    assert server.running()
    assert eventually(lambda: started_from(tmp_path))
    server.stop()
    assert not server.running()
    assert started_from(tmp_path) == []


def test_a_server_that_ends_while_it_starts_is_noticed(tmp_path: Path) -> None:
    """Firebreak would wait for minutes for a server that is long gone."""
    server = PrefectServer(tmp_path, free_port(), {"PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "nonsense"})
    server.start()
    with pytest.raises(CannotStart, match="ended while it started") as caught:
        server.wait(60, lambda _: None)
    assert str(server.log) in str(caught.value)
    assert "nonsense" in server.log.read_text("utf-8")
    server.stop()


def test_the_secrets_of_firebreak_are_not_told_to_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The master key would lie in the environment of a process with a web page."""
    monkeypatch.setenv("FIREBREAK_MASTER_KEY", "hunter2")
    server = PrefectServer(tmp_path, free_port())
    server.start()
    assert eventually(lambda: started_from(tmp_path))
    environments = [(Path("/proc") / str(pid) / "environ").read_bytes() for pid in started_from(tmp_path)]
    assert all(b"hunter2" not in each for each in environments)
    server.stop()


def test_the_server_dies_with_its_parent(tmp_path: Path) -> None:
    """After `kill -9` the old server would hold the port and the database."""
    script = (
        "import sys; from pathlib import Path; from flows.service.prefect_server import PrefectServer\n"
        f"PrefectServer(Path({str(tmp_path)!r}), {free_port()}).start()\n"
        "print('started', flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "started\n"
        # Once it is Prefect, the request to die with the parent has been made.
        assert eventually(lambda: any("-m prefect server" in command(pid) for pid in started_from(tmp_path)))
        children = started_from(tmp_path)
        os.kill(parent.pid, signal.SIGKILL)
    assert eventually(lambda: not any(command(pid) for pid in children))
