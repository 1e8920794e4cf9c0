"""A promise that gets a later day, as far as the law of the customer allows it, and what the customer hears."""

from __future__ import annotations

import pytest

from tests.flows.runs.trials import ASKS, bundle, tried

TRIAL = """
    promises:
      answered: {within: 28 days, warn_before: [3 days], on_breach: [{label: broken}]}
    steps:
      - reply: deletion/heard
      - wait_for: WAIT
      - set: {extension_reason: complex, jurisdiction: LAW}
      - id: longer
        extend: {promise: answered, by: BY}
        then:
          - {id: told, reply: deletion/extended}
        on_failure: [{id: no_more_time, label: no_more_time}]
      - wait_for: 15 days
      - {id: last, label: last, keeps: answered}
"""


def trial(law: str, *, wait: str = "20 days", by: str = "30 days") -> str:
    return TRIAL.replace("WAIT", wait).replace("BY", by).replace("LAW", law)


def test_a_later_day_is_told_and_holds() -> None:
    """The customer would read the old day, or the promise would break on it though the law gave more time."""
    tried(
        bundle(trial("eu")),
        f"""
        timeline: [customer says: {ASKS}, after: 36 days]
        expect:
          - {{step: longer, status: done}}
          - {{reply: deletion/extended, says: there is more to go through than we thought}}
          - promise kept: answered
        never: [promise broken: answered, warning: answered, step: no_more_time]
        """,
    )


def test_the_text_names_the_new_day() -> None:
    """A customer would be told that the answer comes later, and read the day that they knew."""
    tried(
        bundle(trial("eu")),
        f"""
        timeline: [customer says: {ASKS}, after: 21 days]
        expect: [{{reply: deletion/extended, says: 'by March 4, 2026'}}]
        """,
    )


def test_the_new_day_is_a_clock_like_the_old_one() -> None:
    """Nobody would be warned of the later day, or hear that it was broken."""
    tried(
        bundle(trial("california", by="10 days").replace("15 days", "40 days")),
        f"""
        timeline: [customer says: {ASKS}, after: 34 days, after: 1 day, after: 4 days]
        expect: [warning: answered, promise broken: answered]
        """,
    )


@pytest.mark.parametrize(
    ("law", "wait", "by"),
    [
        ("china", "20 days", "3 days"),  # 30 days, and no extension at all
        ("brazil", "20 days", "3 days"),  # no clock of that law is listed: all of them count
        ("unknown", "20 days", "3 days"),
        ("eu", "20 days", "61 days"),
        ("california", "20 days", "63 days"),
    ],
)
def test_the_law_leaves_no_more_time(law: str, wait: str, by: str) -> None:
    """We would tell a customer a day on which we had long broken the law."""
    content = trial(law, wait=wait, by=by)
    tried(
        bundle(content if law != "unknown" else content.replace(", jurisdiction: unknown", "")),
        f"""
        timeline: [customer says: {ASKS}, after: 21 days]
        expect: [{{step: longer, status: failed}}, {{step: no_more_time, status: done}}]
        never: [reply: deletion/extended]
        """,
    )


@pytest.mark.parametrize(("law", "by"), [("eu", "60 days"), ("uk", "60 days"), ("us", "62 days"), ("china", "2 days")])
def test_what_the_law_gives_is_given_to_the_last_day(law: str, by: str) -> None:
    """A shop would be denied time that the law leaves it."""
    tried(
        bundle(trial(law, by=by)),
        f"""
        timeline: [customer says: {ASKS}, after: 21 days]
        expect: [{{step: longer, status: done}}, reply: deletion/extended]
        """,
    )


def test_two_extensions_are_together_no_longer_than_the_law() -> None:
    """Several short extensions would add up to more than the law gives."""
    content = trial("eu", by="40 days").replace(
        "      - wait_for: 15 days\n",
        "      - {id: again, extend: {promise: answered, by: 21 days}, then: [{reply: deletion/extended}],\n"
        "         on_failure: [{id: enough, label: enough}]}\n",
    )
    tried(
        bundle(content),
        f"""
        timeline: [customer says: {ASKS}, after: 21 days]
        expect: [{{step: longer, status: done}}, {{step: again, status: failed}}]
        """,
    )


def test_who_is_told_too_late_gets_no_extension() -> None:
    """The extension would not be valid: the law wants it told within the first month."""
    content = trial("eu", wait="29 days").replace("28 days, warn_before: [3 days]", "35 days")
    tried(
        bundle(content),
        f"""
        timeline: [customer says: {ASKS}, after: 30 days]
        expect: [{{step: longer, status: failed}}]
        never: [reply: deletion/extended]
        """,
    )


def test_what_was_kept_is_not_made_later() -> None:
    """A customer who has their answer would be told that it comes later."""
    tried(
        bundle(trial("eu").replace("reply: deletion/heard", "{reply: deletion/heard, keeps: answered}")),
        f"""
        timeline: [customer says: {ASKS}, after: 21 days]
        expect: [{{step: longer, status: failed}}]
        never: [reply: deletion/extended]
        """,
    )
