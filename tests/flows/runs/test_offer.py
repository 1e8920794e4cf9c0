"""The verb `offer`: what a customer may choose, how they choose it, and what becomes of it."""

from __future__ import annotations

import pytest

from flows.verbs import all_verbs
from rules.bundle import Bundle
from tests.flows.runs.trials import bundle, tried

OFFERS = """
steps:
  - id: choice
    offer: {text: crisis/offer, remedies: [refund, replacement, voucher]}
    timeout: 3 days
    on_timeout: {notify: {who: on_call, message: No answer to our offer}}
  - choose:
      - when: {chosen_remedy: refund}
        steps: [{reply: crisis/chosen-refund}]
      - when: {chosen_remedy: replacement}
        steps: [{reply: crisis/chosen-replacement}]
      - when: {chosen_remedy: voucher}
        steps: [{reply: crisis/chosen-voucher}]
      - when: {chosen_remedy: person}
        steps: [{reply: crisis/person}]
"""
OFFER = "playbooks/replies/crisis/offer.yaml"
_SHIPPED = dict(bundle(OFFERS).files)
_APART = _SHIPPED[OFFER].replace("{statement}", "{statement|We are sorry.}")
CONTENT = Bundle.parse({**_SHIPPED, OFFER: _APART}, all_verbs())
"""The shipped offer, as a business would word it for days without a crisis: there is no statement then."""
ASKS = "Please delete my personal information from this chat"  # what begins a trial


def test_a_tap_is_the_choice() -> None:
    """A customer who taps a button would go on waiting, or get something that they have not chosen."""
    tried(
        CONTENT,
        f"""
        timeline:
          - customer says: {ASKS}
          - customer taps: refund
        expect:
          - reply: crisis/offer
            says: Money back / Send it again / A voucher / Talk to a person
          - reply: crisis/chosen-refund
          - nothing more
        """,
    )


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ("refund please", "chosen-refund"),
        ("2", "chosen-replacement"),
        ("Not a voucher, I want my money back!", "chosen-refund"),
        ("A voucher", "chosen-voucher"),
        ("none of these, call me", "person"),
        ("那就退款吧", "chosen-refund"),
        ("第二个", "chosen-replacement"),
        ("Ersatz bitte", "chosen-replacement"),
    ],
)
def test_words_are_the_choice_where_they_are_clear(words: str, chosen: str) -> None:
    """Whoever writes instead of tapping, or has no buttons, would not be heard."""
    tried(
        CONTENT,
        f"""
        timeline:
          - customer says: {ASKS}
          - customer says: "{words}"
        expect:
          - reply: crisis/{chosen}
        """,
    )


@pytest.mark.parametrize("words", ["refund or voucher", "How long does the refund take", "ok", "我能退款吗", "thanks"])
def test_unclear_words_leave_the_offer_open(words: str) -> None:
    """A question, or words that could mean two things, would be taken for a choice about money, or read by nobody."""
    tried(
        CONTENT,
        f"""
        timeline:
          - customer says: {ASKS}
          - customer says: "{words}"
          - customer taps: voucher
        expect:
          - reply: crisis/offer
          - told: on_call
          - reply: crisis/chosen-voucher
        never:
          - reply: crisis/chosen-refund
        """,
    )


def test_two_taps_count_once() -> None:
    """An impatient customer who taps twice would get two refunds under way, or two confirmations."""
    tried(
        CONTENT,
        f"""
        timeline:
          - customer says: {ASKS}
          - customer taps: Money back
          - customer taps: refund
        expect:
          - reply: crisis/offer
          - reply: crisis/chosen-refund
          - nothing more
        never:
          - opened: ordinary-message
          - task: on_call
        """,
    )


def test_who_chooses_anew_is_seen_by_a_person() -> None:
    """A customer who changes their mind would get what they do not want any more, or both."""
    played = tried(
        CONTENT,
        f"""
        timeline:
          - customer says: {ASKS}
          - customer taps: Money back
          - customer taps: voucher
          - answer: done
        expect:
          - reply: crisis/offer
          - reply: crisis/chosen-refund
          - nothing more
        never:
          - reply: crisis/chosen-voucher
        """,
    )
    assert sum(each.kind == "opened" for each in played.happened) == 1


def test_no_answer_is_no_choice() -> None:
    """Silence would be taken for a choice, or nobody would hear of it."""
    tried(
        CONTENT,
        f"""
        timeline:
          - customer says: {ASKS}
          - after: 4 days
        expect:
          - reply: crisis/offer
          - told: on_call
        never:
          - reply: crisis/chosen-refund
        """,
    )


def test_what_customers_choose_is_no_complaint() -> None:
    """A thousand customers who answer "refund" would count as a thousand new complaints, and a crisis would not end."""
    played = tried(
        CONTENT,
        f"""
        timeline:
          - customer says: {ASKS}
          - customer says: I want my money back
        expect:
          - reply: crisis/chosen-refund
        never:
          - opened: complaint-general
        """,
    )
    assert sum(each.kind == "opened" for each in played.happened) == 1
