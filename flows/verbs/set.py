"""`set` writes down what is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.runs.outcome import Done, Outcome
from flows.runs.work import Work
from flows.verbs.action import Action
from rules.language import FactValues, says
from rules.vocabulary import facts_to_json


@dataclass(frozen=True)
class Set(Action):
    """Write down facts that this point of the procedure makes known, for the conditions further down.

    For what nobody knows there is `assume`.
    """

    verb: ClassVar[str] = "set"
    short: ClassVar[str | None] = "facts"
    example: ClassVar[str] = "set: {severity: urgent}"

    facts: FactValues = says("Fact and its value from here on")

    def act(self, work: Work) -> Outcome:
        known = {str(name): value for name, value in self.facts.items()}
        return Done(learned=known, note={"set": facts_to_json(known)})
