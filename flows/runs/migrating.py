"""Moving running cases to another version of their playbook: looked at one by one, and each moved whole or not at all.

A case is moved in one transaction under its subject's lock, so the service may go on meanwhile. What was done stays
done; promises are dated again from the moment they were made, and what a step waits for from the moment it began to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.errors import FirebreakError
from flows.runs import history, mapping, moving, redating
from flows.runs.progress import Progress, progress_of
from flows.store import bundles
from flows.store.subjects import lock, ring
from flows.store.tables import Case, FollowUp, Incident, Run, Task
from rules.bundle import Bundle, is_playbook
from rules.conditions import parse_condition
from rules.language import Playbook
from rules.language import Promise as Promised
from rules.lock import number
from rules.vocabulary import FactError


class NoSuchVersion(FirebreakError):
    """There is no content with that version of the playbook."""


@dataclass
class Move:
    """One run, and what moving it would mean. It can be moved if nothing is `refused`."""

    run: str
    about: str
    subject: str
    playbook: str
    before: str
    after: str
    waits_at: tuple[str, ...] = ()
    promises: dict[str, datetime] = field(default_factory=dict)
    """Promises that are due at another time then, and when."""
    clocks: dict[str, datetime | None] = field(default_factory=dict)
    """Paths of waiting steps that have another time limit then, and when; None: no limit any more."""
    refused: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        def iso(dates: Any) -> dict[str, str | None]:
            return {name: due.isoformat() if due else None for name, due in dates.items()}

        return {
            "run": self.run,
            "about": self.about,
            "playbook": self.playbook,
            "from": self.before,
            "to": self.after,
            "waits_at": list(self.waits_at),
            "promises": iso(self.promises),
            "clocks": iso(self.clocks),
            "refused": list(self.refused),
        }


def target(desk: Desk, playbook: str, version: str | None) -> Bundle:
    """The content to move to: the one in force or, for a certain version, the newest in the store that has it. Raises
    `NoSuchVersion`."""
    current = desk.shelf.current
    here = current.playbooks.get(playbook)
    if here is not None and version in (None, here.version):
        return current
    if here is None and version is None:
        raise NoSuchVersion(f'There is no playbook "{playbook}" in the content in force; name a version with --to.')
    with desk.store.read() as session:
        for digest in bundles.newest(session, limit=1000):
            files = bundles.get(session, digest)
            # A look at the text first: reading a whole bundle takes half a second.
            if any(is_playbook(path) and playbook in text and str(version) in text for path, text in files.items()):
                bundle = desk.shelf.bundle(session, digest)
                if playbook in bundle.playbooks and bundle.playbooks[playbook].version == version:
                    return bundle
    raise NoSuchVersion(f"Neither the content in force nor the store has {playbook} {version}.")


def plan(
    desk: Desk,
    bundle: Bundle,
    playbook: str,
    *,
    before: str | None = None,
    about: str | None = None,
    back: bool = False,
) -> list[Move]:
    """What moving every running case to this content would mean, the longest running first. Nothing is changed."""
    with desk.store.read() as session:
        runs = session.scalars(_runs(playbook, before, about)).all()
        return [_look(desk, session, run, bundle) for run in runs if _older(run, bundle, back)]


def apply(desk: Desk, bundle: Bundle, moves: list[Move], by: str) -> list[Move]:
    """Move the cases that can be moved, each in a transaction of its own, and return what came of each run.

    Every case is looked at again first, so that what happened since the plan counts. Doing it twice changes nothing.
    """
    done: list[Move] = []
    for about in dict.fromkeys(move.about for move in moves):
        runs = [move.run for move in moves if move.about == about]
        subject = next(move.subject for move in moves if move.about == about)
        with desk.store.begin() as session:
            done += _move(desk, session, bundle, subject, runs, by)
    return done


def _runs(playbook: str, before: str | None, about: str | None) -> Any:
    wanted = select(Run).where(Run.playbook == playbook, Run.status != "finished")
    if before is not None:
        wanted = wanted.where(Run.version == before)
    if about is not None:
        wanted = wanted.where(or_(Run.case_id == about, Run.incident_id == about))
    return wanted.order_by(Run.started_at, Run.id)


def _older(run: Run, bundle: Bundle, back: bool) -> bool:
    version = bundle.playbooks[run.playbook].version
    return run.version != version if back else number(run.version) < number(version)


def _move(desk: Desk, session: Session, bundle: Bundle, subject: str, runs: list[str], by: str) -> list[Move]:
    """Move the runs of one case: all of them, or none."""
    lock(session, subject)
    rows = [session.get_one(Run, run, populate_existing=True) for run in runs]
    going = [run for run in rows if run.status != "finished" and _older(run, bundle, back=True)]
    moves = [_look(desk, session, run, bundle) for run in going]
    if any(move.refused for move in moves):
        return moves
    for run, move in zip(going, moves, strict=True):
        _carry_out(desk, session, run, bundle, move, by)
    if moves:
        ring(session, subject, desk.now())
    return moves


# -- looking ---------------------------------------------------------------------------------------------------------


def _look(desk: Desk, session: Session, run: Run, bundle: Bundle) -> Move:
    """What moving this run would mean."""
    after = bundle.playbooks[run.playbook]
    about = run.case_id or run.incident_id or run.id
    move = Move(run.id, about, run.subject_id, run.playbook, run.version, after.version)
    try:
        progress = progress_of(desk, session, run)
    except Exception as error:  # content that this Firebreak cannot read any more
        move.refused = (f"what it was started with cannot be read any more ({type(error).__name__})",)
        return move
    waiting = [path for path, record in progress.records.items() if record.status in ("waiting", "again")]
    move.waits_at = tuple(progress.playbook.step(path).title for path in waiting)
    move.refused = tuple(_refusals(desk, session, run, progress, bundle, after, move))
    return move


def _refusals(
    desk: Desk, session: Session, run: Run, progress: Progress, bundle: Bundle, after: Playbook, move: Move
) -> Iterator[str]:
    """Everything that stands against it; what is dated again is noted in `move` on the way."""
    if run.status == "stuck":
        yield "it stands still at a step that failed, and a person has a task for it"
    if progress.playbook.scope != after.scope:
        yield f"the new version is for another kind of matter ({after.scope})"
    broken = [name for name, promise in progress.promises.items() if promise.status == "broken"]
    steps = mapping.objections(progress.playbook, after, progress.records, broken)
    yield from steps
    yield from _facts(session, run, bundle)
    yield from _follow_ups(session, run, bundle)
    yield from _promises(desk, run, progress, after, move)
    if not steps:
        yield from _clocks(desk, session, run, progress, after, move)


def _facts(session: Session, run: Run, bundle: Bundle) -> Iterator[str]:
    case = session.get(Case, run.case_id) if run.case_id else None
    incident = session.get(Incident, run.incident_id) if run.incident_id else None
    for facts in (each.facts for each in (case, incident) if each is not None):
        try:
            bundle.vocabulary.gate(facts)
        except FactError as error:
            yield f"what is known of it does not fit the new facts: {error}"


def _follow_ups(session: Session, run: Run, bundle: Bundle) -> Iterator[str]:
    """A follow-up starts under the content that its run has by then."""
    for planned in session.scalars(select(FollowUp).where(FollowUp.run_id == run.id, FollowUp.status == "waiting")):
        if planned.playbook not in bundle.playbooks:
            yield f"it has planned {planned.playbook}, which is gone"
        for problem in _unreadable(planned.unless, bundle):
            yield f"the condition of {planned.id}, which it has planned, cannot be read any more: {problem}"


def _unreadable(condition: dict[str, Any] | None, bundle: Bundle) -> list[str]:
    problems: list[str] = []
    if condition is not None:
        parse_condition(condition, bundle.vocabulary, (), lambda _keys, says, _check: problems.append(says))
    return problems


def _promises(desk: Desk, run: Run, progress: Progress, after: Playbook, move: Move) -> Iterator[str]:
    for name, promise in progress.promises.items():
        if promise.status == "open" and name not in after.promises:
            yield f"the promise {name}, which is open, is gone"
    started = _started(run, progress)
    for name, promised in after.promises.items():
        row = progress.promises.get(name)
        if row is not None and (row.status != "open" or _same(promised, progress.playbook.promises[name])):
            continue
        due = started + promised.within + redating.extended_by(progress, name)
        if due <= desk.now():
            yield f"the promise {name} would be broken at once: its time was up at {due:%Y-%m-%d %H:%M} UTC"
        move.promises[name] = due


def _same(one: Promised, other: Promised) -> bool:
    return (one.within, one.warn_before) == (other.within, other.warn_before)


def _started(run: Run, progress: Progress) -> datetime:
    """When the promises were made: when the customer wrote, which may be before we came to read it."""
    made = [
        row.due_at - progress.playbook.promises[name].within - redating.extended_by(progress, name)
        for name, row in progress.promises.items()
        if name in progress.playbook.promises and row.status == "open"  # the others are never dated again
    ]
    return min(made, default=run.started_at)


def _clocks(desk: Desk, session: Session, run: Run, progress: Progress, after: Playbook, move: Move) -> Iterator[str]:
    """The time limits of the steps that it waits at."""
    for path, record in progress.records.items():
        was, now = progress.playbook.step(path).timeout, after.step(path).timeout
        if record.status not in ("waiting", "again") or was == now:
            continue
        running = session.scalars(redating.active(run, path, "timeout")).first()
        began = running.due_at - was if running is not None and was is not None else record.began_at
        move.clocks[path] = began + now if now is not None else None
        if now is not None and began + now <= desk.now():
            yield f'the time of "{after.step(path).title}" would be up at once'


# -- moving ----------------------------------------------------------------------------------------------------------


def _carry_out(desk: Desk, session: Session, run: Run, bundle: Bundle, move: Move, by: str) -> None:
    now, after = desk.now(), bundle.playbooks[run.playbook]
    progress = progress_of(desk, session, run)
    for name, due in move.promises.items():
        redating.date_promise(session, run, progress, name, due, after.promises[name], now)
    for path, due_or_never in move.clocks.items():
        wanted: redating.Wanted = {} if due_or_never is None else {("timeout", due_or_never): None}
        redating.set_timers(session, run, path, ("timeout",), "", wanted, now)
        for task in session.scalars(
            select(Task).where(Task.run_id == run.id, Task.path == path, Task.status == "open")
        ):
            task.due_at = due_or_never
    desk.shelf.keep(session, bundle, now)
    run.version, run.bundle = after.version, bundle.digest
    session.flush()
    session.info.get("progress", {}).pop(run.id, None)  # it was read under the old version
    told = move.to_json()
    said = {key: told[key] for key in ("from", "to", "promises", "clocks")}
    history.tell(session, run, now, "run moved to another version", {**said, "by": by, "bundle": bundle.digest})
    moving.look_around(desk, session, run, None)
