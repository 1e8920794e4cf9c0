"""What a voice is: something that reads a text and says of some facts how likely each value is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from rules.vocabulary import Value

Shares = Mapping[Value, float]
"""Value -> how likely it is: 0 to 1, together 1."""


class Voice(Protocol):
    """Beside the word lists others may read a text, each under its name: `second voice`."""

    @property
    def name(self) -> str: ...

    def listen(self, text: str) -> Mapping[str, Shares]:
        """Fact -> what it hears, for the facts that it can tell; nothing where it hears nothing. Never raises."""
        ...
