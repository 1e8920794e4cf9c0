"""`firebreak room` and `firebreak waiting`: what the team of a crisis needs to know now, and who waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.context import By, Json, load_settings, open_desk, open_store, who
from flows.cli.paper import cut, fill, ink, many, say, say_json, tell, width, wrap

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy.orm import Session

    from flows.crisis.waiting import Waiter
    from flows.store.tables import Incident

MOST_SHOWN = 50

IncidentId = Annotated[str, typer.Argument(metavar="ID", help="An incident. The beginning of its id is enough.")]


def show_room(
    wanted: Annotated[
        str | None, typer.Argument(metavar="ID", help="An incident; the most severe open one if not given.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print the war room's digest as it is now.

    It has three parts: what people feel and demand, the statement in force with what it may promise, and how far we
    are. It holds no customer's name, number or words.

    \b
    Examples:
      firebreak room
      firebreak room I-9ZK3MQ2XW1 --json
    """
    from flows.crisis import room
    from flows.crisis.digest import digest
    from flows.crisis.digest_words import in_words

    settings = load_settings()
    with open_store(settings) as store, store.read() as session:
        incident, others = _chosen(session, wanted)
        found = digest(session, incident, store.clock.now(), store.vault)
        link = room.link_of(store.vault, incident)
    text = in_words(found, settings.language, settings.timezone)
    if as_json:
        say_json({**found.to_json(), "link": link, "text": text, "other_incidents": others})
        return
    at = found.at.astimezone(settings.timezone)
    say(f"{ink(incident.id, 'bold')}  {incident.topic or incident.kind}  {found.severity}  {at:%d %b %Y %H:%M:%S}")
    if link is not None:
        say(link)
    for part in text.splitlines():
        say()
        for line in wrap(part, width()):
            say(line)
    if others:
        tell(f"firebreak: {many(len(others), 'other incident')} open: {', '.join(others)}")


def list_waiting(
    level: Annotated[
        str | None, typer.Option("--level", "--severity", metavar="S", help="Only urgent, important or general ones.")
    ] = None,
    incident: Annotated[str | None, typer.Option(metavar="ID", help="Only those of this incident.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Show so many at most; 50 if not given, in JSON all.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the complaints whose customers wait for an answer.

    The most severe come first, then whoever has waited longest. A customer waits who has heard nothing from us since
    they last wrote; customers are shown by their id only.

    \b
    Examples:
      firebreak waiting
      firebreak waiting --level urgent
      firebreak waiting --incident I-9ZK3MQ2XW1 --json
    """
    from flows.crisis import waiting

    severity = _rank(level) if level is not None else None
    settings = load_settings()
    with open_store(settings) as store, store.read() as session:
        of = _chosen(session, incident)[0].id if incident is not None else None
        levels = waiting.per_level(session, of, severity)
        most = limit if limit is not None else None if as_json else MOST_SHOWN
        found = waiting.waiting_list(session, of, severity, most)
        now = store.clock.now()
    total = sum(count for count, _ in levels.values())
    if as_json:
        counted = {
            name: {"waiting": count, "longest_seconds": None if since is None else round((now - since).total_seconds())}
            for name, (count, since) in levels.items()
        }
        say_json({"waiting": total, "levels": counted, "cases": [each.to_json(now) for each in found]})
        return
    if not found:
        say(f"Nobody waits for an answer{f' with {level} complaints' if level else ''}.")
        return
    parts = [f"{count} {name} (longest {_length(now - since)})" for name, (count, since) in levels.items() if since]
    say(f"{many(total, 'customer')} wait{'s' if total == 1 else ''}: {', '.join(parts)}")
    for each in found:
        _say_waiter(each, now)
    if total > len(found):
        say(f"\n{total - len(found)} more; --limit {total} shows all")


def _say_waiter(each: Waiter, now: datetime) -> None:
    from flows.cli.cases import SEVERITY_INKS

    level = ink(fill(each.level, 9), SEVERITY_INKS.get(each.level, ""))
    since = fill(_length(now - each.since), 12)
    say(f"{ink(each.case, 'bold')}  {level}  {fill(each.topic or '—', 12)}  {since}  {each.who or '—'}")
    about = f"{each.waits_for}{f'  ({each.task})' if each.task else ''}"
    say(ink("  " + cut(about, width() - 2), "dim"))


def set_room(
    wanted: IncidentId,
    link: Annotated[str, typer.Option(metavar="LINK", help="The link to the group. It is kept sealed.")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Tell where the team of an incident meets.

    Whoever is in the war room gets the link, at once if Firebreak is up.

    \b
    Example:
      firebreak incident room I-9ZK3MQ2XW1 --link https://t.me/+AbCdEfGh
    """
    from flows.crisis import room

    name = who(by)
    with open_store() as store, store.begin() as session:
        incident = _chosen(session, wanted)[0]
        room.tell_link(session, store.vault, incident, link, name, store.clock.now())
    if as_json:
        say_json({"id": incident.id, "link": link.strip(), "by": name})
        return
    say(f"The team of {incident.id} is told where it meets")


def assign(
    wanted: IncidentId,
    lead: Annotated[str | None, typer.Option(metavar="NAME", help="Who leads.")] = None,
    fix: Annotated[str | None, typer.Option(metavar="NAME", help="Who follows the repair of the cause.")] = None,
    answers: Annotated[
        list[str] | None, typer.Option(metavar="LEVEL=NAME", help="Who answers complaints of this level.")
    ] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Say who does what in an incident.

    The war room's digest names them. Once somebody leads, nobody is asked to any more. An empty name takes it back.

    \b
    Examples:
      firebreak incident assign I-9ZK3MQ2XW1 --lead kim --fix lee
      firebreak incident assign I-9ZK3MQ2XW1 --answers urgent=kim --answers general=sam
    """
    from flows import duties as assigning
    from flows.errors import FirebreakError

    duties = {duty: name for duty, name in (("lead", lead), ("fix", fix)) if name is not None}
    for each in answers or ():
        level, equals, name = each.partition("=")
        if not equals:
            raise FirebreakError(f'"{each}" names no level: write --answers urgent=NAME')
        _rank(level.strip())
        duties[level.strip()] = name
    if not duties:
        raise FirebreakError("Say who does what: --lead NAME, --fix NAME, --answers urgent=NAME")
    doer = who(by)
    with open_desk() as desk, desk.store.begin() as session:
        incident = _chosen(session, wanted)[0]
        assigning.assign(desk, session, incident, duties, doer)
    if as_json:
        say_json({"id": incident.id, "duties": incident.duties, "by": doer})
        return
    told = ", ".join(f"{duty}: {name}" for duty, name in (incident.duties or {}).items())
    say(f"{incident.id}: {told or 'nobody does anything in particular'}")


def _chosen(session: Session, wanted: str | None) -> tuple[Incident, list[str]]:
    """The incident that is meant, and the ids of other open ones if none was named."""
    from sqlalchemy import select

    from flows.errors import NotFound
    from flows.store.tables import Incident
    from flows.telling.finding import by_id

    if wanted is not None:
        found = by_id(session, Incident, wanted)
        if found is None:
            raise NotFound(f'there is no incident "{wanted}"; `firebreak incident list` lists them')
        return found, []
    still_open = select(Incident).where(Incident.closed_at.is_(None))
    rows = session.scalars(still_open.order_by(Incident.severity.desc(), Incident.opened_at.desc(), Incident.id)).all()
    if not rows:
        raise NotFound("No incident is open. `firebreak incident list --all` lists the closed ones")
    return rows[0], [each.id for each in rows[1:]]


def _rank(level: str) -> int:
    from flows.crisis.waiting import levels
    from flows.errors import FirebreakError
    from rules.problems import did_you_mean

    known = levels()
    if level not in known:
        raise FirebreakError(f'there is no level "{level}"{did_you_mean(level, known)}')
    return known.index(level)


def _length(time: timedelta) -> str:
    from datetime import timedelta

    from flows.telling.sentences import roughly

    return roughly(timedelta(seconds=round(time.total_seconds())))
