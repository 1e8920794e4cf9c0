"""Scenarios as items of pytest, and as JUnit XML."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from flows.cli.junit import Result, write_junit
from flows.shelf import ROOT
from tests.flows.cli.test_scenarios import FAILING, PASSING


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """pytest as a shop runs it, in a process of its own."""
    plugin = ["-p", "no:firebreak", "-p", "flows.cli.pytest_plugin"]  # by its module: it need not be installed anew
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", os.devnull, *plugin, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "110"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_each_scenario_is_a_test(tmp_path: Path) -> None:
    """A shop that runs pytest would have to run something else for its procedures."""
    (tmp_path / "good.test.yaml").write_text(PASSING)
    (tmp_path / "bad.test.yaml").write_text(FAILING)
    (tmp_path / "slip.test.yaml").write_text(PASSING.replace("senior_owner", "senior_ownr"))
    (tmp_path / "others.test.yaml").write_text("cases: [1, 2]\n")
    done = run_pytest(tmp_path, "-v", "--continue-on-collection-errors")
    assert "good.test.yaml::Danger reaches a senior owner PASSED" in done.stdout, done.stdout + done.stderr
    assert "bad.test.yaml::A wish that does not come true FAILED" in done.stdout
    assert "MISSING reply complaint/first-urgent" in done.stdout
    assert 'no role is called "senior_ownr"; did you mean "senior_owner"?' in done.stdout
    assert "others.test.yaml" not in done.stdout
    assert "Traceback" not in done.stdout


def test_plugin_costs_nothing_where_there_are_no_scenarios() -> None:
    """Every other test run of the shop would begin a second later."""
    slow = "[name for name in sys.modules if 'sqlalchemy' in name or 'ruamel' in name]"
    code = f"import sys; import flows.cli.pytest_plugin; print({slow})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_results_are_valid_xml(tmp_path: Path) -> None:
    """A build machine could not read the results, just when something has failed."""
    path = tmp_path / "results.xml"
    results = [Result("a", "One", 0.1), Result("b", "客户 <&>", 0.2, "not \x1b[31m so"), Result("a", "Two", 0.3)]
    write_junit(path, results)
    first, second = ElementTree.parse(path).getroot()
    assert [first.get(key) for key in ("name", "tests", "failures")] == ["a", "2", "0"]
    assert [second.get(key) for key in ("name", "tests", "failures")] == ["b", "1", "1"]
    (case,) = second
    assert case.get("name") == "客户 <&>"
    assert case[0].text == "not \N{REPLACEMENT CHARACTER}[31m so"
