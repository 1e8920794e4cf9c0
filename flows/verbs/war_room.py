"""`war_room` opens the room of a crisis and keeps the team informed in it until a person stands down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from flows.crisis import counts, room, statements
from flows.crisis.digest import digest
from flows.crisis.digest_words import in_words
from flows.crisis.waiting import levels
from flows.crisis.words import WORDS
from flows.runs import ending
from flows.runs.outcome import Done, Failed, Outcome, Waiting
from flows.runs.work import Work
from flows.store.tables import Incident, Message, Outbox, Task
from flows.verbs.action import Action
from rules.language import Duration, RoleName, says

AT_MOST_EVERY = timedelta(minutes=2)
"""How often a digest is sent at most, and how often is looked whether something has changed."""
_ENDS = ("stood_down", "incident_closed")
_EVENTS = [*_ENDS, "statement", "incident_worse", room.LINK_KNOWN]


@dataclass(frozen=True)
class WarRoom(Action):
    """Tell the team where it meets, then give it one digest on a clock: what people feel and demand, the statement in
    force, and how far we are. It also comes, but not twice within two minutes, when a statement comes into force, the
    crisis becomes more severe, the first urgent complaint is there, or somebody waits too long. It ends when a person
    stands down."""

    verb: ClassVar[str] = "war_room"
    short: ClassVar[str | None] = "who"
    waits: ClassVar[bool] = True
    example: ClassVar[str] = "war_room: {who: crisis_team, every: 15 minutes, made_by: shift_lead}"

    who: RoleName = says("The role whose people are in the room")
    every: Duration = says("How often they get the digest at least", default=timedelta(minutes=15))
    made_by: RoleName | None = says(
        "The role that makes a group for it where none is known; those in the room if not given", default=None
    )
    late_after: Duration = says(
        "How long a customer may wait for an answer before the room hears of it at once", default=timedelta(minutes=10)
    )

    def act(self, work: Work) -> Outcome:
        incident = work.incident
        if incident is None:
            return Failed("there is no incident to open a war room for", final=True)
        if incident.stood_down_at is not None or not work.incident_goes_on():
            return Done(note={"happened": "stood_down"})
        words = WORDS[work.desk.language]
        link = room.link_of(work.desk.store.vault, incident)
        command = room.COMMAND.format(id=incident.id)
        where = words.sentences["no_link"].format(command=command) if link is None else link
        self._tell(work, incident, words.sentences["opening"].format(link=where))
        work.remind_in(min(AT_MOST_EVERY, self.every))
        if link is not None:
            return Waiting({"event": _EVENTS})
        who, question = self.made_by or self.who, words.sentences["make_one"].format(command=command)
        task = work.ask("do", who, question)
        work.tell(who, question, task=task)
        return Waiting({"event": _EVENTS, "task": task.id})

    def answered(self, work: Work, task: Task) -> Outcome:
        return Waiting({"event": _EVENTS})

    def happened(self, work: Work, event: str, message: Message | None = None) -> Outcome:
        if event in _ENDS or work.incident is None:
            return Done(note={"happened": event})
        if event == room.LINK_KNOWN:
            ending.withdraw_tasks(work.session, work.run.id, work.record.path, work.now)
            link = room.link_of(work.desk.store.vault, work.incident)
            work.tell(self.who, WORDS[work.desk.language].sentences["here"].format(link=link or "—"))
            return Waiting({"event": _EVENTS})
        self._tell_if_due(work, work.incident)
        return Waiting(work.record.waiting_for or {"event": _EVENTS})

    def reminded(self, work: Work) -> bool:
        if work.incident is None:
            return False
        told = self._tell_if_due(work, work.incident)
        next_one = _last(work) + self.every - work.now
        work.remind_in(max(timedelta(seconds=1), min(AT_MOST_EVERY, next_one)))
        return told

    def _tell_if_due(self, work: Work, incident: Incident) -> bool:
        """Tell the team by the clock, or because something has changed; returns whether it was told."""
        passed = work.now - _last(work)
        if passed >= self.every:
            self._tell(work, incident)
            return True
        if passed < AT_MOST_EVERY:
            return False  # the next look is not far
        if not _changed(work.record.outcome.get("state") or {}, self._state(work, incident)):
            return False
        self._tell(work, incident)
        return True

    def _tell(self, work: Work, incident: Incident, before: str = "") -> None:
        found = digest(work.session, incident, work.now)
        text = in_words(found, work.desk.language, work.desk.timezone)
        _withdraw_the_last(work)
        told = {"digests": work.record.outcome.get("digests", 0) + 1, "last": work.now.isoformat()}
        told |= {"notice": None if before else work.tell(self.who, text)}
        if before:  # with the way to the room, which everybody needs however late it comes
            work.tell(self.who, f"{before}\n{text}".strip())
        work.record.outcome = {**work.record.outcome, **told, "state": self._state(work, incident)}

    def _state(self, work: Work, incident: Incident) -> dict[str, Any]:
        """What the room hears of at once when it changes for the worse, or is newly said. It is looked at every two
        minutes, mostly for nothing, so that it asks for nothing else that a digest tells."""
        statement = statements.in_force(work.session, incident.id)
        found = counts.per_level(work.session, incident.id)
        urgent = found.get(levels().index("urgent"), counts.OfLevel())
        longest = min((each.since for each in found.values() if each.since is not None), default=work.now)
        return {
            "statement": statement.version if statement is not None else 0,
            "severity": incident.severity,
            "late": work.now - longest > self.late_after,
            "urgent": urgent.all > urgent.closed,
        }


def _changed(before: dict[str, Any], now: dict[str, Any]) -> bool:
    newly_said = now["statement"] != before.get("statement", 0)
    return newly_said or any(now[each] > before.get(each, 0) for each in ("severity", "late", "urgent"))


def _withdraw_the_last(work: Work) -> None:
    """What the last digest says is no longer true: if it has not left, it need not."""
    last = work.session.get(Outbox, str(work.record.outcome.get("notice")))
    if last is not None and last.status == "ready":
        last.status = "withdrawn"


def _last(work: Work) -> datetime:
    """When the last digest was told."""
    last = work.record.outcome.get("last")
    return datetime.fromisoformat(last) if last else work.record.began_at
