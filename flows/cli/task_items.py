"""The list inside a task: how far it is, and what is on it, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flows.cli.paper import clean, cut, fill, ink, width

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from flows.store.tables import TaskItem
    from flows.store.vault import Vault

_MARKS = {"open": "[ ]", "done": "[x]", "failed": "[!]", "expired": "[-]"}


def progress(items: Sequence[TaskItem], now: datetime, zone: ZoneInfo) -> str:
    """`3 of 12 done, 1 failed, next before 14:20`."""
    from flows.runs.listing import counts, still_open
    from flows.telling.sentences import moment

    found = counts(items)
    parts = [f"{found.get('done', 0)} of {len(items)} done"]
    parts += [f"{found[each]} {each}" for each in ("failed", "expired") if each in found]
    ahead = [item.due_at for item in still_open(items) if item.due_at and item.due_at > now]
    if ahead:
        parts.append(f"next before {moment(min(ahead), zone, now)}")
    return ", ".join(parts)


def to_json(item: TaskItem) -> dict[str, Any]:
    """A thing on a list, without anything personal."""
    times = {name: getattr(item, name) for name in ("due_at", "settled_at")}
    return {
        "number": item.number,
        "about": item.about,
        "status": item.status,
        **{name: at.isoformat() if at else None for name, at in times.items()},
        "settled_by": item.settled_by,
    }


def opened(
    session: Session,
    vault: Vault,
    items: Sequence[TaskItem],
    why: Mapping[str, Any] | None = None,
    listed: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """The list for the person who works on it: with `sent_at` and `text` of the messages it is about; of customers with
    `name`, `last_contact`, how their newest case ended (`closed_as`), and `why` they are on the list; of a file with
    its path as the text; of a checklist with what is `listed` under its number."""
    from flows.erasing.exports import path_by_id
    from flows.review.showing import customer_on_a_list
    from flows.runs.our_messages import words_of
    from flows.store.tables import Customer

    found = []
    for item in items:
        if listed and item.about in listed:
            found.append({**to_json(item), "sent_at": None, "text": listed[item.about]})
            continue
        customer = session.get(Customer, item.about)
        if customer is not None:
            shown = customer_on_a_list(session, vault, customer)
            found.append({**to_json(item), "sent_at": None, "text": "", **shown, "why": (why or {}).get(item.about)})
            continue
        sent_at, words = words_of(session, vault, item.about) or (None, path_by_id(session, vault, item.about))
        about = {"sent_at": sent_at.isoformat() if sent_at else None, "text": words}
        found.append({**to_json(item), **about})
    return found


def examples(session: Session, vault: Vault, wanted: Sequence[str]) -> list[dict[str, str]]:
    """Messages for the team to learn from, with every personal detail masked: who wrote it (`whose`) and its `text`."""
    from flows.review.sensitive import example

    shown = (example(session, vault, each) for each in wanted)
    return [{"whose": whose, "text": text} for whose, text in filter(None, shown)]


def lines(items: Sequence[dict[str, Any]], now: datetime, zone: ZoneInfo) -> Iterator[str]:
    """An opened list, two lines for each thing: its number, state and deadline; when it was sent, and how it begins."""
    for item in items:
        state = f"{_MARKS[item['status']]} {item['number']:>3}  {_state(item, now, zone)}"
        yield ink(state, "bold" if item["status"] == "open" else "dim")
        if "last_contact" in item:
            name = item["name"] or "(no name)"
            contact = _moment(item["last_contact"], now, zone) if item["last_contact"] else "never"
            closed = f", closed as {item['closed_as']}" if item["closed_as"] else ""
            yield " " * 9 + cut(f"{name}; last contact {contact}{closed}", width() - 9)
            if item["why"]:
                yield " " * 9 + cut(_why(item["why"]), width() - 9)
        elif item["sent_at"] is not None:
            words = " ".join(item["text"].split()) or "(its words are not kept any more)"
            sent = fill(f"sent {_moment(item['sent_at'], now, zone)}", 24)
            yield " " * 9 + cut(f"{sent} {words}", width() - 9)
        elif item["text"]:  # the path of a file: cut, it could not be found
            yield " " * 9 + clean(item["text"])


def _why(why: Any) -> str:
    """Why a customer is on a list: the word for it, or what was found, each with how often."""
    if isinstance(why, dict):
        return ", ".join(f"{kind.replace('_', ' ')} in {count}" for kind, count in why.items())
    return str(why or "").replace("_", " ")


def _state(item: dict[str, Any], now: datetime, zone: ZoneInfo) -> str:
    if item["status"] != "open":
        by = f" by {item['settled_by']}" if item["settled_by"] else ""
        return f"{item['status']}{by}, {_moment(item['settled_at'], now, zone)}"
    if item["due_at"] is None:
        return "open"
    from flows.telling.sentences import roughly

    due = datetime.fromisoformat(item["due_at"])
    if due <= now:
        return f"open; was due {_moment(item['due_at'], now, zone)}, it may still be tried"
    return f"open, before {_moment(item['due_at'], now, zone)} (in {roughly(due - now)})"


def _moment(text: str, now: datetime, zone: ZoneInfo) -> str:
    from flows.telling.sentences import moment

    return moment(datetime.fromisoformat(text), zone, now)
