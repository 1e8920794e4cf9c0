"""Packs together: who supplies what, in which order they are asked, and what follows from certain facts."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings

from flows.shelf import ROOT
from flows.verbs import all_verbs
from rules.bundle import Bundle, content_files
from rules.packs import Packs, read_packs, supplies
from rules.problems import Problems
from rules.vocabulary import UNKNOWN, FactError, Value, Vocabulary
from rules.yaml_source import Source
from tests.rules.strategies import raw_facts

VOCABULARY = Vocabulary.load()
SHIPPED = {path: text for path, text in content_files(ROOT).items() if path.startswith("rules/packs/")}


def packs(files: Mapping[str, str], problems: Problems | None = None) -> Packs | None:
    noted = problems or Problems()
    sources = {
        path: Source.parse(text, path, noted) for path, text in files.items() if not path.endswith("guards.yaml")
    }
    return read_packs({path: each for path, each in sources.items() if each is not None}, VOCABULARY, noted)


def shipped() -> Packs:
    found = packs(SHIPPED)
    assert found is not None
    return found


PACKS = shipped()


def a_pack(name: str, asks: str, sets: str) -> str:
    rule = f"{{id: one, title: One, priority: 1, when: {asks}, then: {sets}}}"
    return f"pack: {name}\ntitle: {name}\nrules: {rule}\n"


def test_facts_of_one_pack_reach_the_next() -> None:
    """A crowd would be seen, and each of its complaints be handled as if it were the only one."""
    derived = PACKS.derive({"complainers_in_10_minutes": 30, "intent": "complaint", "sign_safety": False}, ["severity"])
    assert (derived.facts["surge"], derived.facts["severity"]) == ("surge", "important")
    assert list(derived.decisions) == ["topic", "surge", "triage"], "and nobody else is asked"


def test_what_is_known_is_not_decided_anew() -> None:
    """A severity that a person gave would be talked away by a rule."""
    derived = PACKS.derive({"sign_safety": True, "severity": "general", "surge": "calm"}, ["severity", "surge"])
    assert (derived.facts["severity"], dict(derived.decisions)) == ("general", {})
    assert PACKS.needs(["severity"], ["severity"]) == {"severity"}, "nor is the store asked for it"


def test_only_what_is_needed_is_asked_for() -> None:
    """Every condition of every step would cost a dozen questions to the store."""
    assert PACKS.needs(["recall_outlook", "locale"]) == {"recall_outlook", "time_since_message", "locale"}
    assert "complainers_in_10_minutes" in PACKS.needs(["severity"])
    assert PACKS.following_from(["complainers_in_10_minutes"]) == {"surge", "fire_state", "severity"}


def test_facts_outside_the_vocabulary_are_refused() -> None:
    """A mistyped fact would be decided as if it had not been given."""
    with pytest.raises(FactError, match="recall_outlook"):
        PACKS.derive({"recall_outlok": "good"})


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(raw_facts(VOCABULARY))
def test_deriving_adds_and_never_changes(raw: Mapping[str, Value]) -> None:
    """What a colleague has said would be overruled, or a second look would decide otherwise."""
    derived = PACKS.derive(raw)
    known = {name: value for name, value in raw.items() if value != UNKNOWN}
    assert {name: derived.facts[name] for name in known} == known
    changed = {name for name, value in derived.facts.items() if value != UNKNOWN and name not in known}
    assert changed <= PACKS.suppliers.keys()
    open_ = {"retention_value", "topic"}  # what may go is asked where nobody knows; only a complaint has a topic
    assert changed | known.keys() >= PACKS.suppliers.keys() - open_, "every other pack says something in every case"
    again = PACKS.derive(derived.facts)
    assert again.facts == derived.facts
    assert all(decision.rule is None for decision in again.decisions.values())
    for name in PACKS.suppliers:
        alone = PACKS.derive(raw, [name])
        assert alone.facts[name] == derived.facts[name]


def test_order_follows_from_who_asks_for_what() -> None:
    """A pack would be asked before the one whose answer it needs."""
    chain = {
        "rules/packs/a.yaml": a_pack("a", "{surge: surge}", "{severity: urgent}"),
        "rules/packs/b.yaml": a_pack("b", "{breach_severity: grave}", "{surge: surge}"),
        "rules/packs/c.yaml": a_pack("c", "{leaked_data: sensitive}", "{breach_severity: grave}"),
    }
    found = packs(chain)
    assert found is not None
    assert [pack.name for pack in found.by_path.values()] == ["c", "b", "a"]
    assert found.derive({"leaked_data": "sensitive"}).facts["severity"] == "urgent"


def test_a_circle_is_named_with_all_its_lines() -> None:
    """The designer would know that something is wrong somewhere in five files."""
    problems = Problems()
    circle = {
        "rules/packs/a.yaml": a_pack("a", "{surge: surge}", "{severity: urgent}"),
        "rules/packs/b.yaml": a_pack("b", "{breach_severity: grave}", "{surge: surge}"),
        "rules/packs/c.yaml": a_pack("c", "{severity: urgent}", "{breach_severity: grave}"),
    }
    assert packs(circle, problems) is None
    (problem,) = problems
    assert (problem.check, problem.place.path, problem.place.line) == ("pack-circle", "rules/packs/a.yaml", 3)
    assert problem.message == (
        'this goes in a circle: "a" asks for surge (rules/packs/a.yaml:3), '
        '"b" asks for breach_severity (rules/packs/b.yaml:3), "c" asks for severity (rules/packs/c.yaml:3)'
    )


def test_two_packs_for_one_fact_name_each_other() -> None:
    """It would be chance which of the two decides."""
    problems = Problems()
    files = {
        "rules/packs/a.yaml": a_pack("a", "{intent: complaint}", "{severity: urgent}"),
        "rules/packs/b.yaml": a_pack("b", "{intent: other}", "{severity: general}"),
    }
    assert packs(files, problems) is None
    assert [(problem.place.path, problem.check) for problem in problems] == [
        ("rules/packs/a.yaml", "two-packs"),
        ("rules/packs/b.yaml", "two-packs"),
    ]
    assert ["b.yaml:3" in problem.message or "a.yaml:3" in problem.message for problem in problems] == [True, True]


def test_each_fact_that_rules_supply_has_its_pack() -> None:
    """A procedure that waits for `evidence_decision: erase` would wait for ever."""
    assert PACKS.suppliers.keys() == {fact.name for fact in VOCABULARY if fact.source == "rules"}
    assert sum(len(supplies(pack)) for pack in PACKS.by_path.values()) == len(PACKS.suppliers)


def test_content_from_before_there_were_other_packs_is_still_read() -> None:
    """A case that began under older content could not go on."""
    files = {path: text for path, text in content_files(ROOT).items() if not path.startswith("rules/packs/")}
    old = {**files, **{path: SHIPPED[path] for path in ("rules/packs/triage.yaml", "rules/packs/guards.yaml")}}
    bundle = Bundle.parse(old, all_verbs())
    assert bundle.derive({"sign_safety": True}).facts["severity"] == "urgent"
    assert bundle.derive({"time_since_message": "1 hour"}, ["recall_outlook"]).facts["recall_outlook"] == UNKNOWN
