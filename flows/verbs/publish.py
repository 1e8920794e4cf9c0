"""`publish` has people post the retrospective where WhatsApp has no way for programs: Status, groups, a web page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from flows.crisis import standing_down, statements
from flows.crisis.team_words import TEAM_WORDS
from flows.runs import listing
from flows.runs.outcome import Done, Failed, Outcome, Waiting
from flows.runs.work import Work
from flows.store.tables import Task
from flows.verbs.action import Action
from rules.language import Duration, RoleName, Words, says


@dataclass(frozen=True)
class Publish(Action):
    """Have somebody post the approved retrospective of the incident in each of these places, with the words in every
    language ready to copy, and tick off each place. They are told again until every place is done or failed.

    It fails where nothing has been approved: put it after `one_voice` with `kind: retrospective`.
    """

    verb: ClassVar[str] = "publish"
    waits: ClassVar[bool] = True
    example: ClassVar[str] = """\
publish:
  who: on_call
  where: [WhatsApp Status, Our WhatsApp groups]
  again_every: 4 hours"""

    who: RoleName = says("The role that posts it")
    where: tuple[Words, ...] = says("Where it is posted, each place as a person knows it")
    again_every: Duration = says("Tell them again this often until it is done", default=timedelta(hours=4))

    def act(self, work: Work) -> Outcome:
        incident = work.incident
        found = statements.in_force(work.session, incident.id, "retrospective") if incident is not None else None
        if incident is None or found is None:
            return Failed("nothing has been approved that could be posted")
        numbered = {str(number): work.in_our_words(place) for number, place in enumerate(self.where, 1)}
        texts = statements.words(work.desk.store.vault, found)
        details = {
            "statement": found.id,
            **{f"words ({locale})": text for locale, text in texts.items()},
            standing_down.LISTED: numbered,
        }
        words = TEAM_WORDS[work.desk.language]
        places = words["1 place" if len(numbered) == 1 else "places"].format(number=len(numbered))
        question = words["post in"].format(incident=incident.id, places=places)
        task = work.ask("do", self.who, question, details=details, items=[(number, None) for number in numbered])
        self._tell(work, task)
        return Waiting({"task": task.id}, {"version": found.version})

    def reminded(self, work: Work) -> bool:
        self._tell(work, work.task())
        return True

    def answered(self, work: Work, task: Task) -> Outcome:
        counted = listing.counts(listing.items_of(work.session, task.id))
        return Done(note={"answered_by": task.answered_by or "", **counted})

    def _tell(self, work: Work, task: Task) -> None:
        work.tell(self.who, task.question, task=task)
        work.remind_in(self.again_every)
