"""`choose` takes the first branch whose condition holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.runs.outcome import Done, Outcome
from flows.runs.work import Work
from flows.verbs.action import Action
from rules.language import Branch, Steps, says


@dataclass(frozen=True)
class Choose(Action):
    """Go one of several ways: the first branch that holds, or `otherwise`."""

    verb: ClassVar[str] = "choose"
    short: ClassVar[str | None] = "branches"
    example: ClassVar[str] = """\
choose:
  - when: {evidence_value: {at_least: high}}
    steps: [{reply: deletion/evidence}]
otherwise:
  - reply: deletion/received"""

    branches: tuple[Branch, ...] = says("The ways on, first match first")
    otherwise: Steps | None = says("What happens if no branch holds", default=None, beside=True)

    def act(self, work: Work) -> Outcome:
        decision = work.decide([branch.when for branch in self.branches])
        if decision.rule is not None:
            return Done(enter=decision.rule.id, note={"took": decision.rule.id, "because": decision.in_words()})
        way = "otherwise" if self.otherwise is not None else None
        return Done(enter=way, note={"took": way or "no branch", "because": decision.in_words()})
