"""Orders from a file that other people write."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.orders.csv_file import CsvFile
from flows.orders.source import OrdersUnavailable, digits_of

HEAD = "order,customer,state,ordered_at,article,amount,currency,tracking,history\n"
ONE = "A-1,+49 170 1234567,sent,2026-03-02,Kettle,39.90,eur,T-1,2026-03-02 paid|2026-03-03 sent\n"


def file_with(tmp_path: Path, text: str, encoding: str = "utf-8") -> CsvFile:
    path = tmp_path / "orders.csv"
    path.write_bytes(text.encode(encoding))
    return CsvFile(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_what_spreadsheets_write_is_read(tmp_path: Path, encoding: str, between: str) -> None:
    """A file saved by a spreadsheet, with its byte order mark and its semicolons, would have no orders in it."""
    source = file_with(tmp_path, (HEAD + ONE).replace(",", between), encoding)
    (order,) = source.find("491701234567")
    assert order.number == "A-1"
    assert (order.state, order.article, order.amount, order.currency) == ("sent", "Kettle", "39.90", "EUR")
    assert order.history == ("2026-03-02 paid", "2026-03-03 sent")
    assert source.check().ok


def test_the_newest_comes_first_and_numbers_are_found_as_people_write_them(tmp_path: Path) -> None:
    """A text would name an old order, or a customer who writes #a-1 would be told of another one."""
    source = file_with(tmp_path, HEAD + ONE + "A-2,0049 170 123 45 67,delivered,2026-03-09\n")
    assert [each.number for each in source.find("491701234567")] == ["A-2", "A-1"]
    assert [each.number for each in source.find(order="#a-1")] == ["A-1"]
    assert source.find("491701234567", "A-9") == []
    assert source.find("4917099999") == []


def test_a_bad_line_harms_only_itself(tmp_path: Path) -> None:
    """One slip in a nightly export would hide every order, or nobody would hear of the slip."""
    bad = "A-3,nobody,sent\nA-4,+49 170 1234567,lost\n,+49 170 1234567,sent\nA-5,+49 170 1234567,sent,tomorrow\n"
    source = file_with(tmp_path, HEAD + bad + ONE)
    assert [each.number for each in source.find("491701234567")] == ["A-1"]
    assert [each.line for each in source.bad_lines()] == [2, 3, 4, 5]
    check = source.check()
    assert not check.ok
    assert "line 2" in check.says
    assert "nobody" not in check.says  # what stands in the line may be personal


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    """Today's orders would be unknown until the service is started again."""
    source = file_with(tmp_path, HEAD + ONE)
    assert len(source.find("491701234567")) == 1
    source.path.write_text(HEAD + ONE + "A-2,+491701234567,ordered,2026-03-09\n", encoding="utf-8")
    os.utime(source.path, ns=(1, 1))
    assert len(source.find("491701234567")) == 2


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "order;customer\n", "\x00"])
def test_a_file_that_says_nothing_is_no_answer(tmp_path: Path, text: str) -> None:
    """An empty or foreign file would read as: this customer has ordered nothing."""
    source = file_with(tmp_path, text)
    with pytest.raises(OrdersUnavailable):
        source.find("491701234567")
    assert not source.check().ok


def test_a_file_that_is_gone_or_in_another_encoding_is_no_answer(tmp_path: Path) -> None:
    """A file that an export is just replacing would read as: this customer has ordered nothing."""
    with pytest.raises(OrdersUnavailable, match="cannot be read"):
        CsvFile(tmp_path / "none.csv").find("491701234567")
    with pytest.raises(OrdersUnavailable, match="UTF-8"):
        file_with(tmp_path, HEAD + "A-1,+491701234567,sent,,Wärmflasche\n", "latin-1").find("491701234567")


@given(st.text(max_size=300))
def test_no_file_breaks_the_reading(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever stands in a file, it would end in something else than orders, bad lines, or one clear error."""
    source = file_with(tmp_path_factory.mktemp("any"), HEAD + ONE + text.encode(errors="ignore").decode())
    assert [each.number for each in source.find("491701234567")][-1:] == ["A-1"] or source.bad_lines()


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("+49 170 1234567", "491701234567"),
        ("0086 138-0013-8000", "8613800138000"),
        ("＋８６ 13800138000", "8613800138000"),
        ("0170 1234567", None),
        ("call me", None),
        ("", None),
    ],
)
def test_numbers_are_the_same_however_they_are_written(written: str, digits: str | None) -> None:
    """The number in the shop's writing would not be the one at WhatsApp; without its country it is nobody's."""
    assert digits_of(written) == digits
