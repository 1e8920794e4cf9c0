"""`firebreak breach`: a leak of personal data, whose data it is, and the report about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.cases import Everything, Explain, WithoutWords, tell_story
from flows.cli.context import By, Json, open_desk, who
from flows.cli.incident import print_list
from flows.cli.paper import many, say, say_json
from flows.cli.people import Cases, Customers, Files, Numbers, customer_ids, named
from flows.cli.typed import count, moment, word

if TYPE_CHECKING:
    from flows.desk import Desk

Wanted = Annotated[str, typer.Argument(metavar="I-…", help="The incident. The beginning of its id is enough.")]


def open_breach(
    way: Annotated[
        str, typer.Option(metavar="W", help="wrong_chat, group, lost_phone, account_taken, other or unknown.")
    ] = "unknown",
    data: Annotated[
        str, typer.Option(metavar="D", help="The most sensitive kind: contact, business, sensitive or unknown.")
    ] = "unknown",
    people: Annotated[str, typer.Option(metavar="N", help="Of how many people, or unknown.")] = "unknown",
    scope: Annotated[
        str, typer.Option(metavar="S", help="Who may have seen it: one_stranger, group, public or unknown.")
    ] = "unknown",
    noticed: Annotated[
        str | None, typer.Option(metavar="WHEN", help='When somebody noticed it, as in "2026-11-22 09:00"; now if not.')
    ] = None,
    what: Annotated[str, typer.Option(metavar="TEXT", help="What happened, in a sentence. It is kept sealed.")] = "",
    files: Files = None,
    cases: Cases = None,
    customers: Customers = None,
    numbers: Numbers = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Open a leak of personal data.

    What nobody knows yet is `unknown`, and counts as the worst until somebody does. All clocks run from the moment when
    the leak was noticed. Everybody whose data leaked is told, each in a case of their own.

    \b
    Examples:
      firebreak breach open --way lost_phone --data sensitive --people 12 --scope public --noticed "2026-11-22 09:00"
      firebreak breach open --way wrong_chat --data contact --people 1 --scope one_stranger --case C-7K3MQ9XW2A
    """
    from flows.runs import breaches

    name, whose = who(by), named(customers, cases, numbers, files)
    with open_desk() as desk:
        told = breaches.as_facts(
            {
                "leak_way": word(desk, "leak_way", way),
                "leaked_data": word(desk, "leaked_data", data),
                "leak_scope": word(desk, "leak_scope", scope),
                "people_affected": count(people),
            }
        )
        at = moment(noticed, desk.timezone, desk.now()) if noticed is not None else desk.now()
        found = customer_ids(desk, whose)  # before anything is opened: who cannot be found stops it all
        with desk.store.begin() as session:
            incident = breaches.open_breach(desk, session, told=told, noticed_at=at, opened_by=name, what=what.strip())
            breaches.add_affected(desk, session, incident.id, found, name)
            severity = _severity(desk, incident.severity)
    if as_json:
        facts = {fact: told.get(fact, "unknown") for fact in breaches.FORM}
        opened = {
            "id": incident.id,
            "severity": severity,
            "noticed_at": at.isoformat(),
            "affected": len(found),
            "opened_by": name,
        }
        say_json({**opened, **facts})
        return
    say(f"{incident.id} is open, severity {severity}. {_how_many(len(found))}")
    say(f"firebreak breach report {incident.id} shows how it goes on")


def add(
    wanted: Wanted,
    customers: Customers = None,
    cases: Cases = None,
    numbers: Numbers = None,
    files: Files = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Say whose data leaked, too. Whoever is known already is told once only.

    \b
    Examples:
      firebreak breach add I-9ZK3MQ2XW1 --customer P-7JX2K0QM4A --number "+44 20 7946 0000"
      firebreak breach add I-9ZK3 --file lost_phone_contacts.csv --by first_phone
    """
    from flows.errors import FirebreakError
    from flows.runs import breaches

    name, whose = who(by), named(customers, cases, numbers, files)
    if not whose:
        raise FirebreakError("Say whose data it is: --customer P-…, --case C-…, --number +44… or --file FILE")
    with open_desk() as desk:
        incident_id = _incident_id(desk, wanted)
        found = customer_ids(desk, whose)
        with desk.store.begin() as session:
            new = breaches.add_affected(desk, session, incident_id, found, name)
    if as_json:
        say_json({"id": incident_id, "added": len(new), "known_before": len(found) - len(new), "customers": new})
        return
    known = f"; {len(found) - len(new)} known before" if len(new) < len(found) else ""
    say(f"{incident_id}: {many(len(new), 'person')} added{known}".replace("persons", "people"))


def list_breaches(
    everything: Annotated[bool, typer.Option("--all", help="Also the closed ones.")] = False, as_json: Json = False
) -> None:
    """List the leaks, and what they wait for.

    \b
    Examples:
      firebreak breach list
      firebreak breach list --all --json
    """
    from flows.runs.breaches import KIND

    print_list("leak", everything, as_json, KIND)


def list_affected(wanted: Wanted, as_json: Json = False) -> None:
    """List whose data leaked, and who of them has been told.

    \b
    Examples:
      firebreak breach affected I-9ZK3MQ2XW1
      firebreak breach affected I-9ZK3 --json
    """
    from flows.runs import affected

    with open_desk() as desk:
        incident_id = _incident_id(desk, wanted)
        with desk.store.read() as session:
            found = affected.concerned(session, incident_id)
    told = sum(each.state == "told" for each in found)
    if as_json:
        counts = {state: sum(each.state == state for each in found) for state in affected.STATES}
        say_json({"id": incident_id, "count": len(found), **counts, "affected": [each.to_json() for each in found]})
        return
    if not found:
        say(f"Nobody has said yet whose data it is: firebreak breach add {incident_id} --customer P-…")
        return
    say(f"{told} of {len(found)} have been told")
    for each in found:
        say(f"{each.customer_id}  {each.case_id or '-':12}  {affected.STATES[each.state]}")


def ask_recipient(
    wanted: Wanted,
    customer: Annotated[str | None, typer.Option(metavar="P-…", help="Who got the wrong message.")] = None,
    number: Annotated[str | None, typer.Option(metavar="N", help="Or their number, with its country code.")] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Ask whoever got a message that was meant for somebody else to delete it and not to pass it on.

    \b
    Example:
      firebreak breach recipient I-9ZK3MQ2XW1 --customer P-7JX2K0QM4A
    """
    from flows.errors import FirebreakError
    from flows.runs import breaches

    name, whom = who(by), named([customer] if customer else None, numbers=[number] if number else None)
    if not whom:
        raise FirebreakError("Say who got the wrong message: --customer P-… or --number +44…")
    with open_desk() as desk:
        incident_id = _incident_id(desk, wanted)
        (found,) = customer_ids(desk, whom)[:1]
        with desk.store.begin() as session:
            case_id = breaches.ask_recipient(desk, session, incident_id, found, name)
    if as_json:
        say_json({"id": incident_id, "case": case_id, "customer": found})
        return
    say(f"{case_id} asks them to delete it")


def report(
    wanted: Wanted,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Write it there; .html, or Markdown for .md.")
    ] = None,
    markdown: Annotated[bool, typer.Option("--md", help="As Markdown, whatever the file is called.")] = False,
    as_json: Json = False,
) -> None:
    """Write the report about a leak, from its history: what happened when, clocks, people, and what an authority asks.

    It holds no personal data. Without --to it is printed as Markdown.

    \b
    Examples:
      firebreak breach report I-9ZK3MQ2XW1 --to report.html
      firebreak breach report I-9ZK3 --md
    """
    from flows.cli.files import write
    from flows.drawing import report_page
    from flows.telling import breach_report

    with open_desk() as desk:
        told = breach_report.tell(desk, _incident_id(desk, wanted))
    plain = markdown or to is None or to.suffix.lower() in (".md", ".markdown", ".txt")
    if to is not None:
        write(to, report_page.to_markdown(told) if plain else report_page.to_html(told))
    if as_json:
        say_json({**told.to_json(), **({"file": str(to)} if to is not None else {})})
    elif to is not None:
        say(f"The report about {told.incident_id} is in {to}")
    else:
        say(report_page.to_markdown(told).rstrip())


def _incident_id(desk: Desk, wanted: str) -> str:
    from flows.errors import NotFound
    from flows.store.tables import Incident
    from flows.telling import story

    with desk.store.read() as session:
        about = story.find(session, wanted)
    if not isinstance(about, Incident):
        raise NotFound(f"{about.id} is no incident; `firebreak incident list` shows the open ones")
    return about.id


def _severity(desk: Desk, rank: int) -> str:
    return list(desk.shelf.current.vocabulary.fact("severity").values)[rank]


def _how_many(count: int) -> str:
    if count == 0:
        return "Nobody has said yet whose data it is"
    return f"{count} {'person is' if count == 1 else 'people are'} told of it, each by themselves"


def show_breach(
    wanted: Wanted,
    without_words: WithoutWords = False,
    explain: Explain = False,
    everything: Everything = False,
    as_json: Json = False,
) -> None:
    """Tell the whole story of a leak.

    The word `show` may be left out, and the beginning of an id is enough.

    \b
    Examples:
      firebreak breach I-9ZK3MQ2XW1
      firebreak breach show I-9ZK --explain
    """
    tell_story(wanted, without_words=without_words, explain=explain, everything=everything, as_json=as_json)
