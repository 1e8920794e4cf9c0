"""The words that make a text personal: reading `playbooks/phrases.yaml`, filling texts, hearing a choice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.phrases import Phrases, read_phrases
from rules.problems import Problems
from rules.replies import NOTHING, Reply, traceless
from rules.vocabulary import Vocabulary
from rules.yaml_source import Source

SHIPPED = (Path(__file__).parents[2] / "playbooks" / "phrases.yaml").read_text(encoding="utf-8")
CHOICES = ("refund", "replacement", "voucher", "person")


def read(text: str) -> tuple[Phrases | None, list[str]]:
    problems = Problems()
    source = Source.parse(text, "playbooks/phrases.yaml", problems)
    found = read_phrases(source, Vocabulary.load(), problems) if source is not None else None
    return found, [str(each) for each in problems]


def shipped() -> Phrases:
    found, problems = read(SHIPPED)
    assert problems == []
    assert found is not None
    return found


def test_every_topic_is_put_into_words() -> None:
    """A customer with a certain problem would get a text as if nobody had read theirs."""
    topics = Vocabulary.load()["topic"].values
    for topic in topics:
        for locale in ("en", "zh-CN"):
            assert (shipped().problem({"topic": topic}, locale) is not None) == (topic != "other"), (topic, locale)


def test_every_choice_has_a_button_in_every_language_of_the_texts() -> None:
    """A Chinese offer would have an English button on it, or one that WhatsApp cuts off."""
    titles = [shipped().title(each, locale) for each in CHOICES for locale in ("en", "zh-CN")]
    assert len(set(titles)) == 8
    assert all(0 < len(title) <= 20 for title in titles)


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("  fact: topic", "  fact: topics", 'unknown fact "topics"'),
        ("    delivery:", "    deliverys:", 'did you mean "delivery"'),
        ("  voucher:\n", "  coupon:\n", "is not a value of chosen_remedy"),
        ("en: Money back,", "en: Your money back to the card,", "a title of at most 20 characters"),
        ("en: Money back, ", "", "the title in `en` is missing"),
        ('en: "order {number}"', 'en: "order"', "the words have {number} in them once"),
    ],
)
def test_a_slip_is_an_error_on_its_line(was: str, becomes: str, problem: str) -> None:
    """A slip in the file would show in front of a customer, or only when somebody has chosen."""
    assert was in SHIPPED
    found, problems = read(SHIPPED.replace(was, becomes, 1))
    assert found is None
    assert any(problem in each for each in problems), problems


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("Refund!", "refund"),
        ("I don't want a voucher, I want my money back", "refund"),
        ("not the voucher but a refund", "refund"),
        ("no refund, send it again", "replacement"),
        ("2.", "replacement"),
        ("2️⃣", "replacement"),
        ("选3", "voucher"),
        ("补发或换货", "replacement"),
        ("不要退款，要换货", "replacement"),
        ("都不要", "person"),
        ("Quiero un reembolso por favor", "refund"),
        ("quero um cupom", "voucher"),
        ("keine Erstattung, Ersatz bitte", "replacement"),
        ("un remboursement svp", "refund"),
        ("أريد استرداد المبلغ", "refund"),
        ("uang kembali saja", "refund"),
    ],
)
def test_a_clear_choice_is_heard(text: str, choice: str) -> None:
    """Whoever writes in their own words and language would be asked again and again."""
    assert shipped().chosen(text, CHOICES) == choice


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "9",
        "0",
        "refund or a voucher",
        "Can I get a refund?",
        "how long does the refund take",
        "什么时候退款",
        "能退款吗",
        "I don't want a refund",
        "refund " + "really " * 60,
    ],
)
def test_what_could_mean_two_things_is_no_choice(text: str) -> None:
    """A question, or half a sentence, would move somebody's money."""
    assert shipped().chosen(text, CHOICES) is None


def test_a_number_counts_among_what_was_offered() -> None:
    """With two choices on the list, 2 would be taken for the second of all that there are."""
    assert shipped().chosen("2", ("voucher", "person")) == "person"
    assert shipped().chosen("3", ("voucher", "person")) is None


@given(st.text(max_size=400))
def test_hearing_never_breaks_and_invents_nothing(text: str) -> None:
    """Whatever a customer writes, it would end in something else than a choice that exists, or none."""
    assert shipped().chosen(text, CHOICES) in (*CHOICES, None)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("about your parcel ({order}). {photo} Which?", "about your parcel. Which?"),
        ("{photo} Thank you.", "Thank you."),
        ("Hello, {order}, thank you.", "Hello, thank you."),
        ("First.\n{photo}\nLast.", "First.\nLast."),
        ("关于您的包裹（{order}），{photo}请选。", "关于您的包裹，请选。"),
        ("{photo}, then", "then"),
        ("all of it {article}", "all of it"),
    ],
)
def test_what_is_not_known_leaves_no_trace(text: str, left: str) -> None:
    """A customer would see empty brackets, a comma before a full stop, or a blank line for a sentence left out."""
    assert Reply("a/b", "1.0.0", {"en": text}).fill("en", {}) == left


@given(
    st.lists(st.sampled_from(["Hello", ",", ".", " ", "(", ")", NOTHING, "\n", "，", "（", "）", "您好"]), max_size=14)
)
def test_no_mark_is_ever_left_over(parts: list[str]) -> None:
    """Something unreadable would stand in the text; or words of the text itself would be lost with what is missing."""
    text = "".join(parts)
    left = traceless(text)
    assert NOTHING not in left
    assert re.findall(r"Hello|您好", left) == re.findall(r"Hello|您好", text)
