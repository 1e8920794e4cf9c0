"""What the third voice (`flows/third_voice.py`) gets to hear of a message, and what it heard in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from rules import personal_data
from rules.text.voice import Shares

NAME = "third voice"
LONGEST_TEXT = 4_096
"""Characters that anybody is told of a message; WhatsApp carries no more in one."""


class Written(NamedTuple):
    """What a customer wrote, and what is known of the customer that tells which of it is personal: their country (ISO
    3166-1, two letters), their names, and the locale that the conversation was in `before`."""

    text: str
    region: str | None = None
    own_names: tuple[str, ...] = ()
    before: str | None = None

    def masked(self, locale: str) -> str:
        """The text without personal data, up to LONGEST_TEXT. Words of this locale stand in its place, which is the one
        that the text is written in; it also tells the country, if nothing else does."""
        spans = personal_data.find(self.text, self.region or personal_data.HOME.get(locale), self.own_names)
        return personal_data.mask(self.text, spans, locale)[:LONGEST_TEXT]


@dataclass(frozen=True)
class Hearing:
    """What was heard in one message: a `Voice` (`rules/text/voice.py`) for that message alone. `why_not` says why
    nothing could be heard; it is empty if something could, even if the message says nothing about any fact."""

    heard: Mapping[str, Shares] = field(default_factory=dict)
    why_not: str = ""
    name: str = NAME

    def listen(self, _text: str) -> Mapping[str, Shares]:
        """What it heard already."""
        return self.heard

    def in_words(self) -> str:
        """What it heard, or that it did not, for the history: nothing in it is the customer's or the model's own."""
        if self.why_not:
            return f"was not heard: {self.why_not}"
        likeliest = {fact: max(shares, key=shares.__getitem__) for fact, shares in self.heard.items()}
        told = [
            f"{fact} = {'yes' if value is True else value} ({self.heard[fact][value]:.0%})"
            for fact, value in likeliest.items()
            if value is not False
        ]
        return f"heard {', '.join(told) or 'nothing'}"
