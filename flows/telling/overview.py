"""Where every case and every incident stands: what it waits for, until when, and who has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from flows.store.tables import Case, FollowUp, Incident, Message, Outbox, Promise, Run, Step, Task, Timer
from flows.telling.gathered import Gathered, gathered
from flows.telling.wording import EVENTS, several
from rules.vocabulary import UNKNOWN, Vocabulary

STATUSES: Mapping[str, str] = {
    "moving": "its next step is being done, or is about to be",
    "waiting": "it waits, as its playbook says",
    "stuck": "a step failed and no playbook says what then: a person has to act",
    "idle": "it is open, but no playbook goes on with it",
    "closed": "it is closed",
}


@dataclass(frozen=True)
class Wait:
    """One thing that is waited for. `until` is when the waiting ends by itself, `again` when somebody is reminded."""

    what: str
    until: datetime | None = None
    again: datetime | None = None
    task: str | None = None
    role: str | None = None
    step: str | None = None

    def to_json(self) -> dict[str, object]:
        return {
            "what": self.what,
            "until": _iso(self.until),
            "again": _iso(self.again),
            "task": self.task,
            "role": self.role,
            "step": self.step,
        }


@dataclass(frozen=True)
class Overview:
    """Where one case or incident stands. `status` is one of `STATUSES`."""

    id: str
    playbook: str
    severity: str
    status: str
    opened_at: datetime
    closed_at: datetime | None = None
    closed_as: str | None = None
    customer: str | None = None
    incident: str | None = None
    opened_by: str | None = None
    kind: str | None = None
    topic: str | None = None
    merged_into: str | None = None
    gathered: Gathered | None = None  # the cases of an incident
    labels: tuple[str, ...] = ()
    messages: int = 0
    waits: tuple[Wait, ...] = ()
    promises: Mapping[str, datetime] = field(default_factory=dict)  # the open ones, and when they are due

    def to_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "playbook": self.playbook,
            "severity": self.severity,
            "status": self.status,
            "opened_at": _iso(self.opened_at),
            "closed_at": _iso(self.closed_at),
            "closed_as": self.closed_as,
            "customer": self.customer,
            "incident": self.incident,
            "opened_by": self.opened_by,
            "kind": self.kind,
            **(
                {"topic": self.topic, "merged_into": self.merged_into, "cases": self.gathered.to_json()}
                if self.gathered is not None
                else {}
            ),
            "labels": list(self.labels),
            "messages": self.messages,
            "waits": [wait.to_json() for wait in self.waits],
            "promises": {name: _iso(due) for name, due in self.promises.items()},
        }


@dataclass(frozen=True)
class Unassigned:
    """What a customer wrote that belongs to no case; `unread` of it no rule has looked at yet."""

    customer: str
    messages: int
    unread: int
    last_at: datetime

    def to_json(self) -> dict[str, object]:
        return {
            "customer": self.customer,
            "messages": self.messages,
            "unread": self.unread,
            "last_at": _iso(self.last_at),
        }


def cases(session: Session, *wanted: ColumnElement[bool]) -> list[Overview]:
    """Every case that fits, the most severe first, then the oldest."""
    rows = session.scalars(select(Case).where(*wanted).order_by(Case.severity.desc(), Case.opened_at, Case.id)).all()
    if not rows:
        return []
    mine = select(Case.id).where(*wanted)
    around = _Around(session, Run.case_id.in_(mine))
    counted = select(Message.case_id, func.count()).where(Message.case_id.in_(mine)).group_by(Message.case_id)
    messages: dict[str | None, int] = dict(session.execute(counted).tuples().all())
    return [
        Overview(
            case.id,
            case.playbook,
            severity_word(case),
            around.status(case),
            case.opened_at,
            case.closed_at,
            case.closed_as,
            customer=case.customer_id,
            incident=case.incident_id,
            labels=tuple(case.labels),
            messages=messages.get(case.id, 0),
            waits=around.waits(case.id),
            promises=around.promises(case.id),
        )
        for case in rows
    ]


def incidents(session: Session, *wanted: ColumnElement[bool]) -> list[Overview]:
    """Every incident that fits, the most severe first, then the oldest."""
    mine = select(Incident.id).where(*wanted)
    around = _Around(session, and_(Run.incident_id.in_(mine), Run.case_id.is_(None)))
    rows = session.scalars(
        select(Incident).where(*wanted).order_by(Incident.severity.desc(), Incident.opened_at, Incident.id)
    ).all()
    cases_of = gathered(session, [one.id for one in rows]) if rows else {}
    return [
        Overview(
            one.id,
            around.playbook(one.id),
            severity_word(one),
            around.status(one),
            one.opened_at,
            one.closed_at,
            opened_by=one.opened_by,
            kind=one.kind,
            topic=one.topic,
            merged_into=one.merged_into,
            gathered=cases_of[one.id],
            waits=around.waits(one.id),
            promises=around.promises(one.id),
        )
        for one in rows
    ]


def unassigned(session: Session) -> list[Unassigned]:
    """Customers with messages that belong to no case, the last to write first."""
    last = func.max(Message.received_at)
    found = (
        select(Message.customer_id, func.count(), func.count() - func.count(Message.handled_at), last)
        .where(Message.case_id.is_(None), Message.author == "customer")
        .group_by(Message.customer_id)
        .order_by(last.desc(), Message.customer_id)
    )
    return [Unassigned(*row) for row in session.execute(found).tuples()]


def severity_word(about: Case | Incident) -> str:
    """The severity in the vocabulary's own word."""
    word = about.facts.get("severity", UNKNOWN)
    return str(word) if word != UNKNOWN else list(Vocabulary.load().fact("severity").values)[about.severity]


class _Around:
    """The runs of some cases or incidents, with everything that those wait for, in a handful of queries."""

    def __init__(self, session: Session, mine: ColumnElement[bool]) -> None:
        runs = select(Run.id).where(mine)
        going = select(Run.id).where(mine, Run.status != "finished")
        self._runs: dict[str, list[Run]] = _grouped(session, select(Run).where(mine).order_by(Run.started_at), _owner)
        self._steps: dict[str, list[Step]] = _grouped(
            session, select(Step).where(Step.run_id.in_(going), Step.status == "waiting"), lambda step: step.run_id
        )
        tasks = select(Task).where(Task.run_id.in_(runs), Task.status == "open").order_by(Task.created_at)
        self._tasks: dict[str, list[Task]] = _grouped(session, tasks, lambda task: task.run_id)
        letters = select(Outbox).where(Outbox.run_id.in_(going), Outbox.status.in_(("ready", "sending")))
        self._letters = {letter.id: letter for letter in session.scalars(letters)}
        timers = select(Timer).where(Timer.run_id.in_(going), Timer.fired_at.is_(None), Timer.cancelled_at.is_(None))
        self._timers = {(timer.run_id, timer.path, timer.kind): timer.due_at for timer in session.scalars(timers)}
        promises = select(Promise).where(Promise.run_id.in_(going), Promise.status == "open").order_by(Promise.due_at)
        self._promises: dict[str, list[Promise]] = _grouped(session, promises, lambda promise: promise.run_id)
        planned = (
            select(FollowUp).where(FollowUp.run_id.in_(runs), FollowUp.status == "waiting").order_by(FollowUp.due_at)
        )
        self._planned: dict[str, list[FollowUp]] = _grouped(session, planned, lambda one: one.run_id)

    def playbook(self, owner: str) -> str:
        return self._runs[owner][0].playbook if owner in self._runs else "—"

    def status(self, about: Case | Incident) -> str:
        if about.closed_at is not None:
            return "closed"
        going = {run.status for run in self._runs.get(about.id, ())}
        return next((status for status in ("stuck", "moving", "waiting") if status in going), "idle")

    def promises(self, owner: str) -> dict[str, datetime]:
        runs = self._runs.get(owner, ())
        return {promise.name: promise.due_at for run in runs for promise in self._promises.get(run.id, ())}

    def waits(self, owner: str) -> tuple[Wait, ...]:
        runs = self._runs.get(owner, ())
        now = [wait for run in runs for wait in self._of_run(run)]
        later = [
            Wait(f"the time for {one.playbook}", one.due_at, step=one.path)
            for run in runs
            for one in self._planned.get(run.id, ())
        ]
        return (*now, *later)

    def _of_run(self, run: Run) -> Iterator[Wait]:
        tasks = self._tasks.get(run.id, ())
        yield from (self._for_person(task) for task in tasks)
        with_task = {task.path for task in tasks}
        # A step that waits for a person and for something else too is told twice.
        steps = [
            step
            for step in self._steps.get(run.id, ())
            if step.path not in with_task or "event" in (step.waiting_for or {})
        ]
        yield from (self._for_step(step) for step in steps)
        if run.status == "waiting" and not tasks and not steps:
            for promise in self._promises.get(run.id, ()):
                yield Wait(f"the promise {promise.name} to be kept", promise.due_at)

    def _for_person(self, task: Task) -> Wait:
        to = {"ask": "to answer", "approve": "to say yes or no"}.get(task.kind, "to act")
        place = (task.run_id or "", task.path or "")
        until = self._timers.get((*place, "timeout"), task.due_at)
        return Wait(
            f"{task.role} {to}: {task.question}",
            until,
            self._timers.get((*place, "again")),
            task.id,
            task.role,
            task.path,
        )

    def _for_step(self, step: Step) -> Wait:
        on = step.waiting_for or {}
        until = self._timers.get((step.run_id, step.path, "timeout"))
        if "outbox" in on:
            letter = self._letters.get(on["outbox"])
            what = f"our text {letter.reply} to leave" if letter else "our text to leave"
            return Wait(what, letter.not_before if letter else None, step=step.path)
        if "retry" in on:
            return Wait(f"the next try of {step.verb}", datetime.fromisoformat(on["retry"]), step=step.path)
        if "run" in on:
            return Wait(f"{step.outcome.get('playbook', 'another playbook')} to be carried out", until, step=step.path)
        if "event" in on:
            what = " or ".join(EVENTS.get(each, each).removeprefix("for ") for each in several(on["event"]))
            ends = [each for each in (until, _instant(on.get("until"))) if each is not None]
            return Wait(what, min(ends, default=None), step=step.path)
        if "stand_down" in on:
            return Wait("the fire to be out, or for somebody who thinks that it is over", step=step.path)
        return Wait("the time to pass", _instant(on.get("until")) or until, step=step.path)


def _owner(run: Run) -> str | None:
    return run.case_id or run.incident_id


def _grouped(session: Session, rows: Select[Any], key: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in session.scalars(rows):
        found.setdefault(key(row), []).append(row)
    return found


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
