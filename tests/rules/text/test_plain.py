"""What looks or sounds the same to a reader is the same to the rules."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.text.plain import LONGEST_TEXT, is_traditional, plain, shortened

SAME = """
ＤＥＬＥＴＥ　ｍｙ　ｄａｔａ|delete my data
de\u200blete my d\u00adata|delete my data
\u202edelete my data\u202c|delete my data
Don’t|don't
ÉLECTROCUTÉ|electrocute
LÖSCHEN|loschen
straße|strasse
não|nao
أُريدُ حَذْفَ بَيَانَاتِي|اريد حذف بياناتي
حـــذف|حذف
請刪除我的資料|请删除我的资料
🔥\ufe0f|🔥
👎🏿|👎
ﬁre|fire
  a \t b  |a b
"""


@pytest.mark.parametrize("pair", SAME.strip("\n").split("\n"))
def test_different_ways_to_write_the_same_are_one(pair: str) -> None:
    """A request in full-width letters, without accents or with an invisible sign in it would otherwise be overheard."""
    written, meant = pair.split("|")
    assert plain(written) == plain(meant) == meant


@given(st.text())
def test_the_plain_form_is_final_and_can_be_sent(text: str) -> None:
    """A phrase of a list would otherwise have another form than the same words in a text, or half a sign in it."""
    once = plain(text)
    assert plain(once) == once
    once.encode()


@given(st.text(st.characters(codec=None), max_size=30))
def test_half_signs_do_no_harm(text: str) -> None:
    """One broken message would otherwise stop the reading of all others."""
    plain(text).encode()
    is_traditional(text)


def test_a_text_beyond_all_measure_is_read_to_its_bound() -> None:
    """Ten megabytes from one sender would otherwise hold up everybody."""
    assert len(plain("x" * 10_000_000)) == LONGEST_TEXT


@pytest.mark.parametrize(
    ("text", "ways"),
    [("pleeeease", {"pleease", "please"}), ("fireeee!!!!", {"firee!!!!", "fire!!!!"}), ("goood", {"good", "god"})],
)
def test_drawn_out_letters_are_read_both_ways(text: str, ways: set[str]) -> None:
    """`FIREEEE` would otherwise be no fire."""
    assert set(shortened(text)) == ways


def test_numbers_and_signs_are_not_drawn_out() -> None:
    """1000000 would otherwise become 10."""
    assert shortened("1000000 !!!! ...") == ()


@pytest.mark.parametrize(
    ("text", "traditional"), [("請刪除", True), ("请删除", False), ("你好", None), ("hello", None)]
)
def test_the_script_of_a_chinese_text(text: str, traditional: bool | None) -> None:
    """A customer in Taipei would otherwise be taken for one in Shanghai."""
    assert is_traditional(text) is traditional


def test_every_invisible_sign_is_left_out() -> None:
    """A sign that a later Unicode hides between two letters would otherwise split a word that a reader sees whole."""
    invisible = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf"]
    assert plain("de" + "".join(invisible) + "lete") == "delete"
