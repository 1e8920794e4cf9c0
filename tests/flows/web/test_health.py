"""What a monitor is told."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from flows.errors import StoreError
from flows.store.database import Store
from flows.web import health
from flows.web.app import create_app
from flows.web.health import Probe
from tests.flows.web.caller import Caller


def asked(store: Store, *probes: Probe) -> tuple[int, dict[str, dict[str, object]]]:
    app = create_app(store, app_secret="s", verify_token="t", on_arrival=lambda: None, probes=probes)
    answer = Caller(app).get("/healthz")
    assert answer.json()["up"] is (answer.status_code == 200)
    return answer.status_code, answer.json()["parts"]


def down() -> None:
    raise ConnectionRefusedError("postgresql://user:password@host refused")


def test_all_is_well(store: Store) -> None:
    """A monitor would raise the alarm for nothing."""
    code, parts = asked(store, Probe("prefect", lambda: None, needed=False))
    assert code == 200
    assert parts["store"] == {"up": True, "needed": True, "trouble": None}
    assert parts["prefect"] == {"up": True, "needed": False, "trouble": None}


def test_a_needed_part_is_down(store: Store) -> None:
    """Nobody would be told that customers get no answer; or everybody would be told the database's password."""
    code, parts = asked(store, Probe("responder", down))
    assert code == 503
    assert parts["responder"] == {"up": False, "needed": True, "trouble": "ConnectionRefusedError"}


def test_a_part_that_can_be_missed_is_down(store: Store) -> None:
    """Meta's deliveries would be turned away by a load balancer while customers could still be answered."""
    code, parts = asked(store, Probe("prefect", down, needed=False))
    assert code == 200
    assert parts["prefect"]["up"] is False


def test_our_own_errors_say_what_to_do(store: Store) -> None:
    """The person who looks would not learn what to do."""

    def check() -> None:
        raise StoreError("Set FIREBREAK_KEYS_URL to another place.")

    assert asked(store, Probe("keys", check))[1]["keys"]["trouble"] == "Set FIREBREAK_KEYS_URL to another place."


def test_a_part_that_hangs_is_down(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """One part that hangs would make the monitor wait for ever, and say nothing of the others."""
    monkeypatch.setattr(health, "PATIENCE", 0.05)
    over = threading.Event()
    try:
        code, parts = asked(store, Probe("channel", over.wait), Probe("prefect", lambda: None))
    finally:
        over.set()
    assert code == 503
    assert parts["channel"]["trouble"] == "no answer within 0.05 seconds"
    assert parts["prefect"]["up"] is True


def test_the_store_itself_is_asked(file_store: Store, tmp_path: Path) -> None:
    """A monitor would call an app well that can store nothing."""
    app = create_app(file_store, app_secret="s", verify_token="t", on_arrival=lambda: None)
    assert Caller(app).get("/healthz").status_code == 200
    (tmp_path / "data.db").unlink()
    (tmp_path / "data.db").mkdir()
    file_store.close()
    answer = Caller(app).get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["store"]["trouble"] == "OperationalError"
