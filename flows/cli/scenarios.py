"""Scenario files on the command line: finding and reading them, and what their scenarios reached."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rules.bundle import TEST, Bundle, is_playbook
from rules.problems import Place, Problems
from rules.yaml_source import Source

if TYPE_CHECKING:
    from flows.rehearsal.scenario import ScenarioFile
    from rules.language import Playbook


def scenario_files(root: Path, paths: Sequence[Path]) -> list[Path]:
    """Every scenario file in `paths`: files, folders, or playbooks (a file or a name) beside which they lie; without
    any, all below `playbooks/`. Raises ContentError for a path where there is none."""
    problems = Problems()
    found: list[Path] = []
    for given in paths or [root / "playbooks"]:
        path = _found(root, given)
        if path.is_dir():
            found += sorted(path.rglob(f"*{TEST}"))
            continue
        lies = path if path.name.endswith(TEST) else path.with_name(path.stem + TEST)
        if lies.is_file():
            found.append(lies)
        else:
            problems.error(Place(shown(path, root)), f"there is no scenario file {shown(lies, root)}", "file")
    problems.raise_errors()
    return list(dict.fromkeys(found))


def _found(root: Path, path: Path) -> Path:
    """What is meant: a path from here, one below the folder of the content, or a playbook by its name."""
    if path.is_absolute() or path.exists() or path.with_name(path.stem + TEST).is_file():
        return path
    if path.parent == Path() and not path.suffix:
        for file in sorted((root / "playbooks").rglob("*.yaml")):
            if is_playbook(file.relative_to(root).as_posix()) and _is_named(file, path.name):
                return file
    return root / path


def _is_named(file: Path, name: str) -> bool:
    text = file.read_text(encoding="utf-8", errors="replace")
    return re.search(rf"^playbook:\s*[\"']?{re.escape(name)}[\"']?\s*(#.*)?$", text, re.MULTILINE) is not None


def beside(playbook: Playbook, root: Path) -> Path:
    """Where the scenarios of a playbook belong."""
    path = root / playbook.source.path
    return path.with_name(path.stem + TEST)


def read_files(paths: Iterable[Path], bundle: Bundle, root: Path) -> list[ScenarioFile]:
    """The scenario files, read; raises ContentError with every problem in any of them."""
    from flows.rehearsal.scenario import read_scenarios

    problems = Problems()
    found = []
    for path in paths:
        source = Source.read(path, problems, shown=shown(path, root))
        file = read_scenarios(source, bundle.vocabulary, problems, bundle) if source is not None else None
        if file is not None:
            found.append(file)
    problems.raise_errors()
    return found


def shown(path: Path, root: Path) -> str:
    """A path as short as can be."""
    full = path.resolve()
    return full.relative_to(root.resolve()).as_posix() if full.is_relative_to(root.resolve()) else str(path)


@dataclass(frozen=True)
class Coverage:
    """How much of a playbook was reached. A branch is a list of steps inside a step: a way of `choose`, `otherwise`,
    `on_timeout`, `on_failure`, the steps of a broken promise."""

    playbook: str
    steps: int
    reached: int
    branches: int
    taken: int
    missed_steps: tuple[str, ...]
    missed_branches: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "playbook": self.playbook,
            "steps": self.steps,
            "reached": self.reached,
            "branches": self.branches,
            "taken": self.taken,
            "missed_steps": list(self.missed_steps),
            "missed_branches": list(self.missed_branches),
        }


def coverage(playbook: Playbook, reached: Iterable[tuple[str, str]]) -> Coverage:
    """What of a playbook these (playbook, path) pairs cover."""
    met = {path for name, path in reached if name == playbook.name}
    steps = [step.path for step in playbook.walk()]
    branches: Mapping[str, set[str]] = {
        **{
            f"{step.path}.{name}": {each.path for each in block.walk()}
            for step in playbook.walk()
            for name, block in step.blocks().items()
        },
        **{
            f"promises.{name}.on_breach": {each.path for each in promise.on_breach.walk()}
            for name, promise in playbook.promises.items()
            if promise.on_breach
        },
    }
    missed = tuple(name for name, block in branches.items() if not block & met)
    left = tuple(path for path in steps if path not in met)
    return Coverage(
        playbook.name, len(steps), len(steps) - len(left), len(branches), len(branches) - len(missed), left, missed
    )
