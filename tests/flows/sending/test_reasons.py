"""Reasons in texts: a colleague chooses one, a designer words it, and the customer reads it in their language."""

from __future__ import annotations

import pytest

from tests.flows.runs.trials import ASKS, bundle, tried

REFUSED = """
    steps:
      - reply: deletion/heard
      - ask: {who: privacy_lead, question: Does anything speak against it?, form: {refusal_reason: any}}
        timeout: 3 days
        on_timeout: {label: late}
      - {id: refused, reply: deletion/refused, on_failure: [{id: in_person, escalate: privacy_lead}]}
"""
CHINESE = "麻烦把我们聊天记录里关于我的个人信息都删一下，谢谢"


@pytest.mark.parametrize(
    ("asks", "reason", "says"),
    [
        (ASKS, "not_the_person", "the information belongs to somebody else"),
        (ASKS, "unfounded", "we hold nothing that the request could be about"),
        (CHINESE, "not_the_person", "这些信息属于另一个人"),
    ],
)
def test_a_refusal_says_why(asks: str, reason: str, says: str) -> None:
    """A customer would be refused without the reason, which the law wants them to have."""
    tried(
        bundle(REFUSED),
        f"""
        timeline: [customer says: "{asks}", answer: {{refusal_reason: {reason}}}]
        expect: [{{reply: deletion/refused, says: "{says}"}}]
        never: [step: in_person]
        """,
    )


@pytest.mark.parametrize("reason", ["other", "legal_claims"])
def test_a_reason_without_words_is_a_persons_to_give(reason: str) -> None:
    """A customer would read a text with a hole in it, or with a reason that is not theirs."""
    tried(
        bundle(REFUSED),
        f"""
        timeline: [customer says: {ASKS}, answer: {{refusal_reason: {reason}}}]
        expect: [{{step: refused, status: failed}}, {{task: privacy_lead, kind: do}}]
        never: [reply: deletion/refused]
        """,
    )


def test_outside_the_window_the_reason_is_a_parameter() -> None:
    """The template would be refused by WhatsApp for want of its reason."""
    tried(
        bundle(REFUSED),
        f"""
        timeline: [customer says: {ASKS}, after: 2 days, answer: {{refusal_reason: unfounded}}]
        expect: [{{reply: deletion/refused, form: template, says: we hold nothing}}]
        """,
    )
