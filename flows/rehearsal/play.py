"""Playing a scenario and comparing what happened with what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from flows.rehearsal.scenario import Expected, Scenario
from flows.rehearsal.stage import START, NothingToAnswer, Stage
from flows.shelf import Shelf
from flows.store.tables import Case, Incident, JournalLine, Outbox, Run, Step, Task
from flows.telling import story


@dataclass(frozen=True)
class Happened:
    """One thing that came of a rehearsal, in the words that a scenario looks for."""

    at: datetime
    kind: str
    name: str
    details: Mapping[str, str]

    def fits(self, expected: Expected) -> bool:
        return (self.kind, self.name) == (expected.kind, expected.name) and all(
            value in self.details.get(key, "") if key == "says" else self.details.get(key) == value
            for key, value in expected.details.items()
        )


@dataclass(frozen=True)
class Played:
    """What came of a scenario: everything that happened, what was not as expected, and, where they were asked for,
    the stories of its cases and incidents."""

    scenario: Scenario
    happened: tuple[Happened, ...]
    complaints: tuple[str, ...]
    steps: frozenset[tuple[str, str]]  # (playbook, path) of every step that was reached
    stories: Mapping[str, tuple[story.Line, ...]] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return not self.complaints


def play(shelf: Shelf, scenario: Scenario) -> Played:
    """Play a scenario from its start to its end, with its stories."""
    with closing(Stage(shelf, scenario.given)) as stage:
        return replace(play_on(stage, scenario), stories=_stories(stage))


def play_on(stage: Stage, scenario: Scenario) -> Played:
    """Play a scenario on a stage that is new, without its stories."""
    complaints: list[str] = []
    for event in scenario.timeline:
        try:
            stage.happen(event)
        except NothingToAnswer as error:
            complaints.append(str(error))
    happened = _happened(stage)
    complaints += _compare(scenario, happened)
    return Played(scenario, happened, tuple(complaints), _steps(stage))


def _compare(scenario: Scenario, happened: tuple[Happened, ...]) -> list[str]:
    complaints, position = [], 0
    for expected in scenario.expect:
        found = next((n for n in range(position, len(happened)) if happened[n].fits(expected)), None)
        if found is None:
            too_early = any(each.fits(expected) for each in happened[:position])
            complaints.append(
                f"expected {expected}" + (", but it came before what stands above it" if too_early else "")
            )
        else:
            position = found + 1
    for never in scenario.never:
        complaints += [
            f"must never happen, but did at +{each.at - START}: {never}" for each in happened if each.fits(never)
        ]
    return complaints


_LINES = select(JournalLine.at, JournalLine.event, JournalLine.path, JournalLine.data).order_by(
    JournalLine.at, JournalLine.subject_id, JournalLine.number
)


def _happened(stage: Stage) -> tuple[Happened, ...]:
    with stage.store.read() as session:
        lines = session.execute(_LINES).all()
        letters = session.execute(select(Outbox.id, Outbox.sealed_body)).all()
        tasks = {task.id: task for task in session.scalars(select(Task))}
    opened = stage.store.vault.open_all([row.sealed_body for row in letters])
    texts = {row.id: text for row, text in zip(letters, opened, strict=True)}
    return tuple(
        Happened(at, *each)
        for at, event, path, data in lines
        for each in _named(event, path or "", data, texts.get(data.get("outbox"), {}), _task_of(event, data, tasks))
    )


def _task_of(event: str, data: Mapping[str, Any], tasks: Mapping[str, Task]) -> Task | None:
    return tasks.get((data.get("on") or {}).get("task", "")) if event == "step waits" else None


def _named(
    event: str, path: str, data: Mapping[str, object], text: Mapping[str, str], task: Task | None
) -> list[tuple[str, str, dict[str, str]]]:
    """The kinds of `rehearsal.scenario.KINDS` that a journal line stands for."""
    if event == "text sent":
        return [
            (
                "reply",
                str(data["reply"]),
                {"locale": str(data["locale"]), "form": str(data["form"]), "says": text["text"]},
            )
        ]
    if event == "colleagues told":
        return [("told", str(data["role"]), {"says": text["body"]})]
    if event == "text handed to a colleague":
        return [("by_hand", str(data["reply"]), {})]
    if event == "step waits":
        return [("task", task.role, {"kind": task.kind, "says": task.question})] if task else []
    if event in ("step done", "step skipped", "step failed", "time is up"):
        status = {"time is up": "timed out"}.get(event, event.removeprefix("step "))
        planned: list[tuple[str, str, dict[str, str]]] = (
            [("follow_up", str(data["playbook"]), {})] if "planned" in data else []
        )
        return [("step", path, {"status": status}), *planned]
    if event in ("promise kept", "promise broken", "promise is near"):
        kind = {"promise is near": "warning"}.get(event, event.replace(" ", "_"))
        return [(kind, str(data["promise"]), {})]
    if event == "follow-up started":
        return [("follow_up_started", str(data["playbook"]), {})]
    if event == "follow-up not needed":
        return [("follow_up_cancelled", str(data["playbook"]), {})]
    if event == "case opened":
        return [("opened", str(data["playbook"]), {})]
    if event == "incident opened":
        return [("opened", "incident", {})]
    if event == "run finished" and data.get("closed_as"):
        return [("closed", str(data["closed_as"]), {})]
    return []


def _stories(stage: Stage) -> dict[str, tuple[story.Line, ...]]:
    with stage.store.read() as session:
        ids = [*session.scalars(select(Case.id).order_by(Case.opened_at)), *session.scalars(select(Incident.id))]
    return {each: tuple(story.tell(stage.store, each)) for each in ids}


def _steps(stage: Stage) -> frozenset[tuple[str, str]]:
    with stage.store.read() as session:
        rows = session.execute(
            select(Run.playbook, Step.path).join(Run, Run.id == Step.run_id).where(Step.status != "skipped")
        )
        return frozenset((row.playbook, row.path) for row in rows)
