"""Moving a run: doing one step, and recording what came of it. One call is one transaction of the caller."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.runs import ending, history, incident_events, opening, under_way
from flows.runs.interpreter import Place, State, barred
from flows.runs.outcome import Closed, Done, Failed, Outcome, Waiting, waits_for
from flows.runs.progress import progress_of
from flows.runs.work import Work
from flows.store import tables
from flows.verbs.action import Action
from rules.language import FIRST_REPLY, ON_CALL, PlaybookName, written_path
from rules.vocabulary import facts_to_json

_TIMEOUT = (
    select(tables.Timer.id)
    .where(
        tables.Timer.run_id == bindparam("run"),
        tables.Timer.path == bindparam("path"),
        tables.Timer.kind == "timeout",
    )
    .limit(1)
)


def at_work(desk: Desk, session: Session, run: tables.Run, path: str, flow_run: str | None) -> Work:
    """The step of `run` at `path`, ready to act or to go on, with its record (a new one if it never began)."""
    progress = progress_of(desk, session, run)
    step = progress.playbook.step(path)
    record = progress.records.get(path)
    if record is None:
        record = tables.Step(
            run_id=run.id, path=path, verb=step.verb.verb, status="waiting", attempt=0, began_at=desk.now()
        )
        session.add(record)
        progress.records[path] = record
    return Work(desk, session, run, step, progress, record, flow_run)


def due(desk: Desk, session: Session, run: tables.Run) -> tuple[Place, ...]:
    """The steps of a run that can be done now."""
    return progress_of(desk, session, run).stands().due if run.status == "moving" else ()


def act(desk: Desk, session: Session, run_id: str, path: str, flow_run: str | None = None) -> str | None:
    """Do the step of a run at `path` if it is due, and return the status it has then; None if it was not due."""
    run = session.get_one(tables.Run, run_id)
    if path not in (place.path for place in due(desk, session, run)):
        return None
    work = at_work(desk, session, run, path, flow_run)
    work.record.attempt += 1
    work.record.status = "waiting"
    if work.step.only_if is not None:
        decision = work.decide([work.step.only_if])
        if decision.rule is None:
            _end_step(work, "skipped", {"because": decision.in_words()})
            work.journal("step skipped", verb=work.record.verb, name=work.step.title, because=decision.in_words())
            look_around(desk, session, run, flow_run)
            return work.record.status
    assert isinstance(work.step.verb, Action)
    settle(work, work.step.verb.act(work))
    return work.record.status


def break_step(desk: Desk, session: Session, run_id: str, path: str, error: str, flow_run: str | None) -> None:
    """A step that was due broke while acting; `error` is the kind of error, without its text."""
    run = session.get_one(tables.Run, run_id)
    work = at_work(desk, session, run, path, flow_run)
    work.record.attempt += 1
    settle(work, Failed("something unforeseen", {"error": error}))


def settle(work: Work, outcome: Outcome) -> None:
    """Record what came of a step, and all that follows from it for its run."""
    said = {"verb": work.record.verb, "name": work.step.title}
    match outcome:
        case Waiting():
            work.record.waiting_for = dict(outcome.on)
            work.record.outcome = {**work.record.outcome, **outcome.note}
            if work.step.timeout is not None and not _has_timeout(work):
                _timer(work, "timeout", work.now + work.step.timeout)
            work.journal("step waits", **said, on=dict(outcome.on), **_dated(work), **outcome.note)
        case Done():
            _end_step(work, "done", {**work.record.outcome, **outcome.kept(), **outcome.note})
            _learn(work, outcome.learned)
            work.journal("step done", **said, **outcome.note)
            if not barred(work.step, work.record):  # a no keeps no promise
                keep_promise(work, work.step.keeps)
        case Failed():
            _fail(work, outcome, said)
        case Closed():
            _end_step(work, "done", {"closed_as": outcome.as_})
            work.journal("step done", **said, closed_as=outcome.as_)
            keep_promise(work, work.step.keeps)
            end_run(work.desk, work.session, work.run, work.flow_run, closed_as=outcome.as_)
            return
    look_around(work.desk, work.session, work.run, work.flow_run)


def time_out(work: Work) -> None:
    """The time of a waiting step is up: what it waited for is withdrawn, and `on_timeout` goes on. What was done of a
    list until then counts."""
    assert isinstance(work.step.verb, Action)
    asked = "task" in (work.record.waiting_for or {})  # not so between two tries
    counted = work.step.verb.timed_out(work) if asked else {}
    ending.withdraw_tasks(work.session, work.run.id, work.record.path, work.now, "expired")
    ending.withdraw_letters(work.session, work.run.id, work.record.path)
    waited_for = (work.record.waiting_for or {}).get("run")
    called = work.session.get(tables.Run, waited_for) if isinstance(waited_for, str) else None
    shut = called is not None and _gate_left(work.desk, work.session, called)
    ending.end_called(work.session, work.run, work.now, work.record.path)
    brought = {"shut": shut, "counted": dict(counted)}
    _end_step(work, "timed_out", {**work.record.outcome, **{key: value for key, value in brought.items() if value}})
    work.journal("time is up", verb=work.record.verb, name=work.step.title, **counted)
    look_around(work.desk, work.session, work.run, work.flow_run)


def keep_promise(work: Work, name: str | None) -> None:
    """Mark a promise of the run as kept, if it is still open."""
    promise = work.progress.promises.get(name) if name else None
    if promise is not None and promise.status == "open":
        promise.status, promise.settled_at = "kept", work.now
        ending.cancel_timers(work.session, work.run.id, f"promises.{name}", work.now)
        work.journal("promise kept", promise=name, due=promise.due_at.isoformat())


def first_reply_left(work: Work) -> None:
    """The customer has been answered: the promise of a first reply is kept, also that of whoever called this run."""
    keep_promise(work, FIRST_REPLY)
    caller = work.session.get(tables.Run, work.run.called_by) if work.run.called_by else None
    if caller is not None:
        first_reply_left(at_work(work.desk, work.session, caller, work.run.called_at or "", work.flow_run))


def look_around(desk: Desk, session: Session, run: tables.Run, flow_run: str | None) -> None:
    """Set the status of a run by where it stands now."""
    progress = progress_of(desk, session, run)
    now_at = progress.stands()
    if now_at.due:
        run.status = "moving"
    elif now_at.state is State.STUCK:
        run.status = "stuck"
    elif now_at.state in (State.ENDED, State.BARRED) and not progress.open_promises():
        end_run(desk, session, run, flow_run)
    else:
        run.status = "waiting"
        if now_at.state is State.BARRED:  # it goes on for its promises' sake; whoever called it must not wait and pass
            _answer_caller(desk, session, run, flow_run, shut=True)


def end_run(desk: Desk, session: Session, run: tables.Run, flow_run: str | None, closed_as: str | None = None) -> None:
    """End a run. With `closed_as` its case or incident is closed too, unless the run only stands beside the procedure
    that the case was opened for."""
    now = desk.now()
    closes = closed_as if not run.alongside or _opened_for(session, run) else None
    session.flush()
    # By itself a run ends only after all that it called, but for what stands at a gate and has a promise open: of that
    # somebody must still hear.
    ending.end_run(session, run, now, with_called=closed_as is not None)
    history.tell(session, run, now, "run finished", {"closed_as": closes} if closes else {}, flow_run=flow_run)
    if run.called_by is not None:
        _return_from(desk, session, run, flow_run, closed_as)
    if closes is None:
        return
    if run.case_id is not None:
        ending.close(session, session.get_one(tables.Case, run.case_id), closes, now)
    if run.incident_id is not None:
        ending.close(session, session.get_one(tables.Incident, run.incident_id), closes, now)


def _opened_for(session: Session, run: tables.Run) -> bool:
    """Whether a run that stands beside others is, all the same, what its case was opened for."""
    beside = select(tables.Run.id).where(tables.Run.case_id == run.case_id, tables.Run.alongside.is_(False)).limit(1)
    return run.case_id is not None and session.scalar(beside) is None


def _return_from(desk: Desk, session: Session, called: tables.Run, flow_run: str | None, closed_as: str | None) -> None:
    """A run that another one called has ended: the caller goes on, or ends too if its case was closed."""
    if closed_as is not None:
        caller = session.get_one(tables.Run, called.called_by)
        if caller.status != "finished":
            end_run(desk, session, caller, flow_run, closed_as)
        return
    shut = progress_of(desk, session, called).stands().state is State.BARRED
    _answer_caller(desk, session, called, flow_run, shut=shut)


def _answer_caller(desk: Desk, session: Session, called: tables.Run, flow_run: str | None, *, shut: bool) -> None:
    """The step that called a run goes on, if it still waits for it; `shut`: a gate in the run did not open."""
    caller = session.get(tables.Run, called.called_by) if called.called_by else None
    if caller is None or caller.status == "finished":
        return
    work = at_work(desk, session, caller, called.called_at or "", flow_run)
    if work.record.status == "waiting" and waits_for(work.record.waiting_for, "run", called.id):
        settle(work, Done(shut=shut, note={"ran": called.playbook}))


def _gate_left(desk: Desk, session: Session, run: tables.Run) -> bool:
    """Whether a run, or one that it calls, has a gate that has not had its yes: time alone must not lead past it."""
    progress = progress_of(desk, session, run)
    for step in progress.playbook.walk():
        met = [row for path, row in progress.records.items() if written_path(path) == step.path]
        if step.verb.gate and (not met or any(row.status != "skipped" and barred(step, row) for row in met)):
            return True
        ahead = [each for each in vars(step.verb).values() if isinstance(each, PlaybookName)]
        inside = [each for name in ahead for each in progress.bundle.playbooks[name].walk()]
        if step.verb.waits and not met and any(each.verb.gate for each in inside):
            return True
    under_way = select(tables.Run).where(tables.Run.called_by == run.id, tables.Run.status != "finished")
    return any(_gate_left(desk, session, each) for each in session.scalars(under_way).all())


def _fail(work: Work, outcome: Failed, said: Mapping[str, Any]) -> None:
    retry = work.step.retry
    if retry is not None and not outcome.final and work.record.attempt <= retry.times:
        due = work.now + retry.wait
        _timer(work, "retry", due, str(work.record.attempt))
        work.record.waiting_for = {"retry": due.isoformat()}
        work.journal("step will be tried again", **said, reason=outcome.reason, at=due.isoformat(), **outcome.note)
        return
    _end_step(work, "failed", {"reason": outcome.reason, **outcome.note})
    work.journal("step failed", **said, reason=outcome.reason, **outcome.note)
    if work.step.on_failure is None:
        # Nobody said what then: a person must, and the run stays where it is until they have.
        task = work.ask(
            "do",
            ON_CALL,
            f'The step "{work.step.title}" failed ({outcome.reason}). '
            "Please do by hand what it should have done, then mark this done.",
        )
        work.tell(ON_CALL, f'The step "{work.step.title}" failed: {outcome.reason}', task=task)


def _end_step(work: Work, status: tables.StepStatus, outcome: Mapping[str, Any]) -> None:
    waited_for = work.record.waiting_for
    if waited_for is not None:  # only a step that has waited can have a timer
        ending.cancel_timers(work.session, work.run.id, work.record.path, work.now)
        if "task" in waited_for:  # it may have gone on by something else: then nobody needs to answer any more
            ending.withdraw_tasks(work.session, work.run.id, work.record.path, work.now)
    work.record.status, work.record.ended_at = status, work.now
    work.record.outcome, work.record.waiting_for = dict(outcome), None


def _learn(work: Work, learned: Mapping[str, Any]) -> None:
    owner = (work.case or work.incident) if learned else None
    if owner is None:
        return
    if work.items:  # what is learned of one item holds for that item
        work.record.outcome = {**work.record.outcome, "learned": facts_to_json(learned)}
        return
    owner.facts = {**owner.facts, **facts_to_json(learned)}
    if "severity" in learned:
        before, owner.severity = owner.severity, opening.severity_rank(work.vocabulary, owner.facts)
        if isinstance(owner, tables.Incident) and owner.severity > before:
            incident_events.tell(work.session, owner.id, "incident_worse", work.now)


def _timer(work: Work, kind: tables.TimerKind, due: datetime, name: str = "") -> None:
    run = work.run
    work.session.add(
        tables.Timer(subject_id=run.subject_id, run_id=run.id, path=work.record.path, kind=kind, name=name, due_at=due)
    )


def _has_timeout(work: Work) -> bool:
    if (timers := under_way.timers_of(work.session, work.run)) is not None:
        return any(timer.path == work.record.path and timer.kind == "timeout" for timer in timers)
    here = {"run": work.run.id, "path": work.record.path}
    return work.session.scalars(_TIMEOUT, here).first() is not None


def _dated(work: Work) -> dict[str, str]:
    return {"until_latest": (work.now + work.step.timeout).isoformat()} if work.step.timeout else {}
