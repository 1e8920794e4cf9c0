"""`firebreak incident stand-down`: whether a crisis is over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.context import By, Json, open_desk, who
from flows.cli.paper import fill, ink, many, say, say_json

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from flows.desk import Desk
    from flows.store.tables import Incident

_MARKS = {"done": "[x]", "failed": "[!]"}


def stand_down(
    wanted: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="An incident; the only open one if left out.")
    ] = None,
    done: Annotated[
        list[str] | None,
        typer.Option("--done", metavar="N", help="This number of the checklist is done, or `all`; may be given again."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="It is over. Only with the whole checklist done; nobody is asked any more.")
    ] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Say that an incident seems to be over: those who decide about it get the checklist, whatever the fire does.

    It shows the checklist, and what speaks for and against an end. With --done and --yes it is decided here and now.
    Everybody who waits hears of it, its procedure closes it, and the freeze ends.

    \b
    Examples:
      firebreak incident stand-down
      firebreak incident stand-down I-9ZK3MQ2XW1 --done 1 --done 2
      firebreak incident stand-down I-9ZK3 --done all --yes --by shift_lead
    """
    from flows.cli.whose import incident_of
    from flows.crisis import standing_down

    name = who(by)
    ticked = [part.strip().lower() for each in done or () for part in each.split(",") if part.strip()]
    with open_desk() as desk:
        with desk.store.begin() as session:
            incident = incident_of(session, wanted)
            known = incident.id
            if yes:
                shown = _decided(desk, session, incident, name, ticked)
            else:
                new = standing_down.propose(desk, session, incident, name)
                shown = {**_told(desk, session, incident), "state": "proposed" if new else "asked"}
        if ticked and not yes:
            with desk.store.begin() as session:
                incident = incident_of(session, known)
                _tick(desk, session, incident, name, ticked)
                shown |= _told(desk, session, incident)
    if as_json:
        say_json(shown)
        return
    _print(shown, name)


def _decided(desk: Desk, session: Session, incident: Incident, by: str, ticked: Sequence[str]) -> dict[str, Any]:
    """Stand down here and now. `NotYet` names what of the checklist is not done."""
    from flows.crisis import standing_down

    if ticked:
        _known(_checklist(desk, session, incident), ticked)
    shown = _told(desk, session, incident)
    left = [each for each in shown["checklist"] if each["status"] != "done" and not _named(each["number"], ticked)]
    if left:
        named = "; ".join(f"{each['number']}. {each['words']}" for each in left)
        raise standing_down.NotYet(
            f"not done yet: {named}. Once it is: firebreak incident stand-down {incident.id} --done all --yes"
        )
    standing_down.stand_down(desk, session, incident, by, len(shown["checklist"]))
    at = incident.stood_down_at
    checklist = [{**each, "status": "done"} for each in shown["checklist"]]
    over = {"state": "stood_down", "stood_down_at": at.isoformat() if at is not None else None, "by": by}
    return {**shown, "checklist": checklist, "tasks": [], **over}


def _tick(desk: Desk, session: Session, incident: Incident, by: str, ticked: Sequence[str]) -> None:
    """Tick off what was named, on the list that people are given."""
    from flows import answering
    from flows.crisis import standing_down

    _known(_checklist(desk, session, incident), ticked)
    found = standing_down.step_of(desk, session, incident)
    lists = [each for each in standing_down.open_tasks(session, *found[:2]) if each.kind == "do"] if found else []
    if not lists:
        raise standing_down.NotYet(
            f"nobody has been given the checklist of {incident.id} yet; it comes at once if Firebreak is up. "
            "Or decide here and now: --done all --yes"
        )
    vocabulary = answering.vocabulary_of(session, lists[0])
    answering.answer(session, vocabulary, lists[0].id, dict.fromkeys(ticked, "done"), by, desk.now())


def _named(number: int, ticked: Sequence[str]) -> bool:
    return "all" in ticked or str(number) in ticked


def _known(checklist: Sequence[str], ticked: Sequence[str]) -> None:
    from flows.ticking import WrongAnswer

    numbers = [str(number) for number, _ in enumerate(checklist, 1)]
    for each in ticked:
        if each not in (*numbers, "all"):
            raise WrongAnswer(
                f'there is no "{each}" on the checklist: --done 1 to --done {len(numbers)}, or --done all'
            )


def _checklist(desk: Desk, session: Session, incident: Incident) -> tuple[str, ...]:
    from flows.crisis import standing_down

    return standing_down.awaited(desk, session, incident)[2]


def _told(desk: Desk, session: Session, incident: Incident) -> dict[str, Any]:
    """The checklist, what is known, and who is asked, as JSON."""
    from flows.crisis import standing_down

    run, step, checklist = standing_down.awaited(desk, session, incident)
    bundle = desk.shelf.bundle(session, run.bundle)
    items = {item.number: item.status for item in standing_down.items_on(session, run, step)}
    found = standing_down.situation(desk, session, incident, bundle)
    return {
        "id": incident.id,
        **found,
        "against": standing_down.speaks_against(found),
        "checklist": [
            {"number": number, "words": words, "status": items.get(number, "open")}
            for number, words in enumerate(checklist, 1)
        ],
        "tasks": [task.id for task in standing_down.open_tasks(session, run, step)],
        "shown": standing_down.in_words(found, bundle),
    }


def _print(shown: dict[str, Any], name: str) -> None:
    if shown["state"] == "stood_down":
        say(f"{shown['id']} is over: {name} stands down. Its procedure closes it, at once if Firebreak is up")
        say(f"firebreak incident report {shown['id']} tells how it went")
        return
    for title, value in shown["shown"].items():
        say(f"{fill(title, 22)}{value}")
    say()
    for each in shown["checklist"]:
        say(f"{_MARKS.get(each['status'], '[ ]')} {each['number']}  {each['words']}")
    say()
    for task in shown["tasks"]:
        say(f"firebreak task {task}")
    if not shown["tasks"]:
        things = many(len(shown["checklist"]), "thing")
        say(f"Whoever decides gets these {things} to tick off, at once if Firebreak is up")
    say(ink(f"firebreak incident stand-down {shown['id']} --done all --yes decides it here and now", "dim"))
