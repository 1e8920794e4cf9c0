"""What can be told of the tests beside the playbooks without playing them: whether there are any, and whether some
message in them could start the playbook. How much of a playbook they reach is measured by `firebreak test`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rules.bundle import Bundle
from rules.checks.check import trigger_place
from rules.conditions import All, Condition, Is
from rules.language import Playbook
from rules.possible import never_holds
from rules.problems import Problem
from rules.vocabulary import UNKNOWN, Facts, Value
from rules.yaml_source import Source

SAID = "customer says"


def unplayed(bundle: Bundle, tests: Iterable[Source]) -> Iterator[Problem]:
    """Warnings about playbooks that no scenario plays. `tests`: the test files, as far as they could be read."""
    scenarios: dict[str, list[Mapping[str, Any]]] = {}
    for source in tests:
        data: Any = source.data
        if isinstance(data, dict) and isinstance(data.get("scenarios"), list):
            listed = [each for each in data["scenarios"] if isinstance(each, dict)]
            scenarios.setdefault(str(data.get("tests")), []).extend(listed)
    for playbook in bundle.playbooks.values():
        played = scenarios.get(playbook.name, [])
        if not played:
            place = playbook.source.place(("playbook",))
            beside = playbook.source.path.rpartition("/")[2].replace(".yaml", ".test.yaml")
            yield Problem(place, "warning", f"no scenario plays this playbook; write some in {beside}", "no-scenario")
        elif any(SAID in event for scenario in played for event in _events(scenario)):
            yield from _silent_triggers(bundle, playbook, played)


def _silent_triggers(bundle: Bundle, playbook: Playbook, played: Iterable[Mapping[str, Any]]) -> Iterator[Problem]:
    """The triggers that no message in these scenarios can make true."""
    waiting = dict(enumerate(playbook.triggers))
    for facts in _messages(bundle, played):
        for number in [number for number, trigger in waiting.items() if _may_hold(bundle, trigger.when, facts)]:
            del waiting[number]
        if not waiting:
            return
    for number in waiting:
        message = "no scenario beside the playbook has a message that could start it this way; write one that does"
        yield Problem(trigger_place(playbook, number), "warning", message, "unplayed-trigger")


def _messages(bundle: Bundle, played: Iterable[Mapping[str, Any]]) -> Iterator[Facts]:
    """What is known of each message that a customer writes in these scenarios."""
    for scenario in played:
        given = scenario.get("given")
        for event in _events(scenario):
            said = event.get(SAID)
            written = said if isinstance(said, dict) else {"text": said}
            kind = written.get("kind", "text")
            facts: dict[str, Value] = dict(bundle.reading_of(str(written.get("text") or "")).facts)
            facts["place"] = "group" if written.get("in_group") is True else "private"
            facts["has_photo"] = kind == "image"
            if kind == "text":
                facts["message_kind"] = "text"
            if isinstance(given, dict):
                facts |= given
            yield {name: value for name, value in facts.items() if _is_value(bundle, name, value)}


def _events(scenario: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    timeline = scenario.get("timeline")
    return [event for event in timeline if isinstance(event, dict)] if isinstance(timeline, list) else []


def _may_hold(bundle: Bundle, when: Condition, facts: Facts) -> bool:
    """Whether a condition can hold for a message of which these facts are known, whatever the others are."""
    return any(
        not never_holds(All((when, *_settled(bundle, {**facts, **severity}, when.facts()))))
        for severity in _severities(bundle, facts)
    )


def _severities(bundle: Bundle, facts: Facts) -> Iterator[Facts]:
    """What triage can make of the message: what every rule says that may decide."""
    for rule in bundle.triage.rules:
        settled = _settled(bundle, facts, rule.when.facts())
        if never_holds(All((rule.when, *settled))):
            continue
        yield {name: value for name, value in rule.then.items() if isinstance(value, str | bool | int)}
        if rule.when.facts() <= facts.keys():
            return  # it surely holds, so nothing below it decides
    yield {}


def _settled(bundle: Bundle, facts: Facts, about: frozenset[str]) -> list[Condition]:
    known = [(bundle.vocabulary[name], value) for name, value in facts.items() if name in about]
    return [Is(fact, "is", value) for fact, value in known]


def _is_value(bundle: Bundle, name: str, value: object) -> bool:
    """Whether this can be said of a fact; slips in a test file are told by its reader."""
    fact = bundle.vocabulary.facts.get(name)
    if fact is None:
        return False
    return value == UNKNOWN or value in fact.values or (fact.kind == "yes_no" and isinstance(value, bool))
