"""A person's answer to a task: checked against the question, kept with the person's name, and rung for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from flows.errors import NotFound
from flows.runs import listing
from flows.store import bundles
from flows.store.subjects import lock, ring
from flows.store.tables import Run, Task, TaskItem
from flows.ticking import WrongAnswer, speaks_of_a_list, tick
from rules.problems import Problems, did_you_mean
from rules.vocabulary import FactError, Vocabulary, value_to_json
from rules.yaml_source import Source

__all__ = ["YES_NO", "WrongAnswer", "answer", "checked", "fields_of", "fits", "shown", "vocabulary_of"]

YES_NO = ("yes", "no")


def vocabulary_of(session: Session, task: Task) -> Vocabulary:
    """The facts by which a task was asked: those of the content that its run was started with."""
    from rules.bundle import FACTS  # it brings the rule engine, which looking at tasks does not need

    run = session.get(Run, task.run_id) if task.run_id else None
    if run is None:
        return Vocabulary({})  # a task without a run asks for no facts
    problems = Problems()
    source = Source.parse(bundles.get(session, run.bundle)[FACTS], FACTS, problems)
    vocabulary = Vocabulary.parse(source, problems) if source is not None else Vocabulary({})
    problems.raise_errors()
    return vocabulary


def answer(
    session: Session, vocabulary: Vocabulary, task_id: str, given: Mapping[str, Any], by: str, now: datetime
) -> Task:
    """Answer a task in the name of `by`; of a task that lists several things, settle those that `given` names, and the
    task is answered with the last of them (see `flows/ticking.py`). Raises `NotFound` for an unknown task,
    `WrongAnswer` for an answer that the question does not offer, or a task that somebody else has answered already."""
    task = session.get(Task, task_id)
    if task is None:
        raise NotFound(f'there is no task "{task_id}"; `firebreak tasks` lists the open ones')
    lock(session, task.subject_id)
    session.refresh(task)
    items = listing.items_of(session, task.id)
    if task.status != "open" and items and (given or len(items) == 1):  # what was said of a thing may be said again
        tick(session, task, items, given, by, now)
        return task
    if task.status != "open":
        who = f" by {task.answered_by}" if task.answered_by else ""
        raise WrongAnswer(f"{task.id} is not open any more: it was {task.status}{who}")
    if task.due_at is not None and now > task.due_at:
        ended = f"{task.due_at:%Y-%m-%d %H:%M} UTC"
        raise WrongAnswer(f"the time for {task.id} was up at {ended}; what was planned for that comes next")
    if items:
        tick(session, task, items, given, by, now)
        return task
    task.answer = checked(task, vocabulary, given)
    task.status, task.answered_by, task.answered_at = "answered", by, now
    ring(session, task.subject_id, now)
    return task


def checked(task: Task, vocabulary: Vocabulary, given: Mapping[str, Any]) -> dict[str, Any]:
    """The answer as it is kept, with every field checked; `WrongAnswer` names the field and what it may be."""
    fields = fields_of(task)
    if unknown := [name for name in given if name not in fields]:
        raise WrongAnswer(f'"{unknown[0]}" is not asked for in {task.id}{did_you_mean(unknown[0], fields)}')
    if missing := [name for name in fields if name not in given]:
        raise WrongAnswer(
            f"{task.id} also asks for: " + ", ".join(f"{name} ({shown(fields[name])})" for name in missing)
        )
    found: dict[str, Any] = {}
    for name, offered in fields.items():
        value = given[name]
        if task.kind == "ask":
            try:
                value = value_to_json(vocabulary.fact(name).gate(_from_text(value, offered)))
            except FactError as error:
                raise WrongAnswer(str(error)) from None
        if offered and value not in offered:
            raise WrongAnswer(f"{name} can be {shown(offered)}, not {value!r}")
        found[name] = value
    return found


def fields_of(task: Task) -> dict[str, list[Any]]:
    """What a task asks for: field -> the answers offered (none listed: any). A task to do asks for nothing."""
    if task.kind == "approve":
        return {"approved": list(YES_NO)}
    return dict(task.form) if task.kind == "ask" else {}


def fits(task: Task, given: Mapping[str, Any], items: Sequence[TaskItem] = ()) -> bool:
    """Whether an answer has just the fields that a task asks for; of one with a list, whether it is about a list."""
    if items:
        return speaks_of_a_list(given)
    return set(given) == set(fields_of(task))


def shown(offered: list[Any]) -> str:
    """The answers offered, as a person types them."""
    return (
        " or ".join(("yes" if each else "no") if isinstance(each, bool) else str(each) for each in offered)
        or "any value"
    )


def _from_text(value: Any, offered: list[Any]) -> Any:
    """A person types `yes` where a fact is true."""
    if isinstance(value, str) and any(isinstance(each, bool) for each in offered):
        return {"yes": True, "true": True, "no": False, "false": False}.get(value.lower(), value)
    if isinstance(value, str) and value.isdigit():
        return int(value)
    return value
