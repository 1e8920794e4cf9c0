"""Playing a scenario and comparing what happened with what was expected."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, inspect, select
from sqlalchemy.orm import Session

from flows.rehearsal.comparing import Compared, Complaint, Happened, compare, since
from flows.rehearsal.scenario import Event, Scenario
from flows.rehearsal.stage import CannotHappen, Stage, number_of
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.tables import Alias, Case, Incident, JournalLine, Outbox, Run, Step, Task
from flows.store.vault import Vault
from flows.telling import story
from flows.telling.wording import several
from rules.language import written_path

Row = TypeVar("Row", Outbox, Task)


@dataclass(frozen=True)
class Happening:
    """An event of a scenario's timeline when it happened; `trouble` is why it could not."""

    at: datetime
    event: Event
    trouble: str = ""


@dataclass(frozen=True)
class Played:
    """What came of a scenario: everything that happened, the steps that were reached as (playbook, path), what is not
    as expected, what was done when, and (where they were asked for) the stories of its cases and incidents."""

    scenario: Scenario
    happened: tuple[Happened, ...]
    steps: frozenset[tuple[str, str]]
    compared: Compared
    timeline: tuple[Happening, ...]
    seconds: float = 0.0  # how long it took to play
    stories: Mapping[str, tuple[story.Line, ...]] = field(default_factory=dict)

    @property
    def complaints(self) -> tuple[Complaint, ...]:
        cannot = (
            f'"{each.event}" cannot happen at {since(self.scenario, each.at)}: {each.trouble}' for each in self.timeline
        )
        troubles = zip(self.timeline, cannot, strict=True)
        return (
            *(Complaint(each.event.keys, words) for each, words in troubles if each.trouble),
            *self.compared.complaints,
        )

    @property
    def passed(self) -> bool:
        return not self.complaints


def play(shelf: Shelf, scenario: Scenario) -> Played:
    """Play a scenario from its start to its end, with its stories."""
    with closing(Stage(shelf, scenario.given, starts=scenario.starts, zone=scenario.zone)) as stage:
        return replace(play_on(stage, scenario), stories=_stories(stage))


def play_on(stage: Stage, scenario: Scenario) -> Played:
    """Play a scenario on a stage that is new, without its stories."""
    began = time.monotonic()
    timeline: list[Happening] = []
    before: list[dict[str, int]] = []
    for event in scenario.timeline:
        at, trouble = stage.clock.now(), ""
        before.append(history_so_far(stage.store))
        try:
            stage.happen(event)
        except CannotHappen as error:
            trouble = str(error)
        timeline.append(Happening(at, event, trouble))
    happened = happened_in(stage.store, before=before, customers=_customers(stage), said=stage.said())
    compared = compare(scenario, happened)
    return Played(scenario, happened, _steps(stage), compared, tuple(timeline), time.monotonic() - began)


def history_so_far(store: Store) -> dict[str, int]:
    """How many lines the history of each customer and incident has."""
    with store.read() as session:
        counted = select(JournalLine.subject_id, func.max(JournalLine.number)).group_by(JournalLine.subject_id)
        return dict(session.execute(counted).tuples().all())


def happened_in(
    store: Store,
    *of: ColumnElement[bool],
    before: Sequence[Mapping[str, int]] = (),
    customers: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> tuple[Happened, ...]:
    """What happened in a store, in order: all of it, or what the journal lines of this kind tell.

    `before` is how far the histories were before each event, `customers` are numbers by id, where there are several,
    `said` are texts to customers by their keys: the store has none any more of those that were erased since.
    """
    found = []
    with store.read() as session:
        lines = session.scalars(
            select(JournalLine).where(*of).order_by(JournalLine.at, JournalLine.subject_id, JournalLine.number)
        ).all()
        beside = _Beside.of(session, store.vault, lines, said or {})
        for line in lines:
            about = {"customer": customers.get(line.subject_id, "")} if customers else {}
            after = sum(line.number > each.get(line.subject_id, 0) for each in before)
            for kind, name, details in _named(session, beside, line):
                found.append(Happened(line.at, kind, name, {**details, **about}, after))
    return tuple(sorted(found, key=lambda each: each.after))  # what belongs to one event keeps its order


@dataclass(frozen=True)
class _Beside:
    """The texts and tasks that journal lines speak of, looked up and opened all at once; what is erased is empty."""

    letters: Mapping[str, tuple[Outbox, Mapping[str, Any]]]
    tasks: Mapping[str, Task]

    @classmethod
    def of(cls, session: Session, vault: Vault, lines: Iterable[JournalLine], said: Mapping[str, str]) -> _Beside:
        about = [line.data or {} for line in lines]
        letters = list(_by_id(session, Outbox, {data["outbox"] for data in about if "outbox" in data}))
        tasks = _by_id(session, Task, {task for data in about for task in _tasks_in(data)})
        opened = vault.open_all([row.sealed_body for row in letters])
        texts = [
            {"text": said[row.key]} if row.key in said else text if isinstance(text, dict) else {}
            for row, text in zip(letters, opened, strict=True)
        ]
        return cls(
            {row.id: (row, text) for row, text in zip(letters, texts, strict=True)}, {task.id: task for task in tasks}
        )


def _by_id(session: Session, table: type[Row], ids: Iterable[str]) -> Iterator[Row]:
    wanted, column = sorted(ids), inspect(table).primary_key[0]
    for start in range(0, len(wanted), 500):
        yield from session.scalars(select(table).where(column.in_(wanted[start : start + 500])))


def _tasks_in(data: Mapping[str, Any]) -> list[str]:
    """The tasks that a step waits for by this line."""
    return several((data.get("on") or {}).get("task"))


Named = Iterator[tuple[str, str, dict[str, str]]]


def _named(session: Session, beside: _Beside, line: JournalLine) -> Named:
    """The kinds of `outcomes.OUTCOMES` that a journal line stands for, each with its name and details."""
    event, data = line.event, line.data or {}
    if event in ("text sent", "text was sent after all", "colleagues told"):
        row, text = beside.letters[data["outbox"]]
        if row.to == "team":
            yield "told", str(row.role), {"says": str(text.get("body", ""))}
        else:
            form = str(data.get("form", row.form))
            yield "reply", str(row.reply), {"locale": str(row.locale), "form": form, "says": str(text.get("text", ""))}
    elif event == "text handed to a colleague":
        yield "by_hand", str(data["reply"]), {}
    elif event == "step waits":
        if "too_old" in data:
            return  # it waits on for what it had asked for before
        for task in (beside.tasks[each] for each in _tasks_in(data) if each in beside.tasks):
            yield "task", task.role, {"kind": task.kind, "says": task.question, "verb": str(data.get("verb", ""))}
    elif event in ("step done", "step skipped", "step failed", "time is up"):
        status = {"time is up": "timed out"}.get(event, event.removeprefix("step "))
        yield "step", line.path or "", {"status": status}
        yield from _of_a_step(event, data)
    elif event in ("promise kept", "promise broken", "promise is near"):
        kind = {"promise is near": "warning"}.get(event, event.replace(" ", "_"))
        yield kind, str(data["promise"]), {}
    elif event in _FOLLOW_UPS:
        yield _FOLLOW_UPS[event], str(data["playbook"]), {}
    elif event in ("case opened", "started alongside", "review opened"):
        yield "opened", str(data["playbook"]), {}
    elif event == "incident opened":
        run = select(Run.playbook).where(Run.incident_id == line.incident_id).order_by(Run.started_at, Run.id)
        yield "opened", session.scalars(run.limit(1)).first() or "incident", {}
    elif event in ("run finished", "closed by hand") and data.get("closed_as"):
        yield "closed", str(data["closed_as"]), {}


_FOLLOW_UPS = {"follow-up started": "follow_up_started", "follow-up not needed": "follow_up_cancelled"}


def _of_a_step(event: str, data: Mapping[str, Any]) -> Named:
    """What the end of a step brought with it."""
    if "planned" in data:
        yield "follow_up", str(data["playbook"]), {}
    for label in data.get("labels", ()):
        yield "label", str(label), {}
    if event == "step failed" and ("objections" in data or "unproven" in data):
        yield "refused", str(data["reply"]), {}


def _customers(stage: Stage) -> dict[str, str]:
    """The numbers of the customers by their ids, if there are several."""
    with stage.store.read() as session:
        aliases = session.execute(select(Alias.customer_id, Alias.sealed_address)).all()
    found = {each.customer_id: str(number_of(stage.store.vault.open(each.sealed_address))) for each in aliases}
    return found if len(found) > 1 else {}


def stories_of(store: Store, ids: Iterable[str], zone: ZoneInfo) -> dict[str, tuple[story.Line, ...]]:
    """The stories of these cases and incidents, in this order."""
    return {each: tuple(story.tell(store, each, zone)) for each in ids}


def _stories(stage: Stage) -> dict[str, tuple[story.Line, ...]]:
    with stage.store.read() as session:
        ids = [*session.scalars(select(Case.id).order_by(Case.opened_at)), *session.scalars(select(Incident.id))]
    return stories_of(stage.store, ids, stage.desk.timezone)


def _steps(stage: Stage) -> frozenset[tuple[str, str]]:
    with stage.store.read() as session:
        rows = session.execute(
            select(Run.playbook, Step.path).join(Run, Run.id == Step.run_id).where(Step.status != "skipped")
        )
        return frozenset((row.playbook, written_path(row.path)) for row in rows)
