"""`for_each` does its steps for every item of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.runs.outcome import Done, Outcome
from flows.runs.work import Work
from flows.verbs.action import Action
from rules.language import ListName, Steps, says


@dataclass(frozen=True)
class ForEach(Action):
    """Do the same steps for every item of a list that an earlier step brought, all items side by side.

    Within the steps, conditions see the facts of the item. What is learned there stays with the item. An empty list
    is done at once.
    """

    verb: ClassVar[str] = "for_each"
    short: ClassVar[str | None] = "list_"
    repeats: ClassVar[bool] = True
    example: ClassVar[str] = """\
for_each: our_messages
steps:
  - if: {time_since_message: {less_than: 48 hours}}
    escalate: {to: on_call, why: Please delete this message for everyone}"""

    list_: ListName = says("The list, as the step that brings it calls it")
    steps: Steps = says("What is done for each of its items", beside=True)

    def act(self, work: Work) -> Outcome:
        items = work.listed(self.list_)
        return Done(items=items, note={"list": self.list_, "count": len(items)})
