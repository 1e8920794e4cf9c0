"""`firebreak release`: writing down which content was released under which version."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.context import Json
from flows.cli.paper import ink, many, say, say_json, tell, width, wrap

if TYPE_CHECKING:
    from rules.bundle import Bundle
    from rules.changes import Change
    from rules.lock import Lock, Release


def release(
    check_only: Annotated[
        bool, typer.Option("--check-only", help="Say what would be released, and write nothing.")
    ] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Forget all earlier releases: for content that nobody uses yet.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check the content, test it, and lock it under its versions.

    Everything is checked and every scenario is played. Then each playbook and reply is added to playbooks/lock.json
    with its version, its text is kept under playbooks/releases/, and a running service picks it up within seconds;
    cases that run already keep the version they began with. If anything stands against it, nothing is written.

    A changed file needs a new version, and how much of one depends on what changed:

    \b
      major  1.0.0 -> 2.0.0  something promised, asked, said or done is so no more, or other customers get it
      minor  1.0.0 -> 1.1.0  something is added, or a clock inside the procedure is set otherwise
      patch  1.0.0 -> 1.0.1  only words changed

    `firebreak diff` says what changed and what each change is. CONTRIBUTING.md has the whole policy.

    \b
    Examples:
      firebreak release --check-only
      firebreak release
    """
    from flows.errors import FirebreakError
    from flows.shelf import ROOT
    from rules.bundle import content_files
    from rules.lock import LOCK

    with _alone(ROOT):
        written = _text_of(ROOT / LOCK)
        ready = _prepare(ROOT, anew)
        if not anew:
            _same_as_kept(ROOT, ready.release)
        if ready.release.lock.to_text() != written:
            _play_all(ROOT, ready.bundle)
        if content_files(ROOT) != dict(ready.bundle.files) or _text_of(ROOT / LOCK) != written:
            raise FirebreakError(
                "Somebody changed the content meanwhile, so nothing was released. Please run it again."
            )
        if not check_only:
            ready.release.write(ROOT)
    if as_json:
        added = [str(each) for each in ready.release.added]
        told = [each.to_json() for each in ready.changed]
        say_json({"added": added, "changes": told, "others": ready.others, "written": not check_only})
        return
    _say(ready, "would release" if check_only else "released")
    up_to_date = ready.release.lock.to_text() == written or not check_only
    say(f"{LOCK} is up to date" if up_to_date else "Nothing was written.")


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the release for one at a time, so that a slower one cannot undo a quicker one."""
    from flows.errors import FirebreakError

    folder = os.open(root / "playbooks", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(folder)
        raise FirebreakError("Somebody else is releasing this content now. Please run it again in a moment.") from None
    try:
        yield
    finally:
        os.close(folder)


def _same_as_kept(root: Path, release: Release) -> None:
    """Refuse to write another text over one that was released, also when the lock no longer knows of it."""
    from flows.errors import FirebreakError
    from rules.bundle import hash_of

    for path, text in release.copies.items():
        kept = _text_of(root / path)
        if kept is not None and hash_of(kept) != hash_of(text):
            raise FirebreakError(
                f"{path} says otherwise: this version was released with another text. Give the file a new version, or "
                "take the kept text away if it was never in use."
            )


@dataclass(frozen=True)
class Ready:
    """Content that may be released, and what is new in it."""

    bundle: Bundle
    release: Release
    changed: list[Change]
    others: list[str]


def _prepare(root: Path, anew: bool) -> Ready:
    """Check everything; raises ContentError with all that stands against a release."""
    from flows.rehearsal.scenario import read_scenarios
    from flows.verbs import all_verbs
    from rules.bundle import Bundle, content_files
    from rules.changes import changes
    from rules.check import check_content
    from rules.lock import EMPTY, LOCK, Lock, Release
    from rules.problems import ContentError, Problems

    settled = {"not-released", "changed-content"} | ({"lock", "released-text"} if anew else set())
    found = [each for each in check_content(root, all_verbs(), None, read_scenarios) if each.check not in settled]
    problems = Problems(found)
    lock = None if anew or not (root / LOCK).exists() else Lock.read(root, problems)
    before = lock or EMPTY
    try:
        bundle = Bundle.parse(content_files(root), all_verbs())
    except ContentError:
        problems.raise_errors()  # they were found by the check, in better company
        raise
    changed = list(changes(root, before, bundle, all_verbs()))
    objections = [each.objection() for each in changed]
    problems.items += [each for each in objections if each is not None]
    problems.raise_errors()
    release = Release.of(bundle.files, before, problems)
    problems.raise_errors()
    return Ready(bundle, release, changed, _others(before, release.lock))


def _others(before: Lock, after: Lock) -> list[str]:
    """What else a release brings: files without a version, and files that are no more."""
    from rules.bundle import is_playbook, is_reply

    gone = [
        f"{path} is gone; what runs by it goes on to its end" for path in before.content if path not in after.content
    ]
    unversioned = [path for path in after.content if not is_playbook(path) and not is_reply(path)]
    changed = [path for path in unversioned if before.content and before.content.get(path) != after.content[path]]
    return gone + [f"{path} changed; it has no version of its own" for path in changed]


def _play_all(root: Path, bundle: Bundle) -> None:
    """Play every scenario beside the playbooks; raises FirebreakError with those that do not come out as expected."""
    from flows.cli import scenarios
    from flows.errors import FirebreakError
    from flows.rehearsal.ensemble import play_all
    from flows.shelf import Shelf
    from flows.verbs import all_verbs

    failed: list[str] = []
    files = scenarios.read_files(scenarios.scenario_files(root, []), bundle, root)
    results = play_all(Shelf(bundle, all_verbs()), [scenario for file in files for scenario in file.scenarios])
    for file in files:
        tell(f"testing {file.tests}: {many(len(file.scenarios), 'scenario')}")
        for scenario, played in zip(file.scenarios, results, strict=False):  # the results of all files, in their order
            if not played.passed:
                failed.append(f"{file.source.place(scenario.keys)}: {scenario.name}: {played.complaints[0]}")
    if failed:
        lines = "\n".join(failed)
        raise FirebreakError(
            f"Nothing was released: these scenarios do not come out as expected.\n{lines}\n"
            "`firebreak test` shows what was expected and what happened."
        )


def _say(ready: Ready, verb: str) -> None:
    changed = {str(each.now): each for each in ready.changed}
    for now in ready.release.added:
        one = changed.get(str(now))
        after = f" ({one.level}, after {one.before})" if one is not None and one.before else ""
        say(f"{verb} {now}{after}")
        for each in one.differences if one is not None else ():
            for number, line in enumerate(wrap(each.says, width() - 6)):
                say(ink(f"  {'- ' if number == 0 else '  '}{line}", "dim"))
    for line in ready.others:
        say(line)


def _text_of(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
