"""`firebreak proofread`: what the guards object to in a text for a customer, and what may be sent instead."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.context import Json
from flows.cli.paper import ink, say, say_json, width, wrap

if TYPE_CHECKING:
    from rules.bundle import Bundle
    from rules.vocabulary import Facts


def proofread(
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="What you are about to send.")] = None,
    file: Annotated[
        str | None, typer.Option("--file", metavar="FILE", help="Read it from a file; `-` reads the standard input.")
    ] = None,
    country: Annotated[
        str | None, typer.Option(metavar="CC", help="The customer's country (CN, DE, …), for numbers as written there.")
    ] = None,
    reference: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="The order or case that may stand for name and address.")
    ] = None,
    incident: Annotated[
        str | None,
        typer.Option(metavar="I-…", help="A crisis: nothing may be promised but what its statement allows."),
    ] = None,
    first: Annotated[
        bool, typer.Option("--first", help="These are the first words to somebody who complains.")
    ] = False,
    in_group: Annotated[bool, typer.Option("--group", help="It is for a group.")] = False,
    public: Annotated[bool, typer.Option("--public", help="It is for everybody: a Status, a retrospective.")] = False,
    as_json: Json = False,
) -> None:
    """Look at a text before you send it to a customer.

    It names what the guards object to and the personal data that stands in it, and prints the text to copy instead.
    Exit code 1 means: do not send it as it is. Nothing is stored and nothing is sent.

    \b
    Examples:
      firebreak proofread "Mr Li, your parcel to 12 Hill Road, Leeds LS1 4AB has left"
      firebreak proofread --file answer.txt --reference PO-20318
      firebreak proofread --first "Sorry! The courier is on strike"
      firebreak proofread --file - --json < answer.txt
      firebreak proofread "Would you like your money back?" --incident I-9ZK3MQ2XW1
    """
    from flows.assembly import open_shelf
    from rules import outgoing

    words = _text(text, file)
    country = _country(country)
    bundle = open_shelf().current
    facts = _facts(bundle, first=first, in_group=in_group, public=public)
    objections = [(name, bundle.guards.guards[name].never) for name in bundle.guards.objections(words, facts)]
    if incident is not None:
        objections += _outside(bundle, words, incident)
    found = outgoing.review(words, country, reference=reference)
    fine = not objections and not found.refused
    if as_json:
        say_json(
            {
                "ok": fine,
                "objections": [{"guard": name, "never": never} for name, never in objections],
                "personal_data": [finding.to_json() for finding in found.findings],
                "text": found.text,
            }
        )
    else:
        for name, never in objections:
            _line("no", f"{name}: never {never[:1].lower()}{never[1:]}")
        for finding in found.findings:
            place = f"characters {finding.start} to {finding.end}"
            _line("no" if finding.refused else "note", f"{finding.kind.replace('_', ' ')} at {place}")
        if found.findings:
            say("\nto send instead:\n")
            say(found.text)
        if fine:
            say("Nothing stands against sending this.")
        elif objections:
            say("\nWhat the guards object to only you can put in other words.")
    if not fine:
        raise typer.Exit(1)


def _outside(bundle: Bundle, words: str, wanted: str) -> list[tuple[str, str]]:
    """What the text promises beyond the statement of this incident, as an objection."""
    from flows.cli.context import open_store
    from flows.cli.whose import incident_of
    from flows.crisis import wording

    with open_store() as store, store.read() as session:
        promised = wording.outside(session, bundle, incident_of(session, wanted), words)
    shown = ", ".join(f'"{phrase}" is a {name}' for name, phrase in promised.items())
    return [(wording.OUTSIDE, f"{wording.NEVER} ({shown})")] if promised else []


def _facts(bundle: Bundle, *, first: bool, in_group: bool, public: bool) -> Facts | None:
    """What is known of a text by what it is for; None where nothing was said of that."""
    told: dict[str, object] = {"first_reply": True} if first else {}
    if in_group or public:
        told["audience"] = "group" if in_group else "everybody"
    return bundle.vocabulary.gate(told) if told else None


def _text(text: str | None, file: str | None) -> str:
    from flows.errors import FirebreakError

    if text is not None and file is not None:
        raise FirebreakError("Give the text or --file FILE, not both.")
    if file == "-" or (text is None and file is None and not sys.stdin.isatty()):
        words = sys.stdin.read()
    elif file is not None:
        words = Path(file).read_bytes().decode("utf-8-sig", "replace")
    else:
        words = text or ""
    if not words.strip():
        raise FirebreakError('There is no text; give it in quotation marks, as in `firebreak proofread "Hello …"`.')
    return words


def _country(given: str | None) -> str | None:
    from flows.errors import FirebreakError

    if given is None:
        return None
    if len(given) != 2 or not (given.isascii() and given.isalpha()):
        raise FirebreakError(f'"{given}" is no country; give two letters, such as CN or DE.')
    return given.upper()


def _line(mark: str, words: str) -> None:
    first, *rest = wrap(words, width() - 6)
    say(f"{ink(f'{mark:<6}', 'red' if mark == 'no' else 'dim')}{first}")
    for part in rest:
        say(f"      {part}")
