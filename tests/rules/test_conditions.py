"""Conditions: what they mean, what the parser refuses, and how they explain themselves."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from rules.conditions import MOST_BRANCHES, All, Any_, Condition, Not, parse_condition
from rules.vocabulary import Facts, Vocabulary
from rules.yaml_source import Keys
from tests.rules.strategies import EVERY_KIND, conditions, gated_facts

VOCABULARY = Vocabulary.load()
CONDITIONS = conditions(EVERY_KIND)
FACTS = gated_facts(EVERY_KIND)


def parsed(data: object, vocabulary: Vocabulary = VOCABULARY) -> Condition:
    condition = parse_condition(data, vocabulary, (), lambda *problem: pytest.fail(str(problem)))
    assert condition is not None
    return condition


def refusals(data: object) -> list[tuple[Keys, str, str]]:
    found: list[tuple[Keys, str, str]] = []
    assert parse_condition(data, VOCABULARY, ("when",), lambda *problem: found.append(problem)) is None
    return found


@pytest.mark.parametrize(
    ("data", "facts", "holds"),
    [
        ({"intent": "complaint"}, {"intent": "complaint"}, True),
        ({"intent": "complaint"}, {}, False),
        ({"intent": "unknown"}, {}, True),
        ({"intent": "known"}, {}, False),
        ({"intent": "known"}, {"intent": "other"}, True),
        ({"intent": {"one_of": ["complaint", "unknown"]}}, {}, True),
        ({"severity": {"at_least": "important"}}, {}, True),
        ({"severity": {"more_than": "important"}}, {}, False),
        ({"severity": {"at_most": "general"}}, {}, False),
        ({"severity": {"less_than": "urgent"}}, {"severity": "general"}, True),
        ({"backup_status": {"at_least": "possible"}}, {}, True),
        ({"backup_status": "possible"}, {}, False),
        ({"contact_count_this_week": {"at_least": 0}}, {}, False),
        ({"contact_count_this_week": {"at_least": 2, "less_than": 4}}, {"contact_count_this_week": 3}, True),
        ({"contact_count_this_week": {"at_least": 2, "less_than": 4}}, {"contact_count_this_week": 4}, False),
        ({"time_since_message": {"at_most": "48 hours"}}, {"time_since_message": "2 days"}, True),
        ({"time_since_message": {"at_most": "48 hours"}}, {"time_since_message": "172801 seconds"}, False),
        ({"time_since_message": {"at_most": "48 hours"}}, {}, False),
        ({"not": {"time_since_message": {"at_most": "48 hours"}}}, {}, True),
        ({"legal_hold": True}, {"legal_hold": False}, False),
        ({"not": {"legal_hold": True}}, {}, True),
        ({"legal_hold": True, "dispute": "open"}, {"legal_hold": True, "dispute": "none"}, False),
        ({"any": [{"legal_hold": True}, {"dispute": "open"}]}, {"legal_hold": True}, True),
        ({"severity": "urgent", "any": [{"legal_hold": True}]}, {"severity": "urgent"}, False),
        ({"all": [{"severity": "urgent"}, {"legal_hold": True}]}, {"severity": "urgent", "legal_hold": True}, True),
    ],
)
def test_a_condition_means_what_it_says(data: object, facts: dict[str, object], holds: bool) -> None:
    """A procedure would otherwise take another branch than the one its designer reads."""
    assert parsed(data).holds(VOCABULARY.gate(facts)) is holds


@pytest.mark.parametrize(
    ("data", "keys", "hint"),
    [
        ({"evidence_valeu": "high"}, ("evidence_valeu",), 'did you mean "evidence_value"'),
        ({"al": [{"legal_hold": True}]}, ("al",), 'did you mean "all"'),
        ({"severity": "urgnt"}, ("severity",), 'did you mean "urgent"'),
        ({"severity": {"atleast": "urgent"}}, ("severity", "atleast"), 'did you mean "at_least"'),
        ({"severity": {"at_least": "unknown"}}, ("severity", "at_least"), "severity: unknown"),
        ({"severity": {"more_than": "urgent"}}, ("severity", "more_than"), "never holds"),
        ({"contact_count_this_week": {"less_than": 0}}, ("contact_count_this_week", "less_than"), "never holds"),
        ({"contact_count_this_week": {"at_least": "3"}}, ("contact_count_this_week", "at_least"), "whole number"),
        ({"time_since_message": {"at_most": 48}}, ("time_since_message", "at_most"), "duration"),
        ({"intent": {"at_least": "complaint"}}, ("intent", "at_least"), "no order"),
        ({"intent": {"one_of": "complaint"}}, ("intent", "one_of"), "list"),
        ({"intent": {"one_of": []}}, ("intent", "one_of"), "list"),
        ({"intent": {"one_of": ["other", "other"]}}, ("intent", "one_of", 1), "twice"),
        ({"intent": {"one_of": ["known"]}}, ("intent", "one_of", 0), "stands alone"),
        ({"legal_hold": "yes"}, ("legal_hold",), "true or false"),
        ({"legal_hold": {}}, ("legal_hold",), "true or false"),
        ({}, (), "empty"),
        ({"all": []}, ("all",), "empty"),
        ({"any": {"legal_hold": True}}, ("any",), "list"),
        ({"not": [{"legal_hold": True}]}, ("not",), "all"),
        ([{"legal_hold": True}], (), "all"),
        ("severity == urgent", (), "names facts"),
        (None, (), "names facts"),
        ({3: True}, (3,), "not a fact"),
    ],
)
def test_a_wrong_condition_is_refused_at_its_place(data: object, keys: Keys, hint: str) -> None:
    """A designer's slip would otherwise become a condition that silently never, or always, holds."""
    [(where, message, _)] = refusals(data)
    assert where == ("when", *keys)
    assert hint in message


def test_all_problems_of_a_condition_are_reported_at_once() -> None:
    """A designer would otherwise mend, run, mend and run again."""
    data = {"any": [{"severty": "urgent"}, {"severity": "bad"}, {"not": {"legal_hold": 3}}], "all": []}
    assert len(refusals(data)) == 4


def test_a_condition_that_the_engine_could_not_carry_is_refused() -> None:
    """The engine would otherwise fail on a customer's message instead of on the designer's desk."""
    eight = {"any": [{"demand": "mask_details"}, {"motive": "regret"}]}
    assert refusals({"all": [eight] * 9})[0][2] == "condition-too-large"
    deep: dict[str, Any] = {"legal_hold": True}
    for _ in range(500):
        deep = {"not": deep}
    assert refusals(deep)[0][2] == "condition-too-large"


@given(CONDITIONS)
def test_a_condition_written_out_reads_back_the_same(condition: Condition) -> None:
    """A condition kept with a follow-up would otherwise be another one when it falls due."""
    assert parsed(condition.to_data(), EVERY_KIND) == condition
    assert condition.branches() <= MOST_BRANCHES


@given(CONDITIONS, CONDITIONS, FACTS)
def test_the_laws_of_logic_hold_for_unknown_facts_too(one: Condition, other: Condition, facts: Facts) -> None:
    """A designer who turns a condition around would otherwise change its meaning."""
    assert Not(Not(one)).holds(facts) == one.holds(facts)
    assert Not(All((one, other))).holds(facts) == Any_((Not(one), Not(other))).holds(facts)
    assert Not(Any_((one, other))).holds(facts) == All((Not(one), Not(other))).holds(facts)
    assert All((one, other)).holds(facts) == (one.holds(facts) and other.holds(facts))


@given(CONDITIONS, FACTS)
def test_an_explanation_agrees_with_the_decision(condition: Condition, facts: Facts) -> None:
    """The timeline would otherwise give a reason that is not the reason."""
    because = condition.explain(facts)
    assert because.holds == condition.holds(facts)
    assert because.to_json()["holds"] == because.holds
    assert because.sentence()
    against = because.against()
    assert (against is None) == because.holds
    if against is not None:
        assert not against.holds
        assert against.kind in ("fact", "not")
    assert len(list(because.lines())) >= len(condition.facts())


def test_an_explanation_shows_what_was_found_and_what_was_wanted() -> None:
    """The on-call person would otherwise read that a rule did not fire, and not why."""
    condition = parsed({"severity": {"more_than": "important"}, "not": {"legal_hold": True}})
    because = condition.explain(VOCABULARY.gate({}))
    assert because.sentence() == "severity is unknown, which counts as important (not more than important)"
    assert list(because.lines()) == [
        "- all of",
        "  - severity is unknown, which counts as important (not more than important)",
        "  + not",
        "    - legal_hold is unknown (not true)",
    ]
    leaf = because.parts[0].to_json()
    assert leaf == {
        "holds": False,
        "fact": "severity",
        "op": "more_than",
        "expected": "important",
        "actual": "unknown",
        "counted_as": "important",
    }
    assert because.parts[1].sentence() == "not the case that legal_hold is true"
