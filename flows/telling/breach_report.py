"""The report about a leak of personal data, which writes itself from the history.

Nothing personal is in it: facts, numbers, ids and our own words only. It says what is known at this moment, and what
is not known it says, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows import local_time
from flows.desk import Desk
from flows.errors import NotFound
from flows.runs import affected, authorities, breaches
from flows.store.tables import Incident, Promise, Run, Task
from flows.telling import story
from flows.telling.folding import fold
from flows.telling.report import Report, Section
from flows.telling.sentences import roughly, shown
from rules.bundle import Bundle
from rules.vocabulary import UNKNOWN, value_to_json

_ASKED = (*breaches.FORM, "leak_stopped", "authority_decision")
_HARM = {
    "contact": "Unwanted calls and messages, and attempts to deceive the people concerned by what is known of them",
    "business": "Attempts at fraud with orders and payments, and trade secrets in other hands",
    "sensitive": "Misuse of identity, of cards and of accounts, and harm to the reputation of the people concerned",
}


_NOT_TOLD = ("text refused for now", "not known whether the text left")  # how a notice left is no part of the leak


def tell(desk: Desk, incident_id: str) -> Report:
    """The report about an incident. Raises `NotFound`."""
    told = fold(story.tell(desk.store, incident_id, desk.timezone))
    lines = [line for line in told if line.event not in _NOT_TOLD]
    with desk.store.read() as session:
        incident = session.get(Incident, incident_id)
        if incident is None:
            raise NotFound(f'there is no incident "{incident_id}"')
        run = session.scalars(select(Run).where(Run.incident_id == incident_id).order_by(Run.started_at)).first()
        bundle = desk.shelf.bundle(session, run.bundle) if run is not None else desk.shelf.current
        return _Writer(desk, session, incident, bundle, lines).report()


class _Writer:
    """Puts together what stands in many places."""

    def __init__(
        self, desk: Desk, session: Session, incident: Incident, bundle: Bundle, lines: list[story.Line]
    ) -> None:
        self.desk, self.session, self.incident, self.bundle = desk, session, incident, bundle
        self.lines = lines
        self.zone: ZoneInfo = desk.timezone
        self.noticed = incident.noticed_at or incident.opened_at
        self.people = affected.count(session, incident.id)
        known = authorities.facts_of(desk, session, incident, bundle, _ASKED)
        self.decided = bundle.derive(known, ["breach_severity"])
        self.facts = self.decided.facts

    def report(self) -> Report:
        facts = {name: value_to_json(self.facts.get(name, UNKNOWN)) for name in (*breaches.FORM, "breach_severity")}
        clocks, authority = tuple(self._clocks()), self._authority()
        return Report(
            self.incident.id,
            f"Report about a leak of personal data, {self.incident.id}",
            self.desk.now(),
            facts,
            {**{str(state): self.people[state] for state in affected.STATES}, "count": self.people.total()},
            clocks,
            tuple(self._timeline()),
            authority,
            (
                self._in_short(),
                self._clocks_shown(clocks),
                self._people_shown(),
                Section("What an authority asks (GDPR, Art. 33(3))", table=(("Point", "Answer"), *authority.items())),
                self._measures(),
                self._decisions(),
                self._course(),
            ),
        )

    # -- the parts ------------------------------------------------------------------------------------------

    def _in_short(self) -> Section:
        incident = self.incident
        closed = f"closed {self._at(incident.closed_at)}" if incident.closed_at is not None else "still open"
        rows = [
            ("How it got out", self._meaning("leak_way")),
            ("What leaked", self._meaning("leaked_data", worst="identity papers, cards, health, passwords")),
            ("Who may have seen it", self._meaning("leak_scope", worst="anybody")),
            ("Of how many people", self._meaning("people_affected", worst="a thousand or more")),
            ("How bad it is", self._meaning("breach_severity")),
            ("Noticed", self._at(self.noticed)),
            ("Reported here", f"{self._at(incident.opened_at)}, by {incident.opened_by}"),
            ("Stopped", self._meaning("leak_stopped")),
            ("State", closed),
        ]
        return Section("In short", table=(("", ""), *rows))

    def _clocks(self) -> Iterator[dict[str, object]]:
        runs = select(Promise).join(Run, Run.id == Promise.run_id).where(Run.incident_id == self.incident.id)
        where = authorities.homes(self.desk, self.session, self.incident.id)
        for promise in self.session.scalars(runs.order_by(Promise.due_at, Promise.name)):
            law = authorities.clocks_for(self.bundle, promise.name, self.facts, where)
            yield {
                "promise": promise.name,
                "due": promise.due_at.isoformat(),
                "status": promise.status,
                "settled_at": promise.settled_at.isoformat() if promise.settled_at is not None else None,
                "law": [
                    {
                        "id": each.id,
                        "title": each.title,
                        "source": each.source,
                        "due": (self.noticed + each.within).isoformat(),
                    }
                    for each in law
                ],
            }

    def _clocks_shown(self, clocks: tuple[dict[str, Any], ...]) -> Section:
        rows = [("Promise", "Due", "What became of it", "The law behind it, the shortest first")]
        for clock in clocks:
            due = datetime.fromisoformat(clock["due"])
            law = "; ".join(
                f"{self._at(datetime.fromisoformat(each['due']))}: {each['title']} ({each['source']})"
                for each in clock["law"]
            )
            rows.append((clock["promise"].replace("_", " "), self._at(due), self._became(clock, due), law or "our own"))
        return Section("Clocks", (f"All of them run from when it was noticed, {self._at(self.noticed)}.",), tuple(rows))

    def _became(self, clock: dict[str, Any], due: datetime) -> str:
        settled = datetime.fromisoformat(clock["settled_at"]) if clock["settled_at"] else None
        match clock["status"]:
            case "kept" if settled is not None:
                return f"kept, {roughly(due - settled)} before its time"
            case "broken":
                return "broken"
            case "void":
                return "ended with the incident, neither kept nor broken"
        left = due - self.desk.now()
        return f"open, {roughly(left)} left" if left.total_seconds() > 0 else "over"

    def _people_shown(self) -> Section:
        if not self.people:
            return Section("People", ("Nobody has said yet whose data it is.",))
        rows = [("State", "How many")]
        rows += [(words, str(self.people[state])) for state, words in affected.STATES.items() if self.people[state]]
        said = f"{self.people['told']} of {self.people.total()} people known here have been told, each by themselves."
        because = self.incident.facts.get("untold_because")
        why = (f"Why the others were not: {self._value('untold_because', because)}.",) if because else ()
        return Section("People", (said, *why), tuple(rows))

    def _authority(self) -> dict[str, str]:
        data = self.facts.get("leaked_data", UNKNOWN)
        number = self.facts.get("people_affected", UNKNOWN)
        known = self.people.total()
        people = "not known yet" if number == UNKNOWN else f"about {number}"
        harm = _HARM.get(str(data), _HARM["sensitive"])
        done = [task for task in self._tasks() if task.kind == "do"]
        return {
            "(a) Nature of the leak": f"{self._meaning('leak_way')}. {self._meaning('leak_scope', worst='anybody')}",
            "(a) Categories of data": self._meaning("leaked_data", worst="the most sensitive kind is assumed"),
            "(a) Categories of people": "Customers who wrote to the business on WhatsApp",
            "(a) Approximate number of people": f"{people}; {known} of them known here",
            "(a) Approximate number of records": "not known yet"
            if number == UNKNOWN
            else f"at least {max(int(str(number)), known)}, one or more for each person",
            "(b) Contact": f"{self.desk.business}, whoever decides about personal information (the role privacy_lead)",
            "(c) Likely consequences": harm,
            "(d) Measures taken": f"{len(done)} of the measures below were taken on by a named colleague; "
            f"{self.people['told']} of {known} people told",
            "Reasons for a delay": self._delay(),
            "What was decided": self._meaning("authority_decision"),
        }

    def _delay(self) -> str:
        late = self.incident.opened_at - self.noticed
        return f"{roughly(late)} from noticing it to reporting it here" if late.total_seconds() >= 60 else "none"

    def _measures(self) -> Section:
        rows = [("When", "Who", "What they were asked, and their answer")]
        for task in self._tasks():
            answer = shown(task.answer) if task.answer else "taken on" if task.kind == "do" else ""
            when = self._at(task.answered_at) if task.answered_at is not None else ""
            rows.append((when, task.answered_by or "", f"{task.question} – {answer}" if answer else task.question))
        if len(rows) == 1:
            return Section("Measures, and who saw to them", ("Nobody has taken anything on yet.",))
        return Section("Measures, and who saw to them", table=tuple(rows))

    def _tasks(self) -> list[Task]:
        mine = select(Task).where(
            Task.incident_id == self.incident.id, Task.status == "answered", Task.case_id.is_(None)
        )
        return list(self.session.scalars(mine.order_by(Task.answered_at, Task.id)))

    def _decisions(self) -> Section:
        rows = [("When", "What was decided", "Because")]
        severity = self.decided.decisions.get("breach")
        if severity is not None:
            words = severity.in_words()
            rows.append((self._at(self.desk.now()), self._meaning("breach_severity"), str(words.get("because", ""))))
        rows += [(self._at(line.at), line.headline, "; ".join(line.because)) for line in self.lines if line.because]
        return Section("Decisions", table=tuple(rows))

    def _timeline(self) -> Iterator[dict[str, object]]:
        for line in self.lines:
            what = _in_full(line)
            yield {"at": line.at.isoformat(), "mark": line.mark, "what": what, "because": list(line.because)}

    def _course(self) -> Section:
        rows = [("When", "What happened")]
        rows += [(self._at(line.at), _in_full(line)) for line in self.lines]
        return Section("What happened, in order", (f"Times are those of {self.zone.key}.",), tuple(rows))

    # -- words ----------------------------------------------------------------------------------------------

    def _at(self, at: datetime) -> str:
        return local_time.minute(at, self.zone)[:16]

    def _meaning(self, name: str, worst: str = "") -> str:
        value = self.facts.get(name, UNKNOWN)
        if value == UNKNOWN:
            return f"not known yet{f'; handled as {worst}' if worst else ''}"
        return self._value(name, value_to_json(value))

    def _value(self, name: str, value: object) -> str:
        """A value of a fact in the vocabulary's own words."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(self.bundle.vocabulary.fact(name).values.get(str(value), value))


def _in_full(line: story.Line) -> str:
    """A line with what the person was asked whom it speaks of."""
    asked = line.entry.task if line.entry is not None else None
    return f"{line.headline}: {asked.question}" if asked is not None else line.headline
