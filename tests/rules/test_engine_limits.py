"""Every limit of the engine that content could reach: refused on its line, or made impossible by how we ask.

What was measured of the engine: more than 250 fields in a question are an error; so are 65 rules that hold at once; 256
rules alike end the process; 513 first conditions never return; priorities go from 0 to 65,535; names are compared by
a hash; large integers are cut off.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from rules.conditions import DEEPEST, MOST_BRANCHES, MOST_FACTS, All, Any_, Condition, Is, Not, parse_condition
from rules.decision import Rule, RuleSet, parse_pack
from rules.engine import MOST_RULES_A_HANDLE, Engine, EngineError
from rules.problems import Problems
from rules.units import LONGEST
from rules.vocabulary import LARGEST_COUNT, Fact, Vocabulary
from rules.yaml_source import Source
from tests.rules import shipped
from tests.rules.strategies import EVERY_KIND, WIDE

MANY = Vocabulary({f"fact_{n}": Fact(f"fact_{n}", "yes_no", {}, "one of many", "team") for n in range(400)})
CHOICE, COUNT = EVERY_KIND["choice"], EVERY_KIND["count"]

PACK = """\
pack: limits
title: What the engine cannot carry
rules:
  - id: usual
    title: A rule like any other
    priority: 10
    when: {count: 1}
    then: {level: low}
  - id: beyond
    title: A rule that is too much
    priority: 20
    when: WHEN
    then: {level: high}
"""


def refused(when: object, vocabulary: Vocabulary = EVERY_KIND) -> list[str]:
    """What is said of a pack whose second rule, on line 12, has this condition."""
    level = Vocabulary({**vocabulary.facts, "level": EVERY_KIND["level"], "count": COUNT})
    problems = Problems()
    source = Source.parse(PACK.replace("WHEN", json.dumps(when)), "pack.yaml", problems)
    assert source is not None
    assert (parse_pack(source, level, problems) is None) == bool(problems.errors())
    return [str(problem) for problem in problems]


def condition(when: object, vocabulary: Vocabulary) -> Condition:
    found = parse_condition(when, vocabulary, (), lambda *problem: pytest.fail(str(problem)))
    assert found is not None
    return found


def ways(number: int) -> dict[str, object]:
    """A condition that can come true in two ways to the power of `number`."""
    return {"all": [{"any": [{"choice": "a"}, {"yes": True}]}] * number}


def test_too_many_ways_to_come_true_are_refused_on_their_line() -> None:
    """The engine would be filled with thousands of rules by one careless condition."""
    assert MOST_BRANCHES == 2**8
    assert refused(ways(8)) == []
    assert refused(ways(9)) == [
        "pack.yaml:12:5: error: this condition can come true in more than 256 ways; split it [condition-too-large]"
    ]
    pair = Any_((Is(CHOICE, "is", "a"), Is(COUNT, "is", 1)))
    with pytest.raises(EngineError, match="split it"):
        Engine([All((pair,) * 9)])


def test_holes_among_many_values_count_as_ways() -> None:
    """Three facts with hundreds of values would make a million rules out of three lines."""
    sparse = {"one_of": [f"topic_{number}" for number in range(0, 90, 18)]}
    two = {"all": [{"topic": sparse}, {"not": {"grade": {"at_most": "grade_20"}}}]}
    assert refused(two, WIDE) == []
    several = {
        f"topic_{n}": Fact(f"topic_{n}", "choice", WIDE["topic"].values, "one of many", "team") for n in range(4)
    }
    assert "more than 256 ways" in refused(dict.fromkeys(several, sparse), Vocabulary(several))[0]


def test_too_deep_a_nesting_is_refused_on_its_line() -> None:
    """The reader itself would run out of stack."""
    deep: object = {"yes": True}
    for _ in range(DEEPEST - 1):
        deep = {"not": deep}
    assert refused(deep) == []
    assert f"nested deeper than {DEEPEST} levels [condition-too-large]" in refused({"not": deep})[0]
    assert refused({"not": deep})[0].startswith("pack.yaml:12:")


def test_a_condition_about_too_many_facts_is_refused_on_its_line() -> None:
    """The engine would refuse each customer's message, because a question to it has a field for each fact."""
    names = [f"fact_{number}" for number in range(MOST_FACTS + 1)]
    assert refused({"all": [dict.fromkeys(names, True)]}, MANY) == [
        "pack.yaml:12:5: error: this condition speaks about more than 200 facts; split it [condition-too-large]"
    ]
    widest = condition(dict.fromkeys(names[:MOST_FACTS], True), MANY)
    assert Engine([widest]).matching(MANY.gate(dict.fromkeys(names, True))) == [0]
    assert Engine([widest]).matching(MANY.gate({})) == []
    with pytest.raises(EngineError, match="speaks about more"):
        Engine([All((widest, Is(MANY["fact_399"], "is", True)))])


def test_a_trigger_beyond_the_limits_is_named_with_its_line() -> None:
    """A designer would release a playbook that no message can start."""
    path = "playbooks/complaint_general.yaml"
    text = shipped.text(path)
    line = next(number for number, each in shipped.lines(path) if each.lstrip().startswith("- when:"))
    pair = "{any: [{has_photo: true}, {dispute: open}]}"
    written = text.split("\n")
    written[line] = f"  - when: {{all: [{', '.join([pair] * 9)}]}}"
    found = [each for each in shipped.errors_with(path, "\n".join(written)) if each.check == "condition-too-large"]
    assert [each.place.line for each in found] == [line + 1]


def test_rules_that_speak_about_many_facts_together_are_asked_in_parts() -> None:
    """Rules that are small each would be too much for one question to the engine."""
    facts = list(MANY)
    found = [All(tuple(Is(fact, "is", True) for fact in facts[n : n + 20])) for n in range(0, 400, 10)]
    engine = Engine(found)
    assert engine.matching(MANY.gate(dict.fromkeys(MANY.facts, True))) == list(range(len(found)))
    assert engine.matching(MANY.gate({"fact_399": True})) == [] == engine.matching(MANY.gate({}))
    engine.close()


def test_a_hundred_rules_alike_all_hold() -> None:
    """From a certain number on, rules alike end the process, or are too many at once."""
    engine = Engine([Is(COUNT, "at_least", 3)] * 300)
    assert engine.matching(EVERY_KIND.gate({"count": 3})) == list(range(300))
    assert engine.matching(EVERY_KIND.gate({"count": 2})) == []
    engine.close()


def test_many_holes_in_one_comparison_are_carried() -> None:
    """A list of hundreds of values would be a rule of hundreds of tests, and hang a customer's message."""
    evens = tuple(range(0, 2 * MOST_BRANCHES - 2, 2))
    topics = tuple(f"topic_{number}" for number in range(0, 90, 2))
    found = [Is(COUNT, "one_of", evens), Not(Is(COUNT, "one_of", evens)), Not(Is(WIDE["topic"], "one_of", topics))]
    engine = Engine(found)
    assert engine.matching(WIDE.gate({"count": 254, "topic": "topic_1"})) == [0, 2]
    assert engine.matching(WIDE.gate({"count": 255, "topic": "topic_2"})) == [1]
    engine.close()


def test_priorities_of_any_size_only_make_an_order() -> None:
    """The engine takes priorities from 0 to 65,535, and a designer any number."""
    always = Is(COUNT, "is", "known")
    rules = [Rule(f"p{n}", always, n) for n in (10**30, 65_536, 0, -1, 65_535)]
    found = RuleSet("priorities", rules, EVERY_KIND)
    assert [rule.priority for rule in found.matching({"count": 1})] == [-1, 0, 65_535, 65_536, 10**30]
    found.engine().close()


def test_large_numbers_stay_what_they_are() -> None:
    """The engine cuts off large integers, so that two of them would be the same."""
    time = EVERY_KIND["time"]
    found = [Is(COUNT, "is", LARGEST_COUNT), Is(COUNT, "at_most", LARGEST_COUNT - 1), Is(time, "is", LONGEST)]
    engine = Engine(found)
    assert engine.matching(EVERY_KIND.gate({"count": 10**40, "time": timedelta.max})) == [0, 2]
    assert engine.matching(EVERY_KIND.gate({"count": LARGEST_COUNT - 1, "time": LONGEST - timedelta(seconds=1)})) == [1]
    assert refused({"count": {"more_than": 10**40}})[0].endswith("it never holds [never-true]")
    engine.close()


def test_no_name_and_no_text_of_the_content_reaches_the_engine() -> None:
    """Names are compared by a hash there, so that one fact would be taken for another; and a long one ends it all."""
    long = "x" * 70_000
    fact = Fact("liquid", "choice", {"costarring": "a", "liquid": "b", long: "c"}, "", "team")
    engine = Engine([Is(fact, "is", long)] * (MOST_RULES_A_HANDLE + 1))
    for handle in engine._handles:
        words = set(re.findall('"([^"]*)"', handle.definition + handle._message))
        assert {word for word in words if not re.fullmatch(r"[rf]\d{1,3}", word)} <= {
            "_k",
            "id",
            "sid",
            "z",
            "all",
            "m",
            "$and",
            "$gte",
            "$lte",
            "$neq",
            "pri",
        }
    assert len(engine.matching({"liquid": long})) == MOST_RULES_A_HANDLE + 1
    engine.close()
