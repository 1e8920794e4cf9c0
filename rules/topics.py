"""What a complaint is about, so that complaints about the same thing make one crowd, and about different things
several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rules.vocabulary import UNKNOWN

if TYPE_CHECKING:
    from rules.bundle import Bundle

TOPIC = "topic"
OTHER = "other"
"""The topic of a complaint of which nobody can tell what it is about."""


def topic_of(bundle: Bundle, facts: Mapping[str, object]) -> str:
    """What a complaint with these facts is about, by the pack `topic`: a value of the fact of that name, `other` where
    nobody can tell. A topic that is among the facts stays. FactError if the content does not know one of the facts."""
    topic = bundle.derive(facts, {TOPIC}).facts.get(TOPIC, UNKNOWN)
    return OTHER if topic == UNKNOWN else str(topic)
