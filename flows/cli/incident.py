"""`firebreak incident`: a crisis that gathers many cases."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.cases import Everything, Explain, WithoutWords, in_list, tell_story
from flows.cli.context import By, Json, load_settings, open_desk, open_store, who
from flows.cli.inputs import Inputs, filled_in
from flows.cli.paper import many, say, say_json


def open_incident(
    what: Annotated[str, typer.Option(metavar="TEXT", help="What happened, in a sentence. It is kept sealed.")],
    kind: Annotated[str, typer.Option(metavar="K", help="What it is, in a word of your own.")] = "other",
    severity: Annotated[str, typer.Option(metavar="S", help="general, important or urgent.")] = "important",
    topic: Annotated[
        str | None,
        typer.Option(
            metavar="T",
            help="What the complaints are about that join it, as `firebreak classify` names it, or none. "
            "If not given, what the kind or the sentence says.",
        ),
    ] = None,
    playbook: Annotated[str, typer.Option(metavar="NAME", help="The playbook that is run for it.")] = "incident",
    inputs: Inputs = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Open an incident.

    Its playbook tells the crisis team, at once if Firebreak is up. Open cases that complain about the same thing join
    it, and so do new ones.

    \b
    Examples:
      firebreak incident open --what "Chargers of batch 7 catch fire" --kind product --severity urgent
      firebreak incident open --what "The carrier is on strike" --topic delivery
    """
    from flows.crisis import regrouping
    from flows.errors import FirebreakError
    from flows.runs import breaches, opening

    if not what.strip():
        raise FirebreakError('Say what happened: --what "Chargers of batch 7 catch fire"')
    if not kind.replace("_", "").isalnum() or len(kind) > 40:
        raise FirebreakError(f'"{kind}" is no kind: write one word, such as product, delivery or data_leak.')
    name = who(by)
    with open_desk() as desk:
        content = desk.shelf.current
        given = filled_in(opening.playbook_named(content, playbook, "incident"), content.vocabulary, inputs)
        named = regrouping.topic_named(content, topic) if topic is not None and topic != "none" else None
        unnamed = topic is None and playbook != breaches.PLAYBOOK
        opened = regrouping.open_incident(
            desk,
            kind=kind,
            severity=severity,
            what=what.strip(),
            opened_by=name,
            playbook=playbook,
            inputs=given,
            topic=named,
            likely=regrouping.topic_in(content, kind, what) if unnamed else None,
        )
    if as_json:
        told = {"id": opened.incident_id, "kind": kind, "severity": severity, "playbook": playbook, "opened_by": name}
        say_json({**told, "topic": opened.topic, "joined": list(opened.cases), "beside": opened.beside})
        return
    say(f"{opened.incident_id} is open. firebreak incident {opened.incident_id} shows how it goes on")
    if opened.topic is not None:
        say(f"It gathers complaints about {opened.topic}: {many(len(opened.cases), 'open case')} joined")
    elif opened.beside is not None:
        say(f"Complaints about it go on joining {opened.beside}, which was open before")


def list_incidents(
    everything: Annotated[bool, typer.Option("--all", help="Also the closed ones.")] = False, as_json: Json = False
) -> None:
    """List the incidents and what they wait for.

    \b
    Examples:
      firebreak incident list
      firebreak incident list --all --json
    """
    print_list("incident", everything, as_json)


def print_list(what: str, everything: bool, as_json: bool, kind: str | None = None) -> None:
    """Print the incidents, those of one `kind` or all, under the name `what`; without `everything` the open ones."""
    from flows.store.tables import Incident
    from flows.telling import overview

    wanted = [*([Incident.closed_at.is_(None)] if not everything else []), *([Incident.kind == kind] if kind else [])]
    settings = load_settings()
    with open_store(settings) as store, store.read() as session:
        found = overview.incidents(session, *wanted)
        now = store.clock.now()
    if as_json:
        say_json([each.to_json() for each in found])
        return
    what = what if everything else f"open {what}"
    say(many(len(found), what) if found else f"There is no {what}.")
    for each in found:
        say()
        for line in in_list(each, now, settings.timezone):
            say(line)


def show_incident(
    wanted: Annotated[str, typer.Argument(metavar="ID", help="An incident. The beginning of its id is enough.")],
    without_words: WithoutWords = False,
    explain: Explain = False,
    everything: Everything = False,
    as_json: Json = False,
) -> None:
    """Tell the whole story of an incident.

    The word `show` may be left out, and the beginning of an id is enough.

    \b
    Examples:
      firebreak incident I-9ZK3MQ2XW1
      firebreak incident show I-9ZK --explain
    """
    tell_story(wanted, without_words=without_words, explain=explain, everything=everything, as_json=as_json)
