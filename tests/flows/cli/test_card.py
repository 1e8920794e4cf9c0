"""`firebreak card`, as it is typed before it is printed."""

from __future__ import annotations

from pathlib import Path

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
