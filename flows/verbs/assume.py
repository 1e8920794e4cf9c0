"""`assume` settles a fact that nobody could tell us, on the cautious side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.runs.outcome import Done, Outcome
from flows.runs.work import Work
from flows.verbs.action import Action
from rules.language import FactValues, says
from rules.vocabulary import facts_to_json


@dataclass(frozen=True)
class Assume(Action):
    """Go on as if these facts were known; the history says that they were assumed."""

    verb: ClassVar[str] = "assume"
    short: ClassVar[str | None] = "facts"
    example: ClassVar[str] = "assume: {backup_status: possible}"

    facts: FactValues = says("Fact and the value to go on with")

    def act(self, work: Work) -> Outcome:
        learned = {str(name): value for name, value in self.facts.items()}
        return Done(learned=learned, note={"assumed": facts_to_json(learned)})
