"""Taking in what happened to the waiting steps of a subject: time passed, a person answered, a text was delivered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from flows import local_time
from flows.desk import Desk
from flows.runs import history, moving
from flows.runs.outcome import Done
from flows.runs.progress import progress_of
from flows.runs.work import Work
from flows.sending import notices
from flows.store.tables import Delivery, Outbox, Run, Step, Task, Timer
from flows.verbs.action import Action
from rules.language import ON_CALL


def settle_subject(desk: Desk, session: Session, subject_id: str, flow_run: str | None = None) -> int:
    """Take in everything that happened for a subject until now; returns how many things there were."""
    now = desk.now()
    count = 0
    # In the order in which they happened: an answer a second before its time limit is an answer.
    for task in session.scalars(
        select(Task)
        .where(Task.subject_id == subject_id, Task.status == "answered", Task.settled_at.is_(None))
        .order_by(Task.answered_at, Task.id)
    ).all():
        _answered(desk, session, task, now, flow_run)
        count += 1
    for delivery in session.scalars(
        _unhandled(Delivery).where(Outbox.subject_id == subject_id).order_by(Delivery.at, Delivery.id)
    ).all():
        _delivered(desk, session, delivery, now, flow_run)
        count += 1
    for timer in session.scalars(
        select(Timer)
        .where(
            Timer.subject_id == subject_id,
            Timer.due_at <= now,
            Timer.fired_at.is_(None),
            Timer.cancelled_at.is_(None),
        )
        .order_by(Timer.due_at, Timer.id)
    ).all():
        session.refresh(timer)
        if timer.cancelled_at is None:
            timer.fired_at = now
            _fired(desk, session, timer, flow_run)
            count += 1
    return count


def with_deliveries(session: Session, subject_ids: Iterable[str]) -> set[str]:
    """The subjects among these with delivery statuses that were not taken in yet."""
    return set(session.scalars(_unhandled(Outbox.subject_id).where(Outbox.subject_id.in_(list(subject_ids)))))


def happened(
    desk: Desk,
    session: Session,
    event: str,
    *,
    case_id: str | None = None,
    incident_id: str | None = None,
    flow_run: str | None = None,
) -> int:
    """Wake every step that waits for `event` (`customer_reply`, `incident_closed`) in the runs of a case or of an
    incident and its cases; returns how many."""
    waiting = (
        select(Step, Run)
        .join(Run, Run.id == Step.run_id)
        .where(
            Run.status != "finished",
            Step.status == "waiting",
            Run.case_id == case_id if case_id else Run.incident_id == incident_id,
        )
    )
    woken = 0
    for step, run in session.execute(waiting).all():
        if (step.waiting_for or {}).get("event") == event:
            moving.settle(moving.at_work(desk, session, run, step.path, flow_run), Done(note={"happened": event}))
            woken += 1
    return woken


def letter_settled(desk: Desk, session: Session, row: Outbox, flow_run: str | None = None) -> None:
    """A text has left, or has failed for good: its step goes on."""
    work = _waiting_step(desk, session, row.run_id, row.path, {"outbox": row.id}, flow_run)
    if work is None:
        return
    assert isinstance(work.step.verb, Action)
    if row.status == "sent":
        moving.first_reply_left(work)
    moving.settle(work, work.step.verb.sent(work, row))


def _answered(desk: Desk, session: Session, task: Task, now: datetime, flow_run: str | None) -> None:
    task.settled_at = now
    said = {"task": task.id, "kind": task.kind, "by": task.answered_by, "answer": task.answer or {}}
    run = session.get(Run, task.run_id) if task.run_id else None
    if run is None or task.path is None:
        history.tell(session, task, now, "task answered", said, flow_run=flow_run)
        return
    history.tell(session, run, now, "task answered", said, path=task.path, flow_run=flow_run)
    if run.status == "finished":
        return
    step = progress_of(desk, session, run).records.get(task.path)
    if step is not None and step.status == "failed":
        # A person has done by hand what the step could not do.
        moving.settle(moving.at_work(desk, session, run, task.path, flow_run), Done(note={"by_hand": task.answered_by}))
        return
    work = _waiting_step(desk, session, run.id, task.path, {"task": task.id}, flow_run)
    if work is not None:
        assert isinstance(work.step.verb, Action)
        if work.record.outcome.get("by_hand"):
            moving.first_reply_left(work)
        moving.settle(work, work.step.verb.answered(work, task))


def _delivered(desk: Desk, session: Session, delivery: Delivery, now: datetime, flow_run: str | None) -> None:
    """A webhook status about a text of ours. It also settles a text of which a crash left unknown whether it left."""
    delivery.handled_at = now
    row = session.scalars(
        select(Outbox).where(
            or_(Outbox.id == delivery.outbox_id, Outbox.key == delivery.key, Outbox.provider_blind == delivery.blind)
        )
    ).first()
    assert row is not None, "it was found together with its text"
    delivery.outbox_id = row.id
    uncertain = row.status in ("sending", "ready")
    if delivery.status == "failed":
        _failed_later(desk, session, row, delivery, now, uncertain, flow_run)
        return
    if delivery.status == "delivered":
        row.delivered_at = row.delivered_at or delivery.at
    if delivery.status in ("read", "played"):
        row.read_at = row.read_at or delivery.at
        row.delivered_at = row.delivered_at or delivery.at  # WhatsApp may leave `delivered` out when it is read at once
    if uncertain:
        row.status, row.sent_at, row.provider_blind = "sent", delivery.at, delivery.blind
        history.tell(
            session, row, now, "text was sent after all", {"outbox": row.id, "seen": delivery.status}, flow_run=flow_run
        )
        letter_settled(desk, session, row, flow_run)


def _failed_later(
    desk: Desk, session: Session, row: Outbox, delivery: Delivery, now: datetime, uncertain: bool, flow_run: str | None
) -> None:
    """WhatsApp took the text and reported later that it could not be delivered."""
    if row.status == "failed":
        return
    row.status, row.code = "failed", delivery.code
    history.tell(
        session, row, now, "text was not delivered", {"outbox": row.id, "code": delivery.code}, flow_run=flow_run
    )
    if uncertain:
        letter_settled(desk, session, row, flow_run)
        return
    run = session.get(Run, row.run_id) if row.run_id else None
    if run is not None and row.path is not None:
        work = moving.at_work(desk, session, run, row.path, flow_run)
        details = desk.store.vault.open(row.sealed_body)
        task = work.ask(
            "do",
            ON_CALL,
            "WhatsApp could not deliver this reply. Please reach the customer another way, then mark it done.",
            details={"text": details.get("text", ""), "code": delivery.code},
        )
        work.tell(ON_CALL, "A reply could not be delivered", task=task)


def _fired(desk: Desk, session: Session, timer: Timer, flow_run: str | None) -> None:
    run = session.get_one(Run, timer.run_id)
    if run.status == "finished":
        return
    if timer.kind in ("warning", "breach"):
        _promise_due(desk, session, run, timer, flow_run)
        return
    work = moving.at_work(desk, session, run, timer.path, flow_run)
    if work.record.status != "waiting":
        return
    if timer.kind == "timeout":
        moving.time_out(work)
    elif timer.kind == "retry":
        work.record.status, work.record.waiting_for = "again", None
        moving.look_around(desk, session, run, flow_run)
    elif timer.kind == "again":
        assert isinstance(work.step.verb, Action)
        work.journal("told again", verb=work.record.verb, name=work.step.title)
        work.step.verb.reminded(work)
    else:
        moving.settle(work, Done(note={"waited_until": timer.due_at.isoformat()}))


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


def _unhandled(wanted: type[Delivery] | InstrumentedAttribute[str]) -> Select[Any]:
    """Delivery statuses not taken in yet, beside the text they are about: by its id, its key, or WhatsApp's id."""
    ours = or_(Outbox.id == Delivery.outbox_id, Outbox.key == Delivery.key, Outbox.provider_blind == Delivery.blind)
    return select(wanted).select_from(Delivery).join(Outbox, ours).where(Delivery.handled_at.is_(None))


def _waiting_step(
    desk: Desk, session: Session, run_id: str | None, path: str | None, on: Mapping[str, str], flow_run: str | None
) -> Work | None:
    """The step that waits for exactly this, if it still does."""
    run = session.get(Run, run_id) if run_id else None
    step = progress_of(desk, session, run).records.get(path) if run is not None and path else None
    if run is None or step is None or run.status == "finished" or step.status != "waiting":
        return None
    waiting_for = step.waiting_for or {}
    if any(waiting_for.get(key) != value for key, value in on.items()):
        return None
    return moving.at_work(desk, session, run, step.path, flow_run)
