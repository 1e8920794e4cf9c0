"""`notify` tells colleagues something; nobody has to answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.runs.outcome import Done, Outcome
from flows.runs.work import Work
from flows.verbs.action import Action
from rules.language import RoleName, Words, says


@dataclass(frozen=True)
class Notify(Action):
    """Tell the people of a role, through the addresses in the team file. Nobody has to answer."""

    verb: ClassVar[str] = "notify"
    example: ClassVar[str] = "notify: {who: on_call, message: The parcel may be lost; please look}"

    who: RoleName = says("The role to tell")
    message: Words = says("What to tell them; the case's number and link are added")

    def act(self, work: Work) -> Outcome:
        return Done(note={"told": work.tell(self.who, self.message), "who": self.who})
