"""The gate: nothing untyped gets past it, and everything that got past it is complete."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.problems import ContentError, Problems
from rules.vocabulary import (
    LARGEST_COUNT,
    UNKNOWN,
    FactError,
    Value,
    Vocabulary,
    facts_to_json,
)
from rules.yaml_source import Source
from tests.rules.strategies import EVERY_KIND, raw_facts

VOCABULARY = Vocabulary.load()
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.timedeltas() | st.binary(),
    lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts),
    max_leaves=4,
)


@given(raw_facts(EVERY_KIND))
def test_gated_facts_are_complete_and_the_gate_changes_them_no_further(raw: Mapping[str, Value]) -> None:
    """A rule would otherwise meet a fact that is simply not there, which the engine answers at random."""
    facts = EVERY_KIND.gate(raw)
    assert set(facts) == set(EVERY_KIND.facts)
    assert {name: facts[name] for name in raw} == dict(raw)
    assert all(facts[name] == UNKNOWN for name in facts if name not in raw)
    assert EVERY_KIND.gate(facts) == facts


@given(raw_facts(EVERY_KIND))
def test_facts_survive_json(raw: Mapping[str, Value]) -> None:
    """A decision taken again from the journal would otherwise be another decision."""
    facts = EVERY_KIND.gate(raw)
    again = EVERY_KIND.gate(json.loads(json.dumps(facts_to_json(facts))))
    assert again == facts
    assert {name: type(value) for name, value in again.items()} == {name: type(value) for name, value in facts.items()}


@given(st.dictionaries(st.sampled_from(sorted(EVERY_KIND.facts)) | st.text(), ANYTHING, max_size=3))
def test_the_gate_types_or_refuses_whatever_comes(raw: Mapping[str, object]) -> None:
    """A form or a provider could otherwise slip a wrongly typed value into the engine, or crash the gate."""
    try:
        facts = EVERY_KIND.gate(raw)
    except FactError:
        return
    for name, value in facts.items():
        fact = EVERY_KIND[name]
        assert -1 <= fact.number(value) <= fact.largest
        if value != UNKNOWN:
            wanted = {"yes_no": bool, "count": int, "duration": timedelta}.get(fact.kind, str)
            assert type(value) is wanted


@pytest.mark.parametrize(
    ("raw", "hint"),
    [
        ({"evidence_valeu": "high"}, 'did you mean "evidence_value"'),
        ({"severity": "urgnt"}, 'did you mean "urgent"'),
        ({"severity": 2}, "one of general, important, urgent"),
        ({"contact_count_this_week": True}, "cannot be true"),
        ({"contact_count_this_week": "3"}, "whole number"),
        ({"contact_count_this_week": 3.0}, "whole number"),
        ({"contact_count_this_week": float("nan")}, "whole number"),
        ({"contact_count_this_week": -1}, "whole number"),
        ({"time_since_message": 10}, "duration"),
        ({"time_since_message": "10"}, "needs a unit"),
        ({"time_since_message": timedelta(seconds=-1)}, "duration"),
        ({"legal_hold": "true"}, "true or false"),
        ({"legal_hold": 1}, "true or false"),
        ({"legal_hold": None}, "nothing"),
        ({"severity": "known"}, "cannot be .known"),
    ],
)
def test_a_refusal_says_which_fact_what_was_given_and_what_is_allowed(raw: Mapping[str, object], hint: str) -> None:
    """A colleague who mistypes an answer would otherwise not know what to type."""
    with pytest.raises(FactError, match=hint) as caught:
        VOCABULARY.gate(raw)
    assert caught.value.fact in raw


def test_a_long_value_is_not_repeated_in_the_refusal() -> None:
    """A customer's message handed in as a fact would otherwise stand in a log."""
    with pytest.raises(FactError) as caught:
        VOCABULARY.gate({"severity": "my address is 5 High Street, my number is 555 0100, and I am angry"})
    assert "High Street" not in str(caught.value)
    with pytest.raises(FactError) as caught:
        VOCABULARY.gate({"my address is 5 High Street": True})
    assert "High Street" not in str(caught.value)


def test_very_large_values_are_taken_as_the_largest() -> None:
    """A broken counter would otherwise overflow the engine's integers and match the wrong rule."""
    facts = VOCABULARY.gate({"contact_count_this_week": 10**30, "time_since_message": timedelta.max})
    assert facts["contact_count_this_week"] == LARGEST_COUNT
    assert facts["time_since_message"] == timedelta(days=36_500)


def test_parts_of_a_second_are_dropped() -> None:
    """The engine counts whole seconds; the explanation would otherwise disagree with it at a boundary."""
    assert VOCABULARY.gate({"time_since_message": timedelta(seconds=1.9)})["time_since_message"] == timedelta(seconds=1)


def test_unknown_counts_as_the_cautious_side_in_the_shipped_vocabulary() -> None:
    """An unknown severity, backup, evidence or leak would otherwise be handled as if it were nothing."""
    cautious = {fact.name: fact.unknown_counts_as for fact in VOCABULARY if fact.unknown_counts_as is not None}
    assert cautious == {
        "severity": "important",
        "anger": "upset",
        "backup_status": "possible",
        "evidence_value": "high",
        "message_evidence": "high",
        "recall_outlook": "too_late",
        "leak_scope": "public",
        "leaked_data": "sensitive",
        "people_affected": 1000,
        "breach_severity": "grave",
        "people_untold": 1,
        "retention_value": "needed",
        "surge": "watch",
        "complaint_growth": "growing",
        "fire_state": "burning",
        "anger_peak": "upset",
        "anger_now": "upset",
        "may_send": "no",
    }
    assert {fact.name for fact in VOCABULARY if fact.kind == "level"} <= set(cautious)


BAD_FILE = """\
Severity: {kind: level, values: {a: x, b: y}, meaning: m, source: rules}
known: {kind: yes_no, meaning: m, source: rules}
one: {kind: lvl, meaning: m, source: rules}
two: {kind: choice, values: {a: x}, meaning: m, source: rules}
three: {kind: choice, values: {a: x, unknown: y}, meaning: m, source: rules}
four: {kind: yes_no, meaning: m, source: somebody}
five: {kind: yes_no, source: text}
six: {kind: count, meaning: m, source: text, unknown_counts_as: many}
seven: {kind: choice, values: {a: x, b: y}, meaning: m, source: text, unknown_counts_as: a}
eight: {kind: yes_no, meaning: m, source: text, valus: {}}
nine: text
"""


def test_every_problem_of_a_vocabulary_file_is_reported_at_its_line() -> None:
    """A designer would otherwise mend one fact at a time."""
    problems = Problems()
    source = Source.parse(BAD_FILE, "facts.yaml", problems)
    assert source is not None
    vocabulary = Vocabulary.parse(source, problems)
    assert {problem.place.line for problem in problems} == set(range(1, 12))
    assert not vocabulary.facts


def test_a_broken_vocabulary_file_does_not_load(tmp_path: Path) -> None:
    """Rules would otherwise run on a part of the facts."""
    path = tmp_path / "facts.yaml"
    path.write_text(BAD_FILE, encoding="utf-8")
    with pytest.raises(ContentError, match=r"facts\.yaml:3:"):
        Vocabulary.load(path)
