"""Templates as the practice network knows them: approved ones, paused ones, and how they are filled in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_PLACEHOLDER = re.compile(r"\{\{(\d+)\}\}")
_NOT_IN_A_VALUE = re.compile(r"[\n\r\t]| {5,}")

Category = Literal["UTILITY", "MARKETING", "AUTHENTICATION"]
Status = Literal["APPROVED", "PAUSED", "DISABLED"]

_CODE_OF_STATUS: dict[Status, int] = {"PAUSED": 132015, "DISABLED": 132016}


@dataclass(frozen=True, slots=True)
class PracticeTemplate:
    """A template; `body` has the placeholders `{{1}}`, `{{2}}`, …, and `language` is Meta's code (`zh_CN`)."""

    name: str
    language: str
    category: Category = "UTILITY"
    body: str = ""
    status: Status = "APPROVED"

    @property
    def placeholders(self) -> int:
        return max((int(number) for number in _PLACEHOLDER.findall(self.body)), default=0)

    def refusal(self, values: Sequence[str]) -> int | None:
        """The code with which WhatsApp refuses these values, or None when they can be filled in."""
        if (code := _CODE_OF_STATUS.get(self.status)) is not None:
            return code
        if len(values) != self.placeholders:
            return 132000
        if any(_NOT_IN_A_VALUE.search(value) for value in values):
            return 132018
        return None

    def filled_in(self, values: Sequence[str]) -> str:
        return _PLACEHOLDER.sub(lambda found: values[int(found[1]) - 1], self.body)
