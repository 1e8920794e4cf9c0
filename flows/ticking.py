"""Ticking off what a task lists: which of it an answer is about, and what it says of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from flows.errors import FirebreakError
from flows.runs import listing
from flows.store.tables import ItemStatus, Task, TaskItem
from rules.problems import did_you_mean

ALL = "all"
"""The name under which an answer means everything that is still open."""
SAYS: Mapping[str, ItemStatus] = {"done": "done", "failed": "failed"}
"""What a person can say of one thing on a list."""


class WrongAnswer(FirebreakError):
    """The answer does not fit the question."""


def tick(
    session: Session, task: Task, items: Sequence[TaskItem], given: Mapping[str, Any], by: str, now: datetime
) -> None:
    """Settle things on the list of a task by `given`: {"3": "done", "4": "failed"}, {"all": "done"} for all that are
    open, or nothing for a list of one. What was said already may be said again. Raises `WrongAnswer`, and settles
    nothing then."""
    wanted = _wanted(task, items, given)
    against = [(item, said) for item, said in wanted.items() if item.status not in ("open", said)]
    if against:
        raise WrongAnswer(" ".join(_otherwise(task, *each) for each in against))
    new = {item: said for item, said in wanted.items() if item.status == "open"}
    if not new and (wanted or task.status in ("open", "answered")):
        return  # said before, by the same words
    if task.status != "open":
        raise WrongAnswer(f"{task.id} is not open any more: it was {task.status}")
    listing.settle(session, task, new, by, now)


def speaks_of_a_list(given: Mapping[str, Any]) -> bool:
    """Whether an answer can be one to a task with a list: by its numbers, by `all`, by counts, or a plain `done`."""
    return _by_counts(given) or all(str(name) == ALL or str(name).isdigit() for name in given)


def numbered(items: Sequence[TaskItem], given: Mapping[str, Any]) -> dict[str, Any]:
    """An answer as it is told by others than the person at the list: nothing means that all is done, and
    `{"done": 2, "failed": 1}` that the next two are done and the one after them failed."""
    if not given:
        return {ALL: "done"}
    if not _by_counts(given):
        return {str(name): value for name, value in given.items()}
    left = [item.number for item in listing.still_open(items)]
    words = [word for word in SAYS for _ in range(int(given.get(word, 0)))]
    if len(words) > len(left):
        raise WrongAnswer(f"it says something of {len(words)} things, and {len(left)} are open")
    return {str(number): word for number, word in zip(left, words, strict=False)}


def _by_counts(given: Mapping[str, Any]) -> bool:
    return all(name in (*SAYS, "expired") and isinstance(count, int) for name, count in given.items())


def how(items: Sequence[TaskItem]) -> str:
    """The words of an answer that ticks something off."""
    left = listing.still_open(items)
    if len(items) == 1:
        return "done (or failed)"
    return f"{left[0].number if left else 1}=done (or failed; {ALL}=done for the rest)"


def _wanted(task: Task, items: Sequence[TaskItem], given: Mapping[str, Any]) -> dict[TaskItem, ItemStatus]:
    """What is said of which things on the list; those that `all` means come after those that are named."""
    if not given:
        if len(items) > 1:
            left = listing.still_open(items)
            raise WrongAnswer(
                f"{task.id} lists {len(items)} things, {len(left)} of them open. Tick them off one by one, as in "
                f"`firebreak answer {task.id} {left[0].number if left else 1}=done`, or with `{ALL}=done`"
            )
        given = {ALL: "done"}
    by_number = {str(item.number): item for item in items}
    wanted: dict[TaskItem, ItemStatus] = {}
    for name, value in given.items():
        said = SAYS.get(str(value).strip().lower())
        if said is None:
            raise WrongAnswer(f"{name} can be {' or '.join(SAYS)}, not {value!r}{did_you_mean(str(value), list(SAYS))}")
        if name == ALL:
            continue
        if name not in by_number:
            raise WrongAnswer(f'there is no "{name}" on the list of {task.id}: its numbers go from 1 to {len(items)}')
        wanted[by_number[name]] = said
    if ALL in given:
        # Of a list of one, `all` is that one, so that saying it again is understood.
        rest = items if len(items) == 1 else listing.still_open(items)
        wanted |= {item: SAYS[str(given[ALL]).strip().lower()] for item in rest if item not in wanted}
    return wanted


def _otherwise(task: Task, item: TaskItem, said: str) -> str:
    """That something was settled by another word than `said`."""
    if item.status == "expired":
        return f"The time for {item.number} on the list of {task.id} is over, so it cannot be {said} any more."
    who = f" by {item.settled_by}" if item.settled_by else ""
    return f"{item.number} on the list of {task.id} was marked {item.status}{who}; it cannot be {said} as well."
