"""`firebreak cases` and `firebreak case`: what is going on, and the whole story of one case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from flows.cli.context import Json, load_settings, open_store
from flows.cli.paper import Ink, cut, fill, ink, many, say, say_json, width

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from flows.store.tables import Customer
    from flows.telling.overview import Overview, Unassigned, Wait
    from flows.telling.story import About, Line

SEVERITY_INKS: dict[str, Ink] = {"urgent": "red", "important": "yellow"}
_MOST_UNASSIGNED = 10

WithoutWords = Annotated[bool, typer.Option("--no-words", help="Leave out what was said, so that it can be passed on.")]
Explain = Annotated[
    bool, typer.Option("--explain", help="Add why every other rule was not chosen, and the steps' names.")
]
Everything = Annotated[bool, typer.Option("--everything", help="Every line of the journal, none folded into another.")]


def list_cases(
    only_open: Annotated[
        bool, typer.Option("--open/--all", help="Only the open ones, or also the closed ones.")
    ] = True,
    severity: Annotated[str | None, typer.Option(metavar="S", help="Only those of this severity.")] = None,
    incident: Annotated[str | None, typer.Option(metavar="ID", help="Only those of this incident.")] = None,
    playbook: Annotated[str | None, typer.Option(metavar="NAME", help="Only those of this playbook.")] = None,
    as_json: Json = False,
) -> None:
    """List the cases and what they wait for.

    The most severe come first. Customers are shown by their id only. Messages that belong to no case are counted below.

    \b
    Examples:
      firebreak cases
      firebreak cases --severity urgent
      firebreak cases --all --json
    """
    from flows.telling import overview

    settings = load_settings()
    with open_store(settings) as store, store.read() as session:
        conditions = list(_conditions(session, only_open, severity, incident, playbook))
        found = overview.cases(session, *conditions)
        filtered = severity is not None or incident is not None or playbook is not None
        others = [] if filtered else overview.unassigned(session)
        now = store.clock.now()
    if as_json:
        say_json({"cases": [each.to_json() for each in found], "without_a_case": [each.to_json() for each in others]})
        return
    what = "open case" if only_open else "case"
    say(many(len(found), what) if found else f"There is no {what}{' like that' if filtered else ''}.")
    for each in found:
        say()
        for line in in_list(each, now, settings.timezone):
            say(line)
    _say_unassigned(others, settings.timezone, len(others) if not only_open else _MOST_UNASSIGNED)


def _conditions(
    session: Session, only_open: bool, severity: str | None, incident: str | None, playbook: str | None
) -> Iterator[ColumnElement[bool]]:
    from flows.errors import NotFound
    from flows.store.tables import Case, Incident
    from flows.telling.finding import by_id

    if only_open:
        yield Case.closed_at.is_(None)
    if severity is not None:
        from rules.vocabulary import Vocabulary

        fact = Vocabulary.load().fact("severity")
        yield Case.severity == fact.number(fact.gate(severity))
    if incident is not None:
        if (one := by_id(session, Incident, incident)) is None:
            raise NotFound(f'there is no incident "{incident}"; `firebreak incident list` lists them')
        yield Case.incident_id == one.id
    if playbook is not None:
        yield Case.playbook == playbook


UNNAMED = "other"
"""The kind of an incident for which nobody gave a word: what it is about says more."""


def in_list(each: Overview, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    """A case or an incident in a list: what it is, what it waits for, whose it is."""
    opened = f"{each.opened_at.astimezone(zone):%d %b %Y %H:%M}"
    closed = f"closed as {each.closed_as}" if each.closed_as else each.status
    status = ink(closed, _STATUS_INKS.get(each.status, ""))
    severity = ink(fill(each.severity, 9), SEVERITY_INKS.get(each.severity, ""))
    kind = each.topic if each.kind == UNNAMED and each.topic else each.kind
    name = each.playbook if kind is None else f"{each.playbook} ({kind})"
    yield f"{ink(each.id, 'bold')}  {severity}  {fill(name, 22)}  {opened}  {status}"
    if each.waits:
        yield from _for_what(each.waits[0], now, zone)
    elif each.status == "idle":
        yield ink("  open, but no playbook goes on with it: a person has to look at it", "yellow")
    about = [
        f"customer {each.customer}" if each.customer else "",
        many(each.messages, "message") if each.messages else "",
        f"incident {each.incident}" if each.incident else "",
        f"opened by {each.opened_by}" if each.opened_by else "",
        f"merged into {each.merged_into}" if each.merged_into else "",
        str(each.gathered) if each.gathered is not None else "",
        *each.labels,
        f"and {len(each.waits) - 1} more to wait for" if len(each.waits) > 1 else "",
    ]
    yield ink("  " + cut(", ".join(part for part in about if part), width() - 2), "dim")


_STATUS_INKS: dict[str, Ink] = {"stuck": "red", "idle": "yellow", "closed": "dim"}


def _for_what(wait: Wait, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    when = until(wait, now, zone)
    yield "  " + cut(f"waits for {wait.what}", width() - 2)
    if when or wait.task:
        yield "  " + "  ".join(part for part in (wait.task or "", when) if part)


def until(wait: Wait, now: datetime, zone: ZoneInfo) -> str:
    """Until when something is waited for, and how long that is from now."""
    from flows.telling.sentences import moment, roughly

    if wait.until is not None:
        if wait.until <= now:
            return f"was due {moment(wait.until, zone, now)}, {roughly(now - wait.until)} ago"
        return f"until {moment(wait.until, zone, now)}, in {roughly(wait.until - now)}"
    if wait.again is None:
        return ""
    told = "they are told again" if wait.again > now else "they were to be told again"
    return f"{told} at {moment(wait.again, zone, now)}"


def _say_unassigned(others: list[Unassigned], zone: ZoneInfo, most: int) -> None:
    if not others:
        return
    messages, unread = sum(each.messages for each in others), sum(each.unread for each in others)
    say()
    left = f"; {unread} not read yet" if unread else ""
    say(f"{many(messages, 'message')} of {many(len(others), 'customer')} in no case{left}")
    for each in others[:most]:
        last = f"{each.last_at.astimezone(zone):%d %b %Y %H:%M}"
        say(f"  {fill(many(each.messages, 'message'), 12)}  the last {last}  firebreak case {each.customer}")
    if len(others) > most:
        say(f"  … and {len(others) - most} more; `firebreak cases --all` lists them")


def show_case(
    wanted: Annotated[
        str, typer.Argument(metavar="ID", help="A case, or a customer (P-…): all their messages and cases.")
    ],
    without_words: WithoutWords = False,
    explain: Explain = False,
    everything: Everything = False,
    as_json: Json = False,
) -> None:
    """Tell the whole story of a case.

    The beginning of an id is enough. With the id of a customer it is the story of all their messages and cases.

    \b
    Examples:
      firebreak case C-7K3MQ9XW2A
      firebreak case C-7K3 --explain
      firebreak case P-4YV0N2ZZKD
    """
    tell_story(wanted, without_words=without_words, explain=explain, everything=everything, as_json=as_json)


def tell_story(wanted: str, *, without_words: bool, explain: bool, everything: bool, as_json: bool) -> None:
    """Print the story of a case, an incident or a customer."""
    from dataclasses import replace

    from flows.cli import timeline
    from flows.telling import story
    from flows.telling.contact import contact_of

    settings = load_settings()
    with open_store(settings) as store:
        lines = story.tell(store, wanted, settings.timezone)
        if without_words:
            lines = [replace(line, words="") for line in lines]
        with store.read() as session:
            about = story.find(session, wanted)
            views, name = _views(session, about)
            told = contact_of(session, store.vault, about.id) if name == "incident" else {}
        now = store.clock.now()
    words = {} if without_words else {key: told[key] for key in ("what", "why") if key in told}
    if as_json:
        said = [line.to_json() for line in lines]
        say_json({"id": about.id, **words, "about": [view.to_json() for view in views], "lines": said})
        return
    zone = settings.timezone
    for text in timeline.head([*_head(about.id, name, views, zone), *words.items()]):
        say(text)
    say()
    for text in timeline.draw(lines, zone, explain=explain, everything=everything):
        say(text)
    say()
    for text in _now(lines, views, now, zone):
        say(text)


def _views(session: Session, about: About) -> tuple[list[Overview], str]:
    from flows.store.tables import Case, Incident
    from flows.telling import overview

    if isinstance(about, Case):
        return overview.cases(session, Case.id == about.id), "case"
    if isinstance(about, Incident):
        return overview.incidents(session, Incident.id == about.id), "incident"
    customer: Customer = about
    return overview.cases(session, Case.customer_id == customer.id), "customer"


def _head(wanted: str, name: str, views: list[Overview], zone: ZoneInfo) -> list[tuple[str, str]]:
    from flows.cli.timeline import day_and_minute

    if name == "customer":
        return [
            (name, wanted),
            ("cases", ", ".join(f"{view.id} ({view.playbook}, {view.status})" for view in views) or "none"),
        ]
    view = views[0]
    opened = f"{day_and_minute(view.opened_at, zone)} ({zone.key})"
    ended = f"{view.closed_as or 'closed'}, {day_and_minute(view.closed_at, zone)}" if view.closed_at else view.status
    return [
        (name, f"{view.id}   {view.playbook}, severity {view.severity}{f', {view.kind}' if view.kind else ''}"),
        ("opened", f"{opened} by {view.opened_by}" if view.opened_by else opened),
        ("status", ended),
        ("customer", view.customer or ""),
        ("incident", view.incident or ""),
        ("about", view.topic or ""),
        ("merged", f"into {view.merged_into}" if view.merged_into else ""),
        ("cases", str(view.gathered) if view.gathered is not None else ""),
        ("labels", ", ".join(view.labels)),
    ]


def _now(lines: list[Line], views: list[Overview], now: datetime, zone: ZoneInfo) -> Iterator[str]:
    """What stands below a story: what is waited for now, and what can be done about it."""
    from flows.cli import timeline
    from flows.telling.sentences import moment

    pairs = []
    for view in views:
        which = f"{view.id}: " if len(views) > 1 else ""
        for wait in view.waits:
            when = until(wait, now, zone)
            pairs.append(("now", f"{which}waits for {wait.what}{f' ({when})' if when else ''}"))
            if wait.task:
                pairs.append(("to do", f"firebreak task {wait.task}"))
        pairs += [("promise", f"{which}{name}, due {moment(due, zone, now)}") for name, due in view.promises.items()]
        if view.status == "idle":
            pairs.append(("now", f"{which}open, but no playbook goes on with it: a person has to look at it"))
    if any(line.event != "message arrived" for line in lines) or not lines:
        pairs.append(("signs", timeline.LEGEND))
    yield from timeline.head(pairs)
