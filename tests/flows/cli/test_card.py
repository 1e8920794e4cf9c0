"""`firebreak card`, as it is typed before it is printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.shelf import Shelf
from rules.bundle import hash_of
from rules.lock import Lock
from tests.flows.cli.conftest import Firebreak


def test_the_page_goes_where_it_is_wanted(firebreak: Firebreak, tmp_path: Path) -> None:
    """Nobody could print the card."""
    printed = firebreak("card")
    assert printed.exit_code == 0
    assert printed.stdout.startswith("<!doctype html>")
    written = firebreak("card", "--language", "zh-CN", "-o", str(tmp_path / "wall" / "card.html"))
    assert written.exit_code == 0
    assert "print it on A4" in written.stdout
    assert written.stderr == ""
    assert "紧急" in (tmp_path / "wall" / "card.html").read_text(encoding="utf-8")


def test_a_language_that_is_not_there_is_said_clearly(firebreak: Firebreak) -> None:
    """Somebody would print a card in the wrong language."""
    refused = firebreak("card", "--language", "zh")
    assert refused.exit_code == 1
    assert "zh-CN" in refused.stderr


def test_a_card_of_what_is_not_released_says_so(
    firebreak: Firebreak, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shelf: Shelf
) -> None:
    """Somebody would hang up a card with rules that the service does not follow."""
    lock = Lock({}, {path: hash_of(text) for path, text in shelf.current.files.items()})
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "lock.json").write_text(lock.to_text())
    monkeypatch.setattr("flows.shelf.ROOT", tmp_path)
    assert "DRAFT" not in firebreak("card").stdout
    changed = Lock({}, {**lock.content, "rules/facts.yaml": hash_of("otherwise")})
    (tmp_path / "playbooks" / "lock.json").write_text(changed.to_text())
    assert firebreak("card").stdout.count("DRAFT, not in force") == 2
    assert "in force by" not in firebreak("card").stdout
    assert "草稿" in firebreak("card", "--language", "zh-CN").stdout
    assert "DRAFT until `firebreak release`" in firebreak("card", "-o", str(tmp_path / "card.html")).stdout
