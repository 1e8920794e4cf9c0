"""Which privacy notice a customer was sent, when, and in which words: the proof outlives the customer's own records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.runs.providers import PRIVACY_NOTICE
from flows.store import bundles
from flows.store.tables import Outbox, Run
from rules.bundle import REPLIES, is_reply
from rules.lock import Lock
from rules.problems import Problems
from rules.releases import kept_text
from rules.replies import Reply, read_reply
from rules.yaml_source import Source


@dataclass(frozen=True)
class Sent:
    """One notice. `text` is the words of that version in that language; None if no copy of it was kept anywhere."""

    version: str
    locale: str
    status: str
    case: str | None
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    text: str | None

    def to_json(self) -> dict[str, object]:
        times = {name: getattr(self, name) for name in ("created_at", "sent_at", "delivered_at", "read_at")}
        return {
            "reply": PRIVACY_NOTICE,
            "version": self.version,
            "locale": self.locale,
            "status": self.status,
            "case": self.case,
            **{name: at.isoformat() if at is not None else None for name, at in times.items()},
            "text": self.text,
        }


def sent_to(session: Session, customer_id: str, root: Path) -> list[Sent]:
    """Every notice to a customer, the oldest first. The words come from the content that was in force then, as the
    store has it, or from the releases kept in `root`: not from the letter, which is erased with the customer."""
    rows = session.scalars(
        select(Outbox)
        .where(Outbox.customer_id == customer_id, Outbox.reply == PRIVACY_NOTICE)
        .order_by(Outbox.created_at, Outbox.id)
    )
    return [
        Sent(
            row.reply_version or "",
            row.locale or "",
            row.status,
            row.case_id,
            row.created_at,
            row.sent_at,
            row.delivered_at,
            row.read_at,
            _text(session, row, root),
        )
        for row in rows
    ]


def _text(session: Session, row: Outbox, root: Path) -> str | None:
    locale = row.locale or ""
    for reply in _kept(session, row, root):
        if reply.name == PRIVACY_NOTICE and reply.version == row.reply_version and locale in reply.text:
            return reply.text[locale].strip()
    return None


def _kept(session: Session, row: Outbox, root: Path) -> Iterator[Reply]:
    """The replies that the row may be one of, wherever they are kept."""
    run = session.get(Run, row.run_id) if row.run_id else None
    if run is not None:
        yield from _replies(bundles.get(session, run.bundle))
    lock = Lock.read(root, Problems())
    released = kept_text(root, lock, "replies", PRIVACY_NOTICE, row.reply_version or "") if lock is not None else None
    if released is not None:
        yield from _replies({f"{REPLIES}notice.yaml": released})
    for digest in bundles.newest(session, limit=50):
        yield from _replies(bundles.get(session, digest))


def _replies(files: Mapping[str, str]) -> Iterator[Reply]:
    for path, text in files.items():
        if not is_reply(path) or PRIVACY_NOTICE not in text:
            continue
        problems = Problems()
        source = Source.parse(text, path, problems)
        reply = read_reply(source, problems) if source is not None else None
        if reply is not None:
            yield reply
