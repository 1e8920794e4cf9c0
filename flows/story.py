"""A case or an incident told as a story: what happened, when, and because of what.

The journal knows what happened and holds nothing personal; the words that were said are opened from the vault beside
it, and read as erased once their key is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.errors import Erased, NotFound, VaultError
from flows.store.database import Store
from flows.store.tables import Case, Incident, JournalLine, Message, Outbox

ERASED = "(erased)"


@dataclass(frozen=True)
class Line:
    """One line of a story. `mark` is one of customer, us, team, decision, wait, alarm, note; `words` are what was
    said, if anything was; `because` are the reasons, the first being the one that decided."""

    at: datetime
    mark: str
    headline: str
    words: str = ""
    because: tuple[str, ...] = ()
    step: str = ""
    flow_run: str | None = None

    def to_json(self) -> dict[str, object]:
        return {
            "at": self.at.isoformat(), "mark": self.mark, "headline": self.headline, "words": self.words,
            "because": list(self.because), "step": self.step, "flow_run": self.flow_run,
        }  # fmt: skip


def find(session: Session, wanted: str) -> Case | Incident:
    """The case or incident with this id, or the only one whose id begins like it; `NotFound` otherwise."""
    for table in (Case, Incident):
        prefix = wanted.strip().upper()
        found = session.scalars(select(table).where(table.id.startswith(prefix, autoescape=True)).limit(2)).all()
        if len(found) == 1:
            return found[0]
        if found:
            raise NotFound(f'"{wanted}" is the beginning of several ids; write more of it')
    raise NotFound(f'there is no case or incident "{wanted}"; `firebreak cases` lists them')


def tell(store: Store, wanted: str) -> list[Line]:
    """The story of a case or an incident, oldest line first; `NotFound` if there is none of that id."""
    with store.read() as session:
        about = find(session, wanted)
        mine = JournalLine.case_id if isinstance(about, Case) else JournalLine.incident_id
        lines = session.scalars(
            select(JournalLine).where(mine == about.id).order_by(JournalLine.subject_id, JournalLine.number)
        ).all()
        told = [*_arrivals(store, session, about), *(_line(store, session, each) for each in lines)]
    return sorted(told, key=lambda line: line.at)  # what happened at the same moment keeps its order


def _arrivals(store: Store, session: Session, about: Case | Incident) -> Iterator[Line]:
    if isinstance(about, Case):
        for message in session.scalars(select(Message).where(Message.case_id == about.id).order_by(Message.received_at)):
            content = _opened(store, message.sealed_content)
            words = content if isinstance(content, str) else str(content.get("text") or content.get("caption") or "")
            where = " in a group" if message.place == "group" else ""
            yield Line(message.received_at, "customer", f"the customer wrote{where} ({message.kind})", words)


def _line(store: Store, session: Session, line: JournalLine) -> Line:
    tell_it = _TELLERS.get(line.event, _plain)
    mark, headline, because = tell_it(line.event, line.data)
    words = ""
    if line.event in _WITH_WORDS and (row := session.get(Outbox, line.data.get("outbox"))) is not None:
        body = _opened(store, row.sealed_body)
        words = body if isinstance(body, str) else str(body.get("text") or body.get("body") or "")
    return Line(line.at, mark, headline, words, tuple(because), line.path or "", line.flow_run)


def _opened(store: Store, blob: bytes) -> Any:
    try:
        return store.vault.open(blob)
    except Erased:
        return ERASED
    except VaultError:
        return "(cannot be opened)"


# -- one teller for each kind of line ------------------------------------------------------------------------------

Told = tuple[str, str, list[str]]
Data = Mapping[str, Any]


def _reasons(decision: Any) -> list[str]:
    if not isinstance(decision, dict):
        return []
    chosen = f"{decision['title'] or decision['rule']}: {decision['because']}" if decision.get("rule") else "no rule holds"
    return [chosen, *decision.get("why_not", [])]


def _opened_case(event: str, data: Data) -> Told:
    both = data.get("because") or {}
    triage, trigger = _reasons(both.get("triage"))[:1], _reasons(both.get("trigger"))
    return "decision", f"{data['playbook']} {data['version']} begins", [*trigger[:1], *triage, *trigger[1:]]


def _read(event: str, data: Data) -> Told:
    signs = [name for name, value in data["facts"].items() if name.startswith("sign_") and value is True]
    seen = ", ".join([f"intent {data['facts'].get('intent', 'unknown')}", f"severity {data['severity']}", *signs])
    both = data.get("because") or {}
    return "decision", f"read as: {seen}", [*_reasons(both.get("trigger"))[:1]]


def _step(event: str, data: Data) -> Told:
    name = f"{data['name']}" if data["name"] != data["verb"] else data["verb"]
    because = _reasons(data.get("because"))
    details = {
        key: value for key, value in data.items()
        if key not in ("verb", "name", "because", "on", "enter", "leave", "until_latest", "note") and value not in (None, "")
    }  # fmt: skip
    shown = "; ".join(f"{key.replace('_', ' ')}: {_shown(value)}" for key, value in details.items())
    verb = {"step done": "done", "step waits": "waits", "step skipped": "skipped", "step failed": "FAILED"}.get(event, event)
    mark = {"step waits": "wait", "step failed": "alarm"}.get(event, "note")
    until = f" until {data['until_latest'][:16].replace('T', ' ')} at the latest" if "until_latest" in data else ""
    return mark, f"{name} — {verb}{until}{f' ({shown})' if shown else ''}", because


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(_shown(each) for each in value) if isinstance(value, list) else str(value)


def _plain(event: str, data: Data) -> Told:
    shown = "; ".join(f"{key.replace('_', ' ')}: {_shown(value)}" for key, value in data.items() if value is not None)
    return "note", f"{event}{f' ({shown})' if shown else ''}", []


def _said(headline: str, mark: str, *keys: str) -> Callable[[str, Data], Told]:
    def tell_it(event: str, data: Data) -> Told:
        shown = ", ".join(str(data[key]) for key in keys if data.get(key) is not None)
        return mark, f"{headline}{f' {shown}' if shown else ''}", []

    return tell_it


def _answer(event: str, data: Data) -> Told:
    answers = ", ".join(f"{key} = {_shown(value)}" for key, value in (data.get("answer") or {}).items())
    return "team", f"{data['by']} answered {data['task']}{f': {answers}' if answers else ''}", []


_WITH_WORDS = ("text sent", "text was sent after all", "text handed to a colleague", "colleagues told")
_TELLERS: Mapping[str, Callable[[str, Data], Told]] = {
    "case opened": _opened_case,
    "message read": _read,
    "step done": _step, "step waits": _step, "step skipped": _step, "step failed": _step,
    "step will be tried again": _step, "time is up": _step, "told again": _step,
    "text sent": _said("we wrote:", "us", "reply", "locale", "form"),
    "text was sent after all": _said("it is certain now that we wrote", "us"),
    "text handed to a colleague": _said("to be sent by hand:", "team", "why"),
    "text refused": _said("WhatsApp refused the text:", "alarm", "code", "detail"),
    "text refused for now": _said("WhatsApp asks us to wait:", "wait", "code", "detail"),
    "text refused; its template goes instead": _said("the window is closed; the template goes instead", "note", "code"),
    "text was not delivered": _said("WhatsApp could not deliver the text", "alarm", "code"),
    "not known whether the text left": _said("it is not known yet whether the text left:", "alarm", "detail"),
    "colleagues told": _said("told", "team", "role"),
    "task answered": _answer,
    "promise kept": _said("promise kept:", "note", "promise"),
    "promise near": _said("promise is near:", "alarm", "promise", "due"),
    "promise broken": _said("PROMISE BROKEN:", "alarm", "promise"),
    "run started": _said("run started:", "note", "playbook", "version"),
    "run finished": _said("run finished", "note", "closed_as"),
    "moving failed": _said("something unforeseen happened; it is tried again:", "alarm", "error"),
}  # fmt: skip

