"""`firebreak incident join`, `leave`, `split`, `merge` and `close`: which cases belong to which incident."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.context import By, Json, open_desk, who
from flows.cli.paper import many, say, say_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from flows.desk import Desk

_BEGINNING = "The beginning of an id is enough."
One = Annotated[str, typer.Argument(metavar="I-…", help=f"The incident. {_BEGINNING}")]
Cases = Annotated[list[str] | None, typer.Argument(metavar="C-…", help=f"Cases. {_BEGINNING}")]
CaseOption = Annotated[list[str] | None, typer.Option("--case", metavar="C-…", help="A case; again for the next one.")]
Topic = Annotated[
    str | None, typer.Option(metavar="T", help="What they complain about, as `firebreak classify` names it.")
]


def join(
    incident: One,
    cases: Cases = None,
    more: CaseOption = None,
    topic: Topic = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Let cases join an incident: these, or all open ones that complained about a topic within a day.

    A case of another incident leaves that one.

    \b
    Examples:
      firebreak incident join I-9ZK3MQ2XW1 C-7K3MQ9XW2A C-2M4
      firebreak incident join I-9ZK --topic delivery --by shift_lead
    """
    from flows.crisis import regrouping

    name = who(by)
    with open_desk() as desk:
        about = _topic(desk, topic)
        incident_id, case_ids = _ids(desk, incident, [*(cases or ()), *(more or ())])
        changed = regrouping.join(desk, incident_id, cases=case_ids, topic=about, by=name)
    if as_json:
        say_json({"id": incident_id, "topic": changed.topic, "joined": list(changed.cases), "by": name})
        return
    say(f"{many(len(changed.cases), 'case')} joined {incident_id}")


def leave(
    cases: Annotated[list[str], typer.Argument(metavar="C-…", help=f"Cases. {_BEGINNING}")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Take cases out of their incident, because they are about something else. They are not gathered again.

    \b
    Example:
      firebreak incident leave C-7K3MQ9XW2A --by shift_lead
    """
    from flows.crisis import regrouping

    name = who(by)
    with open_desk() as desk:
        with desk.store.read() as session:
            case_ids = _case_ids(session, cases)
        left = regrouping.leave(desk, case_ids, name)
    if as_json:
        say_json({"left": list(left), "by": name})
        return
    say(f"{', '.join(left)} {'is' if len(left) == 1 else 'are'} in no incident any more")


def split(
    incident: One,
    cases: Cases = None,
    more: CaseOption = None,
    topic: Topic = None,
    what: Annotated[
        str, typer.Option(metavar="TEXT", help="What happened there, in a sentence. It is kept sealed.")
    ] = "",
    by: By = None,
    as_json: Json = False,
) -> None:
    """Open another incident with a part of this one: some of its cases, or those that complain about a topic.

    \b
    Examples:
      firebreak incident split I-9ZK3MQ2XW1 --topic payment --what "Orders were charged twice"
      firebreak incident split I-9ZK C-7K3 C-2M4 --what "Only the northern depot"
    """
    from flows.crisis import regrouping

    name = who(by)
    with open_desk() as desk:
        about = _topic(desk, topic)
        incident_id, case_ids = _ids(desk, incident, [*(cases or ()), *(more or ())])
        words = what.strip() or f"split off from {incident_id}"
        changed = regrouping.split(desk, incident_id, cases=case_ids, topic=about, what=words, by=name)
    if as_json:
        told = {"id": changed.incident_id, "from": incident_id, "topic": changed.topic, "joined": list(changed.cases)}
        say_json({**told, "by": name})
        return
    say(f"{changed.incident_id} is open, with {many(len(changed.cases), 'case')} of {incident_id}")


def merge(
    incident: Annotated[str, typer.Argument(metavar="I-…", help=f"The incident that ends. {_BEGINNING}")],
    into: Annotated[str, typer.Argument(metavar="I-…", help="The incident in which it goes on.")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Let one incident go on in another: its open cases, and new complaints about it, belong to that one.

    \b
    Example:
      firebreak incident merge I-2M4XW1K9Z3 I-9ZK3MQ2XW1 --by shift_lead
    """
    from flows.crisis import regrouping

    name = who(by)
    with open_desk() as desk:
        with desk.store.read() as session:
            one, other = _incident_id(session, incident), _incident_id(session, into)
        changed = regrouping.merge(desk, one, other, name)
    if as_json:
        say_json({"id": one, "merged_into": other, "joined": list(changed.cases), "by": name})
        return
    say(f"{one} goes on in {other}: {many(len(changed.cases), 'open case')} moved there")


def close(
    incident: One,
    why: Annotated[
        str, typer.Option("--why", "--as", metavar="TEXT", help="Why it is over. A sentence is kept sealed.")
    ],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Close an incident by hand.

    Its procedure ends, what people were asked to do for it is taken back, and its cases hear that it is over.

    \b
    Examples:
      firebreak incident close I-9ZK3MQ2XW1 --why "The carrier works again" --by shift_lead
      firebreak incident close I-9ZK --why false_alarm
    """
    from flows.crisis import regrouping

    name = who(by)
    with open_desk() as desk:
        with desk.store.read() as session:
            incident_id = _incident_id(session, incident)
        as_ = regrouping.close(desk, incident_id, name, why)
    if as_json:
        say_json({"id": incident_id, "closed_as": as_, "by": name})
        return
    say(f"{incident_id} is closed, by {name}")


def _topic(desk: Desk, topic: str | None) -> str | None:
    from flows.crisis import regrouping

    return regrouping.topic_named(desk.shelf.current, topic) if topic is not None else None


def _ids(desk: Desk, incident: str, cases: Iterable[str]) -> tuple[str, list[str]]:
    with desk.store.read() as session:
        return _incident_id(session, incident), _case_ids(session, cases)


def _incident_id(session: Session, wanted: str) -> str:
    from flows.errors import NotFound
    from flows.store.tables import Incident
    from flows.telling import story

    about = story.find(session, wanted)
    if not isinstance(about, Incident):
        raise NotFound(f"{about.id} is no incident; `firebreak incident list` shows the open ones")
    return about.id


def _case_ids(session: Session, wanted: Iterable[str]) -> list[str]:
    from flows.errors import NotFound
    from flows.store.tables import Case
    from flows.telling import story

    found = [story.find(session, each) for each in wanted]
    if strange := [each.id for each in found if not isinstance(each, Case)]:
        raise NotFound(f"{strange[0]} is no case; `firebreak cases` lists them")
    return list(dict.fromkeys(each.id for each in found))
