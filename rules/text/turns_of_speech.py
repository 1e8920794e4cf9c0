"""Words of danger in what nobody complains of: "does this charger get hot?", "that sauce is fire".

The lists are written to miss nothing, and know no questions and no jokes. Where every other voice is sure that a
message is neither a complaint nor speaks of any of the things that the lists found, those words are taken for a
question or a turn of speech. In doubt they count: a misread danger is worse than a false alarm.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rules.text.opinion import GRAVE
from rules.text.subject import SAID_BY
from rules.text.voice import Shares
from rules.vocabulary import SIGN, Value

NO_COMPLAINT = 0.1  # a complaint must be less likely than this to every voice
NOTHING_OF_IT = 0.15  # and each sign that the lists found less than this
ASKED = 0.25  # in a question both
HARMLESS = 0.5  # and so likely at least that the message wants nothing special

QUESTION = re.compile(r"[?؟？][^\w?؟？]*$|[吗嗎][^\w]*$")
"""A text that ends as a question does."""

Said = Mapping[str, Mapping[Value, Sequence[str]]]
"""Fact -> value -> the entries of the lists that spoke for it."""


def without_turns_of_speech(said: Said, others: Mapping[str, Mapping[str, Shares]], text: str) -> Said:
    """What the lists said of a text, without their signs of a complaint where these are only turns of speech. `others`
    is what the other voices say: name -> fact -> shares. Without another voice everything stays."""
    signs = [name for name, values in said.items() if name.startswith(SIGN) and True in values]
    intents = said.get("intent", {})
    if not others or not any(sign in signs for sign in GRAVE) or any(value != "complaint" for value in intents):
        return said
    asked = QUESTION.search(text) is not None
    if not all(_sure(heard, signs, asked) for heard in others.values()):
        return said
    left = {name: values for name, values in said.items() if not _complains(name)}
    return {**left, "intent": {}}


def _sure(heard: Mapping[str, Shares], signs: Sequence[str], asked: bool) -> bool:
    wants = heard.get("intent", {})
    return (
        wants.get("other", 0.0) >= HARMLESS
        and wants.get("complaint", 1.0) < (ASKED if asked else NO_COMPLAINT)
        and all(heard.get(sign, {}).get(True, 1.0) < (ASKED if asked else NOTHING_OF_IT) for sign in signs)
    )


def _complains(name: str) -> bool:
    return name.startswith(SIGN) or name in SAID_BY or name == "danger"
