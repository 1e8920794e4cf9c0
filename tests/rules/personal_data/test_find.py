"""Finding personal data in any text at all: odd characters, odd lengths, and what must hold for every text."""

from __future__ import annotations

from pathlib import Path
from subprocess import run
from sys import executable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.personal_data import KINDS, LONGEST_TEXT, Span, facts_of, find, mask
from rules.vocabulary import Vocabulary
from tests.rules.personal_data.labelled import Case, cases

LABELLED = tuple(cases())
REGIONS = st.sampled_from([None, "CN", "US", "DE", "BR", "SA", "XX", ""])
PIECES = st.sampled_from(
    [case.text for case in LABELLED]
    + [
        "\u200b",
        "\u202e",
        "\ud800",
        "\0",
        "[phone number]",
        "[",
        "] ",
        " ",
        "\n",
        ", ",
        "order ",
        "电话",
        "+",
        "(",
        "0",
        "12 ",
    ]
)
TEXTS = st.one_of(
    st.text(), st.lists(PIECES, max_size=6).map("".join), st.text("0123456789+-() .@/电话号a", max_size=80)
)
HIDDEN = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u200e", "\u202b"]
"""Characters that nobody sees: zero-width blanks and joiners, a soft hyphen, marks of direction."""


def found_in(case: Case, text: str) -> list[tuple[str, str]]:
    """Kind and plain digits and letters of everything that is found in another writing of a labelled text."""
    spans = find(text, case.region, case.own_names)
    return [(span.kind, "".join(filter(str.isalnum, text[span.start : span.end]))) for span in spans]


@settings(deadline=None)  # the first text waits for the tables of its countries
@given(TEXTS, REGIONS, st.lists(st.text(max_size=12), max_size=2))
def test_spans_lie_in_the_text_in_order_and_apart(text: str, region: str | None, names: list[str]) -> None:
    """Masking by them would cut a text at the wrong places, or raise in the middle of a case."""
    done = 0
    for span in find(text, region, names):
        assert done <= span.start < span.end <= len(text)
        done = span.end


@settings(deadline=None)
@given(TEXTS, REGIONS, st.sampled_from(["en", "zh-CN", "ar", "unknown"]))
def test_what_is_masked_is_gone(text: str, region: str | None, locale: str) -> None:
    """A number would still stand in a text that is said to be without it."""
    spans = find(text, region)
    kinds = {span.kind for span in spans}
    assert not kinds & {span.kind for span in find(mask(text, spans, locale), region)}


@settings(deadline=None)
@given(st.sampled_from([case for case in LABELLED if case.spans]), st.sampled_from(HIDDEN), st.data())
def test_what_nobody_sees_hides_nothing(case: Case, hidden: str, data: st.DataObject) -> None:
    """Numbers that were copied from a contact, with the marks of direction around them, would not be found."""
    span = data.draw(st.sampled_from(case.spans))
    at = data.draw(st.integers(span.start, span.end))
    plain = [
        (kind, written.replace(hidden, ""))
        for kind, written in found_in(case, case.text[:at] + hidden + case.text[at:])
    ]
    assert plain == found_in(case, case.text)


@settings(deadline=None)
@given(st.sampled_from([case for case in LABELLED if case.spans]))
def test_digits_of_every_script_are_digits(case: Case) -> None:
    """A number typed on a Chinese or an Arabic keyboard would not be found."""
    kinds = [kind for kind, _ in found_in(case, case.text)]
    for zero in ("０", "٠", "۰", "०"):
        written = case.text.translate({ord(digit): chr(ord(zero) + int(digit)) for digit in "0123456789"})
        assert [kind for kind, _ in found_in(case, written)] == kinds


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("我的电话13812345678谢谢", "13812345678"),
        ("我的电话１３８-１２３４-５６７８谢谢", "１３８-１２３４-５６７８"),
        ("打1\u200b3\u200b8\u200b1234\u200b5678", "1\u200b3\u200b8\u200b1234\u200b5678"),
        ("1 3 8 1 2 3 4 5 6 7 8 打这个", "1 3 8 1 2 3 4 5 6 7 8"),
        ("ﬁ⑩㈱ 138.1234.5678", "138.1234.5678"),
        ("\u202a+86 138 1234 5678\u202c", "+86 138 1234 5678"),
    ],
)
def test_place_is_that_of_the_original(written: str, number: str) -> None:
    """A mask would begin and end beside the number, and leave digits of it standing."""
    assert [written[span.start : span.end] for span in find(written, "CN")] == [number]


@pytest.mark.parametrize("region", [None, "US", "CN", "DE", "SA", "ID", "BR"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "NaN inf 1e309 -0",
        "\ud800" * 10 + "1" * 40,
        "\u202e" + "9" * 30,
        "٣" * 50,
        "½⅓①②③④⑤⑥⑦⑧⑨㍘",
        "\0" * 50 + "@.@",
        "[phone number] [身份证] 12 [",
    ],
)
def test_odd_text_has_no_personal_data(text: str, region: str | None) -> None:
    """A strange message would stop the reading of all that wait behind it, or count as a leak."""
    assert find(text, region) == ()


@pytest.mark.parametrize(
    "case", ["1 ", "4111 ", "13812345678 ", "a@", "a1-", "路1号", "order no ", "phone 1 ", "+( 1", "1.1"]
)
def test_ten_million_characters_are_read_as_far_as_the_longest_text(case: str) -> None:
    """One customer who pastes a long list would keep all others waiting, or a mask would show what nobody has read."""
    text = case * (10_000_000 // len(case))
    spans = find(text, "US")
    assert all(span.end <= LONGEST_TEXT for span in spans)
    assert len(mask(text, spans)) < 2 * LONGEST_TEXT


def test_a_mask_has_the_words_of_the_language() -> None:
    """A Chinese customer would read English words in the middle of what they wrote."""
    text = "电话13812345678，邮箱zhang@example.com"
    assert mask(text, find(text, "CN"), "zh-CN") == "电话[电话号码]，邮箱[电子邮箱]"
    assert mask(text, find(text, "CN"), "xx") == "电话[phone number]，邮箱[e-mail]"


@pytest.mark.parametrize("text", ["Fern & Feather Books好，您的消息", "Dear Fern & Feather Books, thank you"])
def test_a_name_with_a_sign_in_it_or_beside_chinese_is_found(text: str) -> None:
    """A shop's name would stay readable where the personal details were said to be masked."""
    assert "Feather" not in mask(text, find(text, "DE", ["Fern & Feather Books"]))


def test_facts_are_those_of_the_vocabulary() -> None:
    """A rule that asks for `has_phone_number` would never hold."""
    facts = facts_of([Span("phone_number", 0, 3)])
    assert [name for name, value in facts.items() if value] == ["has_phone_number"]
    assert set(facts) == {f"has_{kind}" for kind in KINDS} <= set(Vocabulary.load().facts)


def test_nothing_is_loaded_before_it_is_needed() -> None:
    """`firebreak check` would take a fifth of a second longer, although it reads no message."""
    late = "{'phonenumbers', 'stdnum', 'rules.personal_data.words'}"
    asked = f"import sys, rules.personal_data; print(sorted({late} & set(sys.modules)))"
    root = Path(__file__).parents[3]
    assert run([executable, "-c", asked], cwd=root, capture_output=True, text=True, check=True).stdout.strip() == "[]"
