"""What a colleague sent by hand: it counts among our messages like everything else that left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.channels.channel import with_numbered_choices
from flows.ids import new_id
from flows.store.tables import Message, Outbox, Run, Task
from flows.store.vault import Vault

OUTBOX = "outbox"
"""The name under which a task that no step waits for keeps, sealed, the id of the letter that it is about."""


def words(body: Mapping[str, Any]) -> str:
    """What a colleague is to send for a letter: its text, and where it has buttons, the choices with their numbers."""
    return with_numbered_choices(str(body.get("text", "")), [str(each["title"]) for each in body.get("buttons", ())])


def ticked_off(session: Session, vault: Vault, task: Task, letter_id: str | None) -> None:
    """A colleague says that they have sent this letter: from now on it is one that has left."""
    row = session.get(Outbox, letter_id) if letter_id else None
    if row is None or row.status == "sent" or task.answered_at is None:
        return  # a delivery status was faster: it left by itself
    if row.provider_blind is not None:  # WhatsApp had taken it and lost it: what was sent by hand is another message
        row = _another(session, vault, row, task)
    _left(session, vault, row, task.answered_at)


def done_instead(session: Session, vault: Vault, run: Run, task: Task) -> None:
    """A reply whose step had failed was said by a colleague; in the words of the letter that failed, if any."""
    if run.case_id is None or task.answered_at is None:
        return
    here = select(Outbox).where(Outbox.run_id == run.id, Outbox.path == task.path, Outbox.to == "customer")
    failed = session.scalars(here.order_by(Outbox.created_at.desc(), Outbox.id).limit(1)).first()
    _left(session, vault, _another(session, vault, failed, task), task.answered_at)


def _another(session: Session, vault: Vault, like: Outbox | None, task: Task) -> Outbox:
    """A row for what was said by hand in place of a letter, with that letter's words where there are any."""
    row = Outbox(
        id=new_id("O"),
        key=f"{task.run_id}/{task.path}/by hand/{task.id}",
        subject_id=task.subject_id,
        customer_id=task.subject_id,
        case_id=task.case_id,
        run_id=task.run_id,
        path=task.path,
        to="customer",
        reply=like.reply if like else None,
        reply_version=like.reply_version if like else None,
        locale=like.locale if like else None,
        form="by_hand",
        created_at=task.created_at,
        sealed_body=like.sealed_body if like else vault.seal(task.subject_id, {}),
    )
    session.add(row)
    return row


def _left(session: Session, vault: Vault, row: Outbox, at: datetime) -> None:
    row.form, row.status, row.sent_at, row.not_before = "by_hand", "sent", at, None
    echo = _echo_of(session, vault, row, at)
    if echo is not None:  # the same message, as WhatsApp told us of it
        row.provider_blind, row.sent_at = echo.blind, echo.sent_at


def _echo_of(session: Session, vault: Vault, row: Outbox, until: datetime) -> Message | None:
    """The echo of this letter, where the number reports what is written in the app: the same words, since it was
    handed over."""
    said = words(vault.open_or_nothing(row.sealed_body))
    echoed = select(Message).where(
        Message.customer_id == row.customer_id,
        Message.author == "us",
        Message.origin == "echo",
        Message.received_at.between(row.created_at, until),
    )
    echoes: Iterable[Message] = session.scalars(echoed.order_by(Message.sent_at, Message.id))
    for each in echoes:
        echo = vault.open_or_nothing(each.sealed_content).get("text")
        if said and echo and echo.split() == said.split():
            return each
    return None
