"""One line in a group: what is said where everybody reads it, so that the rest can be said in private.

It is a letter of the customer who wrote there, under their key, and no message to them: it keeps no promise of a first
reply, and nothing counts it as an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from flows.channels.channel import Letter
from flows.ids import new_id
from flows.runs.outcome import Outcome, Waiting
from flows.runs.work import Work
from flows.store.tables import Message, Outbox
from rules.replies import Reply

ONCE_IN = timedelta(days=1)
"""Nobody is answered twice in the same group within this time: a second line would be the begin of a quarrel."""


def group_of(work: Work) -> str | None:
    """The id of the group in which the customer last wrote in this case; None if that was in none, or is erased."""
    if work.customer is None:
        return None
    wrote = select(Message).where(Message.customer_id == work.customer.id, Message.case_id == work.run.case_id)
    wrote = wrote.where(Message.author == "customer", Message.place == "group")
    last = work.session.scalars(wrote.order_by(Message.received_at.desc(), Message.id.desc()).limit(1)).first()
    content = work.desk.store.vault.open_or_nothing(last.sealed_content) if last is not None else {}
    return str(content["group"]) if content.get("group") else None


def was_answered(work: Work, group: str, now: datetime) -> bool:
    """Whether this customer had a line of ours in this group lately, or has one on its way."""
    assert work.customer is not None, "only a case has a customer"
    lately = select(Outbox.sealed_body).where(
        Outbox.customer_id == work.customer.id,
        Outbox.to == "group",
        Outbox.status.not_in(("failed", "withdrawn")),
        Outbox.created_at > now - ONCE_IN,
    )
    vault = work.desk.store.vault
    return any(vault.open_or_nothing(each).get("group") == group for each in work.session.scalars(lately))


def prepare(work: Work, reply: Reply, text: str, locale: str, group: str) -> Outcome:
    """Put the line into the outbox; where the number may not write to groups a colleague gets it as a task."""
    assert work.customer is not None, "only a case has a customer"
    body = {"text": text, "group": group}
    row = Outbox(
        id=new_id("O"),
        key=f"{work.run.id}/{work.record.path}/{work.record.attempt}",
        subject_id=work.run.subject_id,
        customer_id=work.customer.id,
        case_id=work.run.case_id,
        run_id=work.run.id,
        path=work.record.path,
        to="group",
        reply=reply.name,
        reply_version=reply.version,
        locale=locale,
        form="text",
        claims=[],
        status="ready",
        created_at=work.now,
        sealed_body=work.desk.store.vault.seal(work.customer.id, body),
    )
    work.session.add(row)
    return Waiting({"outbox": row.id}, {"reply": reply.name, "version": reply.version, "locale": locale, "in": "group"})


def letter_of(row: Outbox, body: Mapping[str, Any]) -> Letter:
    """The letter that such a row stands for."""
    return Letter(key=row.key, to=str(body["group"]), kind="text", text=str(body["text"]), group=True)
