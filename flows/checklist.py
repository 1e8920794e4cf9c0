"""The checklist before a stand-down, as a person goes through it: what is on it, ticking it off, and deciding by it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy.orm import Session

from flows import answering
from flows.crisis import standing_down
from flows.crisis.standing_down import NotYet
from flows.desk import Desk
from flows.store.tables import Incident
from flows.ticking import WrongAnswer
from rules import translations

ALL = "all"
"""Stands for every number of the checklist."""


def told(desk: Desk, session: Session, incident: Incident) -> dict[str, Any]:
    """The checklist, what is known, and who is asked, as JSON holds it: what `standing_down.situation` says, `against`:
    what speaks against an end, `checklist`: number, words and status of each thing, `tasks`: the ids of those that are
    open, and `shown`: what is known as people read it. Raises `NotYet` where nothing waits for it."""
    run, step, checklist = standing_down.awaited(desk, session, incident)
    bundle = desk.shelf.bundle(session, run.bundle)
    items = {item.number: item.status for item in standing_down.items_on(session, run, step)}
    found = standing_down.situation(desk, session, incident, bundle)
    return {
        "id": incident.id,
        **found,
        "against": standing_down.speaks_against(found, desk.language),
        "checklist": [
            {
                "number": number,
                "words": translations.in_language(bundle, words, desk.language),
                "status": items.get(number, "open"),
            }
            for number, words in enumerate(checklist, 1)
        ],
        "tasks": [task.id for task in standing_down.open_tasks(session, run, step)],
        "shown": standing_down.in_words(found, bundle, desk.language),
    }


def tick(desk: Desk, session: Session, incident: Incident, by: str, done: Collection[str]) -> None:
    """Tick off what is done, by its numbers or `all`, on the list that people were given. Raises `WrongAnswer` for a
    number that there is not, and `NotYet` where nobody was given the list."""
    run, step, checklist = standing_down.awaited(desk, session, incident)
    _check(len(checklist), done)
    lists = [each for each in standing_down.open_tasks(session, run, step) if each.kind == "do"]
    if not lists:
        raise NotYet(
            f"nobody has been given the checklist of {incident.id} yet; it comes at once if Firebreak is up. "
            "Or decide here and now: --done all --yes"
        )
    vocabulary = answering.vocabulary_of(session, lists[0])
    answering.answer(session, vocabulary, lists[0].id, dict.fromkeys(done, "done"), by, desk.now())


def decide(
    desk: Desk, session: Session, incident: Incident, by: str, done: Collection[str], *, flow_run: str | None = None
) -> dict[str, Any]:
    """Stand down here and now: all that is on the checklist has been ticked off before, or is `done` by a number or
    `all`. Returns what is known as `told` does, with who decided and when. `NotYet` names what is not done."""
    known = told(desk, session, incident)
    _check(len(known["checklist"]), done)
    left = [
        f"{each['number']}. {each['words']}"
        for each in known["checklist"]
        if each["status"] != "done" and ALL not in done and str(each["number"]) not in done
    ]
    if left:
        raise NotYet(
            f"not done yet: {'; '.join(left)}. Once it is: firebreak incident stand-down {incident.id} --done all --yes"
        )
    standing_down.stand_down(desk, session, incident, by, len(known["checklist"]), flow_run=flow_run)
    at = incident.stood_down_at
    checklist = [{**each, "status": "done"} for each in known["checklist"]]
    over = {"state": "stood_down", "stood_down_at": at.isoformat() if at is not None else None, "by": by}
    return {**known, "checklist": checklist, "tasks": [], **over}


def _check(things: int, done: Collection[str]) -> None:
    for each in done:
        if each not in (ALL, *map(str, range(1, things + 1))):
            raise WrongAnswer(f'there is no "{each}" on the checklist: --done 1 to --done {things}, or --done {ALL}')
