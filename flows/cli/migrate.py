"""`firebreak migrate`: moving running cases to another version of their playbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.context import By, Json, open_desk, who
from flows.cli.paper import Ink, fill, ink, many, say, say_json, width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from flows.desk import Desk
    from flows.runs.migrating import Move


def migrate(
    playbook: Annotated[str, typer.Argument(metavar="PLAYBOOK", help="The name of a playbook.")],
    apply: Annotated[bool, typer.Option("--apply/--plan", help="Move them; or only say what would be.")] = False,
    before: Annotated[
        str | None, typer.Option("--from", metavar="VERSION", help="Only cases that run under this version.")
    ] = None,
    after: Annotated[
        str | None, typer.Option("--to", metavar="VERSION", help="The version to move to; the newest if not given.")
    ] = None,
    case: Annotated[str | None, typer.Option("--case", metavar="ID", help="Only this case or incident.")] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Move running cases to a newer version of their playbook.

    A case ends under the version it began with unless somebody moves it. What was done stays done, what is waited for
    is waited for, and from there on the newer version counts. A case stays where it is, and this says why, when the
    newer version has other steps before the place where it stands, waits for something else there, asks another
    question for a yes, or makes a promise that would be broken at once. Without --apply nothing is changed.

    \b
    Examples:
      firebreak migrate deletion-request --plan
      firebreak migrate deletion-request --apply --from 1.0.0 --by shift.lead
    """
    from flows.runs import migrating

    name = who(by)
    with open_desk() as desk:
        bundle = migrating.target(desk, playbook, after)
        about = _found(desk, case)
        if before is not None:
            _known(desk, playbook, before)
        moves = migrating.plan(desk, bundle, playbook, before=before, about=about, back=after is not None)
        if apply:
            moves = migrating.apply(desk, bundle, moves, name)
        refused = sum(bool(move.refused) for move in moves)
        if as_json:
            say_json({"applied": apply, "moves": [move.to_json() for move in moves]})
        else:
            version = bundle.playbooks[playbook].version
            for move in moves:
                _say(move, apply, desk)
            for line in _sum(playbook, version, len(moves), refused, apply):
                say(line)
    if apply and refused:
        raise typer.Exit(1)


def _known(desk: Desk, playbook: str, version: str) -> None:
    """Nobody is to take a misspelt version for one that no case runs under any more."""
    from sqlalchemy import select

    from flows.errors import FirebreakError
    from flows.shelf import ROOT
    from flows.store.tables import Run
    from rules.lock import LOCK, Lock, number
    from rules.problems import Problems

    here = desk.shelf.current.playbooks.get(playbook)
    lock = Lock.read(ROOT, Problems()) if (ROOT / LOCK).exists() else None
    with desk.store.read() as session:
        known = set(session.scalars(select(Run.version).where(Run.playbook == playbook).distinct()))
    known |= {here.version} if here is not None else set()
    known |= set(lock.sections.get("playbooks", {}).get(playbook, {})) if lock is not None else set()
    if version not in known:
        there = ", ".join(sorted(known, key=number))
        raise FirebreakError(f"There never was a {playbook} {version} here; --from is one of {there}.")


def _found(desk: Desk, case: str | None) -> str | None:
    from flows.telling import story

    if case is None:
        return None
    with desk.store.read() as session:
        return story.find(session, case).id


def _say(move: Move, applied: bool, desk: Desk) -> None:
    state, colour = _state(move, applied)
    say(f"{fill(move.about, 13)}{move.before} -> {move.after}  {ink(state, colour)}")
    for line in _details(move, desk):
        for number, part in enumerate(wrap(line, width() - 17)):
            say(f"{' ' * 13}{'- ' if number == 0 else '  '}{part}")


def _state(move: Move, applied: bool) -> tuple[str, Ink]:
    if move.refused:
        return "stays where it is", "yellow"
    return ("was moved" if applied else "can be moved"), "green"


def _details(move: Move, desk: Desk) -> Iterator[str]:
    from flows import local_time

    def moment(at: datetime) -> str:
        return local_time.minute(at, desk.timezone)

    if move.refused:
        yield from move.refused
        return
    if move.waits_at:
        yield f"it waits at: {', '.join(move.waits_at)}"
    for name, due in move.promises.items():
        yield f"the promise {name} is due {moment(due)}"
    for path, limit in move.clocks.items():
        yield f"{path} waits until {moment(limit)}" if limit else f"{path} waits without an end"


def _sum(playbook: str, version: str, found: int, refused: int, applied: bool) -> Iterator[str]:
    if not found:
        yield f"No case runs under another version of {playbook} than {version}."
        return
    fit = found - refused
    yield f"{many(fit, 'run')} {'moved' if applied else 'can be moved'} to {version}, {refused or 'none'} cannot."
    if fit and not applied:
        yield f"`firebreak migrate {playbook} --apply` moves what can be moved. Nothing was changed."
