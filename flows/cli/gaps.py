"""What no scenario has played, each with the line where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.problems import Place, Problem

if TYPE_CHECKING:
    from flows.cli.scenarios import Coverage
    from rules.language import Playbook


def gaps(playbook: Playbook, covered: Coverage) -> list[Problem]:
    """The branches and steps that were never played, in the order of the file; of a branch that was never taken only
    the branch itself, and nothing inside it."""
    source = playbook.source
    inside: set[str] = set()
    found: list[Problem] = []
    for path, place, within in _branches(playbook):
        if path in covered.missed_branches and not within & inside:
            found.append(Problem(place, "error", f"no scenario goes this way: {path}", "unplayed"))
        if path in covered.missed_branches:
            inside |= within
    for step in playbook.walk():
        if step.path in covered.missed_steps and step.path not in inside:
            place = source.place((*step.keys, step.verb.verb))
            found.append(Problem(place, "error", f"no scenario does this step: {step.path}", "unplayed"))
    return sorted(found)


def _branches(playbook: Playbook) -> Iterator[tuple[str, Place, set[str]]]:
    """Every list of steps inside another: its path, where its first step stands, and the paths of its steps; the
    outer ones come before the inner ones."""
    for name, promise in playbook.promises.items():
        if promise.on_breach:
            paths = {step.path for step in promise.on_breach.walk()}
            yield f"promises.{name}.on_breach", playbook.source.place(("promises", name, "on_breach")), paths
    for step in playbook.walk():
        for name, block in step.blocks().items():
            first = block[0]
            yield f"{step.path}.{name}", playbook.source.place(first.keys), {each.path for each in block.walk()}
