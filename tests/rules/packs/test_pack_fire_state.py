"""Fire state: whether a crisis can be ended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.rules.packs.shipped_packs import VOCABULARY, every_case, outcome

LEVELS = list(VOCABULARY["fire_state"].values)
HALF_AN_HOUR = timedelta(minutes=30)
ALMOST = HALF_AN_HOUR - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("complainers", "silence", "open_for", "waiting", "state", "rule"),
    [
        (5, timedelta(0), HALF_AN_HOUR, 0, "burning", "many"),
        (5, HALF_AN_HOUR, HALF_AN_HOUR, 0, "burning", "many"),
        ("unknown", HALF_AN_HOUR, HALF_AN_HOUR, 0, "burning", "not_counted"),
        ("unknown", "unknown", HALF_AN_HOUR, 0, "burning", "not_counted"),
        (4, timedelta(0), HALF_AN_HOUR, 0, "dying", "few"),
        (4, "unknown", HALF_AN_HOUR, 0, "dying", "few"),
        (0, ALMOST, HALF_AN_HOUR, 0, "dying", "few"),
        (0, HALF_AN_HOUR, HALF_AN_HOUR, 1, "dying", "few"),
        (0, HALF_AN_HOUR, HALF_AN_HOUR, "unknown", "dying", "few"),
        (0, HALF_AN_HOUR, ALMOST, 0, "dying", "few"),  # yesterday's complaint says nothing about a new crisis
        (0, HALF_AN_HOUR, "unknown", 0, "dying", "few"),
        (0, HALF_AN_HOUR, HALF_AN_HOUR, 0, "out", "silence"),
        (0, "unknown", ALMOST, 0, "dying", "few"),
        (0, "unknown", "unknown", 0, "dying", "few"),
        (0, "unknown", HALF_AN_HOUR, 1, "dying", "few"),
        (0, "unknown", HALF_AN_HOUR, "unknown", "dying", "few"),
        (0, "unknown", HALF_AN_HOUR, 0, "out", "nobody_ever"),
    ],
)
def test_when_a_crisis_can_be_ended(
    complainers: object, silence: object, open_for: object, waiting: object, state: str, rule: str
) -> None:
    """The team would go home while people still wait, or never be told that it may."""
    facts = {
        "complainers_in_10_minutes": complainers,
        "time_since_last_complaint": silence,
        "incident_open_for": open_for,
        "customers_waiting": waiting,
    }
    assert outcome("fire_state", facts) == (state, rule)


def test_nobody_stands_down_on_what_is_not_known() -> None:
    """A store that cannot be asked would end the crisis. A silence is unknown only where nobody has ever complained."""
    counted = ("complainers_in_10_minutes", "incident_open_for", "customers_waiting")
    assert all(
        outcome("fire_state", dict(facts))[0] != "out"
        for facts in every_case("fire_state")
        if "unknown" in (str(facts[name]) for name in counted)
    )


def test_more_complaints_never_bring_it_nearer_to_the_end() -> None:
    """A fire would be called out because it grows."""
    for facts in every_case("fire_state"):
        count = facts["complainers_in_10_minutes"]
        if isinstance(count, int):
            more = outcome("fire_state", {**facts, "complainers_in_10_minutes": count + 1})[0]
            assert LEVELS.index(str(more)) >= LEVELS.index(str(outcome("fire_state", dict(facts))[0]))
