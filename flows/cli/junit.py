"""The results of scenarios as JUnit XML, which build machines read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

# XML has no way to write these, not even escaped.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Result:
    """One scenario: whose playbook, its name, how long it took in seconds, and what is wrong (empty: nothing)."""

    playbook: str
    scenario: str
    seconds: float
    wrong: str = ""


def write_junit(path: Path, results: Sequence[Result]) -> None:
    """Write the results, one suite for each playbook. Raises OSError when the file cannot be written."""
    suites = Element("testsuites", name="firebreak test")
    for playbook in dict.fromkeys(each.playbook for each in results):
        mine = [each for each in results if each.playbook == playbook]
        failures = sum(bool(each.wrong) for each in mine)
        suite = SubElement(suites, "testsuite", name=playbook, tests=str(len(mine)), failures=str(failures))
        for each in mine:
            about = {"classname": playbook, "name": _fit(each.scenario), "time": f"{each.seconds:.3f}"}
            case = SubElement(suite, "testcase", about)
            if each.wrong:
                SubElement(case, "failure", message="not as expected").text = _fit(each.wrong)
    indent(suites)
    ElementTree(suites).write(path, encoding="utf-8", xml_declaration=True)


def _fit(text: str) -> str:
    return _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)
