"""Whether a condition can come true, held against the interval arithmetic that the rule engine works from."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.alternatives import alternatives
from rules.conditions import All, Any_, Condition, Is, Not, parse_condition
from rules.possible import TooHard, always_holds, example, in_words, never_holds
from rules.vocabulary import KNOWN, Fact, Facts, Vocabulary
from tests.rules.strategies import EVERY_KIND, conditions, gated_facts


def condition(data: object, vocabulary: Vocabulary = EVERY_KIND) -> Condition:
    parsed = parse_condition(data, vocabulary, (), lambda *_: None)
    assert parsed is not None
    return parsed


@given(conditions(EVERY_KIND))
def test_an_example_is_one_and_without_one_nothing_holds(tried: Condition) -> None:
    """Two triggers that can both match would be taken for harmless, or harmless ones be refused."""
    found = example(tried)
    if found is None:
        assert alternatives(tried) == []
    else:
        assert tried.holds(EVERY_KIND.gate(found))


@given(conditions(EVERY_KIND))
def test_what_always_holds_has_no_exception(tried: Condition) -> None:
    """A condition that matters would be called needless, or a needless one be overlooked."""
    assert always_holds(tried) == (alternatives(Not(tried)) == [])


@given(conditions(EVERY_KIND), gated_facts(EVERY_KIND))
def test_what_never_holds_does_not_hold(tried: Condition, facts: Facts) -> None:
    """A condition that can hold would be called impossible."""
    assert not (never_holds(tried) and tried.holds(facts))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"count": {"more_than": 3, "less_than": 5}}, "count is 4"),
        ({"count": {"more_than": 3, "less_than": 4}}, None),
        ({"time": {"at_least": "2 days", "at_most": "48 hours"}}, "time is 2 days"),
        ({"time": {"more_than": "2 days", "at_most": "48 hours"}}, None),
        ({"careful_level": {"at_least": "middle"}, "not": {"careful_level": "known"}}, "careful_level is unknown"),
        ({"level": {"at_least": "middle"}, "not": {"level": "known"}}, None),
        ({"not": {"level": {"one_of": ["low", "middle", "high"]}}}, "level is unknown"),
        ({"yes": True, "also_yes": False}, "yes is true and also_yes is false"),
        ({"all": [{"any": [{"choice": "a"}, {"choice": "b"}]}, {"not": {"choice": "a"}}]}, "choice is b"),
        ({"count": {"one_of": [3, 4]}, "not": {"any": [{"count": 3}, {"count": 4}]}}, None),
    ],
)
def test_the_example_is_told_in_words(written: object, words: str | None) -> None:
    """The designer would not see which message two triggers fight over."""
    found = example(condition(written))
    assert (in_words(found) if found is not None else None) == words


def test_a_tangle_is_given_up_in_bounded_time() -> None:
    """One file would make every check take for ever, or be called impossible without proof."""
    guests = [
        Fact(f"guest_{number}", "choice", {each: each for each in "abcdefgh"}, "a room", "team") for number in range(9)
    ]
    rooms = "abcdefgh"  # one fewer than guests, so that no two guests of different rooms is impossible
    each_has_one = [Is(guest, "is", KNOWN) for guest in guests]
    nobody_shares = [
        Not(All((Is(one, "is", room), Is(other, "is", room))))
        for one, other in combinations(guests, 2)
        for room in rooms
    ]
    tangle = All((*each_has_one, *nobody_shares))
    with pytest.raises(TooHard):
        example(tangle)
    assert not never_holds(tangle)
    assert not always_holds(tangle)


def test_a_condition_with_many_durations_is_decided() -> None:
    """A long list of deadlines would be too hard for the checks."""
    days = [Is(EVERY_KIND["time"], "is", timedelta(days=day)) for day in range(200)]
    assert not never_holds(Any_(tuple(days)))
    assert never_holds(All((Any_(tuple(days)), Not(Any_(tuple(days))))))


@given(st.lists(conditions(EVERY_KIND), min_size=2, max_size=3))
def test_both_hold_for_the_example_of_both(tried: list[Condition]) -> None:
    """The example in a message about two triggers would start only one of them."""
    found = example(All(tuple(tried)))
    if found is not None:
        facts = EVERY_KIND.gate(found)
        assert all(each.holds(facts) for each in tried)
