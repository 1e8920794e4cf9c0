"""`firebreak rejected`: what came in through the webhook and could not be understood."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from flows.cli.context import Json, load_settings, open_store
from flows.cli.paper import clean, ink, many, say, say_json, width, wrap


def rejected(
    wanted: Annotated[str | None, typer.Argument(metavar="[ID]", help="Show this one, with what came in.")] = None,
    as_json: Json = False,
) -> None:
    """List what came in and could not be understood.

    Notices about the account are among it. The newest come first; they are kept for 90 days.

    \b
    Examples:
      firebreak rejected
      firebreak rejected X-4YV0N2ZZKD
    """
    if wanted is None:
        _list(as_json)
    else:
        _show(wanted, as_json)


def _list(as_json: bool) -> None:
    from sqlalchemy import select

    from flows.cli.timeline import day_and_minute
    from flows.store.tables import Rejected

    settings = load_settings()
    with open_store(settings) as store, store.read() as session:
        found = session.scalars(select(Rejected).order_by(Rejected.at.desc(), Rejected.id)).all()
    if as_json:
        say_json([_to_json(each) for each in found])
        return
    say(f"{many(len(found), 'element')} put aside" if found else "Nothing was put aside.")
    for each in found:
        say()
        say(f"{ink(each.id, 'bold')}  {day_and_minute(each.at, settings.timezone)}  at {clean(each.at_path)}")
        for line in wrap(each.reason, width() - 2):
            say(f"  {line}")


def _show(wanted: str, as_json: bool) -> None:
    from flows.cli.timeline import day_and_minute, head
    from flows.errors import Erased, NotFound
    from flows.store.tables import Rejected
    from flows.telling.finding import by_id

    settings = load_settings()
    with open_store(settings) as store:
        with store.read() as session:
            found = by_id(session, Rejected, wanted)
        if found is None:
            raise NotFound(f'there is nothing put aside as "{wanted}"; `firebreak rejected` lists what is')
        try:
            element = store.vault.open(found.sealed_element)
        except Erased:
            element = None
    if as_json:
        say_json({**_to_json(found), "element": element})
        return
    at = day_and_minute(found.at, settings.timezone)
    for line in head([("id", found.id), ("came in", at), ("at", found.at_path), ("reason", found.reason)]):
        say(line)
    say()
    say("(erased)" if element is None else clean(json.dumps(element, ensure_ascii=False, indent=2)))


def _to_json(each: object) -> dict[str, object]:
    names = ("id", "reason", "at_path", "body_hash")
    return {"at": each.at.isoformat(), **{name: getattr(each, name) for name in names}}  # type: ignore[attr-defined]
