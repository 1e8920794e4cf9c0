"""The internal report about a crisis, for the people who look back on it: it writes itself from the history.

Nothing personal is in it: ids, numbers, times, names of colleagues and our own words only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows import local_time
from flows.crisis import statements
from flows.desk import Desk
from flows.errors import NotFound
from flows.store.tables import Incident, Run, Statement
from flows.telling import crisis_figures as figures
from flows.telling import story
from flows.telling.folding import fold
from flows.telling.report import Section
from flows.telling.sentences import roughly
from flows.waiting_times import WaitingTimes, percentile, spans
from rules.bundle import Bundle
from rules.language import FIRST_REPLY

_LEFT_OUT = ("case joined", "case left", "step skipped")
"""Lines of which there may be ten thousand, and which say nothing that is not counted."""
_TITLES = {"level": "How bad", "topic": "About what", "language": "Language", "closed_as": "How they ended"}
_STATES = {"draft": "a draft", "in_force": "in force", "replaced": "replaced", "refused": "refused"}


@dataclass(frozen=True)
class CrisisReport:
    """The report about one incident, as it stood at `written_at`. `data` is the same for machines."""

    incident_id: str
    title: str
    written_at: datetime
    sentences: tuple[str, ...]
    sections: tuple[Section, ...]
    data: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.incident_id,
            "written_at": self.written_at.isoformat(),
            "sentences": list(self.sentences),
            **self.data,
        }


def tell(desk: Desk, incident_id: str) -> CrisisReport:
    """The report about an incident. Raises `NotFound`."""
    lines = [line for line in fold(story.tell(desk.store, incident_id, desk.timezone)) if _belongs(line)]
    with desk.store.read() as session:
        incident = session.get(Incident, incident_id)
        if incident is None:
            raise NotFound(f'there is no incident "{incident_id}"')
        run = session.scalars(select(Run).where(Run.incident_id == incident_id).order_by(Run.started_at)).first()
        bundle = desk.shelf.bundle(session, run.bundle) if run is not None else desk.shelf.current
        return _Writer(desk, session, incident, bundle, lines).report()


def _belongs(line: story.Line) -> bool:
    return line.case is None and line.mark != "wait" and line.event not in _LEFT_OUT


class _Writer:
    """Counts everything once, and says it in three ways: as data, as sentences, as sections of a page."""

    def __init__(
        self, desk: Desk, session: Session, incident: Incident, bundle: Bundle, lines: list[story.Line]
    ) -> None:
        self.desk, self.session, self.incident, self.bundle, self.lines = desk, session, incident, bundle, lines
        self.promised = self._promised_first_reply()
        self.replies: WaitingTimes = figures.first_replies(session, incident, self.promised)
        self.customers = figures.customers(session, incident)
        self.counts = figures.cases(session, incident, bundle.vocabulary)
        self.cases = sum(each.cases for each in self.counts["level"].values())
        self.promises = figures.promises(session, incident)
        self.remedies = figures.remedies(session, incident)
        self.slipped = figures.slipped(session, incident)
        self.digests = figures.digests(session, incident)
        self.leads = figures.leads(session, incident)
        self.stood_down_by = figures.stood_down_by(session, incident)
        self.spoken = [
            *figures.spoken(session, incident, "statement"),
            *figures.spoken(session, incident, "retrospective"),
        ]

    def report(self) -> CrisisReport:
        sentences = tuple(self._sentences())
        about = self.incident.topic or self.incident.kind
        sections = (
            Section("In short", sentences, self._in_short()),
            self._first_replies(),
            *self._counted(),
            self._kept(),
            self._slipped(),
            self._said(),
            self._chosen(),
            self._course(),
        )
        title = f"Report about {self.incident.id}: {about.replace('_', ' ')}"
        return CrisisReport(self.incident.id, title, self.desk.now(), sentences, sections, self._data())

    # -- for machines -------------------------------------------------------------------------------------------------

    def _data(self) -> dict[str, Any]:
        incident = self.incident
        times = ("opened_at", "stood_down_at", "closed_at")
        return {
            "kind": incident.kind,
            "topic": incident.topic,
            "severity": list(self.bundle.vocabulary.fact("severity").values)[incident.severity],
            "opened_by": incident.opened_by,
            **{name: at.isoformat() if (at := getattr(incident, name)) else None for name in times},
            "stood_down_by": self.stood_down_by,
            "led_by": self.leads[0].by if self.leads else None,
            "leads": [{"by": each.by, "role": each.role, "at": each.at.isoformat()} for each in self.leads],
            "customers": self.customers,
            "cases": self.cases,
            "counts": {
                name: {value: asdict(each) for value, each in counted.items()} for name, counted in self.counts.items()
            },
            "first_reply": self._first_reply_data(),
            "promises": {name: asdict(each) for name, each in self.promises.items()},
            "statements": [self._version(each) for each in self.spoken],
            "remedies": self.remedies,
            "digests": self.digests,
            "slipped": self.slipped,
            "timeline": [
                {"at": line.at.isoformat(), "mark": line.mark, "what": _in_full(line), "because": list(line.because)}
                for line in self.lines
            ],
        }

    def _first_reply_data(self) -> dict[str, Any]:
        waits = self.replies.times
        shares = {f"p{share}_seconds": _seconds(percentile(waits, share)) for share in (50, 90, 99) if waits}
        return {
            "answered": len(waits),
            "unanswered": self.replies.unanswered,
            **shares,
            **({"longest_seconds": _seconds(waits[-1])} if waits else {}),
            "promised_seconds": _seconds(self.promised) if self.promised else None,
            "distribution": [
                {"at_most_seconds": _seconds(edge) if edge is not None else None, "customers": count}
                for edge, count in spans(waits)
            ],
        }

    def _version(self, statement: Statement) -> dict[str, Any]:
        at = statement.in_force_at
        said = statements.approvals(self.session, statement)
        return {
            "id": statement.id,
            "kind": statement.kind,
            "version": statement.version,
            "status": statement.status,
            "drafted_by": statement.drafted_by,
            "in_force_at": at.isoformat() if at is not None else None,
            "approvals": [{"by": each.by, "role": each.role or None, "approved": each.approved} for each in said],
            "remedies": list(statement.remedies),
        }

    # -- for people ---------------------------------------------------------------------------------------------------

    def _sentences(self) -> Iterator[str]:
        wrote = f"{self.customers:,} {'customer' if self.customers == 1 else 'customers'}"
        yield f"{wrote} wrote about it, in {self.cases:,} {'case' if self.cases == 1 else 'cases'}."
        waits = self.replies.times
        if waits:
            half, nearly = (percentile(waits, share) for share in (50, 99))
            yield (
                f"{len(waits):,} of them {'was' if len(waits) == 1 else 'were'} answered: half of them within "
                f"{_long(half)}, 99 of 100 within {_long(nearly)}, and the last one after {_long(waits[-1])}."
            )
        if self.replies.unanswered:
            unanswered = self.replies.unanswered
            yield f"{unanswered:,} {'has' if unanswered == 1 else 'have'} not heard from us yet."
        led = f"{self.leads[0].by} took the lead" if self.leads else "Nobody took the lead"
        after = f" after {roughly(self.leads[0].at - self.incident.opened_at)}" if self.leads else ""
        yield f"{led}{after}."
        broken = sum(each.broken for each in self.promises.values())
        kept = sum(each.kept for each in self.promises.values())
        yield f"Of our promises {kept:,} were kept and {broken:,} broken."
        if self.incident.stood_down_at is not None:
            lasted = roughly(self.incident.stood_down_at - self.incident.opened_at)
            yield f"{self.stood_down_by or 'Somebody'} decided after {lasted} that it was over."
        elif self.incident.closed_at is not None:
            yield f"It was closed after {roughly(self.incident.closed_at - self.incident.opened_at)}."
        else:
            yield "It is not over yet."

    def _in_short(self) -> tuple[tuple[str, ...], ...]:
        incident = self.incident
        rows = [
            ("Opened", f"{self._at(incident.opened_at)}, by {incident.opened_by}"),
            ("About", (incident.topic or incident.kind).replace("_", " ")),
            ("Led by", ", then ".join(dict.fromkeys(each.by for each in self.leads)) or "nobody"),
            ("Stood down", self._when(incident.stood_down_at, f", by {self.stood_down_by}")),
            ("Closed", self._when(incident.closed_at)),
            *([("Merged into", incident.merged_into)] if incident.merged_into else []),
            ("Digests in the war room", str(self.digests)),
        ]
        return (("", ""), *rows)

    def _first_replies(self) -> Section:
        waits, unanswered = self.replies.times, self.replies.unanswered
        if not waits and not unanswered:
            return Section("How long they waited for the first reply", ("Nobody has written about it.",))
        rows = [("", "Time")]
        rows += [(f"{share} of 100 within", _long(percentile(waits, share))) for share in (50, 90, 99) if waits]
        rows += [("The longest", _long(waits[-1]))] if waits else []
        if self.promised is not None and waits:
            late = sum(wait > self.promised for wait in waits)
            rows.append((f"Later than the {_long(self.promised)} that were promised", f"{late:,} of {len(waits):,}"))
        rows += [("Not answered yet", f"{unanswered:,}")] if unanswered else []
        return Section("How long they waited for the first reply", table=tuple(rows), waited=self.replies)

    def _counted(self) -> Iterator[Section]:
        for name, title in _TITLES.items():
            if self.counts[name]:
                rows = [("", "Cases", "Closed", "Open")]
                for value, each in self.counts[name].items():
                    open_now = each.cases - each.closed
                    rows.append((value.replace("_", " "), f"{each.cases:,}", f"{each.closed:,}", f"{open_now:,}"))
                yield Section(title, table=tuple(rows))

    def _kept(self) -> Section:
        if not self.promises:
            return Section("Promises", ("Nothing was promised by a clock.",))
        rows: list[tuple[str, ...]] = [("Promise", "Kept", "Broken", "Open", "Ended with the case")]
        for name, each in self.promises.items():
            rows.append((name.replace("_", " "), *(f"{count:,}" for count in asdict(each).values())))
        return Section("Promises", table=tuple(rows))

    def _slipped(self) -> Section:
        if not self.slipped:
            return Section("What slipped", ("Nothing that the history knows of.",))
        rows = [(figures.SLIPPED[event], f"{count:,}") for event, count in self.slipped.items()]
        return Section("What slipped", table=(("", "How often"), *rows))

    def _said(self) -> Section:
        if not self.spoken:
            return Section("What we said in one voice", ("There was no official statement.",))
        rows = [("Version", "State", "In force from", "Drafted by", "Said yes or no", "May promise")]
        for each in self.spoken:
            said = statements.approvals(self.session, each)
            votes = ", ".join(f"{vote.by}: {'yes' if vote.approved else 'no'}" for vote in said) or "nobody"
            kind = "" if each.kind == "statement" else "retrospective "
            since = self._at(each.in_force_at) if each.in_force_at is not None else "never"
            promises = ", ".join(each.remedies) or "nothing"
            rows.append((f"{kind}{each.version}", _STATES[each.status], since, each.drafted_by, votes, promises))
        return Section("What we said in one voice", table=tuple(rows))

    def _chosen(self) -> Section:
        if not self.remedies:
            return Section("What customers chose", ("Nobody has chosen a remedy.",))
        rows = [(remedy.replace("_", " "), f"{count:,}") for remedy, count in self.remedies.items()]
        return Section("What customers chose", table=(("", "Customers"), *rows))

    def _course(self) -> Section:
        rows = [("When", "What happened")]
        rows += [(self._at(line.at), _in_full(line)) for line in self.lines]
        return Section("What happened, in order", (f"Times are those of {self.desk.timezone.key}.",), tuple(rows))

    # -- small things -------------------------------------------------------------------------------------------------

    def _promised_first_reply(self) -> timedelta | None:
        """The shortest time in which the procedures of these cases promise a first reply."""
        found = [
            playbook.promises[FIRST_REPLY].within
            for name in figures.playbooks(self.session, self.incident)
            if (playbook := self.bundle.playbooks.get(name)) is not None and FIRST_REPLY in playbook.promises
        ]
        return min(found) if found else None

    def _when(self, at: datetime | None, more: str = "") -> str:
        return f"{self._at(at)}{more}" if at is not None else "not yet"

    def _at(self, at: datetime) -> str:
        return local_time.minute(at, self.desk.timezone)[:16]


def _in_full(line: story.Line) -> str:
    """A line with the beginning of what a person was asked; how to answer it is no part of the course."""
    asked = line.entry.task if line.entry is not None and line.event == "step waits" else None
    if asked is None:
        return line.headline
    question = asked.question.partition(". ")[0]
    return f"{line.headline}: {question.partition('? ')[0]}{'?' if '? ' in question else ''}"


def _seconds(time: timedelta) -> float:
    return round(time.total_seconds(), 3)


def _long(time: timedelta) -> str:
    return roughly(timedelta(seconds=max(round(time.total_seconds()), 1)))
