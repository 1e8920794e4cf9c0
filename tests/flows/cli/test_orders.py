"""`firebreak orders`: what colleagues are told of a customer's orders, and of the source."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.flows.cli.conftest import Firebreak

LINES = "order,customer,state,ordered_at,article\nA-1,+491701234567,sent,2026-03-02,Kettle\n"


@pytest.fixture
def file(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001 - its settings first
    path = tmp_path / "orders.csv"
    path.write_text(LINES, encoding="utf-8")
    monkeypatch.setenv("FIREBREAK_ORDERS_FILE", str(path))
    return path


@pytest.mark.usefixtures("file")
def test_orders_are_found_by_number_and_by_order(firebreak: Firebreak) -> None:
    """Whoever is on the phone with a customer would have to look somewhere else."""
    shown = firebreak("orders", "find", "--number", "+49 170 1234567")
    assert "A-1  sent  2026-03-02  Kettle" in shown.output
    (found,) = json.loads(firebreak("orders", "find", "--order", "#a-1", "--json").output)
    assert (found["order"], found["customer"], found["state"]) == ("A-1", "491701234567", "sent")
    none = firebreak("orders", "find", "--order", "B-1")
    assert (none.exit_code, none.output.strip()) == (0, "There is no such order.")


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("arguments", [(), ("--number", "0170 1234567")])
def test_a_question_that_says_nothing_is_an_error(firebreak: Firebreak, arguments: tuple[str, ...]) -> None:
    """A number without its country would find nothing, and read as: they have no order."""
    asked = firebreak("orders", "find", *arguments)
    assert asked.exit_code == 1
    assert "--number" in asked.stderr


def test_bad_lines_are_named(firebreak: Firebreak, file: Path) -> None:
    """A slip in the export would be noticed by the customer who has no order because of it."""
    assert firebreak("orders", "check").exit_code == 0
    file.write_text(LINES + "A-2,nobody,sent\n", encoding="utf-8")
    checked = firebreak("orders", "check", "--json")
    assert checked.exit_code == 1
    told = json.loads(checked.output)
    assert (told["ok"], [each["line"] for each in told["bad_lines"]]) == (False, [3])


def test_a_source_that_is_gone_is_no_empty_answer(firebreak: Firebreak, file: Path) -> None:
    """A file that was moved would read as: nobody has ordered anything."""
    file.unlink()
    found = firebreak("orders", "find", "--order", "A-1")
    assert found.exit_code == 1
    assert "cannot be read" in found.stderr


def test_two_sources_are_one_too_many(firebreak: Firebreak, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody would know which of them is asked."""
    assert file.exists()
    monkeypatch.setenv("FIREBREAK_ORDERS_URL", "https://shop.example/orders")
    asked = firebreak("orders", "check")
    assert asked.exit_code == 1
    assert "one place" in asked.stderr
