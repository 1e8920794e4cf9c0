"""`tell_affected` tells everybody whose data leaked, each in a case of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from flows.runs import affected, breaches, redating
from flows.runs.outcome import Done, Failed, Outcome, Waiting
from flows.runs.work import Work
from flows.verbs.action import Action
from rules.language import CasePlaybookName, says

SOONEST, LATEST = timedelta(minutes=5), timedelta(hours=6)
"""How often it is looked whether everybody knows: soon at first, then less and less often."""


@dataclass(frozen=True)
class TellAffected(Action):
    """Open a case for every customer whose data leaked, which tells them, and go on when all of them have been told.

    Whoever is added to the incident later is told too; nobody is told twice. As long as nobody is known it waits for
    somebody to say who is concerned. With `timeout`, no longer than that: whoever was not told by then stays untold
    (`people_untold`), and the procedure must say what becomes of it.
    """

    verb: ClassVar[str] = "tell_affected"
    short: ClassVar[str | None] = "playbook"
    waits: ClassVar[bool] = True
    example: ClassVar[str] = "tell_affected: breach-notice"

    playbook: CasePlaybookName = says("The playbook for one customer that tells them")

    def act(self, work: Work) -> Outcome:
        incident = work.incident
        if incident is None:
            return Failed("there is no incident whose people could be told")
        left = breaches.open_notices(work.desk, work.session, work.bundle, incident, self.playbook, work.flow_run)
        states = affected.count(work.session, incident.id)
        how_far = {"people_told": states["told"], "people": states.total()}
        if how_far["people"] and how_far["people_told"] == how_far["people"]:
            return Done(counted={"told": states["told"]}, note=how_far)
        elapsed = work.now - work.record.began_at
        rest = timedelta(seconds=1) if left else min(max(elapsed, SOONEST), LATEST)
        due = work.now + rest
        wanted: redating.Wanted = {("wait", due): None}  # somebody who was added woke this step before its time
        redating.set_timers(work.session, work.run, work.record.path, ("wait",), "", wanted, work.now)
        return Waiting({"until": due.isoformat()}, how_far)

    def woken(self, work: Work) -> Outcome:
        return self.act(work)
