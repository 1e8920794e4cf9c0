"""What no message can tell: facts that triage and triggers ask for, and that nothing has settled by then."""

from __future__ import annotations

from collections.abc import Iterator

from rules.bundle import TRIAGE, Bundle
from rules.checks.check import Found, check, rules_of, trigger_place
from rules.language import AGE
from rules.vocabulary import UNKNOWN

SEVERITY = "severity"
READ_FROM_EVERY_TEXT = frozenset(
    {
        "locale",
        "subject",
        "has_phone_number",
        "has_email",
        "has_postal_address",
        "has_own_name",
        "has_identity_number",
        "has_passport_number",
        "has_bank_card",
        "has_bank_account",
    }
)
"""The facts that reading a text settles by itself, without a word list that sets them."""


@check("unheard-rule")
def unheard_rule(bundle: Bundle) -> Iterator[Found]:
    """A triage rule asks for what is settled only later, when a colleague has answered, so that it is no use."""
    for rule, place in rules_of(bundle, TRIAGE, "when"):
        for told in _unheard(bundle, rule.when.facts()):
            yield place, f"{told}; no message has it, so take it out"


@check("no-severity")
def no_severity(bundle: Bundle) -> Iterator[Found]:
    """A triage rule does not say how severe a message is, so that nobody is in a hurry about it."""
    fact = bundle.vocabulary.facts.get(SEVERITY)
    for rule, place in rules_of(bundle, TRIAGE, "then"):
        if fact is not None and rule.then.get(SEVERITY, UNKNOWN) == UNKNOWN:
            yield place, f"say how severe it is, as in `then: {{{SEVERITY}: {fact.allowed[-1]}}}`"


@check("unheard-trigger", "warning")
def unheard_trigger(bundle: Bundle) -> Iterator[Found]:
    """A trigger asks for what a colleague answers later, or for what follows from it, which no message has."""
    for playbook in bundle.playbooks.values():
        for number, trigger in enumerate(playbook.triggers):
            for told in _unheard(bundle, trigger.when.facts()):
                yield trigger_place(playbook, number), f"{told}; no message has it"


@check("no-word-list", "warning")
def no_word_list(bundle: Bundle) -> Iterator[Found]:
    """A trigger or a rule of a pack asks for what should be read from the text, and no word list reads it there."""
    asked = [(rule.when, place) for path in bundle.packs.by_path for rule, place in rules_of(bundle, path, "when")]
    asked += [
        (trigger.when, trigger_place(playbook, number))
        for playbook in bundle.playbooks.values()
        for number, trigger in enumerate(playbook.triggers)
    ]
    read = {*bundle.words.values, *READ_FROM_EVERY_TEXT}
    for condition, place in asked if bundle.words.languages else ():
        for name in sorted(condition.facts() - read):
            if bundle.vocabulary[name].source == "text":
                yield place, f"no word list sets {name}, so it is unknown in every message; see rules/words/"


def _unheard(bundle: Bundle, names: frozenset[str]) -> Iterator[str]:
    """Of these facts, what each is that no message has."""
    for name in sorted(names):
        if bundle.vocabulary[name].source == "team":
            yield f"{name} is what a colleague answers later"
        elif name == AGE:
            yield f"{name} is what each item of a `for_each` has"
        elif name in bundle.packs.suppliers:
            leaves = bundle.packs.needs([name]) - bundle.packs.suppliers.keys()
            if all(bundle.vocabulary[leaf].source == "team" or leaf == AGE for leaf in leaves):
                yield f"{name} follows only from what is known later ({', '.join(sorted(leaves))})"
