"""Printing: widths, breaks, and what never reaches a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.cli.paper import cells, clean, cut, fill, many, wrap

TEXTS = st.text(st.characters(codec=None), max_size=120)


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("删除", 4), ("\u00e9", 1), ("e\u0301", 1), ("👍", 2), ("a\u200db", 2), ("", 0), ("，", 2)],
)
def test_width_is_what_the_terminal_takes(text: str, columns: int) -> None:
    """Columns would not stand under each other as soon as a name is Chinese."""
    assert cells(text) == columns


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one two", "three"]),
        ("王好，您的消息", ["王好，您", "的消息"]),
        ("您的消息，收到", ["您的消", "息，收到"]),
        ("编号C-7K3，谢谢", ["编号", "C-7K3，", "谢谢"]),
        ("abcdefghijkl", ["abcdefgh", "ijkl"]),
        ("a\n\nb", ["a", "", "b"]),
        ("", [""]),
    ],
)
def test_lines_break_where_a_reader_expects(text: str, lines: list[str]) -> None:
    """A line would begin with a comma, or a number would be torn apart."""
    assert list(wrap(text, 8)) == lines


@given(TEXTS, st.integers(2, 30))
def test_no_line_is_too_wide_and_nothing_is_lost(text: str, columns: int) -> None:
    """A customer's odd words would break the page, or part of them would be missing."""
    broken = list(wrap(text, columns))
    assert all(cells(line) <= columns for line in broken)
    assert "".join("".join(broken).split()) == "".join(clean(text).split())


@given(TEXTS, st.integers(1, 30))
def test_filled_text_has_exactly_its_width(text: str, columns: int) -> None:
    """The columns of a list would not stand under each other."""
    assert cells(fill(text, columns)) == columns
    assert cells(cut(text, columns)) <= columns


@given(TEXTS)
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    """A customer could move the cursor of whoever reads, or stop the program with half a character."""
    plain = clean(text)
    plain.encode()
    assert not any(
        each != "\n" and (each < " " or "\x7f" <= each <= "\x9f" or "\u202a" <= each <= "\u202e") for each in plain
    )


def test_things_are_counted_in_plain_words() -> None:
    """`1 case(s)` is nobody's language."""
    assert (many(0, "case"), many(1, "case"), many(2, "case")) == ("0 cases", "1 case", "2 cases")
