"""A case, an incident or a customer told as a story: what happened, when, and because of what.

The journal knows what happened and holds nothing personal; the words that were said are opened from the vault beside
it, and read as erased once their key is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from flows.errors import Erased, NotFound, VaultError
from flows.store import customers
from flows.store.database import Store
from flows.store.tables import Case, Customer, Incident, JournalLine, Message, Outbox, Task
from flows.store.vault import Vault
from flows.telling.finding import by_id
from flows.telling.sentences import Entry
from flows.telling.wording import in_words, several

ERASED = "(erased)"
UNREADABLE = "(cannot be opened)"
UTC = ZoneInfo("UTC")

About = Case | Incident | Customer


@dataclass(frozen=True)
class Line:
    """One line of a story. `mark` is one of customer, us, team, decision, wait, alarm, note; `words` are what was
    said, if anything was; `because` are the reasons, the first being the one that decided, and `why_not` is what
    stood against every other rule. `event` and `data` are the journal's own."""

    at: datetime
    mark: str
    headline: str
    words: str = ""
    because: tuple[str, ...] = ()
    why_not: tuple[str, ...] = ()
    step: str = ""
    flow_run: str | None = None
    event: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    run: str | None = None
    case: str | None = None
    entry: Entry | None = field(default=None, repr=False, compare=False)

    def to_json(self) -> dict[str, object]:
        return {
            "at": self.at.isoformat(),
            "mark": self.mark,
            "headline": self.headline,
            "words": self.words,
            "because": list(self.because),
            "why_not": list(self.why_not),
            "step": self.step,
            "run": self.run,
            "case": self.case,
            "flow_run": self.flow_run,
            "event": self.event,
            "data": dict(self.data),
        }


def find(session: Session, wanted: str) -> About:
    """The case, incident or customer with this id, or the only one whose id begins like it; `NotFound` otherwise.

    A customer who turned out to be another one is found as that one.
    """
    tables: tuple[type[About], ...] = (Case, Incident, Customer)
    for table in tables:
        if (found := by_id(session, table, wanted)) is not None:
            return _current(session, found)
    raise NotFound(f'there is no case, incident or customer "{wanted}"; `firebreak cases` lists them')


def tell(store: Store, wanted: str, zone: ZoneInfo = UTC) -> list[Line]:
    """The story of a case, an incident or a customer, oldest line first; `NotFound` if there is none of that id.

    Times inside the sentences are those of `zone`.
    """
    with store.read() as session:
        about = find(session, wanted)
        lines = session.scalars(
            select(JournalLine).where(_of(session, about)).order_by(JournalLine.subject_id, JournalLine.number)
        ).all()
        beside = _Beside(session, store.vault, lines)
        told = [*_arrivals(session, store.vault, about), *(beside.line(each, zone) for each in lines)]
    return sorted(told, key=lambda line: line.at)  # what happened at the same moment keeps its order


def _current(session: Session, about: About) -> About:
    while isinstance(about, Customer) and about.merged_into is not None:
        about = session.get_one(Customer, about.merged_into)
    return about


def _of(session: Session, about: About) -> ColumnElement[bool]:
    """The journal lines that belong to the story."""
    if isinstance(about, Incident):
        return or_(JournalLine.incident_id == about.id, JournalLine.subject_id == about.id)
    if isinstance(about, Customer):
        return JournalLine.subject_id.in_(customers.owners(session, about.id))
    # What went wrong with the customer as a whole while the case was open held the case up too.
    meanwhile = [
        JournalLine.subject_id == about.customer_id,
        JournalLine.case_id.is_(None),
        JournalLine.event == "moving failed",
        JournalLine.at >= about.opened_at,
    ]
    if about.closed_at is not None:
        meanwhile.append(JournalLine.at <= about.closed_at)
    return or_(JournalLine.case_id == about.id, and_(*meanwhile))


# -- what was said -----------------------------------------------------------------------------------------------------


class _Beside:
    """The tasks and texts that journal lines speak of, looked up and opened all at once."""

    def __init__(self, session: Session, vault: Vault, lines: Iterable[JournalLine]) -> None:
        tasks, letters = set(), set()
        for line in lines:
            data = line.data or {}
            tasks |= {data.get("task"), *several((data.get("on") or {}).get("task"))}
            letters |= {data.get("outbox")} if line.event in _WITH_WORDS else set()
        self._tasks = {row.id: row for row in _rows(session, Task, tasks)}
        self._by_place = {(row.run_id, row.path): row for row in self._tasks.values()}
        bodies = {row.id: row.sealed_body for row in _rows(session, Outbox, letters)}
        remarks = {row.id: row.sealed_remark for row in self._tasks.values() if row.sealed_remark is not None}
        self._words = {**_opened(vault, bodies), **_opened(vault, remarks)}

    def line(self, line: JournalLine, zone: ZoneInfo) -> Line:
        data: Mapping[str, Any] = line.data or {}
        task = self._tasks.get(
            next(iter([*several(data.get("task")), *several((data.get("on") or {}).get("task"))]), "")
        )
        if line.event == "time is up":
            task = self._by_place.get((line.run_id, line.path))
        entry = Entry(line.event, data, line.at, task, zone)
        told = in_words(entry)
        words = self._words.get(data.get("outbox") or "") if line.event in _WITH_WORDS else None
        if line.event == "task answered":
            words = self._words.get(data["task"])
        return Line(
            line.at,
            told.mark,
            told.headline,
            _plain(words),
            told.because,
            told.why_not,
            line.path or "",
            line.flow_run,
            line.event,
            data,
            line.run_id,
            line.case_id,
            entry,
        )


_WITH_WORDS = ("text sent", "text was sent after all", "text handed to a colleague", "colleagues told")
_KINDS = {
    "image": "sent a picture",
    "video": "sent a film",
    "audio": "sent a voice message",
    "voice": "sent a voice message",
    "document": "sent a document",
    "sticker": "sent a sticker",
    "location": "sent a location",
    "contacts": "sent a contact",
    "order": "sent an order",
    "button": "tapped a button",
    "interactive": "tapped a button",
    "reaction": "reacted",
    "edit": "changed an earlier message",
    "revoke": "took an earlier message back",
    "text": "wrote",
    "system": "has a new number, says WhatsApp",
    "media": "sent a file",
    "contact": "sent a contact",
    "poll": "asked for votes",
    "call": "called in vain",
    "deleted": "deleted what was written here",
}


def _arrivals(session: Session, vault: Vault, about: About) -> Iterator[Line]:
    """What the customer wrote, and what we wrote past Firebreak, in the order in which it came in. What an exported
    chat tells came in when it was written, not when somebody brought the file."""
    if isinstance(about, Incident):
        return
    mine = Message.case_id == about.id if isinstance(about, Case) else Message.customer_id == about.id
    messages = session.scalars(
        select(Message).where(mine).order_by(Message.received_at, Message.sent_at, Message.id)
    ).all()
    contents = _opened(vault, {message.id: message.sealed_content for message in messages})
    for message in messages:
        did = _KINDS.get(message.kind, f"sent something of the kind {message.kind}")
        where = " in a group" if message.place == "group" else ""
        said = {
            "message": message.id,
            "kind": message.kind,
            "place": message.place,
            "sent_at": message.sent_at.isoformat(),
        }
        ours, imported = message.author == "us", message.origin == "import"
        who = "the customer" if not ours else "we" if imported else "a colleague"
        how = ", says an exported chat" if imported else " in the app" if ours else ""
        yield Line(
            message.sent_at if imported else message.received_at,
            "us" if ours else "customer",
            f"{who} {did}{where}{how}",
            _plain(contents[message.id]),
            event="message arrived",
            data=said,
            case=message.case_id,
        )


def _plain(content: Any) -> str:
    """The words of a message, a text of ours, a notice or a remark."""
    if not isinstance(content, Mapping):
        return "" if content is None else str(content)
    parts = ("text", "caption", "emoji", "body")
    words = [str(content[part]) for part in parts if content.get(part)]
    media = content.get("media")
    file = media.get("filename") if isinstance(media, Mapping) else content.get("file")
    if file:
        words.append(f"({file})")
    return "\n".join(words)


def _opened(vault: Vault, sealed: Mapping[str, bytes]) -> dict[str, Any]:
    """id -> what was sealed, or why it cannot be read."""
    try:
        values = vault.open_all(list(sealed.values()))
    except VaultError:
        values = [_one(vault, blob) for blob in sealed.values()]
    return {key: ERASED if isinstance(value, Erased) else value for key, value in zip(sealed, values, strict=True)}


def _one(vault: Vault, blob: bytes) -> Any:
    try:
        return vault.open(blob)
    except Erased:
        return ERASED
    except VaultError:
        return UNREADABLE


def _rows(session: Session, table: type[Any], ids: Iterable[str | None]) -> list[Any]:
    wanted = sorted(each for each in ids if each)
    return [
        row
        for start in range(0, len(wanted), 500)
        for row in session.scalars(select(table).where(table.id.in_(wanted[start : start + 500])))
    ]
