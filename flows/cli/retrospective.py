"""`firebreak retrospective`: what everybody is told when a crisis is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli import statement
from flows.cli.context import By, Json, load_settings, open_desk, open_store, who
from flows.cli.paper import ink, say, say_json, width, wrap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from flows.desk import Desk
    from flows.store.tables import Incident, StatementKind
    from rules.bundle import Bundle

Whose = Annotated[
    str | None,
    typer.Argument(metavar="[ID]", help="An incident (I-…) or a draft (S-…); the one that ended last if left out."),
]
_KIND: StatementKind = "retrospective"


def show(wanted: Whose = None, version: statement.Version = None, as_json: Json = False) -> None:
    """Show the words: those that are approved, else the draft, else what is ready and what is still missing.

    The word `show` may be left out before an id.

    \b
    Examples:
      firebreak retrospective show
      firebreak retrospective I-9ZK3MQ2XW1 --json
    """
    from flows.cli.statement import statement_of, to_json
    from flows.errors import NotFound

    with open_desk() as desk, desk.store.begin() as session:
        incident = _incident(session, wanted)
        try:
            one = statement_of(session, wanted or incident.id, _KIND, version, ("in_force", "draft"))
            shown = to_json(session, desk.store.vault, one)
        except NotFound:
            if version is not None:
                raise
            shown = {"id": None, "incident": incident.id, "kind": _KIND, "status": "proposed"}
        if shown["status"] not in ("in_force", "draft") and version is None:
            shown = _proposed(desk, session, incident, shown)
    if as_json:
        say_json(shown)
        return
    if shown["id"] is not None:
        statement.print_statement(shown, desk.timezone)
        return
    say(f"about {ink(shown['incident'], 'bold')}: nothing is drafted yet, this is ready")
    _print_words(shown["texts"])
    _print_missing(shown)


def edit(
    wanted: Whose = None,
    cause: Annotated[
        list[str] | None, typer.Option("--cause", metavar="LANG=WORDS", help="What lay behind it, in brief.")
    ] = None,
    changed: Annotated[
        list[str] | None, typer.Option("--changed", metavar="LANG=WORDS", help="What has changed since.")
    ] = None,
    amends: Annotated[
        list[str] | None, typer.Option("--amends", metavar="LANG=WORDS", help="How we put it right.")
    ] = None,
    texts: Annotated[
        list[str] | None,
        typer.Option("--text", metavar="LANG=WORDS", help="All of the words in a language, instead of the parts."),
    ] = None,
    remedies: Annotated[
        list[str] | None,
        typer.Option("--remedy", metavar="R", help="What it promises: refund, replacement, voucher; none if not."),
    ] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Say what only people know: the cause, what has changed, and the amends. Once nothing is missing it is a draft.

    What was said before stays; say it again to change it. The words are looked at as every text that leaves us: no
    blame on others, no "accident", no remedy that is not named. Each change is a new draft, for others to approve.

    \b
    Examples:
      firebreak retrospective edit --cause en="We had tested too few chargers." --by lee
      firebreak retrospective edit I-9ZK3 --changed en="Each one is tested now." --amends en="You get a voucher."
        --remedy voucher
      firebreak retrospective edit --text de="Danke für Ihre Geduld …"
    """
    from flows.cli import statement_parts as parts
    from flows.cli.statement import to_json
    from flows.crisis import retrospective, statements, wording
    from flows.errors import FirebreakError

    name = who(by)
    with open_desk() as desk, desk.store.begin() as session:
        bundle = desk.shelf.current
        given = {"cause": cause, "changed": changed, "amends": amends}
        said = {part: parts.texts_of(bundle, words) for part, words in given.items() if words}
        whole = parts.texts_of(bundle, texts or ())
        if not said and not whole:
            raise FirebreakError(
                'Say what to change: --cause en="…", --changed en="…", --amends en="…" or --text en="…"'
            )
        incident = _incident(session, wanted)
        _look_at(bundle, said)
        retrospective.fill_in(desk, session, incident, said)  # type: ignore[arg-type]  # the names are those of parts
        whole = {**retrospective.complete(desk, session, incident), **whole}
        if not whole:
            told = {"id": None, "incident": incident.id, "kind": _KIND, "status": "proposed"}
            shown = _proposed(desk, session, incident, told)
        else:
            checked, allowed = wording.checked(bundle, whole, parts.names_of(remedies), _KIND)
            made = statements.draft(desk, session, incident, checked, allowed, None, name, _KIND)
            shown = to_json(session, desk.store.vault, made)
            shown["missing_parts"] = _missing(desk, incident, shown["texts"])
    if as_json:
        say_json(shown)
        return
    _print_words(shown["texts"])
    _print_missing(shown)
    if shown["id"] is not None:
        say(f"\n{shown['id']} is a draft. firebreak retrospective approve {shown['id']} --by NAME; not {name} alone")


def approve(
    wanted: Whose = None,
    version: statement.Version = None,
    role: statement.Role = None,
    digest: statement.Digest = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Say yes to the words. They may be posted once every role that must has said yes; never their author alone.

    \b
    Example:
      firebreak retrospective approve --by senior_owner
    """
    statement.approve(_known(wanted), version, role, digest, _KIND, by, as_json)


def refuse(
    wanted: Whose = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for whoever drafts the next one; sealed.")] = "",
    version: statement.Version = None,
    role: statement.Role = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Say no to the words: they are posted nowhere, and others are asked for.

    \b
    Example:
      firebreak retrospective refuse --reason "It explains too much" --by senior_owner
    """
    statement.refuse(_known(wanted), reason, version, role, _KIND, by, as_json)


def list_versions(wanted: Whose = None, as_json: Json = False) -> None:
    """List every version: who drafted it, who approved it, and which one stands.

    \b
    Example:
      firebreak retrospective list I-9ZK3MQ2XW1
    """
    statement.list_statements(_known(wanted), _KIND, as_json)


def _known(wanted: str | None) -> str:
    """The id that was given, or that of the incident that is meant."""
    if wanted is not None:
        return wanted
    with open_store(load_settings()) as store, store.read() as session:
        return _incident(session, None).id


def _incident(session: Session, wanted: str | None) -> Incident:
    """The incident of this id, or of the draft of this id; without one, the open one or the one that ended last."""
    from flows.cli.whose import incident_of, looked_back_on
    from flows.store.tables import Statement
    from flows.telling.finding import by_id

    if wanted is None:
        return looked_back_on(session)
    drafted = by_id(session, Statement, wanted)
    return incident_of(session, drafted.incident_id if drafted is not None else wanted)


def _look_at(bundle: Bundle, said: Mapping[str, Mapping[str, str]]) -> None:
    """Refuse at once what could never be approved; what may be promised is looked at when nothing is missing."""
    from flows.crisis import wording
    from rules.remedies import OFFERS

    for words in said.values():
        if spoken := {locale: text for locale, text in words.items() if text.strip()}:
            wording.checked(bundle, spoken, tuple(OFFERS), _KIND)


def _proposed(desk: Desk, session: Session, incident: Incident, told: dict[str, Any]) -> dict[str, Any]:
    """What is ready, with the blanks that people have to fill in."""
    from flows.crisis import retrospective

    texts = retrospective.proposed(desk, session, incident)
    return {**told, "id": None, "status": "proposed", "texts": texts, "missing_parts": _missing(desk, incident, {})}


def _missing(desk: Desk, incident: Incident, drafted: dict[str, str]) -> dict[str, list[str]]:
    """The parts that are missing, in the languages in which nothing is drafted for that reason."""
    from flows.crisis import retrospective

    left = retrospective.missing(desk, incident)
    return {locale: list(parts) for locale, parts in left.items() if parts and locale not in drafted}


def _print_words(texts: dict[str, str]) -> None:
    for locale, text in texts.items():
        say(f"\n{locale}:")
        for line in text.splitlines():
            for part in list(wrap(line, width() - 4)) or [""]:
                say(f"  {part}")


def _print_missing(shown: dict[str, Any]) -> None:
    for locale, left in shown["missing_parts"].items():
        options = " ".join(f'--{part} {locale}="…"' for part in left)
        say(f"\nmissing in {locale}: firebreak retrospective edit {shown['incident']} {options}")
