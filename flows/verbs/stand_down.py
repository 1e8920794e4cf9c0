"""`stand_down` asks whether a crisis is over. Only a checklist that is done and then a yes end it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from flows.crisis import standing_down
from flows.crisis.team_words import TEAM_WORDS
from flows.runs import listing
from flows.runs.outcome import Done, Failed, Outcome, Waiting
from flows.runs.work import Work
from flows.store.tables import Task
from flows.verbs.action import Action
from flows.verbs.approve import YES
from rules.language import Duration, RoleName, Words, says

LOOK_AGAIN = timedelta(minutes=10)
"""How often is looked whether the fire is out, as long as nobody is asked."""
AGAIN_AT = "again_at"
"""Where the step keeps when to ask again, after a no."""
OUT = "out"


@dataclass(frozen=True)
class StandDown(Action):
    """Ask whether the crisis is over: first a checklist, each thing on it ticked off by a person, then a yes or a no,
    with what the fire does shown beside both. Nothing that comes after it happens without that yes.

    It asks once the fire is out (`fire_state`), or when a person wants it (`firebreak incident stand-down`). It tells
    the role again until it is answered. After a no, or where a thing on the list cannot be done, it asks again later:
    silence is never a yes.
    """

    verb: ClassVar[str] = "stand_down"
    waits: ClassVar[bool] = True
    gate: ClassVar[bool] = True
    example: ClassVar[str] = """\
stand_down:
  who: shift_lead
  checklist:
    - The cause is mended, and somebody has tried it
    - Everybody who wrote has been answered
  again_every: 4 hours"""

    who: RoleName = says("The role that decides")
    checklist: tuple[Words, ...] = says("What must be done before, each as a person would tick it off")
    again_every: Duration = says("Ask again this often", default=timedelta(hours=4))

    def act(self, work: Work) -> Outcome:
        return self._look(work)

    def woken(self, work: Work) -> Outcome:
        return self._look(work)

    def reminded(self, work: Work) -> bool:
        """Tell again whom it has asked; as long as it has asked nobody, look whether it is time."""
        tasks = self._tasks(work)
        for task in tasks:
            work.tell(self.who, task.question, task=task)
        if not tasks and self._is_time(work):
            work.go_on()
        work.remind_in(self.again_every if tasks else LOOK_AGAIN)
        return bool(tasks)

    def answered(self, work: Work, task: Task) -> Outcome:
        by = task.answered_by or ""
        if task.kind == "do":
            left = [item for item in listing.items_of(work.session, task.id) if item.status != "done"]
            return self._not_yet(work, by, len(left)) if left else self._ask_for_a_yes(work)
        if (task.answer or {}).get("approved") != YES:
            return self._not_yet(work, by, 0)
        assert work.incident is not None
        if work.incident.stood_down_at is None:
            about = (work.desk, work.session, work.incident, by, len(self.checklist))
            standing_down.stand_down(*about, flow_run=work.flow_run)
        return self._over(work)

    # -- where it stands ----------------------------------------------------------------------------------------------

    def _look(self, work: Work) -> Outcome:
        incident = work.incident
        if incident is None:
            return Failed("there is no incident that could be over")
        work.session.refresh(incident)
        if incident.stood_down_at is not None:
            return self._over(work)
        if self._tasks(work):
            return self._waiting(work, self.again_every)
        if not self._is_time(work):
            return self._waiting(work, LOOK_AGAIN)
        return self._ask(work)

    def _is_time(self, work: Work) -> bool:
        """Whether the role is to be asked now: the fire is out, a person wants it, or it is long enough after a no."""
        known = work.record.outcome
        if standing_down.WANTED in known:
            return True
        if AGAIN_AT in known:
            return work.now >= datetime.fromisoformat(str(known[AGAIN_AT]))
        return work.facts(["fire_state"]).get("fire_state") == OUT

    def _ask(self, work: Work) -> Outcome:
        assert work.incident is not None
        wanted = work.record.outcome.get(standing_down.WANTED)
        words = TEAM_WORDS[work.desk.language]
        why = words["wanted"].format(by=wanted) if wanted else words["seems out"]
        self._keep(work, {})
        numbered = {str(number): work.in_our_words(each) for number, each in enumerate(self.checklist, 1)}
        things = [(number, None) for number in numbered]
        question = words["may we"].format(incident=work.incident.id, why=why)
        details = {**self._shown(work)[0], standing_down.LISTED: numbered}
        task = work.ask("do", self.who, question, details=details, items=things)
        work.tell(self.who, question, task=task)
        return self._waiting(work, self.again_every)

    def _ask_for_a_yes(self, work: Work) -> Outcome:
        assert work.incident is not None
        details, against = self._shown(work)
        words = TEAM_WORDS[work.desk.language]
        but = words["think twice"].format(against=words["comma"].join(against)) if against else ""
        question = words["do we"].format(incident=work.incident.id, but=but)
        task = work.ask("approve", self.who, question, details=details)
        work.tell(self.who, question, task=task)
        return self._waiting(work, self.again_every)

    def _not_yet(self, work: Work, by: str, left: int) -> Outcome:
        self._keep(work, {AGAIN_AT: (work.now + self.again_every).isoformat()})
        work.journal("not stood down", by=by, **({"left": left} if left else {}))
        return self._waiting(work, self.again_every)

    def _over(self, work: Work) -> Outcome:
        return Done(open=True, note={"stood_down": True})

    # -- small things -------------------------------------------------------------------------------------------------

    def _waiting(self, work: Work, look_in: timedelta) -> Outcome:
        work.session.flush()
        tasks = self._tasks(work)
        work.remind_in(look_in)
        on: dict[str, Any] = {standing_down.AWAITED: standing_down.VERB}
        if tasks:
            on["task"] = [task.id for task in tasks]
        return Waiting(on)

    def _keep(self, work: Work, known: dict[str, Any]) -> None:
        before = work.record.outcome.items()
        ours = (standing_down.WANTED, AGAIN_AT)
        work.record.outcome = {**{name: value for name, value in before if name not in ours}, **known}

    def _shown(self, work: Work) -> tuple[dict[str, str], list[str]]:
        """What stands beside the question, and what speaks against a yes."""
        assert work.incident is not None
        found = standing_down.situation(work.desk, work.session, work.incident, work.bundle)
        language = work.desk.language
        return standing_down.in_words(found, work.bundle, language), standing_down.speaks_against(found, language)

    def _tasks(self, work: Work) -> list[Task]:
        return list(standing_down.open_tasks(work.session, work.run, work.record))
