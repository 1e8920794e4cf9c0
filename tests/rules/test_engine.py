"""The rule engine against the reference meaning of conditions, and what the engine does when it breaks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import durable_rules_engine
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.alternatives import alternatives, fits
from rules.conditions import All, Any_, Condition, Is, Not
from rules.engine import MOST_RULES_A_HANDLE, Engine, EngineError, _Handle
from rules.vocabulary import Facts
from tests.rules.strategies import EVERY_KIND, conditions, gated_facts

CONDITIONS = conditions(EVERY_KIND)
FACTS = gated_facts(EVERY_KIND)
CHOICE = EVERY_KIND["choice"]
COUNT = EVERY_KIND["count"]


def counts_at_least(*numbers: int) -> list[Condition]:
    return [Is(COUNT, "at_least", number) for number in numbers]


@settings(deadline=None)
@given(st.lists(CONDITIONS, min_size=1, max_size=8), st.lists(FACTS, min_size=30, max_size=30))
def test_the_engine_decides_what_the_conditions_mean(rules: list[Condition], questions: list[Facts]) -> None:
    """A customer's case would otherwise go another way than the explanation says."""
    engine = Engine(rules)
    for facts in questions:
        meant = [number for number, condition in enumerate(rules) if condition.holds(facts)]
        assert engine.matching(facts) == meant
        assert engine.first(facts) == (meant[0] if meant else None)
    engine.close()


@settings(deadline=None)
@given(st.lists(CONDITIONS, min_size=8, max_size=12), st.lists(FACTS, min_size=4, max_size=4))
def test_many_rules_share_several_handles(rules: list[Condition], questions: list[Facts]) -> None:
    """A rule beyond the first forty would otherwise never be asked."""
    rules = rules * 8
    engine = Engine(rules)
    for facts in questions:
        meant = [number for number, condition in enumerate(rules) if condition.holds(facts)]
        assert engine.matching(facts) == meant
        assert engine.first(facts) == (meant[0] if meant else None)
    engine.close()


@given(CONDITIONS, FACTS)
def test_pushing_not_down_to_the_facts_keeps_the_meaning(condition: Condition, facts: Facts) -> None:
    """A negated rule on an unknown fact would otherwise flip on its way into the engine."""
    numbers = {fact: fact.number(facts[fact.name]) for fact in EVERY_KIND}
    for each in (condition, Not(condition)):
        ways = alternatives(each)
        assert any(fits(way, numbers) for way in ways) == each.holds(facts)
        assert len(ways) <= each.branches()


def test_a_rule_that_can_never_hold_and_one_that_always_does() -> None:
    """Either would otherwise be an empty group, at which the engine loops for ever."""
    same = Is(CHOICE, "is", "a")
    engine = Engine([All((same, Not(same))), Any_((same, Not(same)))])
    assert engine.matching(EVERY_KIND.gate({})) == [1]
    assert engine.matching(EVERY_KIND.gate({"choice": "a"})) == [1]
    assert Engine([]).matching(EVERY_KIND.gate({})) == []


def test_a_hundred_identical_rules_all_fire() -> None:
    """Alike rules in one handle end the process from a certain number on."""
    engine = Engine(counts_at_least(*[3] * 100))
    assert engine.matching(EVERY_KIND.gate({"count": 3})) == list(range(100))
    assert engine.matching(EVERY_KIND.gate({"count": 2})) == []


def test_a_rule_too_large_for_the_engine_is_refused_before_it_gets_there() -> None:
    """The engine would otherwise be filled with thousands of rules by one careless condition."""
    pair = Any_((Is(CHOICE, "is", "a"), Is(COUNT, "is", 1)))
    with pytest.raises(EngineError, match="split it"):
        Engine([All((pair,) * 9)])


def test_an_engine_whose_handle_was_lost_answers_all_the_same() -> None:
    """One failure inside the engine would otherwise stop every decision until somebody restarts it."""
    engine = Engine(counts_at_least(1, 5))
    facts = EVERY_KIND.gate({"count": 3})
    assert engine.matching(facts) == [0]
    for handle in engine._handles:
        durable_rules_engine.delete_state(handle.number, "1")
        durable_rules_engine.delete_ruleset(handle.number)
    assert engine.matching(facts) == [0]


def test_an_engine_that_keeps_failing_says_so() -> None:
    """An engine that cannot answer would otherwise look like "no rule applies"."""
    engine = Engine(counts_at_least(1))
    engine._handles[0].definition = '{"r0": '
    with pytest.raises(EngineError, match="failed twice"):
        engine.matching(EVERY_KIND.gate({"count": 3}))


def test_an_engine_that_lost_its_rules_is_noticed_by_its_self_test() -> None:
    """A rule set that was built wrong would otherwise decide wrongly and quietly."""
    engine = Engine([Not(Is(COUNT, "is", 7))])
    engine._handles[0].definition = engine._handles[0].definition.replace('"f0": 7', '"f0": -1')
    with pytest.raises(EngineError, match="self-test"):
        engine.matching(EVERY_KIND.gate({"count": 3}))


def test_a_closed_engine_opens_again() -> None:
    """Content that was reloaded while a run still used the old bundle would otherwise break that run."""
    engine = Engine(counts_at_least(*range(MOST_RULES_A_HANDLE + 5)))
    facts = EVERY_KIND.gate({"count": 42})
    before = engine.matching(facts)
    engine.close()
    engine.close()
    assert engine.matching(facts) == before == list(range(43))


def test_several_threads_get_their_own_answers() -> None:
    """Two customers answered at the same moment could otherwise get each other's decision."""
    engine = Engine(counts_at_least(*range(1, 51)))

    def ask(count: int) -> bool:
        return engine.matching(EVERY_KIND.gate({"count": count})) == list(range(min(count, 50)))

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, [number % 60 for number in range(2_000)]))


def test_an_answer_that_the_rules_do_not_mean_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine is not ours: an answer that it got wrong once would have sent a customer's case another way."""
    engine = Engine(counts_at_least(1, 5))
    facts = EVERY_KIND.gate({"count": 3})
    honest, wrong = _Handle._drain, iter([{0, 1}])
    monkeypatch.setattr(_Handle, "_drain", lambda *asked: next(wrong, None) or honest(*asked))
    engine._handles[0].number = -1  # as if opened before: the self-test asks nothing
    assert engine.matching(facts) == [0]
    monkeypatch.setattr(_Handle, "_drain", lambda *asked: honest(*asked) - {0})
    with pytest.raises(EngineError, match="do not mean"):
        Engine(counts_at_least(1, 5)).matching(facts)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_engines_that_are_closed_or_forgotten_give_their_memory_back() -> None:
    """A long-lived process that reloads its content would otherwise grow by half a megabyte each time."""

    def kilobytes() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4

    facts = EVERY_KIND.gate({"count": 3})
    for _ in range(20):
        Engine(counts_at_least(*range(10))).matching(facts)
    before = kilobytes()
    for _ in range(200):
        Engine(counts_at_least(*range(10))).matching(facts)
    assert kilobytes() - before < 40_000
