"""What the law says about one case: which clocks bind its promises, until when, and until when they can be extended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.errors import NotFound
from flows.runs import providers
from flows.runs.progress import Progress, progress_of
from flows.runs.redating import extended_by
from flows.store.tables import Case, Customer, Incident, Run
from flows.telling.finding import by_id
from rules.legal_clocks import LegalClock, in_force
from rules.vocabulary import UNKNOWN, Facts, value_to_json


@dataclass(frozen=True)
class Deadline:
    """One clock and the promise that it binds: `until` is the law's last moment, `extended_until` that with the
    extension (None where there is none, or where the time to tell of it is over), `tell_by` when that time ends."""

    clock: LegalClock
    status: str
    asked_at: datetime
    due_at: datetime
    until: datetime
    extended_until: datetime | None
    tell_by: datetime | None

    def to_json(self) -> Mapping[str, Any]:
        """The same for a machine; moments as ISO 8601 in UTC."""
        moments = {name: getattr(self, name) for name in ("due_at", "until", "extended_until", "tell_by")}
        shown = {name: moment.isoformat() if moment is not None else None for name, moment in moments.items()}
        return {**clock_to_json(self.clock), "status": self.status, **shown}


@dataclass(frozen=True)
class Bound:
    """A case and the clocks that bind it."""

    case: str
    jurisdiction: str
    deadlines: tuple[Deadline, ...]

    def to_json(self) -> Mapping[str, Any]:
        """The same for a machine."""
        clocks = [each.to_json() for each in self.deadlines]
        asked = min((each.asked_at for each in self.deadlines), default=None)
        asked_at = asked.isoformat() if asked is not None else None
        return {"case": self.case, "jurisdiction": self.jurisdiction, "asked_at": asked_at, "clocks": clocks}


def binding(desk: Desk, case_id: str) -> Bound:
    """The clocks that bind the promises of a case, as its newest run made them. Raises `NotFound`."""
    with desk.store.read() as session:
        case = by_id(session, Case, case_id)
        if case is None:
            raise NotFound(f'there is no case "{case_id}"; `firebreak cases` lists them')
        runs = select(Run).where(Run.case_id == case.id).order_by(Run.started_at.desc(), Run.id)
        made = (progress_of(desk, session, run) for run in session.scalars(runs).all())
        progress = next((each for each in made if each.promises), None)
        if progress is None:
            return Bound(case.id, str(UNKNOWN), ())
        facts = _facts(desk, session, case, progress)
        deadlines = [
            _deadline(clock, name, progress, desk.now())
            for name in progress.promises
            for clock in in_force(progress.bundle.legal_clocks.values(), name, progress.playbook, facts)
        ]
        jurisdiction = facts.get("jurisdiction", UNKNOWN)
        return Bound(case.id, str(jurisdiction), tuple(sorted(deadlines, key=lambda each: each.until)))


def _facts(desk: Desk, session: Session, case: Case, progress: Progress) -> Facts:
    about = providers.About(
        session,
        desk.now(),
        customer=session.get(Customer, case.customer_id),
        case=case,
        incident=session.get(Incident, case.incident_id) if case.incident_id else None,
        run=progress.run,
        given=desk.given,
        vault=desk.store.vault,
    )
    wanted = {name for clock in progress.bundle.legal_clocks.values() for name in clock.facts()}
    return providers.gather(about, progress.bundle, wanted)


def _deadline(clock: LegalClock, name: str, progress: Progress, now: datetime) -> Deadline:
    promise = progress.promises[name]
    asked_at = promise.due_at - progress.playbook.promises[name].within - extended_by(progress, name)
    extended = clock.ends(asked_at, now)
    tell_by = asked_at + clock.extension.told_within if clock.extension is not None else None
    later = extended if extended > clock.ends(asked_at) else None
    return Deadline(clock, promise.status, asked_at, promise.due_at, clock.ends(asked_at), later, tell_by)


def clock_to_json(clock: LegalClock) -> Mapping[str, Any]:
    """A clock for a machine; durations as they are written, as in `28 days`."""
    more = clock.extension
    extension = more and {
        "by": value_to_json(more.by),
        "told_within": value_to_json(more.told_within),
        "source": more.source,
    }
    return {
        "id": clock.id,
        "title": clock.title,
        "promise": clock.promise,
        "when": clock.when.to_data(),
        "protects": clock.protects.to_data() if clock.protects is not None else None,
        "within": value_to_json(clock.within),
        "extension": extension,
        "source": clock.source,
        "note": clock.note,
    }
