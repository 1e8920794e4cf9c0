"""What became of a letter: the channel's answer, or a delivery status that came later, and what is to be done now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, or_, select, update
from sqlalchemy.orm import Session

from flows.channels.channel import HandOver, Next, Refused, Result, Sent, Unsure
from flows.channels.error_codes import UNREACHABLE, meaning_of
from flows.crisis.team_words import TEAM_WORDS
from flows.desk import Desk
from flows.runs import asides, history, moving, settling
from flows.sending import by_hand, folding, letters
from flows.store.tables import Delivery, Outbox, Run

STATUS_WAIT = timedelta(minutes=2)
"""How long an uncertain letter waits for its delivery status; Meta sends the first one within seconds."""
MOST_TRIES = 6
LONGEST_BACK_OFF = timedelta(days=3)  # being too fast is our own doing, and passes
LONGEST_TELLING = timedelta(days=1)  # a colleague who cannot be reached for longer is not told of it any more
LONGEST_HOLD = timedelta(minutes=1)  # for the whole number; a longer wait would silence everyone for one refusal
FROM_THE_APP = "this number is written to from the app"
_OF_THE_NUMBER = (4, 80007, 130429)  # codes that say the number is too fast; others are about one customer or letter
_OF_THE_PAIR = 131056
_DELIVERIES = cast("Table", Delivery.__table__)
_REOPEN = (
    update(_DELIVERIES)
    .where(_DELIVERIES.c.blind == bindparam("told"), _DELIVERIES.c.outbox_id.is_(None))
    .values(handled_at=None, outbox_id=bindparam("letter"))
)


def answered(desk: Desk, session: Session, row: Outbox, result: Result, flow_run: str | None) -> None:
    """The channel has answered the call for this row."""
    now = desk.now()
    if row.status != "sending":
        return  # a delivery status was faster
    match result:
        case Sent():
            row.status, row.sent_at, row.not_before = "sent", now, None
            if result.provider_id:
                row.provider_blind = desk.store.vault.blind("wamid", result.provider_id)
                _reopen_early_statuses(session, row)
            for_all = {"cases": row.speaks_for} if row.speaks_for is not None else {}
            note(session, row, now, "colleagues told" if row.to == "team" else "text sent", flow_run, **for_all)
            settling.letter_settled(desk, session, row, flow_run)
        case Unsure():
            row.not_before = now + STATUS_WAIT
            note(session, row, now, "not known whether the text left", flow_run, detail=result.detail)
        case HandOver():
            ask_a_person(desk, session, row, FROM_THE_APP, flow_run, link=result.link)
        case Refused():
            _refused(desk, session, row, result, now, flow_run)


def delivered(desk: Desk, session: Session, delivery: Delivery, flow_run: str | None) -> None:
    """A webhook status about a text of ours. It also settles a text of which a crash left unknown whether it left, and
    takes back the request to send one by hand."""
    now = desk.now()
    delivery.handled_at = now
    row = session.scalars(select(Outbox).where(_about(delivery)).limit(1)).first()
    if row is None:
        return
    delivery.outbox_id = row.id
    if delivery.status == "failed":
        _failed_later(desk, session, row, delivery, now, flow_run)
        return
    if delivery.status == "delivered":
        row.delivered_at = row.delivered_at or delivery.at
    if delivery.status in ("read", "played"):
        row.read_at = row.read_at or delivery.at
        row.delivered_at = row.delivered_at or delivery.at  # WhatsApp may leave `delivered` out when it is read at once
    if row.status in ("sending", "ready", "handed_over"):
        row.status, row.sent_at, row.provider_blind, row.not_before = "sent", delivery.at, delivery.blind, None
        said = {"outbox": row.id, "seen": delivery.status}
        history.tell(session, row, now, "text was sent after all", said, flow_run=flow_run)
        settling.letter_settled(desk, session, row, flow_run)


def told_with(desk: Desk, session: Session, row: Outbox, other: folding.With, flow_run: str | None) -> None:
    """Colleagues have heard of this notice by another one, which spoke for many cases."""
    row.status, row.sent_at, row.not_before = "sent", other.at, None
    row.fold, row.speaks_for = None, 0
    note(session, row, desk.now(), "colleagues told", flow_run, together_with=other.outbox)
    settling.letter_settled(desk, session, row, flow_run)


def ask_a_person(desk: Desk, session: Session, row: Outbox, why: str, flow_run: str | None, link: str = "") -> None:
    """The machine cannot send this: a colleague does it by hand, and the step waits for them if it still waits."""
    row.status, row.not_before = "handed_over", None
    note(session, row, desk.now(), "text handed to a colleague", flow_run, why=why)
    details = {"text": by_hand.words(_body(desk, row)), **({"link": link} if link else {})}
    run = session.get(Run, row.run_id) if row.run_id else None
    if run is not None and row.path is not None and run.status != "finished":
        work = moving.at_work(desk, session, run, row.path, flow_run)
        if work.record.status == "waiting" and (work.record.waiting_for or {}).get("outbox") == row.id:
            moving.settle(work, letters.hand_over(work, row, details, why))
            return
    words = TEAM_WORDS[desk.language]
    question = words["send by hand"].format(why=words.get(why, why))
    _ask_aside(desk, session, row, question, {**details, by_hand.OUTBOX: row.id})


def note(session: Session, row: Outbox, now: datetime, event: str, flow_run: str | None, **said: Any) -> None:
    """Write into the history what happened to a letter."""
    about = {"outbox": row.id, "reply": row.reply, "locale": row.locale, "form": row.form, "role": row.role, **said}
    plain = {key: value for key, value in about.items() if value is not None}
    history.tell(session, row, now, event, plain, flow_run=flow_run)


def _refused(desk: Desk, session: Session, row: Outbox, result: Refused, now: datetime, flow_run: str | None) -> None:
    row.code = result.code
    if _again(desk, session, row, result, now, flow_run):
        return
    note(session, row, now, "text refused", flow_run, **_said(result))
    if row.to == "team" or result.what is Next.STOP:
        row.status = "failed"
        settling.letter_settled(desk, session, row, flow_run)
        return
    ask_a_person(desk, session, row, result.detail, flow_run)


def _again(desk: Desk, session: Session, row: Outbox, result: Refused, now: datetime, flow_run: str | None) -> bool:
    """Try the letter again, later or as its template, if that can help."""
    said = _said(result)
    age = now - row.created_at
    patient = (result.what is Next.BACK_OFF and age < LONGEST_BACK_OFF) or (row.to == "team" and age < LONGEST_TELLING)
    if result.what in (Next.RETRY, Next.BACK_OFF) and (patient or row.tries < MOST_TRIES):
        meaning = UNREACHABLE if result.code is None else meaning_of(result.code)
        wait = meaning.wait_after(row.tries) or result.wait or timedelta(seconds=5)
        if row.to == "team":
            wait = min(wait, timedelta(minutes=10))
        elif result.code in _OF_THE_NUMBER:
            desk.pace.hold(min(wait, LONGEST_HOLD))
        elif result.code == _OF_THE_PAIR:
            desk.pace.hold(wait, row.customer_id)
        row.status, row.not_before = "ready", now + wait
        note(session, row, now, "text refused for now", flow_run, **said, again=row.not_before.isoformat())
        return True
    if result.what is Next.USE_TEMPLATE and row.form == "text" and "template" in _body(desk, row):
        row.status, row.form, row.not_before = "ready", "template", None
        note(session, row, now, "text refused; its template goes instead", flow_run, **said)
        return True
    return False


def _failed_later(
    desk: Desk, session: Session, row: Outbox, delivery: Delivery, now: datetime, flow_run: str | None
) -> None:
    """WhatsApp took the text and reported later that it was not delivered; the codes mean the same as at once."""
    if row.status in ("failed", "withdrawn") or (row.form, row.status) == ("by_hand", "sent"):
        return  # what a colleague has sent meanwhile is not sent again
    row.code = delivery.code
    meaning = meaning_of(delivery.code)
    refused = Refused(delivery.code, meaning.what, meaning.wait, meaning.words)
    if _again(desk, session, row, refused, now, flow_run):
        return
    waiting = row.status in ("sending", "ready", "handed_over")
    row.status = "failed"
    note(session, row, now, "text was not delivered", flow_run, **_said(refused))
    if waiting:
        settling.letter_settled(desk, session, row, flow_run)
    elif meaning.what is not Next.STOP:
        question = "WhatsApp could not deliver this reply. Please reach the customer another way, then mark it done."
        _ask_aside(desk, session, row, question, {"text": str(_body(desk, row).get("text", "")), "code": delivery.code})


def _said(refused: Refused) -> dict[str, Any]:
    return {"code": refused.code, "next": refused.what.value, "detail": refused.detail}


def _ask_aside(desk: Desk, session: Session, row: Outbox, question: str, details: dict[str, Any]) -> None:
    """A task that no step waits for, and that stays when the run ends: the customer still has to be reached."""
    sealed = desk.store.vault.seal(row.subject_id, details)
    asides.ask(
        session,
        row.subject_id,
        question,
        desk.now(),
        case_id=row.case_id,
        incident_id=row.incident_id,
        sealed_details=sealed,
    )


def _reopen_early_statuses(session: Session, row: Outbox) -> None:
    """A status without our key that was faster than the answer could not be told to be about this text."""
    session.execute(_REOPEN, {"told": row.provider_blind, "letter": row.id})


def _about(delivery: Delivery) -> Any:
    return or_(Outbox.id == delivery.outbox_id, Outbox.key == delivery.key, Outbox.provider_blind == delivery.blind)


def _body(desk: Desk, row: Outbox) -> dict[str, Any]:
    return desk.store.vault.open_or_nothing(row.sealed_body)
