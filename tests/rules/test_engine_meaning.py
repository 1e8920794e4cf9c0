"""The rule engine against a plain evaluator: random rule sets, random facts, one and the same decision.

`pytest tests/rules --hypothesis-profile=long` puts 120,000 questions; the ordinary run 3,000.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.alternatives import UNKNOWN_NUMBER, Index, alternatives, fits
from rules.conditions import Condition, Not
from rules.decision import Rule, RuleSet
from rules.engine import Engine
from rules.vocabulary import UNKNOWN, Facts, Value, Vocabulary
from tests.rules.strategies import EVERY_KIND, WIDE, conditions, gated_facts, raw_facts, rule_sets

SHIPPED = Vocabulary.load()
VOCABULARIES = pytest.mark.parametrize("vocabulary", [EVERY_KIND, WIDE, SHIPPED], ids=["every kind", "wide", "shipped"])
OWN = pytest.mark.parametrize("vocabulary", [EVERY_KIND, WIDE], ids=["every kind", "wide"])
QUESTIONS = 10


def plain(rules: list[Rule], vocabulary: Vocabulary, given: Mapping[str, Value]) -> list[Rule]:
    """Which rules hold, first one first, worked out one after the other and without the gate."""
    facts = {**dict.fromkeys(vocabulary.facts, UNKNOWN), **given}
    return sorted((rule for rule in rules if rule.when.holds(facts)), key=lambda rule: (rule.priority, rule.id))


@VOCABULARIES
@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # of the shipped vocabulary, in every example
@settings(deadline=None)
@given(st.data())
def test_a_rule_set_decides_what_a_plain_evaluator_decides(vocabulary: Vocabulary, data: st.DataObject) -> None:
    """A customer's case would otherwise go another way than the explanation says."""
    rules = data.draw(rule_sets(vocabulary))
    rule_set = RuleSet("random", rules, vocabulary)
    spoken = Vocabulary({name: vocabulary[name] for name in sorted(rule_set.facts())})
    questions = data.draw(st.lists(raw_facts(spoken), min_size=QUESTIONS, max_size=QUESTIONS))
    for asked in questions:
        meant = plain(rules, vocabulary, asked)
        assert rule_set.matching(asked) == meant
        decision = rule_set.decide(asked)
        assert decision.rule == (meant[0] if meant else None)
        assert decision.facts == {**dict.fromkeys(vocabulary.facts, UNKNOWN), **asked}
    rule_set.engine().close()


@settings(deadline=None, max_examples=30)
@given(st.lists(conditions(EVERY_KIND), min_size=5, max_size=8), st.lists(gated_facts(EVERY_KIND), min_size=4))
def test_many_rules_share_several_handles(found: list[Condition], questions: list[Facts]) -> None:
    """A rule beyond the first forty would otherwise never be asked."""
    found = found * 10
    engine = Engine(found)
    for facts in questions:
        meant = [number for number, condition in enumerate(found) if condition.holds(facts)]
        assert engine.matching(facts) == meant
        assert engine.first(facts) == (meant[0] if meant else None)
    engine.close()


@OWN
@given(st.data())
def test_pushing_not_down_to_the_facts_keeps_the_meaning(vocabulary: Vocabulary, data: st.DataObject) -> None:
    """A negated rule on an unknown fact would otherwise flip on its way into the engine."""
    condition, facts = data.draw(conditions(vocabulary)), data.draw(gated_facts(vocabulary))
    numbers = {fact: fact.number(facts[fact.name]) for fact in vocabulary}
    for each in (condition, Not(condition)):
        ways = alternatives(each)
        assert any(fits(way, numbers) for way in ways) == each.holds(facts)
        assert len(ways) <= each.branches()


@OWN
@given(st.data())
def test_the_index_finds_what_fits_one_by_one(vocabulary: Vocabulary, data: st.DataObject) -> None:
    """The right answer of the engine would be taken for a wrong one, or a rule that holds would never be asked."""
    found = data.draw(st.lists(conditions(vocabulary), max_size=8))
    facts = data.draw(gated_facts(vocabulary))
    ways = [way for condition in found for way in alternatives(condition)]
    index = Index(ways)
    numbers = {fact: fact.number(facts[fact.name]) for fact in vocabulary}
    meant = sum(1 << position for position, way in enumerate(ways) if fits(way, numbers))
    assert index.look_up(facts) == (meant, [numbers[fact] for fact in index.facts])
    nothing = dict.fromkeys(vocabulary, UNKNOWN_NUMBER)
    assert index.fitting([UNKNOWN_NUMBER] * len(index.facts)) == sum(
        1 << position for position, way in enumerate(ways) if fits(way, nothing)
    )
