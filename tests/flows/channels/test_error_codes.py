"""Every error code leads to the next step that Meta's documentation asks for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.channels.channel import Next
from flows.channels.error_codes import CODES, LONGEST_WAIT, UNREACHABLE, meaning_of


@pytest.mark.parametrize(
    ("code", "what"),
    [
        (131047, Next.USE_TEMPLATE),
        (131056, Next.BACK_OFF),
        (130429, Next.BACK_OFF),
        (80007, Next.BACK_OFF),
        (4, Next.BACK_OFF),
        (131049, Next.BACK_OFF),
        (131050, Next.STOP),
        (131026, Next.HUMAN),
        (131048, Next.HUMAN),
        (131042, Next.HUMAN),
        (132015, Next.HUMAN),
        (132001, Next.HUMAN),
        (190, Next.HUMAN),
        (200, Next.HUMAN),
        (131000, Next.RETRY),
        (131016, Next.RETRY),
        (2, Next.RETRY),
    ],
)
def test_a_code_leads_to_its_next_step(code: int, what: Next) -> None:
    """A wrong step means silence, spam, or a person woken for nothing."""
    assert meaning_of(code).what is what


def test_waits_exist_exactly_where_time_helps() -> None:
    """A retry without a wait hammers WhatsApp; a wait before a human task delays the person."""
    for meaning in CODES.values():
        waits = meaning.what in (Next.RETRY, Next.BACK_OFF)
        assert (meaning.wait is not None) == waits, meaning
        assert meaning.words
    assert UNREACHABLE.wait is not None


def test_the_pair_limit_backs_off_by_powers_of_four() -> None:
    """Meta asks for 4^X seconds; anything faster keeps this customer blocked."""
    meaning = meaning_of(131056)
    assert [meaning.wait_after(tries) for tries in (1, 2, 3, 4)] == [timedelta(seconds=s) for s in (1, 4, 16, 64)]
    assert meaning.wait_after(1000) == LONGEST_WAIT


def test_the_marketing_cap_waits_a_whole_day_each_time() -> None:
    """Trying again within the day lowers the number's quality rating."""
    assert [meaning_of(131049).wait_after(tries) for tries in (1, 5)] == [timedelta(hours=24)] * 2


@pytest.mark.parametrize(
    ("http_status", "transient", "what"),
    [
        (429, False, Next.BACK_OFF),
        (503, False, Next.RETRY),
        (400, True, Next.RETRY),
        (400, False, Next.HUMAN),
        (401, False, Next.HUMAN),
        (403, False, Next.HUMAN),
        (404, False, Next.HUMAN),
    ],
)
def test_an_unknown_code_is_read_by_what_is_around_it(http_status: int, transient: bool, what: Next) -> None:
    """Meta adds codes; a letter must not be lost because of a number we have not seen."""
    assert meaning_of(999_999, http_status, transient).what is what
    assert meaning_of(None, http_status, transient).what is what


@given(st.none() | st.integers(), st.none() | st.integers(100, 599), st.booleans(), st.integers(0, 10**6))
def test_every_number_has_a_meaning(code: int | None, http_status: int | None, transient: bool, tries: int) -> None:
    """No answer, however strange, may end in an exception or in silence."""
    meaning = meaning_of(code, http_status, transient)
    assert meaning.words
    wait = meaning.wait_after(tries)
    assert wait is None or timedelta(0) < wait <= timedelta(hours=24)
