"""What the engine does when it breaks, is closed, or is asked from several threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import durable_rules_engine
import pytest

from rules.conditions import All, Any_, Condition, Is, Not
from rules.engine import MOST_OPEN, MOST_RULES_A_HANDLE, Engine, EngineError, _Handle
from tests.rules.strategies import EVERY_KIND

CHOICE = EVERY_KIND["choice"]
COUNT = EVERY_KIND["count"]


def counts_at_least(*numbers: int) -> list[Condition]:
    return [Is(COUNT, "at_least", number) for number in numbers]


def test_a_rule_that_can_never_hold_and_one_that_always_does() -> None:
    """Either would otherwise be an empty group, at which the engine loops for ever."""
    same = Is(CHOICE, "is", "a")
    engine = Engine([All((same, Not(same))), Any_((same, Not(same)))])
    assert engine.matching(EVERY_KIND.gate({})) == [1]
    assert engine.matching(EVERY_KIND.gate({"choice": "a"})) == [1]
    assert Engine([]).matching(EVERY_KIND.gate({})) == []


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


def test_an_engine_is_tested_before_it_is_used() -> None:
    """A release whose rules the engine takes wrongly would be put in force, and fail at a customer's message."""
    engine = Engine(counts_at_least(*range(MOST_RULES_A_HANDLE + 5)))
    engine.open()
    assert all(handle.number is not None for handle in engine._handles)
    engine.close()
    engine._handles[1].definition = engine._handles[1].definition.replace('"f0": 42', '"f0": 43')
    with pytest.raises(EngineError, match="self-test"):
        engine.open()
    engine.close()


def test_very_many_rules_do_not_keep_all_their_memory() -> None:
    """Each part of the engine takes a megabyte, so that content of some size would fill the machine."""
    engine = Engine(counts_at_least(*range(MOST_RULES_A_HANDLE * (MOST_OPEN + 3))))
    facts = EVERY_KIND.gate({"count": 10**9})
    for _ in range(2):
        assert len(engine.matching(facts)) == MOST_RULES_A_HANDLE * (MOST_OPEN + 3)
        assert engine.first(facts) == 0
        assert sum(handle.number is not None for handle in engine._handles) == MOST_OPEN
    engine.close()


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
    honest, wrong = _Handle._drain, iter([0b111])
    monkeypatch.setattr(_Handle, "_drain", lambda *asked: next(wrong, None) or honest(*asked))
    engine._handles[0].number = -1  # as if opened before: the self-test asks nothing
    assert engine.matching(facts) == [0]
    monkeypatch.setattr(_Handle, "_drain", lambda *asked: honest(*asked) & ~1)
    with pytest.raises(EngineError, match="failed twice"):
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
