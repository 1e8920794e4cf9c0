"""What no message can tell: facts that triage and triggers ask for, and that nothing has settled by then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.bundle import TRIAGE, Bundle
from rules.checks.check import Found, check, trigger_place
from rules.conditions import Condition
from rules.problems import Place
from rules.vocabulary import UNKNOWN
from rules.yaml_source import Keys

SEVERITY = "severity"
READ_FROM_EVERY_TEXT = "locale"
"""The fact that reading a text settles by itself, without a word list that sets it."""


@check("unheard-rule")
def unheard_rule(bundle: Bundle) -> Iterator[Found]:
    """A triage rule asks for what is settled only later, by a colleague or by triage itself, so that it is no use."""
    for condition, place in _triage(bundle, "when"):
        for name in sorted(condition.facts()):
            supplier = bundle.vocabulary[name].source
            if supplier == "team":
                yield place, f"{name} is what a colleague answers later; no message has it, so take it out"
            elif supplier == "rules":
                yield place, f"{name} is what this file decides, so no rule of it can ask for it; take it out"


@check("no-severity")
def no_severity(bundle: Bundle) -> Iterator[Found]:
    """A triage rule does not say how severe a message is, so that nobody is in a hurry about it."""
    fact = bundle.vocabulary.facts.get(SEVERITY)
    for (_, place), rule in zip(_triage(bundle, "then"), bundle.triage.rules, strict=True):
        if fact is not None and rule.then.get(SEVERITY, UNKNOWN) == UNKNOWN:
            yield place, f"say how severe it is, as in `then: {{{SEVERITY}: {fact.allowed[-1]}}}`"


@check("unheard-trigger", "warning")
def unheard_trigger(bundle: Bundle) -> Iterator[Found]:
    """A trigger asks for what a colleague answers later, which no message has."""
    for playbook in bundle.playbooks.values():
        for number, trigger in enumerate(playbook.triggers):
            for name in sorted(trigger.when.facts()):
                if bundle.vocabulary[name].source == "team":
                    place = trigger_place(playbook, number)
                    yield place, f"{name} is what a colleague answers later; no message has it"


@check("no-word-list", "warning")
def no_word_list(bundle: Bundle) -> Iterator[Found]:
    """A trigger or a triage rule asks for what should be read from the text, and no word list reads it there."""
    asked = list(_triage(bundle, "when"))
    asked += [
        (trigger.when, trigger_place(playbook, number))
        for playbook in bundle.playbooks.values()
        for number, trigger in enumerate(playbook.triggers)
    ]
    read = {*bundle.words.values, READ_FROM_EVERY_TEXT}
    for condition, place in asked if bundle.words.languages else ():
        for name in sorted(condition.facts() - read):
            if bundle.vocabulary[name].source == "text":
                yield place, f"no word list sets {name}, so it is unknown in every message; see rules/words/"


def _triage(bundle: Bundle, key: str) -> Iterator[tuple[Condition, Place]]:
    """The condition of every triage rule, and where this key of the rule stands."""
    source = bundle.sources[TRIAGE]
    written: Any = source.data["rules"]
    keys: dict[str, Keys] = (
        {written["id"]: ("rules",)}
        if isinstance(written, dict)
        else {rule["id"]: ("rules", number) for number, rule in enumerate(written)}
    )
    for rule in bundle.triage.rules:
        yield rule.when, source.place((*keys[rule.id], key))
