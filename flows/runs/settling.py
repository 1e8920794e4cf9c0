"""What wakes a waiting step: time passed, a person answered, a text left, the customer wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from flows import local_time
from flows.crisis import gathering
from flows.desk import Desk
from flows.runs import ending, history, moving, under_way
from flows.runs.outcome import Done, waits_for
from flows.runs.progress import progress_of, recorded
from flows.runs.work import Work
from flows.sending import by_hand, notices
from flows.store.tables import Case, Message, Outbox, Run, Step, Task, Timer
from flows.verbs.action import Action
from rules.language import ON_CALL

_WAITING = (
    select(Step, Run)
    .join(Run, Run.id == Step.run_id)
    .where(Run.case_id == bindparam("case"), Run.status != "finished", Step.status == "waiting")
)


def happened(
    desk: Desk,
    session: Session,
    event: str,
    case_id: str,
    flow_run: str | None = None,
    message: Message | None = None,
) -> int:
    """Wake every step of a case's runs that waits for `event` (`customer_reply`, with the `message`); returns how
    many."""
    woken = 0
    for step, run in _waiting_in(session, case_id):
        if waits_for(step.waiting_for, "event", event):
            woken += _heard(moving.at_work(desk, session, run, step.path, flow_run), event, message)
    return woken


def _waiting_in(session: Session, case_id: str) -> Sequence[tuple[Step, Run]]:
    """The steps of a case that wait for something."""
    case = session.get_one(Case, case_id)
    if under_way.here(session, case.customer_id) is None:
        return session.execute(_WAITING, {"case": case_id}).tuples().all()
    runs = [run for run in under_way.runs_of(session, case.customer_id) if run.case_id == case_id]
    found = [(step, run) for run in runs for step in recorded(session, run).values()]
    return [(step, run) for step, run in found if step.status == "waiting"]


def _heard(work: Work, event: str, message: Message | None = None) -> bool:
    """Tell a step of something that it waits for; whether it goes on by that, or does something about it."""
    assert isinstance(work.step.verb, Action)
    outcome = work.step.verb.happened(work, event, message)
    if outcome is not None:
        moving.settle(work, outcome)
    return outcome is not None


def letter_settled(desk: Desk, session: Session, row: Outbox, flow_run: str | None = None) -> None:
    """A text has left, or has failed for good: its step goes on."""
    work = _waiting_step(desk, session, row.run_id, row.path, {"outbox": row.id}, flow_run)
    if work is None:
        return
    assert isinstance(work.step.verb, Action)
    if row.status == "sent":
        if row.to == "customer":
            moving.first_reply_left(work)
        ending.withdraw_tasks(session, work.run.id, work.record.path, work.now)
    moving.settle(work, work.step.verb.sent(work, row))


def answered(desk: Desk, session: Session, task: Task, flow_run: str | None) -> None:
    """A person answered a task: its step goes on, if it still waits for that."""
    now = desk.now()
    task.settled_at = now
    said = {"task": task.id, "kind": task.kind, "by": task.answered_by, "answer": task.answer or {}}
    run = session.get(Run, task.run_id) if task.run_id else None
    if run is None or task.path is None:
        history.tell(session, task, now, "task answered", said, flow_run=flow_run)
        about = desk.store.vault.open_or_nothing(task.sealed_details).get(by_hand.OUTBOX)
        by_hand.ticked_off(session, desk.store.vault, task, about)
        return
    history.tell(session, run, now, "task answered", said, path=task.path, flow_run=flow_run)
    if run.status == "finished":
        return
    step = progress_of(desk, session, run).records.get(task.path)
    if step is not None and step.status == "failed":
        # A person has done by hand what the step could not do.
        if step.verb in ("reply", "offer"):
            by_hand.done_instead(session, desk.store.vault, run, task)
        moving.settle(moving.at_work(desk, session, run, task.path, flow_run), Done(note={"by_hand": task.answered_by}))
        return
    work = _waiting_step(desk, session, run.id, task.path, {"task": task.id}, flow_run)
    if work is not None:
        assert isinstance(work.step.verb, Action)
        if work.record.outcome.get("by_hand"):
            by_hand.ticked_off(session, desk.store.vault, task, (work.record.waiting_for or {}).get("outbox"))
            moving.first_reply_left(work)
        moving.settle(work, work.step.verb.answered(work, task))


def fired(desk: Desk, session: Session, timer: Timer, flow_run: str | None) -> None:
    """A moment has come: a wait is over, a time limit is reached, a promise is near or broken."""
    if timer.kind == "gather":
        gathering.look_around(desk, session, timer, flow_run)
        return
    run = session.get_one(Run, timer.run_id)
    if run.status == "finished":
        return
    if timer.kind in ("warning", "breach"):
        _promise_due(desk, session, run, timer, flow_run)
        return
    work = moving.at_work(desk, session, run, timer.path, flow_run)
    # A time limit also holds for a step that is about to be tried again.
    if work.record.status != "waiting" and not (timer.kind == "timeout" and work.record.status == "again"):
        return
    if timer.kind == "timeout":
        moving.time_out(work)
    elif timer.kind == "retry":
        work.record.status, work.record.waiting_for = "again", None
        moving.look_around(desk, session, run, flow_run)
    elif timer.kind == "again":
        assert isinstance(work.step.verb, Action)
        if work.step.verb.reminded(work):
            work.journal("told again", verb=work.record.verb, name=work.step.title)
    elif timer.name:  # something happened to the incident, and whoever waits for it was told in this way
        if waits_for(work.record.waiting_for, "event", timer.name):
            _heard(work, timer.name)
    else:
        assert isinstance(work.step.verb, Action)
        moving.settle(work, work.step.verb.woken(work))


def _promise_due(desk: Desk, session: Session, run: Run, timer: Timer, flow_run: str | None) -> None:
    promise = progress_of(desk, session, run).promises[timer.name]
    if promise.status != "open":
        return
    now = desk.now()
    said = {"promise": timer.name, "due": promise.due_at.isoformat()}
    if timer.kind == "warning":
        history.tell(session, run, now, "promise is near", said, path=timer.path, flow_run=flow_run)
        due = local_time.minute(promise.due_at, desk.timezone)
        notices.notice(desk, session, run, timer.path, ON_CALL, f'The promise "{timer.name}" is due at {due}')
        return
    promise.status, promise.settled_at = "broken", now
    history.tell(session, run, now, "promise broken", said, path=timer.path, flow_run=flow_run)
    moving.look_around(desk, session, run, flow_run)


def _waiting_step(
    desk: Desk, session: Session, run_id: str | None, path: str | None, on: Mapping[str, str], flow_run: str | None
) -> Work | None:
    """The step that waits for exactly this, if it still does."""
    step = session.get(Step, (run_id, path)) if run_id and path else None
    if step is None or step.status != "waiting":
        return None
    if not all(waits_for(step.waiting_for, key, value) for key, value in on.items()):
        return None
    run = session.get_one(Run, step.run_id)
    return None if run.status == "finished" else moving.at_work(desk, session, run, step.path, flow_run)
