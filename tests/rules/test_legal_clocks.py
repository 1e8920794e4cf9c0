"""Which deadlines of the law bind a case, and until when."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.shelf import Shelf
from flows.verbs import all_verbs
from rules.legal_clocks import LegalClock, first_to_end, in_force
from rules.vocabulary import UNKNOWN

SHIPPED = Shelf.of_folder(all_verbs()).current
DELETION = SHIPPED.playbooks["deletion-request"]
ASKED = datetime(2026, 1, 5, 9, tzinfo=UTC)
LAWS = [*SHIPPED.vocabulary["jurisdiction"].values, UNKNOWN]


def binding(law: str, intent: str = "deletion_request", promise: str = "answered") -> tuple[LegalClock, ...]:
    facts = SHIPPED.vocabulary.gate({"intent": intent, "jurisdiction": law})
    about = DELETION if intent == "deletion_request" else SHIPPED.playbooks["complaint-general"]
    return in_force(SHIPPED.legal_clocks.values(), promise, about, facts)


@pytest.mark.parametrize(
    ("law", "intent", "days"),
    [
        ("eu", "deletion_request", 28),
        ("uk", "deletion_request", 28),
        ("china", "deletion_request", 30),
        ("california", "deletion_request", 45),
        ("us", "deletion_request", 45),
        ("brazil", "deletion_request", 28),
        ("elsewhere", "deletion_request", 28),
        (UNKNOWN, "deletion_request", 28),
        ("brazil", "data_access_request", 15),
        ("eu", "data_access_request", 28),
        ("china", "data_access_request", 30),
        ("california", "data_access_request", 45),
        ("elsewhere", "data_access_request", 15),
        (UNKNOWN, "data_access_request", 15),
    ],
)
def test_the_law_of_the_customer_decides(law: str, intent: str, days: int) -> None:
    """A customer would be answered by another country's law, or later than the shortest where theirs is unknown."""
    first = first_to_end(binding(law, intent), ASKED)
    assert first is not None
    assert first[1] - ASKED == timedelta(days=days)


def test_a_confirmation_has_a_clock_of_its_own() -> None:
    """California's ten business days for confirming a request would be watched by nobody."""
    assert [clock.id for clock in binding("california", promise="first_reply")] == ["ccpa_deletion_confirmed"]
    assert binding("eu", promise="other") == ()


@pytest.mark.parametrize("law", LAWS)
def test_an_unknown_country_never_leaves_more_time_than_a_known_one(law: str) -> None:
    """Not knowing where a customer lives would be a way to take longer."""
    told = ASKED + timedelta(days=10)
    for promise in ("answered", "first_reply"):
        unknown, known = (first_to_end(binding(each, promise=promise), ASKED, told) for each in (UNKNOWN, law))
        assert unknown is not None
        assert known is None or unknown[1] <= known[1]


def test_a_case_opened_by_hand_is_bound_too() -> None:
    """No message told what the customer wants, and the law would be forgotten."""
    facts = SHIPPED.vocabulary.gate({"jurisdiction": "eu"})
    bound = in_force(SHIPPED.legal_clocks.values(), "answered", DELETION, facts)
    assert [clock.id for clock in bound] == ["gdpr_one_month"]


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last day: how a month ends by Regulation 1182/71, Art. 3(2)(c)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@given(st.dates(date(2024, 1, 1), date(2032, 12, 31)))
def test_days_are_never_more_than_the_months_of_the_law(asked: date) -> None:
    """From some days of the year on, a promise of days would be longer than the law's one month, or three."""
    for clock in SHIPPED.legal_clocks.values():
        if clock.id.startswith("gdpr") and clock.promise == "answered":
            assert clock.extension is not None
            assert asked + clock.within <= months_later(asked, 1)
            assert asked + clock.extension.told_within <= months_later(asked, 1)
            assert asked + clock.within + clock.extension.by <= months_later(asked, 3)


@given(st.dates(date(2024, 1, 1), date(2032, 12, 31)))
def test_twelve_days_are_never_more_than_ten_business_days(asked: date) -> None:
    """A confirmation would come too late by California's count."""
    day, left = asked, 10
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    assert asked + SHIPPED.legal_clocks["ccpa_deletion_confirmed"].within <= day


@given(st.integers(0, 90), st.sampled_from(sorted(SHIPPED.legal_clocks)))
def test_only_who_is_told_in_time_waits_longer(days: int, name: str) -> None:
    """An extension would hold although the customer heard of it too late, or not hold although in time."""
    clock, told = SHIPPED.legal_clocks[name], ASKED + timedelta(days=days)
    more = clock.ends(ASKED, told) - clock.ends(ASKED)
    in_time = clock.extension is not None and timedelta(days=days) <= clock.extension.told_within
    assert more == (clock.extension.by if clock.extension is not None and in_time else timedelta(0))


def test_every_clock_names_its_source() -> None:
    """Whoever advises a shop on the law could not look up where a deadline comes from."""
    for clock in SHIPPED.legal_clocks.values():
        assert any(sign in clock.source for sign in ("Art.", "Code", "CCR", "8.7", "in force since"))
        assert clock.extension is None or "Art." in clock.extension.source or "CCR" in clock.extension.source
