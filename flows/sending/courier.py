"""The courier: takes letters from the outbox to the channel, and writes down what became of them.

A row is marked `sending` and committed before the call, and settled after it. If the process dies in between, the row
is uncertain: a delivery status with its key settles it, or after a bounded wait one more try, and then a person looks.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.channels.channel import HandOver, Next, Refused, Result, Sent, Unsure
from flows.channels.error_codes import UNREACHABLE, meaning_of
from flows.channels.team import NotTold, UnknownRole
from flows.desk import Desk
from flows.runs import history, moving, settling
from flows.sending import letters
from flows.store.tables import Outbox, Run
from rules.language import ON_CALL

STATUS_WAIT = timedelta(minutes=2)
"""How long an uncertain letter waits for its delivery status; Meta sends the first one within seconds."""
MOST_TRIES = 6
LONGEST_BACK_OFF = timedelta(days=3)  # being too fast is our own doing, and passes
PAIR_LIMIT = 131056  # too many messages to one customer; every other back-off slows the whole number

Transaction = Callable[[], AbstractContextManager[Session]]
"""Opens a transaction in which the subject is held; raises `ClaimLost` if somebody else has it."""


def next_due(session: Session, subject_id: str) -> datetime | None:
    """When the outbox of a subject needs a hand next; None if there is nothing in it."""
    rows = session.scalars(
        select(Outbox).where(Outbox.subject_id == subject_id, Outbox.status.in_(("ready", "sending")))
    )
    return min((_due(row) for row in rows), default=None)


def deliver(desk: Desk, subject_id: str, transaction: Transaction, flow_run: str | None = None) -> int:
    """Send everything of a subject that is due, oldest first; returns how many calls were made."""
    calls = 0
    while True:
        with transaction() as session:
            chosen = _choose(desk, session, subject_id, flow_run)
            if chosen is None:
                return calls
            row_id, call = chosen
        result = call()
        calls += 1
        with transaction() as session:
            _settle(desk, session, session.get_one(Outbox, row_id), result, flow_run)


def _choose(
    desk: Desk, session: Session, subject_id: str, flow_run: str | None
) -> tuple[str, Callable[[], Any]] | None:
    """Mark the next due row as being sent, and return it with the call to make outside the transaction."""
    now = desk.now()
    rows = session.scalars(
        select(Outbox)
        .where(Outbox.subject_id == subject_id, Outbox.status.in_(("ready", "sending")))
        .order_by(Outbox.created_at, Outbox.id)
    ).all()
    for row in rows:
        if _due(row) > now:
            continue
        if row.to == "customer" and row.status == "sending" and row.tries > 1:
            _ask_a_person(desk, session, row, "it is not known whether it arrived; look before you send", flow_run)
            continue
        call = _call(desk, session, row, now)
        if call is None:
            continue
        row.status, row.sending_since, row.not_before = "sending", now, None
        row.tries += 1
        return row.id, call
    return None


def _due(row: Outbox) -> datetime:
    if row.status == "sending" and row.sending_since is not None:
        # Colleagues are told again at once: twice told is better than never. Customers are never told twice.
        return row.sending_since + (STATUS_WAIT if row.to == "customer" else timedelta(0))
    return row.not_before or row.created_at


def _call(desk: Desk, session: Session, row: Outbox, now: datetime) -> Callable[[], Any] | None:
    """What to call for this row; None if it may not leave yet."""
    body = desk.store.vault.open(row.sealed_body)
    if row.to == "team":
        words = body["body"] + (f"\n→ {body['task']}" if body["task"] else "")
        return lambda: _tell(desk, row.role or ON_CALL, body["title"], words)
    assert row.customer_id is not None
    wait = desk.pace.wait_for(row.customer_id)
    if wait > timedelta(0):
        row.not_before = now + wait
        return None
    alias = letters.newest_address(session, row.customer_id)
    if alias is None:
        return lambda: Refused(None, Next.HUMAN, None, "no address is known")
    letter = letters.letter_of(row, body, desk.store.vault.open(alias.sealed_address))
    return lambda: desk.channel.send(letter)


def _tell(desk: Desk, role: str, title: str, words: str) -> Sent | Refused:
    try:
        told = desk.team.tell(role, title, words)
    except UnknownRole as error:
        return Refused(None, Next.HUMAN, None, str(error))
    if isinstance(told, NotTold):
        return Refused(None, Next.RETRY, None, told.reason)
    return Sent("")


def _settle(desk: Desk, session: Session, row: Outbox, result: Result, flow_run: str | None) -> None:
    now = desk.now()
    if row.status != "sending":
        return  # a delivery status was faster
    match result:
        case Sent():
            row.status, row.sent_at = "sent", now
            if result.provider_id:
                row.provider_blind = desk.store.vault.blind("wamid", result.provider_id)
            _note(session, row, now, "text sent" if row.to == "customer" else "colleagues told", flow_run)
            settling.letter_settled(desk, session, row, flow_run)
        case Unsure():
            _note(session, row, now, "not known whether the text left", flow_run, detail=result.detail)
        case HandOver():
            _ask_a_person(desk, session, row, "this number is written to from the app", flow_run, link=result.link)
        case Refused():
            _refused(desk, session, row, result, now, flow_run)


def _refused(desk: Desk, session: Session, row: Outbox, result: Refused, now: datetime, flow_run: str | None) -> None:
    row.code = result.code
    said: dict[str, Any] = {"code": result.code, "next": result.what.value, "detail": result.detail}
    patient = result.what is Next.BACK_OFF and now - row.created_at < LONGEST_BACK_OFF
    if patient or (result.what is Next.RETRY and row.tries < MOST_TRIES):
        meaning = UNREACHABLE if result.code is None else meaning_of(result.code)
        wait = meaning.wait_after(row.tries) or result.wait or timedelta(seconds=5)
        if result.what is Next.BACK_OFF:
            desk.pace.hold(wait, row.customer_id if result.code == PAIR_LIMIT else None)
        row.status, row.not_before = "ready", now + wait
        _note(session, row, now, "text refused for now", flow_run, **said, again=row.not_before.isoformat())
        return
    template = "template" in desk.store.vault.open(row.sealed_body)
    if result.what is Next.USE_TEMPLATE and template and row.form == "text":
        row.status, row.form = "ready", "template"
        _note(session, row, now, "text refused; its template goes instead", flow_run, **said)
        return
    _note(session, row, now, "text refused", flow_run, **said)
    if row.to == "team" or result.what is Next.STOP:
        row.status = "failed"
        settling.letter_settled(desk, session, row, flow_run)
        return
    _ask_a_person(desk, session, row, result.detail, flow_run)


def _ask_a_person(desk: Desk, session: Session, row: Outbox, why: str, flow_run: str | None, link: str = "") -> None:
    """The machine cannot send this: a colleague does it by hand, and the step waits for them."""
    row.status = "handed_over"
    _note(session, row, desk.now(), "text handed to a colleague", flow_run, why=why)
    run = session.get(Run, row.run_id) if row.run_id else None
    if run is None or row.path is None:
        return
    details = {"text": desk.store.vault.open(row.sealed_body)["text"], **({"link": link} if link else {})}
    work = moving.at_work(desk, session, run, row.path, flow_run)
    if work.record.status == "waiting" and (work.record.waiting_for or {}).get("outbox") == row.id:
        moving.settle(work, letters.hand_over(work, row.reply or "", details, why))


def _note(session: Session, row: Outbox, now: datetime, event: str, flow_run: str | None, **said: Any) -> None:
    about = {"outbox": row.id, "reply": row.reply, "locale": row.locale, "form": row.form, "role": row.role, **said}
    plain = {key: value for key, value in about.items() if value is not None}
    history.tell(session, row, now, event, plain, flow_run=flow_run)
