"""`firebreak backup`: a copy of the store and of its keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.context import Json, load_settings, open_store
from flows.cli.paper import many, say, say_json, width, wrap


def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder for the copy.")],
    as_json: Json = False,
) -> None:
    """Copy the store and its keys into a new folder.

    Firebreak may be running meanwhile. With the keys, the copy can be read, also what is erased later: keep the two
    apart, and of the keys only the newest. On PostgreSQL use pg_dump.

    \b
    Example:
      firebreak backup backups/2026-03-02
    """
    from flows.erasing.backup import DATA, KEYS, files_of, make

    settings = load_settings()
    files_of(settings)
    with open_store(settings) as store:  # brings an older one up to date, and finds a master key that does not fit
        made = make(settings, folder.expanduser().absolute(), store.clock)
    if as_json:
        files = {"data": str(made.folder / DATA), "keys": str(made.folder / KEYS)}
        say_json({"folder": str(made.folder), "made_at": made.made_at.isoformat(), "erasures": made.lines, **files})
        return
    say(f"{made.folder} holds a copy of the store, with {many(made.lines, 'erasure')} in its ledger")
    advice = (
        f"{KEYS} opens what {DATA} holds, also of customers who are erased later. Keep it in another place than {DATA} "
        "and keep only the newest one; the master key belongs to neither."
    )
    for line in wrap(advice, width()):
        say(line)
