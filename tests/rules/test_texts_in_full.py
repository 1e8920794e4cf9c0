"""The texts of complaints and crises as customers read them: with all that may be known of a customer, with nothing,
and with every selection in between."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from rules.problems import Problems
from rules.replies import PLACEHOLDER, Reply, read_reply
from rules.yaml_source import Source

REPLIES = Path(__file__).parents[2] / "playbooks" / "replies"
ALWAYS = {"case": "C-1", "statement": "We are on it.", "choices": "A / B", "next_update": "in 2 hours"}
SOMETIMES = {
    "name": "Mo",
    "order": "order A-1",
    "article": "Kettle",
    "photo": "Thank you for the photo.",
    "problem": "your parcel",
    "news_at": "18:00 (UTC)",
}
STRAY = re.compile(
    r"\x00|[{}]|[ \t]{2}|[ \t]$|^[ \t]|\n{3}|[(（][\s,，、:：]*[)）]|[(（][,，、:：]|[,，、:：][)）]"
    r"|[,，、:：;；.。]\s*[,，、:：;；.。]|[:：][.。]|\s[,，、:：;；.。!?！？]",
    re.MULTILINE,
)


def replies() -> list[Reply]:
    files = [path for folder in ("complaint", "crisis") for path in sorted((REPLIES / folder).glob("*.yaml"))]
    found = []
    for path in files:
        problems = Problems()
        source = Source.parse(path.read_text(encoding="utf-8"), path.name, problems)
        reply = read_reply(source, problems) if source is not None else None
        assert reply is not None, [str(each) for each in problems]
        found.append(reply)
    return found


@pytest.mark.parametrize("reply", replies(), ids=lambda reply: reply.name)
def test_what_is_not_known_leaves_no_trace(reply: Reply) -> None:
    """A customer would read an empty bracket or two commas, and know that a machine wrote."""
    for locale, text in reply.text.items():
        used = sorted({match[1] for match in PLACEHOLDER.finditer(text)} - ALWAYS.keys())
        assert set(used) <= SOMETIMES.keys()
        for count in range(len(used) + 1):
            for known in combinations(used, count):
                words = reply.fill(locale, {**ALWAYS, **{name: SOMETIMES[name] for name in known}})
                assert STRAY.search(words) is None, (locale, known, words)


@pytest.mark.parametrize("reply", replies(), ids=lambda reply: reply.name)
def test_a_template_can_be_filled_for_whoever_we_know_nothing_of(reply: Reply) -> None:
    """The check-in of a customer without an order would fail, and nobody would ask them how they are."""
    for locale in reply.text:
        values = {**reply.fallbacks(locale), **ALWAYS}
        assert all(reply.parameters(values)) or reply.template is None


def test_a_bracket_for_two_goes_with_both() -> None:
    """`(order, article)` would leave a bracket with a comma in it where neither is known."""
    reply = Reply("trial", "1.0.0", {"en": "We send it again ({order}, {article})."})
    assert reply.fill("en", {}) == "We send it again."
    assert reply.fill("en", {"order": "order 1"}) == "We send it again (order 1)."
    assert reply.fill("en", {"article": "Kettle"}) == "We send it again (Kettle)."
    assert reply.fill("en", {"order": "order 1", "article": "Kettle"}) == "We send it again (order 1, Kettle)."
