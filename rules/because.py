"""Why a condition holds or does not: the same tree as the condition, with what was found and what was wanted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Json = str | bool | int | list["Json"] | dict[str, "Json"]

OPERATOR_WORDS = {
    "one_of": "one of",
    "at_least": "at least",
    "at_most": "at most",
    "more_than": "more than",
    "less_than": "less than",
}


@dataclass(frozen=True)
class Because:
    """One node of an explanation.

    A `fact` node says what was found (`actual`), what was wanted (`op`, `expected`) and, for an order comparison
    with an unknown fact, what the unknown counted as. The other nodes have `parts`, all of them evaluated.
    """

    kind: Literal["all", "any", "not", "fact"]
    holds: bool
    parts: tuple[Because, ...] = ()
    fact: str = ""
    op: str = "is"
    expected: Json = ""
    actual: Json = ""
    counted_as: Json | None = None

    def against(self) -> Because | None:
        """The first condition that stood against it, as narrow as can be; None if nothing did."""
        if self.holds:
            return None
        if self.kind in ("fact", "not"):
            return self
        return next((part.against() for part in self.parts if not part.holds), None)

    def sentence(self) -> str:
        """The explanation in one sentence: only the parts that decided."""
        if self.kind == "fact":
            return self._fact_sentence()
        if self.kind == "not":
            return f"{'not the case' if self.holds else 'it is the case'} that {self.parts[0].condition()}"
        deciding = [part for part in self.parts if part.holds == self.holds]
        one_is_enough = self.holds == (self.kind == "any")
        return " and ".join(part.sentence() for part in (deciding[:1] if one_is_enough else deciding))

    def condition(self) -> str:
        """What was wanted, in words, whatever was found."""
        if self.kind == "fact":
            return f"{self.fact} is {self._wanted()}"
        if self.kind == "not":
            return f"not ({self.parts[0].condition()})"
        joined = (" and " if self.kind == "all" else " or ").join(part.condition() for part in self.parts)
        return f"({joined})" if len(self.parts) > 1 else joined

    def lines(self, indent: int = 0) -> Iterator[str]:
        """The whole tree, one line for each node, `+` for what holds and `-` for what does not."""
        mark = f"{'  ' * indent}{'+' if self.holds else '-'} "
        if self.kind == "fact":
            yield mark + self._fact_sentence()
            return
        yield mark + {"all": "all of", "any": "any of", "not": "not"}[self.kind]
        for part in self.parts:
            yield from part.lines(indent + 1)

    def to_json(self) -> dict[str, Json]:
        """The tree as JSON: `{"holds", "fact", "op", "expected", "actual"}`, `{"holds", "all": […]}` and the like."""
        if self.kind != "fact":
            return {"holds": self.holds, self.kind: [part.to_json() for part in self.parts]}
        found: dict[str, Json] = {
            "holds": self.holds,
            "fact": self.fact,
            "op": self.op,
            "expected": self.expected,
            "actual": self.actual,
        }
        return found if self.counted_as is None else {**found, "counted_as": self.counted_as}

    def _wanted(self) -> str:
        values = self.expected if isinstance(self.expected, list) else [self.expected]
        shown = ", ".join(_word(value) for value in values)
        return f"{OPERATOR_WORDS[self.op]} {shown}" if self.op in OPERATOR_WORDS else shown

    def _fact_sentence(self) -> str:
        found = f"{self.fact} is {_word(self.actual)}"
        if self.counted_as is not None:
            found += f", which counts as {_word(self.counted_as)}"
        if self.holds and self.expected == self.actual:
            return found
        return f"{found} ({'' if self.holds else 'not '}{self._wanted()})"


def _word(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
