"""Erasing what we hold of a customer, so that a crash at any moment loses nothing that stays and leaves nothing else.

1. `begin`: a line in the ledger; the customer's keys are retired; what stays is sealed anew, under a new key.
2. That is committed.
3. `finish`: the retired keys are destroyed, and with them whatever was sealed under them, in every copy of the data.
4. The rows are emptied, the files that we wrote are removed; that is committed, and the ledger says so.

What is left to do is told by the key in the head of every sealed value, so each part may be done again at any time.
`resume_all` does it wherever something was broken off.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.erasing import exports, ledger, sealed
from flows.erasing.fate import Fate
from flows.erasing.ledger import Line, Rest
from flows.erasing.masking import Person, masked
from flows.erasing.scope import Decision as Decision
from flows.erasing.scope import scope_of
from flows.errors import FirebreakError, StoreError, VaultError
from flows.store import journal
from flows.store.customers import current, owners
from flows.store.database import Store
from flows.store.tables import Alias, Customer, JournalLine, Message, Outbox, Subject
from flows.store.vault import GONE, Vault

log = logging.getLogger(__name__)

ERASED = "records erased"
"""The journal's word for an erasure that is finished, with the id of its line in the ledger."""


class NotCommitted(FirebreakError):
    """What stays was sealed anew in this very transaction: commit it before the old keys are destroyed."""


@dataclass(frozen=True)
class Erased:
    """How many messages and letters an erasure took, how many stayed as they were, and how many stayed masked."""

    erased: int
    kept: int
    masked: int


def begin(
    desk: Desk,
    session: Session,
    customer: Customer,
    *,
    case_id: str | None = None,
    decisions: Mapping[str, Decision] | None = None,
    keep_address: bool = True,
    step: str | None = None,
    rest: Rest = "erase",
) -> str:
    """Begin to erase what we hold of a customer, and return the erasure's id. Commit, then `finish`.

    `decisions` are about messages and letters by their ids (`M-…`, `O-…`): "erase", "keep", or a `Mask`. What they do
    not name is erased, unless it is held or still to be read, sent or done, or the `rest` is to be kept. `step` (`run
    id/path`) says who asks: whoever asks again goes on with the erasure that is there. Without it, so does who asks for
    the same case while an erasure for it is not finished. Raises `LedgerAhead`, and what the keys database raises when
    it is away.
    """
    store = desk.store
    customer = current(session, customer.id)
    everyone = owners(session, customer.id)
    open_lines = [
        line for line in ledger.lines(store, unfinished=True) if {line.customer_id, *line.scope.owners} & {*everyone}
    ]
    known = ledger.line_of_step(store, step) if step is not None else None
    for line in open_lines:
        _reseal(store, session, line)
        if step is None and line.case_id == case_id and case_id is not None:
            known = line
    if known is not None:
        return known.id
    taken = {key for line in open_lines for key in line.scope.keys}
    keys = [key for key in store.vault.retire(*everyone) if key not in taken]
    scope = scope_of(session, store.vault, everyone, keys, decisions or {}, keep_address=keep_address, rest=rest)
    line = ledger.append(store, customer.id, scope, case_id=case_id, step=step)
    _reseal(store, session, line)
    session.info.setdefault(_FRESH, set()).add(line.id)
    return line.id


def reseal(desk: Desk, session: Session, erasure_id: str) -> int:
    """Seal anew what stays and is not yet, and return how many values that were: if any, commit before `finish`."""
    return _reseal(desk.store, session, ledger.line(desk.store, erasure_id))


def finish(desk: Desk, session: Session, erasure_id: str) -> Erased:
    """Destroy the keys of an erasure that was begun and committed, empty the rows, and return what came of it.

    May be called again at any time and gives the same answer. Raises `NotCommitted` when what stays is not safe yet.
    """
    return _finish(desk.store, session, ledger.line(desk.store, erasure_id))


def _finish(store: Store, session: Session, line: Line, *, again: bool = False) -> Erased:
    if line.id in session.info.get(_FRESH, ()) or _reseal(store, session, line):
        raise NotCommitted
    subject_id = _subject_of(session, line)
    if subject_id is not None:
        exports.remove(store, session, line, again=again)
    ledger.write_file(store)  # it may have been broken off before the file had it
    store.vault.destroy_keys(line.scope.keys, scrub=False)
    if subject_id is None:  # a backup from before the customer was known
        ledger.finish(store, line.id)
        return Erased(0, 0, 0)
    _empty(store, session, line)
    result = _counted(session, line)
    if not is_told(session, line):
        said = {"erasure": line.id, "line": line.number, **vars(result), "address": line.scope.address}
        journal.write(session, subject_id, store.clock.now(), ERASED, said, case_id=line.case_id)

    @event.listens_for(session, "after_commit", once=True)
    def _note_it(_: Session) -> None:
        try:
            store.vault.scrub()  # not before: in a crowd everybody would wait for it
            ledger.finish(store, line.id)
        except (StoreError, OSError, SQLAlchemyError) as error:  # the line stays unfinished, and is taken up again
            log.warning("%s is carried out and not noted yet (%s)", line.id, type(error).__name__)

    return result


def resume_all(desk: Desk) -> list[str]:
    """Carry every erasure to its end that was broken off; returns their ids. One that cannot be now harms no other, and
    is taken up again the next day."""
    done = []
    for line in ledger.lines(desk.store, unfinished=True):
        try:
            done.append(complete(desk.store, line))
        except Exception as error:  # whatever it is, the others must not wait for it
            log.error("%s could not be carried to its end (%s)", line.id, type(error).__name__)
    return done


def complete(store: Store, line: Line, *, again: bool = False) -> str:
    """Carry one erasure to its end, however far it came, and return its id. With `again` it was carried out before, and
    a backup has undone it."""
    with store.begin() as session:
        _reseal(store, session, line)
    with store.begin() as session:
        _finish(store, session, line, again=again)
    return line.id


def is_told(session: Session, line: Line) -> bool:
    """Whether the data database knows of an erasure. One that does not is older than the erasure, and so a backup."""
    subjects = (line.customer_id, *line.scope.owners)
    told = select(JournalLine.data).where(JournalLine.subject_id.in_(subjects), JournalLine.event == ERASED)
    return any(data.get("erasure") == line.id for data in session.scalars(told))


_FRESH = "erasures begun"


def _reseal(store: Store, session: Session, line: Line) -> int:
    """Seal anew what stays of an erasure. What cannot be opened any more is left as it is."""
    vault, subject_id = store.vault, _subject_of(session, line)
    vault.retire_keys(line.scope.keys)
    if subject_id is None:
        return 0
    everyone = _everyone(session, line)
    fate = Fate.of(store, session, line, everyone)
    staying = [each for each in sealed.found(session, everyone, line.scope.keys) if fate.stays(each.row)]
    opened = _opened(vault, [each.blob for each in staying])
    person = Person.of(session, vault, session.get_one(Customer, subject_id)) if fate.masks else None
    done = 0
    for each, value in zip(staying, opened, strict=True):
        if isinstance(value, VaultError):
            continue
        kinds = fate.kinds(each.row)
        each.put(vault.seal(subject_id, masked(value, kinds, person) if kinds and person else value))
        done += 1
    session.flush()
    return done


def _empty(store: Store, session: Session, line: Line) -> None:
    """Leave nothing of what was sealed under the destroyed keys."""
    everyone = _everyone(session, line)
    fate = Fate.of(store, session, line, everyone)
    for each in sealed.found(session, everyone, line.scope.keys):
        if fate.stays(each.row):
            continue  # it was to stay, and its key had gone before: perhaps a backup of the keys turns up
        if isinstance(each.row, Alias):
            session.delete(each.row)
            continue
        each.empty()
        if isinstance(each.row, Message) and each.row.handled_at is None:
            each.row.handled_at = store.clock.now()  # nobody can read it any more
        if isinstance(each.row, Outbox) and each.row.status in ("ready", "sending"):
            each.row.status = "withdrawn"
    session.flush()


def _counted(session: Session, line: Line) -> Erased:
    """What came of it, from the rows: the same however often it is asked."""
    scope = line.scope
    left = 0
    for start in range(0, len(scope.erase), 500):
        some = scope.erase[start : start + 500]
        for table, column in ((Message, Message.sealed_content), (Outbox, Outbox.sealed_body)):
            left += len(session.scalars(select(table.id).where(table.id.in_(some), column != GONE)).all())
    return Erased(len(scope.erase) - left, len(scope.keep) + left, len(scope.mask))


def _subject_of(session: Session, line: Line) -> str | None:
    """Who the customer is by now; None when this database has never heard of them. Locked until the end."""
    for known in (line.customer_id, *line.scope.owners):
        if session.get(Customer, known) is not None:
            return current(session, known).id
    return None


def _everyone(session: Session, line: Line) -> Sequence[str]:
    now = _subject_of(session, line)
    return sorted({line.customer_id, *line.scope.owners, *(owners(session, now) if now is not None else ())})


def _opened(vault: Vault, blobs: Sequence[bytes]) -> list[Any]:
    """What was sealed, or why it cannot be opened: with one look into the keys, unless something is damaged."""
    try:
        return vault.open_all(blobs)
    except VaultError:
        return [_opened_or_error(vault, blob) for blob in blobs]


def _opened_or_error(vault: Vault, blob: bytes) -> Any:
    try:
        return vault.open(blob)
    except VaultError as error:
        return error


def known_to(session: Session, line: Line) -> bool:
    """Whether the data database has the customer of an erasure at all."""
    wanted = Subject.id.in_((line.customer_id, *line.scope.owners))
    return session.scalars(select(Subject.id).where(wanted).limit(1)).first() is not None
