"""Triggers that may meet, found without comparing each with each, held against the exact answer."""

from __future__ import annotations

from itertools import combinations

from hypothesis import assume, given
from hypothesis import strategies as st

from rules.conditions import MOST_BRANCHES, All, Any_, Condition, Is, Not
from rules.possible import TooHard, example
from rules.together import demands, may_meet
from rules.vocabulary import UNKNOWN, Fact, Facts
from tests.rules.strategies import EVERY_KIND, conditions, gated_facts


def can_meet(one: Condition, other: Condition) -> bool:
    try:
        return example(All((one, other))) is not None
    except TooHard:
        return True


@given(st.lists(conditions(EVERY_KIND), max_size=6))
def test_no_two_that_can_hold_together_are_passed_over(tried: list[Condition]) -> None:
    """Two procedures would compete for one message, and the check would not say so."""
    found = set(may_meet([demands(each) for each in tried]))
    for (first, one), (second, other) in combinations(enumerate(tried), 2):
        assert (first, second) in found or not can_meet(one, other)


@given(conditions(EVERY_KIND), gated_facts(EVERY_KIND))
def test_what_holds_has_what_it_demands(tried: Condition, facts: Facts) -> None:
    """A demand that is none would hide that two triggers compete."""
    if tried.holds(facts):
        wanted = demands(tried)
        assert wanted is not None
        for fact, ranges in wanted.items():
            number = fact.number(facts[fact.name])
            assert any(low <= number <= high for low, high in ranges)


@given(conditions(EVERY_KIND))
def test_what_means_the_same_demands_the_same(tried: Condition) -> None:
    """A trigger written in another way would not be recognised as a copy."""
    for same in (All((tried,)), Any_((tried, tried)), Not(Not(tried))):
        assume(same.branches() <= MOST_BRANCHES)
        assert demands(same) == demands(tried)
    assert (demands(tried) is None) == (example(tried) is None)


def test_a_thousand_that_one_fact_keeps_apart_are_not_compared() -> None:
    """A large organisation would wait for its check for hours, and stop using it."""
    topic = Fact("topic", "choice", {f"topic_{number}": "x" for number in range(1000)}, "what it is about", "team")
    yes = EVERY_KIND["yes"]
    tried = [All((Is(topic, "is", value), Is(yes, "is", True))) for value in topic.values]
    assert list(may_meet([demands(each) for each in tried])) == []
    anywhere = [*tried, Is(yes, "is", True), Is(yes, "is", False)]
    assert list(may_meet([demands(each) for each in anywhere])) == [(number, 1000) for number in range(1000)]


def test_what_may_be_anything_is_not_demanded() -> None:
    """A condition that leaves a fact open would be taken for one that decides by it."""
    count, yes = EVERY_KIND["count"], EVERY_KIND["yes"]
    few, many, unknown = Is(count, "at_most", 5), Is(count, "at_least", 6), Is(count, "is", UNKNOWN)
    assert demands(few) == {count: ((0, 5),)}
    assert demands(All((few, many))) is None
    assert demands(Any_((few, many, unknown))) == {}
    assert demands(Any_((All((few, Is(yes, "is", True))), many))) == {count: ((0, count.largest),)}
