"""The surge rehearsal itself: real processes, a real store, real HTTP, and a real SIGKILL."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.runs.waves import SENDERS
from flows.surge.play import Surge, play
from tests.flows.cli.conftest import Firebreak, firebreak, home  # noqa: F401 - fixtures


def test_everybody_in_a_crowd_is_answered_once(firebreak: Firebreak, home: Path) -> None:  # noqa: F811
    """On the day itself somebody would be forgotten, or told the same thing twice; or the rehearsal would write into
    the store of real customers."""
    shown = firebreak("rehearse", "surge", "--customers", "40", "--rate", "80", "--json")
    told = json.loads(shown.stdout)
    assert (told["customers"], told["answered"], told["duplicates"], told["lost"]) == (40, 40, 0, 0)
    assert told["passed"] is True
    assert shown.exit_code == 0
    assert told["redelivered"] > 0
    assert told["rate"] > 0
    assert told["ratio"] == pytest.approx(told["rate"] / 80, abs=0.001)
    assert told["refused"] == []
    assert not home.exists()


def test_nobody_hears_the_same_twice_when_firebreak_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a power cut in the middle of a surge customers would be told everything again, or be forgotten. Only texts
    that were leaving at that very moment may still wait for their delivery status, as they should."""
    monkeypatch.setattr("flows.surge.play.GIVES_UP_AFTER_KILL", 60.0)
    lines: list[str] = []
    told = play(Surge(customers=40, rate=80, kill_at=0.3), tmp_path, lines.append)
    assert len(told.killed_at) == 1
    assert any("killed" in line for line in lines)
    assert told.duplicates == 0
    assert told.lost <= SENDERS
    assert told.answered == 40 - told.lost


@pytest.mark.parametrize("given", ["0", "150%", "half"])
def test_a_part_that_is_none_is_refused(firebreak: Firebreak, given: str) -> None:  # noqa: F811
    """A typing error would play something else than what was asked for."""
    shown = firebreak("rehearse", "surge", "--kill-at", given)
    assert shown.exit_code == 1
    assert "such as 50%" in shown.stderr


def test_a_folder_in_use_is_not_written_into(firebreak: Firebreak, tmp_path: Path) -> None:  # noqa: F811
    """Somebody's files would be mixed with those of a rehearsal."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    shown = firebreak("rehearse", "surge", "--keep", str(tmp_path / "mine"))
    assert shown.exit_code == 1
    assert "not empty" in shown.stderr
    assert [each.name for each in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_other_words_after_rehearse_are_playbooks(firebreak: Firebreak) -> None:  # noqa: F811
    """`rehearse PLAYBOOK` would be swallowed by the surge."""
    assert 'no playbook "surg"' in firebreak("rehearse", "surg").stderr
