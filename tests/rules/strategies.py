"""Random vocabularies' worth of facts, conditions and rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from hypothesis import strategies as st

from rules.conditions import COMPARE, All, Any_, Condition, Is, Not, Op, parse_condition
from rules.decision import Rule
from rules.vocabulary import KNOWN, UNKNOWN, Fact, Facts, Value, Vocabulary

LEVELS = {"low": "not much", "middle": "some", "high": "a lot"}
FACTS = (
    Fact("level", "level", LEVELS, "a level", "team"),
    Fact("careful_level", "level", LEVELS, "a level that is cautious", "team", "middle"),
    Fact("choice", "choice", {name: name for name in "abcdefgh"}, "a choice", "team"),
    Fact("yes", "yes_no", {}, "yes or no", "team"),
    Fact("also_yes", "yes_no", {}, "yes or no", "team"),
    Fact("count", "count", {}, "a count", "team"),
    Fact("careful_count", "count", {}, "a count that is cautious", "team", 20),
    Fact("time", "duration", {}, "a duration", "team"),
    Fact("careful_time", "duration", {}, "a duration that is cautious", "team", timedelta(hours=48)),
)
EVERY_KIND = Vocabulary({fact.name: fact for fact in FACTS})
"""Every kind of fact, those that can be ordered with and without `unknown_counts_as`."""

WIDE = Vocabulary(
    {
        fact.name: fact
        for fact in (
            Fact("topic", "choice", {f"topic_{number}": "a topic" for number in range(90)}, "one of many", "team"),
            Fact("grade", "level", {f"grade_{number}": "a grade" for number in range(40)}, "a fine level", "team"),
            Fact(
                "careful_grade", "level", {f"grade_{number}": "a grade" for number in range(40)}, "", "team", "grade_9"
            ),
            Fact("count", "count", {}, "a count", "team"),
        )
    }
)
"""Facts with so many values that a range of them may have holes too wide for the engine."""

COUNTS = st.integers(0, 6) | st.sampled_from([15, 16, 17, 18, 19, 20, 21, 40, 999_999_999, 1_000_000_000])
SECONDS = st.sampled_from([0, 1, 2, 59, 60, 172_799, 172_800, 172_801, 604_800, 3_153_599_999, 3_153_600_000])


def known_values(fact: Fact) -> st.SearchStrategy[Value]:
    """Values of the fact, the ends of its range and the edges of what it is compared with among them."""
    if fact.kind == "yes_no":
        return st.booleans()
    if fact.kind == "count":
        return COUNTS
    if fact.kind == "duration":
        return SECONDS.map(lambda seconds: timedelta(seconds=seconds))
    return st.sampled_from(list(fact.values))


def values(fact: Fact) -> st.SearchStrategy[Value]:
    return st.just(UNKNOWN) | known_values(fact)


def raw_facts(vocabulary: Vocabulary) -> st.SearchStrategy[Mapping[str, Value]]:
    """Some facts, as a provider would give them."""
    return st.fixed_dictionaries({}, optional={fact.name: values(fact) for fact in vocabulary})


def gated_facts(vocabulary: Vocabulary) -> st.SearchStrategy[Facts]:
    return raw_facts(vocabulary).map(vocabulary.gate)


@st.composite
def comparisons(draw: st.DrawFn, vocabulary: Vocabulary) -> Is:
    """One valid comparison."""
    fact = draw(st.sampled_from(list(vocabulary)))
    op: Op = draw(st.sampled_from(["is", "one_of", *(COMPARE if fact.ordered else ())]))
    if op == "one_of":
        listed = draw(st.lists(values(fact), min_size=1, max_size=6, unique=True))
        return Is(fact, op, tuple(listed))
    if op == "is":
        return Is(fact, op, draw(st.just(KNOWN) | values(fact)))
    return Is(fact, op, draw(known_values(fact)))


def _can_be_written(condition: Condition, vocabulary: Vocabulary) -> bool:
    return parse_condition(condition.to_data(), vocabulary, (), lambda *_: None) is not None


def conditions(vocabulary: Vocabulary, most_parts: int = 4) -> st.SearchStrategy[Condition]:
    """Valid conditions: those that the parser takes."""
    leaves: st.SearchStrategy[Condition] = comparisons(vocabulary).filter(
        lambda leaf: _can_be_written(leaf, vocabulary)
    )

    def grown(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        several = st.lists(parts, min_size=1, max_size=most_parts).map(tuple)
        return several.map(All) | several.map(Any_) | parts.map(Not)

    return st.recursive(leaves, grown, max_leaves=12).filter(lambda each: _can_be_written(each, vocabulary))


def rule_sets(vocabulary: Vocabulary, most: int = 10) -> st.SearchStrategy[list[Rule]]:
    """Rules with ids of their own, in any order of priorities, equal ones and very large ones among them."""
    priorities = st.integers(0, 5) | st.sampled_from([-1, 65_535, 65_536, 10**30])
    drawn = st.lists(st.tuples(conditions(vocabulary), priorities), min_size=1, max_size=most)
    return drawn.map(
        lambda found: [Rule(f"r{number}", when, priority) for number, (when, priority) in enumerate(found)]
    )
