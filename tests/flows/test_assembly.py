"""Putting an installation together from its settings."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from flows import assembly
from flows.assembly import NoTeam, open_channel, open_desk, open_store, open_team, open_third_voice, role_names
from flows.channels.cloud_api import CloudApi
from flows.channels.manual import Manual
from flows.channels.team import NotTold, Team, Told
from flows.clock import MovedClock
from flows.practice.server import PracticeServer
from flows.settings import Settings, SettingsError
from flows.shelf import Shelf
from tests.flows.conftest import free_port

KEY = base64.b64encode(b"k" * 32).decode()
Load = Callable[..., Settings]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Settings of an installation in a folder of its own."""
    monkeypatch.setenv("FIREBREAK_HOME", str(tmp_path / "home"))

    def with_values(**values: str) -> Settings:
        for name, value in values.items():
            monkeypatch.setenv(f"FIREBREAK_{name.upper()}", value)
        return Settings.load(tmp_path / ".env")

    return with_values


def test_store_of_a_fresh_installation_is_made(load: Load, clock: MovedClock) -> None:
    """Somebody would have to make databases before the first start."""
    warned: list[str] = []
    with open_store(load(), clock, warned.append) as store, store.read():
        assert len(warned) == 1
        assert "FIREBREAK_MASTER_KEY" in warned[0]
    with open_store(load(), clock, warned.append):
        assert len(warned) == 1  # the key is there now


def test_real_installation_needs_a_key(load: Load, clock: MovedClock) -> None:
    """Real customers' data would be locked with a key that lies beside it."""
    with pytest.raises(SettingsError, match="FIREBREAK_MASTER_KEY"):
        open_store(load(channel="manual"), clock)


def test_channel_is_the_one_that_was_chosen(load: Load) -> None:
    """Texts would go another way than the one that was set."""
    practice = open_channel(load(port="18080"))
    assert isinstance(practice, CloudApi)
    assert practice.name == "practice"
    assert isinstance(open_channel(load(channel="manual", master_key=KEY)), Manual)
    with pytest.raises(SettingsError, match="FIREBREAK_WHATSAPP_TOKEN"):
        open_channel(load(channel="cloud_api"))


def test_third_voice_is_there_only_if_it_is_set(load: Load) -> None:
    """Customers' words would be sent somewhere although nobody asked for that, or never although somebody did."""
    assert open_third_voice(load()) is None
    voice = open_third_voice(load(llm_url="https://models.example.com/v1", llm_model="m", llm_key="k"))
    assert voice is not None
    assert (voice.host, voice.model, voice.on_this_machine) == ("models.example.com", "m", False)


def test_practice_team_is_reached_on_the_board(load: Load, shelf: Shelf) -> None:
    """On a fresh machine nobody could see what colleagues are told."""
    port = free_port()
    team = open_team(load(port=str(port)), shelf, lambda _: None)
    assert isinstance(team, Team)
    assert set(team.roles()) == set(shelf.current.roles) == set(role_names())
    with PracticeServer(port + 1) as server:
        assert isinstance(team.tell("on_call", "C-1", "please look"), Told)
        assert [(notice.role, notice.message) for notice in server.team()] == [("on_call", "please look")]


def test_team_file_wins(load: Load, shelf: Shelf, tmp_path: Path) -> None:
    """In practice mode the real team could not be tried out."""
    path = tmp_path / "team.yaml"
    path.write_text("people:\n  first_phone: json://127.0.0.1/x\nroles:\n  on_call: [first_phone]\n")
    team = open_team(load(team=str(path)), shelf, lambda _: None)
    assert isinstance(team, Team)
    assert team.people_of("on_call") == ("first_phone",)


def test_team_of_nobody_is_a_warning_and_never_a_success(
    load: Load, clock: MovedClock, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Notices would be counted as told although nobody is there to hear them."""
    monkeypatch.setattr(assembly, "open_shelf", lambda *_: shelf)
    warned: list[str] = []
    settings = load(channel="manual", master_key=KEY, timezone="Asia/Tokyo")
    with open_store(settings, clock, warned.append) as store:
        desk = open_desk(settings, store, warned.append)
        assert isinstance(desk.team, NoTeam)
        assert isinstance(desk.team.tell("on_call", "t", "b"), NotTold)
        assert desk.timezone.key == "Asia/Tokyo"
        assert desk.now() == clock.now()
    assert len(warned) == 1
    assert "FIREBREAK_TEAM" in warned[0]
