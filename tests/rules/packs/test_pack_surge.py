"""Surge: whether a crowd of angry customers is arriving."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.rules.packs.shipped_packs import VOCABULARY, every_case, outcome, pack

LEVELS = list(VOCABULARY["surge"].values)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("complainers", "facts", "level", "rule"),
    [
        (20, {}, "surge", "many"),
        (20, {"complaint_growth": "falling"}, "surge", "many"),
        (19, {"complaint_growth": "steady"}, "watch", "more_than_usual"),
        (19, {"complaint_growth": "growing"}, "surge", "growing"),
        (10, {"complaint_growth": "doubling"}, "surge", "growing"),
        (10, {}, "surge", "growing"),
        (10, {"complaint_growth": "steady"}, "watch", "more_than_usual"),
        (9, {"complaint_growth": "doubling"}, "watch", "more_than_usual"),
        (5, {}, "watch", "more_than_usual"),
        (4, {"complaint_growth": "doubling"}, "calm", "as_usual"),
        (0, {}, "calm", "as_usual"),
        ("unknown", {}, "watch", "not_counted"),
        # where people are in danger or lose much, few are enough
        (5, {"topic": "fire"}, "surge", "grave"),
        (5, {"topic": "illness", "complaint_growth": "falling"}, "surge", "grave"),
        (5, {"topic": "loss", "complaint_growth": "steady"}, "surge", "grave"),
        (4, {"topic": "danger"}, "calm", "as_usual"),
        (5, {"topic": "delivery"}, "watch", "more_than_usual"),
        (19, {"topic": "failure", "complaint_growth": "steady"}, "watch", "more_than_usual"),
        (20, {"topic": "other", "complaint_growth": "steady"}, "surge", "many"),
        # once it is a crisis, it goes on until few write and fewer and fewer do
        (5, {"incident_about_it": True, "complaint_growth": "falling"}, "surge", "goes_on"),
        (4, {"incident_about_it": True, "complaint_growth": "growing"}, "surge", "goes_on"),
        (4, {"incident_about_it": True, "complaint_growth": "steady"}, "watch", "not_over_yet"),
        (0, {"incident_about_it": True}, "watch", "not_over_yet"),
        ("unknown", {"incident_about_it": True}, "surge", "goes_on"),
        # and for an hour after it, few are enough
        (5, {"time_since_last_incident": HOUR - timedelta(seconds=1)}, "surge", "again"),
        (5, {"time_since_last_incident": HOUR}, "watch", "more_than_usual"),
        (4, {"time_since_last_incident": timedelta(minutes=5)}, "watch", "not_over_yet"),
        (4, {"time_since_last_incident": HOUR}, "calm", "as_usual"),
    ],
)
def test_a_crowd_is_told_from_a_busy_day(complainers: object, facts: dict[str, object], level: str, rule: str) -> None:
    """The crisis team would be woken for nothing, or learn of it from the news."""
    assert outcome("surge", {"complainers_in_10_minutes": complainers, **facts}) == (level, rule)


def test_more_customers_never_make_it_calmer() -> None:
    """The alarm would end while the crowd still grows."""
    for facts in every_case("surge"):
        count = facts["complainers_in_10_minutes"]
        if isinstance(count, int):
            more = {**facts, "complainers_in_10_minutes": count + 1}
            assert LEVELS.index(str(outcome("surge", dict(facts))[0])) <= LEVELS.index(
                str(outcome("surge", dict(more))[0])
            )


def test_an_incident_never_makes_it_calmer() -> None:
    """In the middle of a crisis somebody would be told that all is as on other days."""
    for facts in every_case("surge"):
        during = {**facts, "incident_about_it": True}
        assert LEVELS.index(str(outcome("surge", dict(facts))[0])) <= LEVELS.index(
            str(outcome("surge", dict(during))[0])
        )


def test_every_rule_decides_something() -> None:
    """A threshold that a designer changes would change nothing."""
    assert {outcome("surge", dict(facts))[1] for facts in every_case("surge")} == {
        rule.id for rule in pack("surge").rules
    }
