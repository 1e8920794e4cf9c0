"""Calmed: who was furious and is so no more."""

from __future__ import annotations

import pytest

from tests.rules.packs.shipped_packs import outcome


@pytest.mark.parametrize(
    ("peak", "now", "call", "calmed", "rule"),
    [
        ("furious", "calm", "unknown", True, "calm_words"),
        ("furious", "calm", "looked_after", True, "calm_words"),
        ("furious", "furious", "solved", True, "said_so_on_the_telephone"),
        ("furious", "upset", "unknown", False, "not_yet"),
        ("furious", "furious", "looked_after", False, "not_yet"),
        ("furious", "furious", "not_reached", False, "not_yet"),
        ("furious", "unknown", "unknown", False, "not_yet"),
        ("upset", "calm", "solved", False, "never_furious"),
        ("calm", "calm", "solved", False, "never_furious"),
        ("unknown", "unknown", "unknown", False, "never_furious"),
    ],
)
def test_who_was_furious_and_is_so_no_more(peak: str, now: str, call: str, calmed: bool, rule: str) -> None:
    """Somebody who is still angry would get a friendly word from a machine, or one who was won back none at all."""
    assert outcome("calmed", {"anger_peak": peak, "anger_now": now, "call_outcome": call}) == (calmed, rule)
