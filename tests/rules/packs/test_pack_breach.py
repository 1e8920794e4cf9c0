"""Breach: how bad a leak of personal data is."""

from __future__ import annotations

import pytest

from rules.vocabulary import UNKNOWN, Value
from tests.rules.packs.shipped_packs import VOCABULARY, every_case, outcome, pack

LEVELS = list(VOCABULARY["breach_severity"].values)


@pytest.mark.parametrize(
    ("scope", "data", "people", "severity", "rule"),
    [
        ("one_stranger", "contact", 1, "minor", "few_and_harmless"),
        ("one_stranger", "business", 9, "minor", "few_and_harmless"),
        ("group", "contact", 1, "minor", "few_and_harmless"),
        ("group", "business", 1, "serious", "business_in_a_group"),
        ("one_stranger", "contact", 10, "serious", "of_many"),
        ("public", "contact", 1, "serious", "public"),
        ("public", "contact", 999, "serious", "public"),
        ("public", "contact", 1000, "grave", "public_of_very_many"),
        ("one_stranger", "sensitive", 1, "serious", "sensitive"),
        ("one_stranger", "sensitive", 9, "serious", "sensitive"),
        ("one_stranger", "sensitive", 10, "grave", "sensitive_of_many"),
        ("group", "sensitive", 1, "grave", "sensitive_in_many_hands"),
        ("public", "sensitive", 1, "grave", "sensitive_in_many_hands"),
        (UNKNOWN, UNKNOWN, UNKNOWN, "grave", "sensitive_in_many_hands"),
        ("one_stranger", "contact", UNKNOWN, "serious", "of_many"),
        ("one_stranger", UNKNOWN, 1, "serious", "sensitive"),
        (UNKNOWN, "contact", 1, "serious", "public"),
    ],
)
def test_a_leak_is_as_bad_as_its_worst_side(scope: str, data: str, people: object, severity: str, rule: str) -> None:
    """A leak that an authority must hear of within days would be handled as a slip."""
    facts = {"leak_scope": scope, "leaked_data": data, "people_affected": people}
    assert outcome("breach", facts) == (severity, rule)


def test_it_never_gets_better_when_more_is_known_to_have_leaked() -> None:
    """Worse news would make the matter look smaller."""
    for facts in every_case("breach"):
        rank = LEVELS.index(str(outcome("breach", dict(facts))[0]))
        for name, value in facts.items():
            fact = VOCABULARY[name]
            worse_ones: tuple[Value, ...] = (*fact.values, 10**6)
            for worse in worse_ones if value != UNKNOWN else ():
                if (worse in fact.values) == bool(fact.values) and fact.number(worse) > fact.number(value):
                    assert LEVELS.index(str(outcome("breach", {**facts, name: worse})[0])) >= rank, (facts, name, worse)


def test_every_rule_decides_something() -> None:
    """A rule that no facts reach would be taken for a safeguard."""
    assert {outcome("breach", dict(facts))[1] for facts in every_case("breach")} == {
        rule.id for rule in pack("breach").rules
    }
