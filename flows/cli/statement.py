"""`firebreak statement`: what we all say about an incident, drafted, approved and read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.context import By, Json, load_settings, open_desk, open_store, who
from flows.cli.paper import ink, say, say_json, width, wrap

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from sqlalchemy.orm import Session

    from flows.store.tables import Statement
    from flows.store.vault import Vault

Whose = Annotated[
    str | None,
    typer.Argument(metavar="[ID]", help="An incident (I-…) or a statement (S-…); the only open incident if left out."),
]
Kind = Annotated[str, typer.Option(metavar="K", help="statement, or retrospective for what is said afterwards.")]
Version = Annotated[int | None, typer.Option(metavar="N", help="This version.")]
Role = Annotated[str | None, typer.Option(metavar="R", help="The role for which you decide, where several must.")]
Digest = Annotated[
    str | None, typer.Option(metavar="HEX", help="The digest of the words that you have read; others are refused.")
]


def draft(
    wanted: Whose = None,
    texts: Annotated[
        list[str] | None,
        typer.Option("--text", metavar="LANG=WORDS", help="The words in a language; again for the next one."),
    ] = None,
    remedies: Annotated[
        list[str] | None,
        typer.Option("--remedy", metavar="R", help="What may be promised: refund, replacement, voucher; none if not."),
    ] = None,
    news_in: Annotated[str | None, typer.Option(metavar="TIME", help='In how long there is news: "2 hours".')] = None,
    news_at: Annotated[
        str | None, typer.Option(metavar="WHEN", help='When there is news: "18:00", "2026-11-22 18:00".')
    ] = None,
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="All of it from YAML: text, remedies, news_in or news_at.")
    ] = None,
    kind: Kind = "statement",
    by: By = None,
    as_json: Json = False,
) -> None:
    """Draft the next version of the statement.

    Nothing of it is said to anybody before others have approved it. The words are looked at as every text that leaves
    us, and may promise only the remedies that are named beside them. One language is enough: whoever reads another one
    gets the words in English, or else in the first language. You are told which languages customers read.

    \b
    Examples:
      firebreak statement draft --text en="We know of the late parcels …" --remedy refund --news-in "2 hours"
      firebreak statement draft I-9ZK3 --text en="…" --text zh-CN="…" --remedy refund --remedy voucher --by shift_lead
      firebreak statement draft --text zh-CN="…" --news-at 18:00
      firebreak statement draft --file statement.yaml
    """
    from flows.cli import statement_parts as parts
    from flows.cli.whose import incident_of
    from flows.crisis import statements, wording

    name = who(by)
    with open_desk() as desk:
        bundle = desk.shelf.current
        written = parts.from_file(bundle, file) if file is not None else parts.Written()
        said = {**written.texts, **parts.texts_of(bundle, texts or ())}
        given = parts.names_of(remedies) or written.remedies
        at = parts.moment_of(news_in or written.news_in, news_at or written.news_at, desk.timezone, desk.now())
        checked, allowed = wording.checked(bundle, said, given, parts.kind_of(kind))
        with desk.store.begin() as session:
            incident = incident_of(session, wanted)
            about = (desk, session, incident, checked, allowed, at, name, parts.kind_of(kind))
            made = statements.draft(*about)
            shown = to_json(session, desk.store.vault, made)
    if as_json:
        say_json(shown)
        return
    print_statement(shown, desk.timezone)
    if shown["hint"]:
        say(f"\n{shown['hint']}")
    say(f"\nfirebreak statement approve {made.id} --by NAME puts it in force; somebody besides {name} must say yes")


def show(wanted: Whose = None, version: Version = None, kind: Kind = "statement", as_json: Json = False) -> None:
    """Show the statement in force with every word; without one, the newest draft.

    The word `show` may be left out before an id.

    \b
    Examples:
      firebreak statement show
      firebreak statement I-9ZK3MQ2XW1 --version 2 --json
    """
    settings = load_settings()
    with open_store(settings) as store, store.read() as session:
        shown = to_json(session, store.vault, statement_of(session, wanted, kind, version, ("in_force", "draft")))
    if as_json:
        say_json(shown)
        return
    print_statement(shown, settings.timezone)


def list_statements(wanted: Whose = None, kind: Kind = "statement", as_json: Json = False) -> None:
    """List every version: who drafted it, who approved it, and which one is in force.

    \b
    Example:
      firebreak statement list I-9ZK3MQ2XW1 --json
    """
    from flows.cli import statement_parts as parts
    from flows.cli.whose import incident_of
    from flows.crisis import statements

    settings = load_settings()
    with open_store(settings) as store, store.read() as session:
        incident = incident_of(session, wanted)
        every = statements.versions(session, incident.id, parts.kind_of(kind))
        found = [to_json(session, store.vault, each) for each in every]
    if as_json:
        say_json(found)
        return
    if not found:
        say(f"Nothing has been drafted about {incident.id}: {_MAKES[parts.kind_of(kind)]} {incident.id} --help")
    for each in found:
        may = ", ".join(each["remedies"]) or "nothing"
        drafted = f"{_at(each['drafted_at'], settings.timezone)} by {each['drafted_by']}"
        say(f"{ink(each['id'], 'bold')}  version {each['version']}, {_STATES[each['status']]}; may promise {may}")
        say(ink(f"  drafted {drafted}{_said(each)}", "dim"))


def approve(
    wanted: Whose = None,
    version: Version = None,
    role: Role = None,
    digest: Digest = None,
    kind: Kind = "statement",
    by: By = None,
    as_json: Json = False,
) -> None:
    """Say yes to the draft, word by word. It is in force once every role that must has said yes.

    A yes counts for exactly these words, and whoever drafted them needs somebody else's, too.

    \b
    Examples:
      firebreak statement approve --by senior_owner
      firebreak statement approve S-7K3MQ9XW2A --role legal_adviser --digest 3f1c9a2b
    """
    _decide(wanted, version, kind, by, as_json, yes=True, role=role or "", digest=digest)


def refuse(
    wanted: Whose = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for whoever drafts the next one; sealed.")] = "",
    version: Version = None,
    role: Role = None,
    kind: Kind = "statement",
    by: By = None,
    as_json: Json = False,
) -> None:
    """Say no to the draft. It is never said to anybody; whoever drafts is asked for another one.

    \b
    Example:
      firebreak statement refuse --reason "It explains; say what we do" --by senior_owner
    """
    _decide(wanted, version, kind, by, as_json, yes=False, role=role or "", reason=reason)


def _decide(
    wanted: str | None,
    version: int | None,
    kind: str,
    by: str | None,
    as_json: bool,
    *,
    yes: bool,
    role: str,
    digest: str | None = None,
    reason: str = "",
) -> None:
    from flows.crisis import statements

    name = who(by)
    with open_desk() as desk, desk.store.begin() as session:
        found = statement_of(session, wanted, kind, version, ("draft", "in_force"))
        statements.vote(desk, session, found, name, yes, digest, role=role, reason=reason)
        shown = to_json(session, desk.store.vault, found)
    if as_json:
        say_json(shown)
        return
    print_statement(shown, desk.timezone)
    say(f"\n{_still_missing(shown)}" if shown["missing"] else f"\n{found.id} is {_STATES[found.status]}")


def _still_missing(shown: dict[str, Any]) -> str:
    """Whose yes an approved draft still lacks."""
    left = ", ".join(shown["missing"])
    said_yes = {each["by"] for each in shown["approvals"] if each["approved"]}
    if said_yes == {shown["drafted_by"]}:
        left = f"somebody besides {shown['drafted_by']}, who drafted it, for {left}".removesuffix(" for somebody_else")
    return f"it is not in force yet; still to say yes: {left}"


_MAKES = {"statement": "firebreak statement draft", "retrospective": "firebreak retrospective edit"}
_STATES = {"draft": "a draft", "in_force": "in force", "replaced": "replaced", "refused": "refused"}


def to_json(session: Session, vault: Vault, statement: Statement) -> dict[str, Any]:
    """A statement for a machine; `missing` are the roles that must still say yes (anybody: `somebody_else`)."""
    from flows.crisis import readers, statements
    from flows.errors import Erased

    try:
        texts = statements.words(vault, statement)
    except Erased:
        texts = {}
    read = readers.languages_read(session, statement.incident_id)
    left = statements.missing(session, statement) if statement.status == "draft" else []
    said = statements.approvals(session, statement)
    times = ("drafted_at", "news_at", "in_force_at", "ended_at")
    reason = vault.open_or_nothing(statement.sealed_reason).get("text")
    return {
        "id": statement.id,
        "incident": statement.incident_id,
        "kind": statement.kind,
        "version": statement.version,
        "status": statement.status,
        "texts": texts,
        "remedies": list(statement.remedies),
        "drafted_by": statement.drafted_by,
        **{name: at.isoformat() if (at := getattr(statement, name)) else None for name in times},
        "approvers": list(statement.approvers),
        "approvals": [
            {"by": each.by, "role": each.role or None, "approved": each.approved, "at": each.at.isoformat()}
            for each in said
        ],
        "missing": [role or "somebody_else" for role in left],
        "digest": statement.digest,
        "customers_read": read,
        "customers_without_words": readers.without_words(texts, read),
        "hint": readers.hint(texts, read),
        **({"reason": reason} if reason else {}),
    }


def statement_of(
    session: Session, wanted: str | None, kind: str, version: int | None, states: tuple[str, ...]
) -> Statement:
    """The statement of this id; of an incident that version, or the newest that is in the first of these states."""
    from flows.cli import statement_parts as parts
    from flows.cli.whose import incident_of
    from flows.crisis import statements
    from flows.errors import NotFound
    from flows.store.tables import Statement
    from flows.telling.finding import by_id

    if wanted is not None and (one := by_id(session, Statement, wanted)) is not None:
        return one
    incident = incident_of(session, wanted)
    every = statements.versions(session, incident.id, parts.kind_of(kind))
    if version is not None:
        every = [each for each in every if each.version == version]
    order = {state: turn for turn, state in enumerate(states)}
    ranked = sorted(every, key=lambda each: (order.get(each.status, len(order)), -each.version))
    if not ranked:
        which = f"version {version} of a {kind}" if version is not None else kind
        raise NotFound(f"there is no {which} about {incident.id}; `{_MAKES[parts.kind_of(kind)]}` makes one")
    return ranked[0]


def _said(shown: dict[str, Any]) -> str:
    parts = []
    for each in shown["approvals"]:
        role = f" for {each['role']}" if each["role"] else ""
        parts.append(f"; {each['by']} said {'yes' if each['approved'] else 'no'}{role}")
    return "".join(parts)


def _at(moment: str, zone: ZoneInfo) -> str:
    from datetime import datetime

    from flows.cli.timeline import day_and_minute

    return day_and_minute(datetime.fromisoformat(moment), zone)


def print_statement(shown: dict[str, Any], zone: ZoneInfo) -> None:
    say(f"{ink(shown['id'], 'bold')}  version {shown['version']} of the {shown['kind']}, {_STATES[shown['status']]}")
    say(f"about         firebreak incident {shown['incident']}")
    say(f"may promise   {', '.join(shown['remedies']) or 'nothing'}")
    if shown["news_at"]:
        say(f"news          {_at(shown['news_at'], zone)}")
    say(f"drafted       {_at(shown['drafted_at'], zone)} by {shown['drafted_by']}{_said(shown)}")
    if shown.get("reason"):
        say(f"refused       {shown['reason']}")
    say(f"digest        {shown['digest'][:16]}")
    for locale, text in shown["texts"].items():
        say(f"\n{locale}:")
        for line in text.splitlines():
            for part in list(wrap(line, width() - 4)) or [""]:
                say(f"  {part}")
