"""A first glance at a text, before anybody has read it: in a crowd the most severe are to be read first, too."""

from __future__ import annotations

from rules.bundle import Bundle
from rules.text.reading import read_text
from rules.vocabulary import SIGN, UNKNOWN

LONGEST = 2_000
"""Characters that are looked at. Whatever stands behind them is found when the text is read."""


def severity_at_a_glance(bundle: Bundle, text: str) -> int:
    """How severe a text sounds: the rank of a value of the fact `severity`, from 0.

    It goes by the word lists alone, and by nothing else that is known of the customer. So it may only say who is read
    first, never what becomes of them; the reading itself decides that.
    """
    heard = read_text(text[:LONGEST], bundle.words).facts
    signs = {name: value for name, value in heard.items() if name.startswith(SIGN) and value is True}
    if not signs:
        return 0
    said = bundle.triage.decide(bundle.vocabulary.gate({"intent": "complaint", **signs})).then.get("severity", UNKNOWN)
    severity = bundle.vocabulary.fact("severity")
    return max(0, severity.number(severity.gate(said)))
