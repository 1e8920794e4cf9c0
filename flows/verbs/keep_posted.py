"""`keep_posted` keeps a customer informed while a crisis lasts, also when there is nothing new to say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from flows import local_time
from flows.crisis import silence, updates
from flows.runs import ending
from flows.runs.outcome import Done, Failed, Outcome, Waiting
from flows.runs.providers import SERVICE_WINDOW, window_is_open
from flows.runs.work import Work
from flows.sending import letters
from flows.store.tables import Message, Outbox, Task
from flows.verbs.action import Action
from rules.language import ON_CALL, Duration, ReplyName, says

EVENTS = ("statement", "stood_down", "incident_closed")


@dataclass(frozen=True)
class KeepPosted(Action):
    """Write to the customer again and again until the crisis is over: with the news, once the statement in force has
    changed, else that we are still at it. The time is counted from when they last heard from us in any way, also from a
    colleague.

    Whoever asked us to write no more hears nothing, and whoever's own matter is settled hears only news. Without news
    nobody is woken in the quiet hours of the business. Outside the 24-hour window at most one template a
    day is sent. What is an interval late stands in the history and in the war room. It ends when a person stands the
    incident down, or it is closed; with `timeout` also after that time.
    """

    verb: ClassVar[str] = "keep_posted"
    waits: ClassVar[bool] = True
    example: ClassVar[str] = """\
keep_posted:
  every: [30 minutes, 1 hour, 2 hours]
  news: crisis/news
  no_news: crisis/still-working"""

    every: tuple[Duration, ...] = says(
        "How long after the last word from us; of several, one after another, then the last"
    )
    news: ReplyName = says("What they read when the official statement has changed")
    no_news: ReplyName = says("What they read when there is nothing new")

    def act(self, work: Work) -> Outcome:
        return self._go_on(work)

    def woken(self, work: Work) -> Outcome:
        on = dict(work.record.waiting_for or {})
        if "outbox" in on:  # something is on its way, and has been for an interval
            return Waiting(on, _slipped(work, on))
        due = self._due(work)
        return self._say(work) if due <= work.now and not _over(work) else self._go_on(work)

    def happened(self, work: Work, event: str, message: Message | None = None) -> Outcome:
        over, on = _over(work), dict(work.record.waiting_for or {})
        letter = work.session.get(Outbox, str(on.get("outbox")))
        if letter is not None and letter.status in ("ready", "handed_over"):
            # Also one that lies with a colleague, who has better words to send now.
            ending.withdraw_tasks(work.session, work.run.id, work.record.path, work.now)
            letter.status = "withdrawn"
            work.session.flush()
            work.record.attempt += 1
        elif letter is not None and not over:  # it can no longer be held back; the news follow when it has left
            return Waiting(on)
        return Done(note={"happened": event}) if over else self._go_on(work)

    def sent(self, work: Work, letter: Outbox) -> Outcome:
        outcome = super().sent(work, letter)
        if isinstance(outcome, Failed) and outcome.final:
            return outcome
        # A letter has the number of the attempt in its key, so the next one is another attempt.
        work.record.attempt += 1
        told = {"updates": _told(work) + 1} if isinstance(outcome, Done) else {}
        return self._go_on(work, told)

    def answered(self, work: Work, task: Task) -> Outcome:
        work.record.attempt += 1
        return self._go_on(work, {"updates": _told(work) + 1, "answered_by": task.answered_by or ""})

    def _go_on(self, work: Work, note: dict[str, Any] | None = None) -> Outcome:
        """Wait for the next update, or be done."""
        if _over(work):
            return Done(note={**(note or {}), "happened": "over"})
        told = (note or {}).get("updates", _told(work))
        due = self._due(work, told)
        work.wake_only_at(due)
        late_at = max(due, work.now) + self._interval(told)
        return Waiting({"until": due.isoformat(), "late_at": late_at.isoformat(), "event": list(EVENTS)}, note or {})

    def _interval(self, told: int) -> timedelta:
        return self.every[min(told, len(self.every) - 1)]

    def _due(self, work: Work, told: int | None = None) -> datetime:
        """When this customer is to hear from us next, as things are now."""
        heard = updates.last_heard(work)
        statement = updates.untold(work, self.news)
        if statement is not None:
            known = statement.in_force_at or work.record.began_at
            # The case's own procedure may have more to say, such as what the statement lets it offer: it goes first.
            due = max(known + updates.APART + updates.spread(work), heard + updates.APART)
        else:
            due = heard + self._interval(_told(work) if told is None else told)
            due = _after_quiet(work, due) or due
        if due <= work.now and updates.about_to_leave(work):
            due = work.now + updates.APART
        if _unwanted(work, news=statement is not None):
            return work.now + updates.DAY  # nothing is said then, either: it is looked at again, in case they resume
        due = _outside(work, max(due, work.now), updates.last_outside(work))
        return max(due, work.now + silence.LOOK_AGAIN) if _silent(work) else due

    def _say(self, work: Work) -> Outcome:
        """Put the update into the outbox."""
        on = dict(work.record.waiting_for or {})
        slipped = _slipped(work, on)
        text = self.no_news if updates.untold(work, self.news) is None else self.news
        reply = work.bundle.replies[text]
        work.words["next_update"] = self._next_update(
            work, reply.locale_for(work.customer.locale if work.customer else None)
        )
        if unproven := sorted(reply.claims - work.proven()):
            return Failed("the text claims what has not happened", {"reply": text, "unproven": unproven})
        if objections := letters.objections(work, reply):
            return Failed("the guard refused the text", {"reply": text, "objections": objections})
        outcome = letters.prepare(work, reply)
        if not isinstance(outcome, Waiting):
            return outcome
        late_at = work.now + self._interval(_told(work))
        work.wake_only_at(late_at)
        late = {"late_at": late_at.isoformat(), "event": list(EVENTS)}
        return Waiting({**outcome.on, **late}, {**outcome.note, **slipped})

    def _next_update(self, work: Work, locale: str) -> str:
        """When they hear from us again, should there be no news until then: as it will be, not as we would like it, and
        in the language of the text."""
        assert work.customer is not None, "only a customer hears from us"
        due = work.now + self._interval(_told(work) + 1)
        outside = work.now if not window_is_open(work.customer, work.now) else updates.last_outside(work)
        due = _outside(work, _after_quiet(work, due) or due, outside)
        return local_time.from_now((_after_quiet(work, due) or due) - work.now, locale)


def _over(work: Work) -> bool:
    """Whether there is nothing left to wait for: the incident was stood down or closed, or there is none."""
    if work.incident is not None and work.incident.stood_down_at is not None:
        return True
    return not work.incident_goes_on()


def _told(work: Work) -> int:
    """How many updates have left."""
    return int(work.record.outcome.get("updates", 0))


def _silent(work: Work) -> bool:
    """Whether a person speaks with this customer about something urgent, in another case."""
    urgent = silence.silenced(work.session, work.run.subject_id)
    return urgent is not None and urgent.id != work.run.case_id


def _unwanted(work: Work, news: bool) -> bool:
    """Whether there is nothing that this customer wants to hear: they asked us to write no more, or there is no news
    and their own matter is settled, so that "still at it" would be untrue."""
    asked = {"wants_no_messages", "complaint_solved"} & work.vocabulary.facts.keys()  # older content has fewer
    known = work.facts(asked)
    return known.get("wants_no_messages") is True or (not news and known.get("complaint_solved") is True)


def _after_quiet(work: Work, due: datetime) -> datetime | None:
    """The morning, if it is due in the quiet hours: not for everybody in the same second."""
    morning = work.bundle.hours.quiet_until(due, work.desk.timezone)
    return morning + updates.spread(work) if morning is not None else None


def _outside(work: Work, due: datetime, last: datetime | None) -> datetime:
    """Outside the 24-hour window, a day after what was `last` said there, if that is later."""
    wrote = work.customer.last_wrote_at if work.customer is not None else None
    if last is None or (wrote is not None and due - wrote < SERVICE_WINDOW):
        return due
    return max(due, last + updates.DAY)


def _slipped(work: Work, on: dict[str, Any]) -> dict[str, Any]:
    """Write it down, once for each update, if this one is late by a whole interval. Where no war room would show it,
    somebody is told."""
    if not updates.is_late(on, work.now) or work.record.outcome.get("late") == on["late_at"]:
        return {}
    work.journal("update late", late_at=on["late_at"], updates=_told(work))
    if work.incident is None:
        work.tell(ON_CALL, "A customer who waits should have heard from us by now, and has not")
    return {"late": on["late_at"]}
