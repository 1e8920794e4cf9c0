"""`firebreak incident stand-down`: whether a crisis is over."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from flows.cli.context import By, Json, open_desk, who
from flows.cli.paper import fill, ink, many, say, say_json

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
    from flows import checklist
    from flows.cli.whose import incident_of
    from flows.crisis import standing_down

    name = who(by)
    ticked = [part.strip().lower() for each in done or () for part in each.split(",") if part.strip()]
    with open_desk() as desk:
        with desk.store.begin() as session:
            incident = incident_of(session, wanted)
            known = incident.id
            if yes:
                shown = checklist.decide(desk, session, incident, name, ticked)
            else:
                new = standing_down.propose(desk, session, incident, name)
                shown = {**checklist.told(desk, session, incident), "state": "proposed" if new else "asked"}
        if ticked and not yes:
            with desk.store.begin() as session:
                incident = incident_of(session, known)
                checklist.tick(desk, session, incident, name, ticked)
                shown |= checklist.told(desk, session, incident)
    if as_json:
        say_json(shown)
        return
    _print(shown, name)


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
