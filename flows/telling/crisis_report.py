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
from flows.crisis.team_words import in_units
from flows.crisis.words import Language
from flows.desk import Desk
from flows.errors import NotFound
from flows.store.tables import Incident, Run, Statement
from flows.telling import crisis_course, crisis_report_words, story
from flows.telling import crisis_figures as figures
from flows.telling.crisis_report_words import SENTENCES
from flows.telling.folding import fold
from flows.telling.report import Section, Table
from flows.telling.sentences import roughly
from flows.waiting_times import WaitingTimes, percentile, spans
from rules.bundle import Bundle
from rules.language import FIRST_REPLY

_LEFT_OUT = ("case joined", "case left", "step skipped")
"""Lines of which there may be ten thousand, and which say nothing that is not counted."""
_COUNTED = ("level", "topic", "language", "closed_as")


@dataclass(frozen=True)
class CrisisReport:
    """The report about one incident, as it stood at `written_at`. `data` is the same for machines."""

    incident_id: str
    title: str
    written_at: datetime
    sentences: tuple[str, ...]
    sections: tuple[Section, ...]
    data: Mapping[str, Any]
    language: Language = "en"

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.incident_id,
            "written_at": self.written_at.isoformat(),
            "sentences": list(self.sentences),
            **self.data,
        }


def tell(desk: Desk, incident_id: str) -> CrisisReport:
    """The report about an incident, in the team's language; its `data` are the same in each. Raises `NotFound`."""
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
        self.language = desk.language
        self.words = SENTENCES[desk.language]
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
        sections = (
            Section(self.words["in short"], sentences, self._in_short()),
            self._first_replies(),
            *self._counted(),
            self._kept(),
            self._slipped(),
            self._said(),
            self._chosen(),
            self._course(),
        )
        title = self._say("title", incident=self.incident.id, about=self._about())
        return CrisisReport(self.incident.id, title, self.desk.now(), sentences, sections, self._data(), self.language)

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
                {
                    "at": line.at.isoformat(),
                    "mark": line.mark,
                    "what": crisis_course.in_full(line),
                    "because": list(line.because),
                }
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
        customers, cases = (
            self._many(self.customers, "1 customer", "customers"),
            self._many(self.cases, "1 case", "cases"),
        )
        yield self._say("wrote", customers=customers, cases=cases)
        waits, unanswered = self.replies.times, self.replies.unanswered
        if waits:
            half, nearly, longest = (
                self._long(each) for each in (percentile(waits, 50), percentile(waits, 99), waits[-1])
            )
            yield self._many(len(waits), "was answered", "were answered", half=half, nearly=nearly, longest=longest)
        if unanswered:
            yield self._many(unanswered, "has not heard", "have not heard")
        if self.leads:
            yield self._say("led", by=self.leads[0].by, time=self._since_it_opened(self.leads[0].at))
        else:
            yield self.words["nobody led"]
        kept, broken = (sum(getattr(each, how) for each in self.promises.values()) for how in ("kept", "broken"))
        yield self._say("promises", kept=f"{kept:,}", broken=f"{broken:,}")
        incident = self.incident
        if incident.stood_down_at is not None:
            by, time = self.stood_down_by or self.words["somebody"], self._since_it_opened(incident.stood_down_at)
            yield self._say("stood down", by=by, time=time)
        elif incident.closed_at is not None:
            yield self._say("closed", time=self._since_it_opened(incident.closed_at))
        else:
            yield self.words["not over"]

    def _in_short(self) -> Table:
        incident, words = self.incident, self.words
        led = words["then"].join(dict.fromkeys(each.by for each in self.leads)) or words["nobody"]
        rows = [
            (words["Opened"], self._when(incident.opened_at, incident.opened_by)),
            (words["About"], self._about()),
            (words["Led by"], led),
            (words["Stood down"], self._when(incident.stood_down_at, self.stood_down_by)),
            (words["Closed"], self._when(incident.closed_at)),
            *([(words["Merged into"], incident.merged_into)] if incident.merged_into else []),
            (words["Digests"], str(self.digests)),
        ]
        return (("", ""), *rows)

    def _first_replies(self) -> Section:
        waits, unanswered, words = self.replies.times, self.replies.unanswered, self.words
        if not waits and not unanswered:
            return Section(words["first replies"], (words["nobody wrote"],))
        rows = [("", words["Time"])]
        if waits:
            rows += [(self._say("of 100", share=each), self._long(percentile(waits, each))) for each in (50, 90, 99)]
            rows.append((words["longest"], self._long(waits[-1])))
        if self.promised is not None and waits:
            late = sum(wait > self.promised for wait in waits)
            part = self._say("of", part=f"{late:,}", all=f"{len(waits):,}")
            rows.append((self._say("late", time=self._long(self.promised)), part))
        rows += [(words["unanswered"], f"{unanswered:,}")] if unanswered else []
        return Section(words["first replies"], table=tuple(rows), waited=self.replies)

    def _counted(self) -> Iterator[Section]:
        for name in _COUNTED:
            if self.counts[name]:
                rows = [("", *(self.words[each] for each in ("Cases", "Closed", "Open")))]
                for value, each in self.counts[name].items():
                    open_now = each.cases - each.closed
                    rows.append((self._name(value), f"{each.cases:,}", f"{each.closed:,}", f"{open_now:,}"))
                yield Section(self.words[name], table=tuple(rows))

    def _kept(self) -> Section:
        title, heads = self.words["Promises"], ("Promise", "Kept", "Broken", "Pending", "Void")
        if not self.promises:
            return Section(title, (self.words["no promises"],))
        rows: list[tuple[str, ...]] = [tuple(self.words[each] for each in heads)]
        for name, each in self.promises.items():
            rows.append((self._name(name), *(f"{count:,}" for count in asdict(each).values())))
        return Section(title, table=tuple(rows))

    def _slipped(self) -> Section:
        if not self.slipped:
            return Section(self.words["slipped"], (self.words["nothing slipped"],))
        rows = [(self.words[event], f"{count:,}") for event, count in self.slipped.items()]
        return Section(self.words["slipped"], table=(("", self.words["How often"]), *rows))

    def _said(self) -> Section:
        words = self.words
        if not self.spoken:
            return Section(words["one voice"], (words["no statement"],))
        heads = ("Version", "State", "In force from", "Drafted by", "Votes", "May promise")
        rows = [tuple(words[each] for each in heads)]
        for each in self.spoken:
            said = statements.approvals(self.session, each)
            votes = ", ".join(self._say("yes" if vote.approved else "no", by=vote.by) for vote in said)
            version = (
                str(each.version) if each.kind == "statement" else self._say("retrospective", version=each.version)
            )
            since = self._at(each.in_force_at) if each.in_force_at is not None else words["never"]
            promises = ", ".join(map(self._name, each.remedies)) or words["nothing"]
            rows.append((version, words[each.status], since, each.drafted_by, votes or words["nobody"], promises))
        return Section(words["one voice"], table=tuple(rows))

    def _chosen(self) -> Section:
        if not self.remedies:
            return Section(self.words["chose"], (self.words["nobody chose"],))
        rows = [(self._name(remedy), f"{count:,}") for remedy, count in self.remedies.items()]
        return Section(self.words["chose"], table=(("", self.words["Customers"]), *rows))

    def _course(self) -> Section:
        rows = [(self.words["When"], self.words["What happened"])]
        told = ((line, crisis_course.told(line, self.language)) for line in self.lines)
        rows += [(self._at(line.at), what) for line, what in told if what]
        return Section(self.words["course"], (self._say("zone", zone=self.desk.timezone.key),), tuple(rows))

    # -- small things -------------------------------------------------------------------------------------------------

    def _promised_first_reply(self) -> timedelta | None:
        """The shortest time in which the procedures of these cases promise a first reply."""
        found = [
            playbook.promises[FIRST_REPLY].within
            for name in figures.playbooks(self.session, self.incident)
            if (playbook := self.bundle.playbooks.get(name)) is not None and FIRST_REPLY in playbook.promises
        ]
        return min(found) if found else None

    def _say(self, sentence: str, **values: object) -> str:
        return self.words[sentence].format(**values)

    def _many(self, number: int, one: str, many: str, **values: object) -> str:
        return self._say(one if number == 1 else many, number=f"{number:,}", **values)

    def _name(self, value: str) -> str:
        return crisis_report_words.name(value, self.language)

    def _long(self, time: timedelta) -> str:
        return crisis_report_words.length(time, self.language)

    def _about(self) -> str:
        return self._name(self.incident.topic or self.incident.kind)

    def _since_it_opened(self, at: datetime) -> str:
        return in_units(roughly(at - self.incident.opened_at), self.language)

    def _when(self, at: datetime | None, by: str | None = None) -> str:
        if at is None:
            return self.words["not yet"]
        return self._say("at by", at=self._at(at), by=by) if by else self._at(at)

    def _at(self, at: datetime) -> str:
        return local_time.minute(at, self.desk.timezone)[:16]


def _seconds(time: timedelta) -> float:
    return round(time.total_seconds(), 3)
