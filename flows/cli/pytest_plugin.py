"""The tests beside the playbooks, as items of pytest: `pytest playbooks/` plays each scenario as one test.

Found by pytest through its entry point. Nothing of Firebreak is loaded before a test file of a playbook is met.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flows.rehearsal.play import Played
    from flows.rehearsal.scenario import Scenario, ScenarioFile
    from flows.shelf import Shelf

_ENDING = ".test.yaml"
_OURS = re.compile(r"^tests:", re.MULTILINE)  # others may call their files so too


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The scenarios of a `*.test.yaml` file that names the playbook it tests."""
    if not file_path.name.endswith(_ENDING) or not _OURS.search(file_path.read_text(encoding="utf-8", errors="ignore")):
        return None
    return Scenarios.from_parent(parent, path=file_path)


class NotAsExpected(Exception):
    """A scenario did not come out as it should."""

    def __init__(self, file: ScenarioFile, played: Played) -> None:
        super().__init__(played.scenario.name)
        self.file, self.played = file, played


class Scenarios(pytest.File):
    """The scenarios of one file."""

    def collect(self) -> Iterator[pytest.Item]:
        from flows.cli.scenarios import read_files
        from flows.shelf import ROOT
        from rules.problems import ContentError

        try:
            (file,) = read_files([self.path], _shelf(self.config).current, ROOT)
        except ContentError as error:
            raise self.CollectError(str(error)) from None
        for scenario in file.scenarios:
            item = ScenarioItem.from_parent(self, name=scenario.name)
            item.file, item.scenario = file, scenario
            yield item


class ScenarioItem(pytest.Item):
    """One scenario."""

    file: ScenarioFile
    scenario: Scenario

    def runtest(self) -> None:
        from flows.rehearsal.play import play

        played = play(_shelf(self.config), self.scenario)
        if not played.passed:
            raise NotAsExpected(self.file, played)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:  # noqa: ARG002
        """What was expected beside what happened, as `firebreak test` shows it."""
        from flows.cli.test import what_is_wrong

        if isinstance(excinfo.value, NotAsExpected):
            return "\n".join(what_is_wrong(excinfo.value.file, excinfo.value.played))
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        line = self.file.source.place(self.scenario.keys).line
        return self.path, line - 1, f"{self.file.tests}: {self.name}"


_SHELF: pytest.StashKey[Shelf] = pytest.StashKey()


def _shelf(config: pytest.Config) -> Shelf:
    """The content in force, read once."""
    if _SHELF not in config.stash:
        from flows.assembly import open_shelf

        config.stash[_SHELF] = open_shelf()
    return config.stash[_SHELF]
