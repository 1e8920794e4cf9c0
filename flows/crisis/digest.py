"""The digest of a war room: what people feel and demand now, what we may say, and how far we are.

It is counted anew each time it is asked for, in a dozen questions to the store (see `flows.crisis.counts`), and holds
numbers, closed words and colleagues' short names: never a customer's name, number or words. What it is in words is in
`flows.crisis.digest_words`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.crisis import counts, statements
from flows.crisis.waiting import levels
from flows.store.tables import Approval, Incident, Statement
from flows.store.vault import Vault
from rules.windows import CROWD_WINDOW, Growth


@dataclass(frozen=True)
class Mood:
    """How those feel who wrote within ten minutes: how many customers wrote, and how many of them were how angry at
    their worst."""

    customers: int
    angry: Mapping[str, int]  # value of the fact `anger`, the worst first -> customers

    def share(self, anger: str) -> int:
        """In per cent, to the nearest."""
        return round(100 * self.angry.get(anger, 0) / self.customers) if self.customers else 0


@dataclass(frozen=True)
class Demand:
    """What so many customers complain about, or want: since the incident began, and in the last ten minutes."""

    name: str
    customers: int
    lately: int
    trend: Growth


@dataclass(frozen=True)
class Official:
    """The statement in force. `late`: the time for which it had promised news is over."""

    version: int
    drafted_by: str
    approved_by: tuple[str, ...]
    may_promise: tuple[str, ...]
    news_at: datetime | None
    late: bool
    in_force_since: datetime | None
    words: str | None


@dataclass(frozen=True)
class Draft:
    """A version that waits for its approvals."""

    version: int
    drafted_by: str
    approved_by: tuple[str, ...]


@dataclass(frozen=True)
class Level:
    """How far we are with the complaints of one severity. Every one is just one of waiting, answered and solved."""

    name: str
    waiting: int
    answered: int
    solved: int
    oldest_since: datetime | None
    oldest: timedelta | None
    answered_by: str | None = None  # who answers this kind

    @property
    def customers(self) -> int:
        return self.waiting + self.answered + self.solved


@dataclass(frozen=True)
class Digest:
    """What the team needs to know of an incident at one moment. `severity` is what it was opened with, or rose to, and
    never falls while it goes on; how severe what is open is now, `levels` say."""

    incident: str
    at: datetime
    severity: str
    severity_rank: int
    opened_at: datetime
    closed_at: datetime | None
    # 1: what people feel and demand now
    mood: Mood
    mood_before: Mood
    topics: tuple[Demand, ...]
    signs: tuple[Demand, ...]
    wishes: Mapping[str, int]  # value of the fact `chosen_remedy` -> customers
    # 2: what we may say
    statement: Official | None
    draft: Draft | None
    # 3: how far we are
    levels: tuple[Level, ...]  # the most severe first
    lead: str | None
    fix: str | None
    accepted: tuple[counts.Accepted, ...]
    open_tasks: Mapping[str, int]  # role -> how many of its tasks are open
    broken: Mapping[str, int]  # promise -> how many cases
    unsent: int
    by_hand: int
    unread: int

    @property
    def waiting(self) -> int:
        return sum(level.waiting for level in self.levels)

    @property
    def longest_wait(self) -> timedelta | None:
        return max((level.oldest for level in self.levels if level.oldest is not None), default=None)

    def to_json(self) -> dict[str, Any]:
        """The digest as JSON has it: times in ISO 8601, lengths of time in seconds, the three parts by name."""
        plain = _plain(asdict(self))
        del plain["severity_rank"]  # the word says it
        took = {name: plain.pop(name) for name in ("mood", "mood_before", "topics", "signs", "wishes")}
        said = {"statement": plain.pop("statement"), "draft": plain.pop("draft")}
        head = {name: plain.pop(name) for name in ("incident", "at", "severity", "opened_at", "closed_at")}
        longest = None if self.longest_wait is None else round(self.longest_wait.total_seconds())
        totals = {"waiting": self.waiting, "longest_wait": longest}
        return {**head, "people": took, "official": said, "progress": {**totals, **plain}}


def digest(session: Session, incident: Incident, now: datetime, vault: Vault | None = None) -> Digest:
    """The digest of an incident at this moment; with a `vault` also the words of the statement in force."""
    begins = now - CROWD_WINDOW
    duties = incident.duties or {}
    mood, before, wishes = counts.moods(session, incident.id, begins, now)
    topics, signs = counts.demands(session, incident.id, begins)
    taken = counts.accepted(session, incident.id)
    return Digest(
        incident=incident.id,
        at=now,
        severity=levels()[incident.severity],
        severity_rank=incident.severity,
        opened_at=incident.opened_at,
        closed_at=incident.closed_at,
        mood=Mood(sum(mood.values()), mood),
        mood_before=Mood(sum(before.values()), before),
        topics=_demands(topics),
        signs=_demands(signs),
        wishes=wishes,
        statement=_official(session, incident, now, vault),
        draft=_draft(session, incident),
        levels=_levels(session, incident, now),
        lead=duties.get("lead") or next((each.by for each in taken if each.leads), None),
        fix=duties.get("fix"),
        accepted=taken,
        open_tasks=counts.open_tasks(session, incident.id),
        broken=counts.broken_promises(session, incident.id),
        **counts.letters(session, incident.id),
        unread=counts.unread(session),
    )


def _demands(found: Mapping[str, counts.Times]) -> tuple[Demand, ...]:
    told = (Demand(name, each.ever, each.lately, each.trend()) for name, each in found.items())
    return tuple(sorted(told, key=lambda each: (-each.customers, each.name)))


def _levels(session: Session, incident: Incident, now: datetime) -> tuple[Level, ...]:
    duties = incident.duties or {}
    found = counts.per_level(session, incident.id)
    return tuple(
        Level(
            name,
            each.waiting,
            each.all - each.closed - each.waiting,
            each.closed,
            each.since,
            None if each.since is None else max(now - each.since, timedelta(0)),
            duties.get(name),
        )
        for rank, name in reversed(list(enumerate(levels())))
        for each in (found.get(rank, counts.OfLevel()),)
    )


def _official(session: Session, incident: Incident, now: datetime, vault: Vault | None) -> Official | None:
    found = statements.in_force(session, incident.id)
    if found is None:
        return None
    texts = vault.open_or_nothing(found.sealed_texts) if vault is not None else {}
    return Official(
        found.version,
        found.drafted_by,
        _approved_by(session, found),
        tuple(found.remedies),
        found.news_at,
        found.news_at is not None and found.news_at < now and incident.stood_down_at is None,
        found.in_force_at,
        next((str(each) for each in texts.values()), None),
    )


def _draft(session: Session, incident: Incident) -> Draft | None:
    """The newest version that is not in force yet."""
    wanted = select(Statement).where(
        Statement.incident_id == incident.id, Statement.kind == "statement", Statement.status == "draft"
    )
    found = session.scalars(wanted.order_by(Statement.version.desc()).limit(1)).first()
    return None if found is None else Draft(found.version, found.drafted_by, _approved_by(session, found))


def _approved_by(session: Session, statement: Statement) -> tuple[str, ...]:
    """Who said yes to just these words."""
    yes = select(Approval.by).where(
        Approval.statement_id == statement.id, Approval.approved, Approval.digest == statement.digest
    )
    return tuple(session.scalars(yes.order_by(Approval.at, Approval.by)))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return round(value.total_seconds())
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value
