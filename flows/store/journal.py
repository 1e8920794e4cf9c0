"""The history: lines that are only ever added, each sealed to the one before it by its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, insert, select
from sqlalchemy.orm import Session

from flows.errors import JournalBroken
from flows.store.sessions import LateSession
from flows.store.subjects import lock
from flows.store.tables import JournalLine

FIRST = "0" * 64  # what stands in the place of a previous hash on a subject's first line
_COLUMNS = tuple(JournalLine.__table__.columns)
_JOURNAL = cast("Table", JournalLine.__table__)
_LINES = _JOURNAL.c
_LATEST = (
    select(_LINES.number, _LINES.hash)
    .where(_LINES.subject_id == bindparam("subject"))
    .order_by(_LINES.number.desc())
    .limit(1)
)
_NEWEST = select(_LINES.subject_id, func.max(_LINES.number).label("number")).group_by(_LINES.subject_id)
_OF_THESE = _NEWEST.where(_LINES.subject_id.in_(bindparam("subjects", expanding=True))).subquery()
_LATEST_OF_THESE = select(_LINES.subject_id, _LINES.number, _LINES.hash).join(
    _OF_THESE, (_LINES.subject_id == _OF_THESE.c.subject_id) & (_LINES.number == _OF_THESE.c.number)
)
_HASHED = tuple(column.key for column in _COLUMNS if column.key != "hash")


@dataclass(frozen=True)
class Chain:
    """A chain that was found whole. Kept elsewhere, number and hash also prove that no line was cut off its end."""

    lines: int
    hash: str


def write(
    session: Session,
    subject_id: str,
    at: datetime,
    event: str,
    data: Mapping[str, Any] | None = None,
    *,
    case_id: str | None = None,
    incident_id: str | None = None,
    run_id: str | None = None,
    path: str | None = None,
    flow_run: str | None = None,
) -> int:
    """Add a line to a subject's history, and return its number (1, 2, 3, …).

    ``data`` holds closed words, ids and numbers, never anything personal: texts, whole numbers, booleans, ``None``,
    and lists and mappings of these. Raises ``TypeError`` on anything else, naming the place.
    """
    chains: dict[str, Chain] = session.info.setdefault("journal", {})
    if subject_id not in chains:
        lock(session, subject_id)
    values: dict[str, Any] = {
        "subject_id": subject_id,
        "at": at.astimezone(UTC),
        "case_id": case_id,
        "incident_id": incident_id,
        "run_id": run_id,
        "path": path,
        "event": event,
        "data": _plain(data or {}, "data"),
        "flow_run": flow_run,
    }
    # The subject is locked until this transaction ends, so that the last line can be remembered for as long.
    last = chains.get(subject_id) or _last(session, subject_id)
    values["number"], values["previous"] = last.lines + 1, last.hash
    chains[subject_id] = Chain(values["number"], _hash(values))
    line = {**values, "hash": chains[subject_id].hash}
    if isinstance(session, LateSession):
        session.add_line(_JOURNAL, line)
    else:
        session.execute(insert(_JOURNAL), line)
    return int(values["number"])


def bring(session: Session, subject_ids: Collection[str]) -> None:
    """Have the end of these subjects' chains at hand. The caller has locked them."""
    chains: dict[str, Chain] = session.info.setdefault("journal", {})
    for line in session.execute(_LATEST_OF_THESE, {"subjects": list(subject_ids)}):
        chains.setdefault(line.subject_id, Chain(line.number, line.hash))
    for subject_id in subject_ids:
        chains.setdefault(subject_id, Chain(0, FIRST))


def _last(session: Session, subject_id: str) -> Chain:
    line = session.execute(_LATEST, {"subject": subject_id}).first()
    return Chain(line.number, line.hash) if line else Chain(0, FIRST)


def verify(session: Session, subject_id: str) -> Chain:
    """Follow a subject's chain from its first line; raises ``JournalBroken`` at the first line that does not fit."""
    number, previous = 0, FIRST
    # Columns, not objects: what counts is what the database holds, not what this session remembers.
    lines = select(*_COLUMNS).where(JournalLine.subject_id == subject_id).order_by(JournalLine.number)
    for line in session.execute(lines.execution_options(yield_per=500)):
        number += 1
        fits = line.number == number and line.previous == previous
        if not fits or line.hash != _hash(line._asdict()):
            raise JournalBroken(
                f"The history of {subject_id} was changed after it was written: "
                f"line {number} does not follow from the line before it."
            )
        previous = line.hash
    return Chain(number, previous)


def _hash(values: Mapping[str, Any]) -> str:
    ordered = {name: values[name] for name in _HASHED} | {"at": values["at"].isoformat(timespec="microseconds")}
    text = json.dumps(ordered, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any, place: str) -> Any:
    """The value with plain dicts and lists. Fractions are refused: no two databases write them the same way."""
    if value is None or type(value) in (str, bool, int):
        return value
    if isinstance(value, Mapping):
        if odd := [key for key in value if type(key) is not str]:
            raise TypeError(f"{place} has the key {odd[0]!r}; the journal takes texts as keys only")
        return {key: _plain(item, f"{place}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, f"{place}[{index}]") for index, item in enumerate(value)]
    raise TypeError(f"{place} is a {type(value).__name__}; the journal takes plain JSON without fractions only")
