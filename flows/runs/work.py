"""What a verb is given: one step of one run inside one transaction, and the few things it may do there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from flows import local_time
from flows.desk import Desk
from flows.ids import new_id
from flows.runs import history, incident_events, listing, opening, providers, under_way
from flows.runs.interpreter import barred
from flows.runs.labels import PRIVACY_SENSITIVE
from flows.runs.outcome import Item
from flows.runs.progress import Progress
from flows.sending import notices
from flows.store import tables
from rules import translations
from rules.bundle import Bundle
from rules.conditions import Condition
from rules.decision import Decision
from rules.language import AGE, Form, Step, Time
from rules.vocabulary import Facts, Value, Vocabulary, value_to_json

_OWN_TIMERS = select(tables.Timer).where(
    tables.Timer.run_id == bindparam("run"),
    tables.Timer.path == bindparam("path"),
    tables.Timer.kind == bindparam("kind"),
    tables.Timer.name == "",
)
_HAS_COUNTED = ("done", "timed_out")  # what was done before the time was up has been done


@dataclass
class Work:
    """One step at work. Everything done through it is a row of the same transaction."""

    desk: Desk
    session: Session
    run: tables.Run
    step: Step
    progress: Progress
    record: tables.Step
    flow_run: str | None = None
    words: dict[str, str] = field(default_factory=dict)  # what this step itself puts into the placeholders of a reply

    # -- what is known --------------------------------------------------------------------------------------

    @cached_property
    def now(self) -> datetime:
        return self.desk.now()

    @property
    def bundle(self) -> Bundle:
        """The content that the run was started with."""
        return self.progress.bundle

    @property
    def vocabulary(self) -> Vocabulary:
        return self.bundle.vocabulary

    @cached_property
    def case(self) -> tables.Case | None:
        return self.session.get(tables.Case, self.run.case_id) if self.run.case_id else None

    @cached_property
    def incident(self) -> tables.Incident | None:
        known = self.run.incident_id or (self.case.incident_id if self.case else None)
        return self.session.get(tables.Incident, known) if known else None

    @cached_property
    def customer(self) -> tables.Customer | None:
        return self.session.get(tables.Customer, self.case.customer_id) if self.case else None

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The items that this step is about, from the outermost `for_each` to the innermost; none outside of one."""
        return self.progress.items(self.record.path)

    def facts(self, wanted: Collection[str]) -> Facts:
        """The facts at this moment, with all that are `wanted` by somebody who decides."""
        about = providers.About(
            self.session,
            self.now,
            customer=self.customer,
            case=self.case,
            incident=self.incident,
            run=self.run,
            given=self.desk.given,
            vault=self.desk.store.vault,
            zone=self.desk.timezone,
            item=self._facts_of_item(),
        )
        return providers.gather(about, self.bundle, wanted)

    def _facts_of_item(self) -> Mapping[str, object]:
        """What is known of the item that this step is about; what was learned of it wins over its age."""
        if not self.items:
            return {}
        since = next((item.since for item in reversed(self.items) if item.since is not None), None)
        age = {AGE: self.now - since} if since is not None else {}
        return {**age, **self.progress.learned_of_item(self.record.path)}

    def incident_goes_on(self) -> bool:
        """Whether the incident is still open; for a case that belongs to none, whether one is that may be about it."""
        if self.case is not None:
            return incident_events.goes_on(self.session, self.case)
        if self.incident is not None:
            return self.incident.closed_at is None
        still_open = select(tables.Incident.id).where(tables.Incident.closed_at.is_(None))
        return self.session.scalars(still_open.limit(1)).first() is not None

    def is_urgent(self) -> bool:
        """Whether the case or the incident is urgent: then people are told in the loudest way there is."""
        about = self.case or self.incident
        return about is not None and about.facts.get("severity") == "urgent"

    def listed(self, name: str) -> tuple[Item, ...]:
        """The list of this name, as the last step that brought it left it. Raises LookupError if none has."""
        return self.progress.listed(name)

    def moment(self, time: Time) -> datetime:
        """When that is, counted from now."""
        if isinstance(time, timedelta):
            return self.now + time
        return time.after(self.now, self.desk.timezone, self.bundle.hours)

    def at(self, moment: datetime | None) -> str:
        """A moment as colleagues read it."""
        return local_time.minute(moment, self.desk.timezone) if moment is not None else "at an unknown time"

    def in_our_words(self, text: str) -> str:
        """What a playbook says to colleagues, in the language that they read, where the content has it in that."""
        return translations.in_language(self.bundle, text, self.desk.language)

    def typed(self, raw: Mapping[str, object]) -> dict[str, Value]:
        """Facts with their types, from values as JSON holds them; FactError for one that is not allowed."""
        return {name: self.vocabulary.fact(name).gate(value) for name, value in raw.items()}

    def decide(self, conditions: Sequence[Condition]) -> Decision:
        """Which of these holds first, with its because; the rule's id is the condition's number from 1."""
        rules = self.bundle.branches(tuple(conditions))
        return rules.decide(self.facts(rules.facts()))

    def proven(self) -> frozenset[str]:
        """The claims that finished steps of this run have proven."""
        playbook, records = self.progress.playbook, self.progress.records
        ended = [(playbook.step(path), row) for path, row in records.items() if row.status in _HAS_COUNTED]
        return frozenset(
            claim
            for step, row in ended
            if not barred(step, row)
            for claim in step.verb.proves
            if row.outcome.get("counted", {}).get(claim, int(row.status == "done")) > 0
        )

    def counted(self) -> Mapping[str, int]:
        """How often what texts may claim has happened, by all finished steps of this run."""
        found: Counter[str] = Counter()
        for row in self.progress.records.values():
            if row.status in _HAS_COUNTED:
                found.update(row.outcome.get("counted", {}))
        return found

    # -- what may be done -----------------------------------------------------------------------------------

    def journal(self, event: str, **data: Any) -> None:
        """Add a line to the history: closed words, numbers and ids only."""
        history.tell(self.session, self.run, self.now, event, data, path=self.record.path, flow_run=self.flow_run)

    def tell(self, role: str, message: str, *, task: tables.Task | None = None, urgent: bool = False) -> str:
        """Put a notice to colleagues into the outbox and return its id. It holds ids, never personal data. What is
        `urgent` also goes where people are called (see `flows.channels.team`)."""
        said = self.in_our_words(message)
        return notices.notice(self.desk, self.session, self.run, self.record.path, role, said, task, urgent=urgent)

    def ask(
        self,
        kind: tables.TaskKind,
        role: str,
        question: str,
        *,
        form: Form | None = None,
        details: Mapping[str, Any] | None = None,
        items: Sequence[tuple[str, datetime | None]] = (),
    ) -> tables.Task:
        """Give a person of `role` something to do or decide. `details` may be personal and are sealed. `items` are
        several things to do one by one, each as (the id of what it is about, until when), the first to be done first.
        """
        about = "".join(f" ({item.label})" for item in self.items)
        offered = {str(fact): [value_to_json(value) for value in values] for fact, values in (form or {}).items()}
        task = tables.Task(
            id=new_id("T"),
            subject_id=self.run.subject_id,
            case_id=self.run.case_id,
            incident_id=self.run.incident_id,
            run_id=self.run.id,
            path=self.record.path,
            kind=kind,
            role=role,
            question=self.in_our_words(question) + about,
            form=offered,
            status="open",
            created_at=self.now,
            due_at=self.now + self.step.timeout if self.step.timeout else None,
            sealed_details=self.desk.store.vault.seal(self.run.subject_id, dict(details)) if details else None,
        )
        self.session.add(task)
        listing.make(self.session, task, items)
        return task

    def task(self) -> tables.Task:
        """The task that this step waits for."""
        waiting = (self.record.waiting_for or {}).get("task")
        return self.session.get_one(tables.Task, waiting)

    def wake_at(self, moment: datetime) -> datetime:
        """Go on at this moment."""
        return self._timer("wait", moment)

    def go_on(self) -> datetime:
        """Go on with this step at once, in a transaction of its own."""
        return self.wake_at(self.now)

    def remind_in(self, time: timedelta) -> datetime:
        """Be asked again after this time whether somebody needs telling once more, and not at a time that was set
        before: what is asked anew begins a new clock, and nobody is told twice as often."""
        return self._only_clock("again", self.now + time)

    def wake_only_at(self, moment: datetime) -> datetime:
        """Go on at this moment, and not at one that was set before."""
        return self._only_clock("wait", moment)

    def call(self, playbook: str) -> tables.Run:
        """Start another playbook of this bundle for the same case or incident; this step hears of its end."""
        return opening.start_run(
            self.desk,
            self.session,
            self.bundle,
            self.bundle.playbooks[playbook],
            subject_id=self.run.subject_id,
            case_id=self.run.case_id,
            incident_id=self.run.incident_id,
            called_from=(self.run.id, self.record.path),
            flow_run=self.flow_run,
        )

    def plan_follow_up(
        self, playbook: str, due: datetime, unless: Condition | None, hold_if: Condition | None
    ) -> tables.FollowUp:
        planned = tables.FollowUp(
            id=new_id("F"),
            subject_id=self.run.subject_id,
            case_id=self.run.case_id,
            run_id=self.run.id,
            path=self.record.path,
            playbook=playbook,
            due_at=due,
            unless=unless.to_data() if unless else None,
            hold_if=hold_if.to_data() if hold_if else None,
            status="waiting",
        )
        self.session.add(planned)
        return planned

    def add_labels(self, labels: Iterable[str]) -> None:
        """Put labels on the case. Who minds what is written about them does so in every other case, too."""
        if self.case is not None:
            self.case.labels = sorted({*self.case.labels, *labels})
        if self.customer is not None and PRIVACY_SENSITIVE in labels:
            self.customer.labels = sorted({*self.customer.labels, PRIVACY_SENSITIVE})

    def _timer(self, kind: tables.TimerKind, due: datetime) -> datetime:
        again = next((timer for timer in self._own_timers(kind) if timer.due_at == due), None)
        if again is None:
            here = {"run_id": self.run.id, "path": self.record.path}
            self.session.add(tables.Timer(subject_id=self.run.subject_id, **here, kind=kind, due_at=due))
        else:  # two reasons for one moment are one; and a clock that stands still comes to the same moment again
            again.fired_at = again.cancelled_at = None
        return due

    def _only_clock(self, kind: tables.TimerKind, due: datetime) -> datetime:
        """Set the one clock of this kind that the step has, which is used again: a war room that looks around every two
        minutes would leave hundreds of them behind in a day."""
        before = self._own_timers(kind)
        clock = next((timer for timer in before if timer.due_at == due), next(iter(before), None))
        if clock is None:
            return self._timer(kind, due)
        for other in before:
            if other is not clock and other.fired_at is None and other.cancelled_at is None:
                other.cancelled_at = self.now
        clock.due_at, clock.fired_at, clock.cancelled_at = due, None, None
        return due

    def _own_timers(self, kind: tables.TimerKind) -> Sequence[tables.Timer]:
        """The clocks of this kind that the step has ever set by itself."""
        timers = under_way.timers_of(self.session, self.run)
        if timers is None:
            here = {"run": self.run.id, "path": self.record.path, "kind": kind}
            return self.session.scalars(_OWN_TIMERS, here).all()
        return [each for each in timers if (each.path, each.kind, each.name) == (self.record.path, kind, "")]
