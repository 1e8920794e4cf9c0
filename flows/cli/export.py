"""`firebreak export` and `firebreak exports`: what we hold about a customer as a file, and the files that there are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.context import By, Json, load_settings, open_desk, open_store, who
from flows.cli.paper import fill, ink, many, say, say_json

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from flows.settings import Settings
    from flows.store.tables import Export
    from flows.store.vault import Vault


def export(
    wanted: Annotated[str, typer.Argument(metavar="ID", help="A case, or a customer (P-…).")],
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE.zip", help="The new file; by default ID.zip, here.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="L", help="en or zh-CN; by default the one the customer writes in.")
    ] = None,
    without_notes: Annotated[
        bool, typer.Option("--without-notes", help="Leave out what colleagues noted; the page says so.")
    ] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Write a customer's data into a file for them.

    In it are index.html, a page to read and print, and data.json, the same for programs: profile, numbers, messages of
    both sides, cases, what was concluded from them, holds, copies, erasures. No colleague is named. Only you may read
    the file; it is remembered as one more copy until `firebreak exports --remove` takes it away, and goes with
    everything else when the customer is erased.

    \b
    Examples:
      firebreak export C-7K3MQ9XW2A --to their-data.zip
      firebreak export P-4YV0N2ZZKD --language zh-CN
      firebreak export C-7K3 --to their-data.zip --json
    """
    from flows.access import copies
    from flows.access.their_data import Asked, language_of
    from flows.cli.whose import customer_of

    name, settings = who(by), load_settings()
    _known(language)
    with open_desk(settings) as desk:
        with desk.store.read() as session:
            customer, case = customer_of(session, wanted)
            case_id = case.id if case is not None else _asked_for_in(session, customer.id)
            spoken = language or language_of(customer)
        path = to if to is not None else Path(f"{case_id or customer.id}.zip")
        path = path / f"{case_id or customer.id}.zip" if path.is_dir() else path
        _not_in_content(settings, path.resolve())
        asked = Asked(customer.id, desk.now(), spoken, case_id, notes=not without_notes)
        written = copies.write(desk, asked, path, name)
        said = to_json(written, desk.store.vault)
    if as_json:
        say_json({**said, "language": spoken})
        return
    say(f"{said['id']} is written: {said['path']}")
    say("Read it through, give it to the customer, then take our copy away:")
    say(f"firebreak exports --remove {said['id']}")


def list_exports(
    wanted: Annotated[str | None, typer.Argument(metavar="[ID]", help="Only those of this case or customer.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that were removed.")] = False,
    remove: Annotated[str | None, typer.Option(metavar="D-…", help="Remove this file instead.")] = None,
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help="With --remove: you have deleted it yourself; only note it.")
    ] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """List files with customers' data, and remove them.

    \b
    Examples:
      firebreak exports
      firebreak exports C-7K3MQ9XW2A --all --json
      firebreak exports --remove D-9D2T6JQX1B
      firebreak exports --remove D-9D2T6JQX1B --by-hand
    """
    from flows.errors import FirebreakError

    if remove is not None and (wanted is not None or everything):
        raise FirebreakError("--remove takes away one file, and nothing beside it but --by-hand and --by")
    if remove is not None:
        _remove(remove, who(by), by_hand, as_json)
        return
    if by_hand:
        raise FirebreakError("--by-hand belongs to --remove: it says that you have deleted the file yourself")
    _list(wanted, everything, as_json)


def _list(wanted: str | None, everything: bool, as_json: bool) -> None:
    from sqlalchemy import select

    from flows.cli.timeline import day_and_minute
    from flows.cli.whose import customer_of
    from flows.store.tables import Export

    settings = load_settings()
    with open_store(settings) as store, store.read() as session:
        listed = select(Export).order_by(Export.made_at, Export.id)
        if not everything:
            listed = listed.where(Export.removed_at.is_(None))
        if wanted is not None:
            listed = listed.where(Export.customer_id == customer_of(session, wanted)[0].id)
        rows = session.scalars(listed).all()
        found = [to_json(each, store.vault) for each in rows]
    if as_json:
        say_json(found)
        return
    say(many(len(found), "file") if found else "There is no file with a customer's data that we know of.")
    for row, each in zip(rows, found, strict=True):
        removed = f"  removed {day_and_minute(row.removed_at, settings.timezone)}" if row.removed_at else ""
        say(f"{ink(row.id, 'bold')}  {fill(row.kind.replace('_', ' '), 11)} of {row.customer_id}{removed}")
        where = f"  {each['path']}" if each["path"] else ""
        say(ink(f"  {day_and_minute(row.made_at, settings.timezone)} by {row.made_by}{where}", "dim"))


def _remove(wanted: str, by: str, by_hand: bool, as_json: bool) -> None:
    from flows.access import copies
    from flows.errors import NotFound
    from flows.store.tables import Export
    from flows.telling.finding import by_id

    with open_desk() as desk, desk.store.begin() as session:
        found = by_id(session, Export, wanted)
        if found is None:
            raise NotFound(f'there is no copy "{wanted}"; `firebreak exports` lists them')
        said = to_json(copies.remove(desk, session, found.id, by, by_hand=by_hand), desk.store.vault)
    if as_json:
        say_json(said)
        return
    say(f"{said['id']} is removed{' by hand, as you say' if by_hand else ''}")


def to_json(each: Export, vault: Vault) -> dict[str, Any]:
    """A copy for a machine. Its path may name a person, and is shown to whoever asks only."""
    from flows.erasing.exports import path_of

    return {
        "id": each.id,
        "customer": each.customer_id,
        "case": each.case_id,
        "kind": each.kind,
        "path": path_of(vault, each.sealed_path),
        "sha256": each.sha256,
        "made_at": each.made_at.isoformat(),
        "by": each.made_by,
        "removed_at": each.removed_at.isoformat() if each.removed_at else None,
    }


def _asked_for_in(session: Session, customer_id: str) -> str | None:
    """The customer's newest case in which they asked to see their data and which is still open."""
    from sqlalchemy import select

    from flows.store.tables import Case

    theirs = select(Case.id).where(Case.customer_id == customer_id, Case.playbook == "data-access")
    return session.scalars(theirs.where(Case.closed_at.is_(None)).order_by(Case.opened_at.desc()).limit(1)).first()


def _known(language: str | None) -> None:
    from flows.access.words import LANGUAGES
    from flows.errors import FirebreakError
    from rules.problems import did_you_mean

    if language is not None and language not in LANGUAGES:
        hint = did_you_mean(language, LANGUAGES) or f"; there is {' and '.join(LANGUAGES)}"
        raise FirebreakError(f'there is no page in "{language}"{hint}')


def _not_in_content(settings: Settings, path: Path) -> None:
    """Playbooks and rules are shared, versioned and shown around; nobody's data belongs beside them."""
    from flows.errors import FirebreakError
    from flows.shelf import ROOT

    for folder in (settings.content, ROOT):
        if folder is not None and path.is_relative_to(folder.resolve()):
            raise FirebreakError(
                f"{path} is inside the folder with the playbooks and rules, which is shared; nothing was written. Name "
                "a file elsewhere with --to"
            )
