"""Rule sets: the first rule that holds is chosen, and the decision can say why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.conditions import Condition, Is, parse_condition
from rules.decision import MOST_OTHERS, Rule, RuleSet, load_pack
from rules.problems import ContentError
from rules.vocabulary import UNKNOWN, FactError, Value, Vocabulary
from tests.rules.strategies import EVERY_KIND, conditions, raw_facts

VOCABULARY = Vocabulary.load()
TRIAGE_FILE = Path(__file__).parents[2] / "rules/packs/triage.yaml"
TRIAGE = load_pack(TRIAGE_FILE, VOCABULARY)
TRIAGE_FACTS = Vocabulary({name: VOCABULARY[name] for name in sorted(TRIAGE.facts())})
URGENT_SIGNS = ("sign_safety", "sign_property_loss", "sign_media_threat", "sign_legal_threat")


def when(data: object) -> Condition:
    condition = parse_condition(data, VOCABULARY, (), lambda *problem: pytest.fail(str(problem)))
    assert condition is not None
    return condition


DEMAND = RuleSet(
    "demand",
    [
        Rule("beyond_reach", when({"demand": "erase_customer_backup"}), 20, {"way": "explain"}),
        Rule(
            "hold", when({"any": [{"legal_hold": True}, {"dispute": "open"}]}), 10, {"way": "keep"}, "Kept as evidence"
        ),
        Rule("usual", when({"demand": "known"}), 30, {"way": "erase"}),
    ],
    VOCABULARY,
)


def test_the_lowest_priority_number_that_holds_is_chosen() -> None:
    """Evidence in a dispute would otherwise be erased because another rule held as well."""
    facts = {"demand": "erase_customer_backup", "dispute": "open"}
    decision = DEMAND.decide(facts)
    assert decision.rule is not None
    assert (decision.rule.id, decision.then) == ("hold", {"way": "keep"})
    assert [rule.id for rule in DEMAND.matching(facts)] == ["hold", "beyond_reach", "usual"]


def test_a_decision_says_why_and_why_not() -> None:
    """The on-call person would otherwise have to guess why a case went this way."""
    decision = DEMAND.decide({"demand": "mask_details"})
    assert decision.because is not None
    assert decision.because.sentence() == "demand is mask_details (known)"
    assert [each.sentence() for each in decision.why_not()] == [
        "hold: legal_hold is unknown (not true)",
        "beyond_reach: demand is mask_details (not erase_customer_backup)",
    ]
    later = DEMAND.decide({"demand": "mask_details", "dispute": "open"}).why_not()[-1]
    assert (later.rule.id, later.against) == ("usual", None)


def test_no_rule_is_a_decision_too() -> None:
    """A run would otherwise crash, or take the first branch, when nothing applies."""
    decision = DEMAND.decide({})
    assert decision.rule is None
    assert decision.because is None
    assert decision.then == {}
    assert len(decision.why_not()) == 3
    assert decision.to_json()["rule"] is None


def test_equal_priorities_go_by_id() -> None:
    """The same facts would otherwise be decided one way today and another way tomorrow."""
    rules = [Rule(name, when({"intent": "known"}), 5) for name in ("b", "a", "c")]
    decision = RuleSet("ties", rules, VOCABULARY).decide({"intent": "other"})
    assert decision.rule is not None
    assert decision.rule.id == "a"


def test_two_rules_with_one_id_are_refused() -> None:
    """A decision would otherwise name a rule that is not the one which fired."""
    rules = [Rule("same", when({"intent": "known"}), 1), Rule("same", when({"intent": "other"}), 2)]
    with pytest.raises(ValueError, match="same id"):
        RuleSet("twice", rules, VOCABULARY)


def test_facts_outside_the_vocabulary_never_reach_a_rule() -> None:
    """A mistyped fact in `firebreak decide` would otherwise be decided as if it had not been given."""
    with pytest.raises(FactError):
        DEMAND.decide({"demnd": "mask_details"})


@settings(deadline=None)
@given(st.lists(conditions(EVERY_KIND), min_size=1, max_size=6), raw_facts(EVERY_KIND))
def test_every_decision_can_be_written_down_and_agrees_with_its_explanation(
    found: list[Condition], raw: Mapping[str, Value]
) -> None:
    """The journal would otherwise hold a decision that its own reasons contradict."""
    rules = RuleSet("random", [Rule(f"r{number}", each, number) for number, each in enumerate(found)], EVERY_KIND)
    decision = rules.decide(raw)
    written = json.loads(json.dumps(decision.to_json()))
    assert (decision.rule is None) == (decision.because is None)
    if decision.because is not None:
        assert decision.because.holds
    chosen = found.index(decision.rule.when) if decision.rule else len(found)
    for other in decision.why_not():
        assert (other.against is None) == other.rule.when.holds(decision.facts)
        assert other.against is not None or other.rule.priority > chosen
    assert set(written["facts"]) == rules.facts()
    assert rules.decide(written["facts"]).rule == decision.rule
    rules.engine().close()


@settings(deadline=None)
@given(raw_facts(TRIAGE_FACTS))
def test_triage_always_gives_a_severity_and_never_plays_an_urgent_sign_down(raw: Mapping[str, Value]) -> None:
    """A message would otherwise stay without a severity, or a fire be handled like a slow parcel."""
    severity = TRIAGE.decide(raw).then["severity"]
    if any(raw.get(sign) is True for sign in URGENT_SIGNS) or raw.get("subject") in ("fire", "illness", "danger"):
        assert severity == "urgent"
    elif raw.get("intent", UNKNOWN) == UNKNOWN:
        assert severity == "important"
    else:
        assert severity in ("general", "important")


@pytest.mark.parametrize(
    ("facts", "severity", "rule"),
    [
        ({}, "important", "not_readable"),
        ({"intent": "complaint"}, "important", "complaint_not_looked_at"),
        ({"intent": "complaint", "sign_safety": False}, "general", "other_complaint"),
        ({"intent": "complaint", "sign_slow_parcel": True}, "general", "slow_parcel"),
        (
            {"intent": "complaint", "sign_slow_parcel": True, "sign_group_discontent": True},
            "important",
            "group_discontent",
        ),
        (
            {"intent": "complaint", "sign_product_failure": True, "sign_slow_parcel": True},
            "important",
            "product_failure",
        ),
        ({"intent": "deletion_request"}, "general", "no_complaint"),
        ({"intent": "deletion_request", "sign_legal_threat": True}, "urgent", "legal_threat"),
        ({"sign_safety": True}, "urgent", "danger_to_people"),
        ({"intent": "other"}, "general", "no_complaint"),
    ],
)
def test_triage_sorts_as_the_three_levels_say(facts: dict[str, object], severity: str, rule: str) -> None:
    """The wrong person would otherwise be woken, or nobody."""
    decision = TRIAGE.decide(facts)
    assert decision.rule is not None
    assert (decision.then["severity"], decision.rule.id) == (severity, rule)
    assert decision.rule.title


BAD_PACK = """\
pack: triage
title: How severe
rules:
  - id: one
    title: First
    priority: 10
    when: {sign_saftey: true}
    then: {severity: urgent}
  - id: two
    title: Second
    priority: 20
    when: {sign_safety: true}
    then: {severity: terrible}
"""
SAME_TWICE = """\
pack: triage
title: How severe
rules:
  - {id: one, title: First, priority: 10, when: {sign_safety: true}, then: {severity: urgent}}
  - {id: one, title: Second, priority: 10, when: {sign_safety: false}, then: {severity: general}}
"""


def test_every_problem_of_a_pack_is_reported_at_its_line(tmp_path: Path) -> None:
    """A pack with a slip would otherwise load and never fire."""
    path = tmp_path / "pack.yaml"
    path.write_text(BAD_PACK, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_pack(path, VOCABULARY)
    assert [problem.place.line for problem in caught.value.problems] == [7, 13]
    path.write_text(SAME_TWICE, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_pack(path, VOCABULARY)
    assert [problem.check for problem in caught.value.problems] == ["same-id", "same-priority"]


def test_the_history_gives_reasons_for_as_many_as_a_person_reads() -> None:
    """With a thousand playbooks every message would leave two thousand sentences in the history, for years."""
    count = EVERY_KIND["count"]
    rules = RuleSet("many", [Rule(f"r{n:03}", Is(count, "is", n), n) for n in range(300)], EVERY_KIND)
    decision = rules.decide({"count": 299})
    assert len(decision.in_words()["why_not"]) == MOST_OTHERS
    assert len(decision.why_not()) == 299
    rules.engine().close()
