"""The pace never breaks a limit of WhatsApp, and never waits longer than the limits ask for."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flows.channels.pace import Pace, PairRate, Throughput
from flows.clock import MovedClock

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOW = timedelta(0)
SECOND = timedelta(seconds=1)
INTERVAL = timedelta(seconds=6)

# Milliseconds between one attempt and the next: mostly none or little, now and then a pause.
GAPS = st.lists(st.integers(0, 40) | st.integers(0, 8_000) | st.just(0), max_size=300)


def fast_clock() -> MovedClock:
    return MovedClock(START)


@given(GAPS, st.integers(1, 25))
def test_no_second_ever_holds_more_than_the_number_may_send(gaps: list[int], per_second: int) -> None:
    """One message too many in any second, however it is cut, and WhatsApp throttles the number."""
    clock = fast_clock()
    pace = Pace(clock, per_second)
    sent: list[datetime] = []
    for number, gap in enumerate(gaps):
        clock.move(timedelta(milliseconds=gap))
        if pace.wait_for(f"P-{number}") == NOW:
            sent.append(clock.now())
    for first, over in zip(sent, sent[per_second:], strict=False):
        assert over - first >= SECOND


@given(GAPS, st.integers(1, 6))
def test_one_customer_is_never_written_to_too_often(gaps: list[int], burst: int) -> None:
    """A burst is paid off before the next message, or this customer is blocked for a while."""
    clock = fast_clock()
    pace = Pace(clock, per_second=10_000, pair_burst=burst)
    sent: list[datetime] = []
    for gap in gaps:
        clock.move(timedelta(milliseconds=gap))
        if pace.wait_for("P-1") == NOW:
            sent.append(clock.now())
    index = 0
    while index < len(sent):
        together = [at for at in sent[index:] if at < sent[index] + INTERVAL]
        assert len(together) <= burst
        rest = sent[index + len(together) :]
        assert not rest or rest[0] >= sent[index] + INTERVAL * len(together)
        index += len(together)


@given(GAPS, st.integers(1, 5), st.integers(1, 20), st.integers(1, 3))
@example(gaps=[0, 5001, 0, 0, 0], burst=3, per_second=3, customers=2)  # one wait closes the burst of another
def test_the_wait_is_exactly_long_enough(gaps: list[int], burst: int, per_second: int, customers: int) -> None:
    """Too short, and we ask again and again; too long, and an urgent answer lies around."""
    clock = fast_clock()
    pace = Pace(clock, per_second, pair_burst=burst)
    for number, gap in enumerate(gaps):
        clock.move(timedelta(milliseconds=gap))
        customer = f"P-{number % customers}"
        wait = pace.wait_for(customer)
        assert wait >= NOW
        if wait > NOW:
            clock.move(wait - timedelta(microseconds=1))
            assert pace.wait_for(customer) == timedelta(microseconds=1)
            clock.move(timedelta(microseconds=1))
            assert pace.wait_for(customer) == NOW


def test_the_figures_are_whatsapps_own() -> None:
    """A wrong default would be found out by the first thousand angry customers."""
    clock = fast_clock()
    pace = Pace(clock)
    assert [pace.wait_for("P-1") for _ in range(45)] == [NOW] * 45
    assert pace.wait_for("P-1") == timedelta(seconds=270)
    assert [pace.wait_for(f"P-{number}") for number in range(2, 37)] == [NOW] * 35
    assert pace.wait_for("P-99") == SECOND


def test_one_customer_does_not_hold_up_another() -> None:
    """Somebody who was written to a lot must not make everyone else wait."""
    pace = Pace(fast_clock(), pair_burst=1)
    assert pace.wait_for("P-1") == NOW
    assert pace.wait_for("P-1") == INTERVAL
    assert pace.wait_for("P-2") == NOW


def test_asking_while_it_is_too_early_costs_nothing() -> None:
    """A refused question that is counted would push the next message further and further away."""
    clock = fast_clock()
    pace = Pace(clock, per_second=1)
    assert pace.wait_for("P-1") == NOW
    for number in range(100):
        assert pace.wait_for(f"P-{number}") > NOW
    clock.move(SECOND)
    assert pace.wait_for("P-2") == NOW


def test_what_whatsapp_asked_to_hold_is_held() -> None:
    """After a refusal for being too fast, going on makes it worse."""
    clock = fast_clock()
    pace = Pace(clock)
    pace.hold(timedelta(seconds=4), "P-1")
    assert pace.wait_for("P-1") == timedelta(seconds=4)
    assert pace.wait_for("P-2") == NOW
    pace.hold(timedelta(seconds=9))
    pace.hold(timedelta(seconds=1))
    assert pace.wait_for("P-2") == timedelta(seconds=9), "a shorter wait does not take back a longer one"
    clock.move(timedelta(seconds=9))
    assert pace.wait_for("P-1") == NOW


def test_customers_are_forgotten_when_their_burst_is_paid_off() -> None:
    """A list of everyone ever written to would be personal data that nobody erases, and would grow for ever."""
    pairs = PairRate()
    for number in range(1000):
        pairs.take(f"P-{number}", START)
    pairs.take("P-new", START + INTERVAL)
    assert len(pairs._bursts) == 1


def test_a_clock_that_is_set_back_blocks_nobody() -> None:
    """When the machine's clock is corrected, customers must not wait for the lost hour."""
    throughput, pairs = Throughput(1), PairRate(burst=1)
    throughput.take(START)
    pairs.take("P-1", START)
    before = START - timedelta(hours=1)
    assert throughput.wait(before) == NOW
    assert pairs.wait("P-1", before) == NOW


def test_threads_share_one_pace() -> None:
    """Several senders at once must together stay within the limit."""
    pace = Pace(fast_clock(), per_second=50)
    allowed: list[int] = []

    def work(name: int) -> None:
        allowed.append(sum(pace.wait_for(f"P-{name}-{number}") == NOW for number in range(100)))

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == 50


@pytest.mark.parametrize("per_second", [0, -1])
def test_a_limit_that_sends_nothing_is_refused(per_second: int) -> None:
    """A slip in a setting would silence the business without a word."""
    with pytest.raises(ValueError, match="at least 1"):
        Throughput(per_second)
