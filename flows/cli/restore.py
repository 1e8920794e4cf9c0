"""`firebreak restore`: a backup put back, without anybody who was erased since."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.context import Json, load_settings, open_store
from flows.cli.paper import many, say, say_json, tell, width, wrap

if TYPE_CHECKING:
    from flows.erasing.backup import Backup
    from flows.erasing.restore import Replayed
    from flows.settings import Settings


def restore(
    folder: Annotated[Path | None, typer.Argument(metavar="[FOLDER]", help="What `firebreak backup` made.")] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Only carry out the erasures again: a backup is in place already.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether to go on.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    as_json: Json = False,
) -> None:
    """Put a backup back, and erase again whoever was erased since.

    What is there now is replaced by what was there when the backup was made. Firebreak must not be running. Which
    erasures were made since is told by the ledger: the keys that are in place, and the file of FIREBREAK_LEDGER.

    \b
    Examples:
      firebreak restore backups/2026-03-02 --dry-run
      firebreak restore backups/2026-03-02
      firebreak restore --replay
    """
    if replay == (folder is not None):
        raise typer.BadParameter("give the folder of a backup, or --replay after you have put one in place yourself")
    settings = load_settings()
    if replay:
        _replay(settings, dry_run, as_json)
    else:
        assert folder is not None
        _put_back(settings, folder.expanduser().absolute(), yes=yes, dry_run=dry_run, as_json=as_json)


def _replay(settings: Settings, dry_run: bool, as_json: bool) -> None:
    from flows.erasing import restore as restoring

    with open_store(settings) as store:
        if dry_run:
            missing, unknown = restoring.behind(store)
            _report({"to_adopt": missing, "to_erase_again": missing + len(unknown)}, as_json)
            return
        _done(restoring.replay(store), as_json)


def _put_back(settings: Settings, folder: Path, *, yes: bool, dry_run: bool, as_json: bool) -> None:
    from flows.clock import SystemClock
    from flows.erasing import backup
    from flows.errors import FirebreakError
    from flows.service.home import held

    found = backup.look(settings, folder)
    since = backup.erasures_since(settings, found)
    if dry_run and as_json:
        say_json({"made_at": found.made_at.isoformat(), "keys": found.keys, "to_erase_again": since})
        return
    if not as_json:
        _explain(settings, found, since)
    if dry_run:
        return
    with held(settings.home, tell):
        if not yes:
            if as_json or not sys.stdin.isatty():
                raise FirebreakError("Nothing was done. Say --yes if what is there now may be replaced.")
            typer.confirm("Go on?", abort=True)
        key = settings.master_key_bytes(tell)
        done = backup.put_back(settings, found, SystemClock(), key)
    _done(done, as_json)


def _explain(settings: Settings, found: Backup, since: int) -> None:
    from flows.cli.timeline import day_and_minute
    from flows.erasing import backup

    what = f"The copy in {found.folder} was made on {day_and_minute(found.made_at, settings.timezone)}."
    lines = [what, f"It takes the place of the store in {settings.home}; what came in since is lost."]
    if not found.keys:
        lines.append("It has no keys, so those that are in place stay: what was erased since cannot be read anyway.")
    if since > 0:
        lines.append(f"{many(since, 'erasure')} made since then will be carried out again.")
    elif settings.ledger.exists() or backup.files_of(settings)[1].exists():
        lines.append("Nobody was erased since then.")
    else:
        lines.append(
            f"There is no ledger of erasures ({settings.ledger}): whoever was erased after that day would come back. "
            "If you have that file, put it there first."
        )
    for line in lines:
        for part in wrap(line, width()):
            say(part)


def _done(done: Replayed, as_json: bool) -> None:
    if as_json:
        say_json({"adopted": done.adopted, "erased_again": list(done.erasures)})
        return
    count = many(len(done.erasures), "erasure")
    say(f"{count} carried out again; nobody who was erased has come back" if done.erasures else "Nobody had come back.")


def _report(found: dict[str, int], as_json: bool) -> None:
    if as_json:
        say_json(found)
    else:
        say(f"{many(found['to_erase_again'], 'erasure')} would be carried out again")
