"""The courier: takes letters from the outbox to the channel.

A row is marked `sending` and committed before the call, and settled after it. If the process dies in between, the row
is uncertain: a delivery status with its key settles it, or after a bounded wait one more try, and then a person looks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session

from flows.channels.channel import Next, Refused, Result, Sent, Unsure
from flows.channels.team import NotTold, UnknownRole
from flows.crisis import silence
from flows.desk import Desk
from flows.errors import ClaimLost, VaultError
from flows.sending import folding, in_group, letters, outdated, results
from flows.store import customers
from flows.store.subjects import ring
from flows.store.tables import Outbox, Run
from rules.language import ON_CALL

ORPHAN_WAIT = timedelta(minutes=5)
"""How long a letter that a dead process left uncertain waits for its status, counted from when it is found: our
webhook was down too, and WhatsApp delivers what it missed at growing intervals."""

Transaction = Callable[[], AbstractContextManager[Session]]
"""Opens a transaction in which the subject is held; raises `ClaimLost` if somebody else has it."""


@dataclass(frozen=True)
class Leaving:
    """A row that is marked as being sent, the call to make outside of any transaction, and whether more are due."""

    row_id: str
    call: Callable[[], Result]
    more: bool

    def leave(self) -> Result:
        """Make the call. If it breaks, nobody knows whether the letter left; a channel promises not to raise."""
        try:
            return self.call()
        except Exception as error:
            return Unsure(f"the call broke ({type(error).__name__})")


WAITING = Outbox.status.in_(("ready", "sending"))
"""Whether a row of the outbox still needs a hand."""
# A letter found in the middle of being sent is looked at at once. Colleagues are then told again: twice told is
# better than never. A customer's letter waits for its status first.
needed_at = func.coalesce(
    Outbox.not_before, case((Outbox.status == "sending", Outbox.sending_since)), Outbox.created_at
)
"""When a row of the outbox that still needs a hand needs it."""

_DUE_NOW = (
    select(Outbox)
    .outerjoin(Run, Run.id == Outbox.run_id)
    .where(Outbox.subject_id.in_(bindparam("subjects", expanding=True)), WAITING, needed_at <= bindparam("now"))
    .order_by(Outbox.created_at, Run.alongside, Run.playbook, Outbox.id)
)


def deliver(desk: Desk, subject_id: str, transaction: Transaction, flow_run: str | None = None) -> list[str]:
    """Send everything of a subject that is due now, oldest first; returns the case or incident of each call made."""
    calls: list[str] = []
    more = True
    while more:
        with transaction() as session:
            rows = due_now(session, [subject_id], desk.now()).get(subject_id, ())
            letter = choose(desk, session, rows, flow_run)
        if letter is None:
            break
        calls.append(take_in(desk, letter, letter.leave(), transaction, flow_run))
        more = letter.more
    return calls


def take_in(desk: Desk, letter: Leaving, result: Result, transaction: Transaction, flow_run: str | None = None) -> str:
    """Write down what became of a letter, in a transaction of its own; returns the case or incident that it is about.
    Raises `ClaimLost` if somebody else has the subject by now; that the letter has left is then written down all the
    same."""
    try:
        with transaction() as session:
            return taken_in(desk, session, letter, result, flow_run)
    except ClaimLost:
        _keep(desk, letter.row_id, result)
        raise


def taken_in(desk: Desk, session: Session, letter: Leaving, result: Result, flow_run: str | None = None) -> str:
    """The same in a transaction of the caller, who holds the subject. Should that break, `take_in` is left to do."""
    row = session.get_one(Outbox, letter.row_id)
    results.answered(desk, session, row, result, flow_run)
    return row.case_id or row.incident_id or row.subject_id


def _keep(desk: Desk, row_id: str, result: Result) -> None:
    """Somebody else holds the subject now. That the letter has left is known to nobody but us, so it is written down
    all the same; whoever holds the subject takes it in."""
    if isinstance(result, Sent):
        with desk.store.begin() as session:
            row = session.get_one(Outbox, row_id)
            ring(session, row.subject_id, desk.now())
            session.refresh(row)
            if row.status == "sending":
                row.status, row.sent_at, row.not_before = "sent", desk.now(), None
                row.provider_blind = desk.store.vault.blind("wamid", result.provider_id) if result.provider_id else None


def due_now(session: Session, subject_ids: Sequence[str], now: datetime) -> dict[str, list[Outbox]]:
    """The rows of these subjects that are due, each by its subject, the oldest first."""
    found: dict[str, list[Outbox]] = {}
    for row in session.scalars(_DUE_NOW, {"subjects": list(subject_ids), "now": now}):
        found.setdefault(row.subject_id, []).append(row)
    return found


def choose(desk: Desk, session: Session, rows: Sequence[Outbox], flow_run: str | None) -> Leaving | None:
    """Mark the first of a subject's due rows that may leave as being sent; None if none may. The caller holds the
    subject, and commits before it makes the call."""
    now = desk.now()
    for number, row in enumerate(rows, 1):
        if row.to != "team" and row.status == "sending" and row.not_before is None:
            row.not_before = now + ORPHAN_WAIT
            results.note(session, row, now, "not known whether the text left", flow_run, detail="the process ended")
            continue
        if row.to != "team" and row.status == "sending" and row.tries > 1:
            unknown = "it is not known whether it arrived; look before you send"
            results.ask_a_person(desk, session, row, unknown, flow_run)
            continue
        if row.to == "team" and not _told_now(desk, session, row, now, flow_run):
            continue
        if row.status == "ready" and (urgent := silence.must_wait(session, row)) is not None:
            if row.not_before is None:
                results.note(session, row, now, "text waits", flow_run, urgent=urgent.id)
            row.not_before = now + silence.LOOK_AGAIN
            continue
        if (
            row.status == "ready"
            and outdated.is_outdated(session, row)
            and outdated.make_anew(desk, session, row, flow_run)
        ):
            results.note(session, row, now, "text made anew", flow_run, statement=row.statement_id)
            continue
        call = _call(desk, session, row, now)
        if call is None:
            continue
        row.status, row.sending_since, row.not_before = "sending", now, None
        row.tries += 1
        return Leaving(row.id, call, number < len(rows))
    return None


def _told_now(desk: Desk, session: Session, row: Outbox, now: datetime, flow_run: str | None) -> bool:
    """Whether a notice is told now, by itself or for others as well; if not, it was told already or has to wait."""
    match folding.decide(session, row, now):
        case folding.With() as other:
            results.told_with(desk, session, row, other, flow_run)
            return False
        case folding.NotYet() as wait:
            row.not_before = wait.until
            return False
        case folding.ForAll() as all_of_them:
            row.speaks_for = all_of_them.cases
    return True


def _call(desk: Desk, session: Session, row: Outbox, now: datetime) -> Callable[[], Result] | None:
    """What to call for this row; None if it may not leave yet."""
    try:
        alias = customers.newest_address(session, row.customer_id) if row.customer_id else None
        body = desk.store.vault.open(row.sealed_body)
        address = desk.store.vault.open(alias.sealed_address) if alias else None
    except VaultError:
        return lambda: Refused(None, Next.STOP, None, "what was to be said, or to whom, cannot be opened any more")
    if row.to == "team":
        role = row.role or ON_CALL
        title, words = folding.in_words(body, role, row.speaks_for or 1)
        beside = {key: body[key] for key in ("mail_to", "urgent") if body.get(key)}
        return lambda: _tell(desk, role, title, words, **beside)
    if row.to == "group":
        letter = in_group.letter_of(row, body)
        whom = letter.to  # to WhatsApp a group is somebody with a pace of their own, too
    elif row.customer_id is None or address is None:
        return lambda: Refused(None, Next.HUMAN, None, "no address is known")
    else:
        letter, whom = letters.letter_of(row, body, address), row.customer_id
    wait = desk.pace.wait_for(whom)
    if wait > timedelta(0):
        row.not_before = now + wait
        return None
    return lambda: desk.channel.send(letter)


def _tell(
    desk: Desk, role: str, title: str, words: str, mail_to: str | None = None, urgent: str | None = None
) -> Sent | Refused:
    try:
        if mail_to:
            told = desk.team.tell(role, title, words, mail_to=mail_to)
        elif urgent:
            told = desk.team.tell(role, title, words, urgent=True)
        else:
            told = desk.team.tell(role, title, words)
    except UnknownRole as error:
        return Refused(None, Next.HUMAN, None, str(error))
    if isinstance(told, NotTold):
        return Refused(None, Next.RETRY, None, told.reason)
    return Sent("")
