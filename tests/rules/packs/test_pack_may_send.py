"""May send: what may leave now, whoever wants to send it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.rules.packs.shipped_packs import VOCABULARY, outcome, pack

NAMES = sorted(pack("may_send").facts())


@some.composite
def situations(draw: some.DrawFn) -> dict[str, object]:
    """Any facts that the pack asks for, known or not."""
    found: dict[str, object] = {}
    for name in NAMES:
        fact = VOCABULARY[name]
        values: list[object] = [True, False] if fact.kind == "yes_no" else list(fact.values)
        found[name] = draw(some.sampled_from(["unknown", *(values or [0, 1, 2, 4, 5, 99])]))
    return found


@pytest.mark.parametrize(
    ("facts", "may_send", "rule"),
    [
        ({}, "no", "frozen"),  # nobody knows whether there is a crisis
        ({"freeze": False}, "yes", "nothing_against"),
        ({"freeze": True, "purpose": "order"}, "no", "frozen"),
        ({"freeze": True, "purpose": "crisis", "open_incident": True}, "yes", "crisis"),
        ({"freeze": False, "purpose": "crisis", "open_incident": False}, "ask", "which_crisis"),
        ({"freeze": True, "purpose": "answer"}, "yes", "answer"),
        ({"freeze": True, "purpose": "answer", "window_open": False}, "ask", "answer_too_late"),
        ({"freeze": False, "purpose": "marketing", "contacts_from_us_this_week": 1}, "yes", "nothing_against"),
        ({"freeze": False, "purpose": "marketing", "contacts_from_us_this_week": 2}, "no", "too_often"),
        ({"freeze": False, "purpose": "order", "contacts_from_us_this_week": 4}, "yes", "order"),
        ({"freeze": False, "purpose": "order", "contacts_from_us_this_week": 5}, "ask", "order_too_often"),
        ({"freeze": False, "purpose": "order", "asked_for_deletion": True, "open_case": True}, "yes", "order"),
        ({"freeze": False, "purpose": "marketing", "in_incident": True}, "no", "in_a_crisis"),
        ({"freeze": False, "purpose": "order", "quiet_now": True}, "no", "at_night"),
    ],
)
def test_what_may_leave(facts: dict[str, object], may_send: str, rule: str) -> None:
    """A message would leave that hurts somebody, or stay that somebody waits for."""
    assert outcome("may_send", facts) == (may_send, rule)


@given(situations())
def test_while_it_is_frozen_only_answers_and_the_crisis_leave(facts: dict[str, object]) -> None:
    """Some rare mixture of facts would open a way for a broadcast; so would a fact that nobody could find out."""
    answer, _ = outcome("may_send", facts)
    if facts["freeze"] is not False and facts["purpose"] not in ("crisis", "answer"):
        assert answer == "no"
    if facts["purpose"] in ("marketing", "unknown") and facts["wants_no_messages"] is True:
        assert answer == "no"


@given(situations(), some.sampled_from(["asked_for_deletion", "wants_no_messages", "quiet_now", "freeze", "open_case"]))
def test_nothing_that_stands_against_it_ever_opens_the_door(facts: dict[str, object], name: str) -> None:
    """To ask for deletion, or to say stop, would bring somebody more messages than before."""
    order = list(VOCABULARY["may_send"].values)
    before, _ = outcome("may_send", {**facts, name: False})
    after, _ = outcome("may_send", {**facts, name: True})
    assert order.index(str(after)) <= order.index(str(before))
