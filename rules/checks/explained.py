"""Every problem that can be found in content, by its id: what it means, and an example of it with and without."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rules.checks import all_checks
from rules.problems import Severity

EXAMPLES = Path(__file__).parent / "examples"
"""`bad/ID--what-is-wrong.yaml` and `good/ID--what-is-right.yaml`, or a folder of files that are laid over `base`."""

WHILE_READING: Mapping[str, str] = {
    "allow": "An `allow` comment has no reason, names no check, or keeps nothing quiet.",
    "changed-content": "The content changed, and its version did not, so that nobody can tell the two apart.",
    "condition-shape": "A condition is not written as facts and their values.",
    "condition-too-large": "A condition can come true in too many ways, or is nested too deep.",
    "duplicate-id": "Two steps of a playbook have the same id.",
    "duplicate-key": "A key stands twice in the same place, so that one of the two would be lost.",
    "duplicate-name": "Two files give themselves the same name.",
    "duplicate-value": "A value is listed twice.",
    "duration": "A length of time is not a number with its unit.",
    "empty-group": "A condition, or a list of conditions or values, is empty.",
    "encoding": "A file is not UTF-8 text.",
    "fact": "An entry of facts.yaml is not complete, or contradicts itself.",
    "fact-shape": "facts.yaml is not a list of facts by name.",
    "fact-value": "A fact is given a value that it cannot have.",
    "file": "A file is missing, or cannot be read.",
    "file-name": "A file looks like content, and its name keeps it from being read.",
    "file-size": "A file is larger than any content needs to be.",
    "lock": "The lock file cannot be read, or a file in it has no name or version.",
    "misplaced": "A word of a scenario stands where it has no meaning.",
    "misplaced-file": "A reply lies among the playbooks, or a playbook among the replies.",
    "missing-key": "Something that must be said is left out.",
    "missing-words": "Words for customers are not there in every language, or a limit is named without its reason.",
    "moment": "A moment is not a day and a time, as in next working day 10:00.",
    "never-true": "A comparison leaves no value that could satisfy it.",
    "no-last-way": "The ways of a place in the deletion plan do not end with one that holds for everybody.",
    "no-scenario": "A playbook has no test file beside it, or one without scenarios.",
    "no-steps": "A list of steps is empty.",
    "no-template": "A scenario expects a template of a reply that has none.",
    "no-verb": "A step says nothing that could be done.",
    "not-released": "This version of the content is not in the lock file yet; `firebreak release` puts it there.",
    "one-verb": "One step does several things.",
    "operator-kind": "Values without an order are compared by order.",
    "pack-circle": "Rule packs ask each other in a circle, so that none could be the first.",
    "placeholder": "A reply has a brace that belongs to no placeholder.",
    "released-text": "The kept text of a released version is not what was released.",
    "retention": "Something is kept for a shorter time than it is needed.",
    "role-meaning": "A role is not described.",
    "same-id": "Two entries of a list have the same id.",
    "shape": "Something of another kind is expected here.",
    "text-too-long": "A reply is longer than WhatsApp carries.",
    "time-zone": "A scenario plays in a time zone that does not exist.",
    "two-packs": "Two rule packs set the same fact, so that chance would decide between them.",
    "unknown-fact": "A fact is named that facts.yaml does not have.",
    "unknown-key": "A key is not known at its place.",
    "unknown-locale": "A scenario expects a language that the reply does not have.",
    "unknown-operator": "A comparison is not one that conditions know.",
    "unknown-placeholder": "A reply has a placeholder that nothing fills.",
    "unknown-verb": "A step begins with a word that is not a verb.",
    "unknown-word": "One of a few words is expected here, and this is another one.",
    "unplayed": "No scenario plays this step or goes this way (`firebreak test` tells).",
    "unplayed-trigger": "No scenario beside the playbook has a message that its triggers could answer to.",
    "words": "A word list cannot be read, or contradicts itself.",
    "yaml": "A file cannot be read as YAML.",
    "yaml-anchor": "Anchors and aliases are not used in content: what stands there is written out.",
    "yaml-key": "A key is something else than a plain word.",
    "yaml-tag": "Tags are not used in content.",
}
"""What readers find on their way, before the checks look at the content as a whole."""


@dataclass(frozen=True)
class Explained:
    """A check for people: what it means, how bad it is, and where examples of it lie."""

    id: str
    meaning: str
    severity: Severity

    def examples(self, kind: str) -> list[Path]:
        """The example files of this kind (`good`, `bad`), or folders with the files of one example."""
        found = sorted((EXAMPLES / kind).glob(f"{self.id}--*"))
        return found or (sorted((EXAMPLES / kind).glob("reading--*")) if self.id in WHILE_READING else [])


@cache
def explained() -> Mapping[str, Explained]:
    """Every check by its id."""
    found = {name: Explained(name, meaning, _severity(name)) for name, meaning in WHILE_READING.items()}
    for check in all_checks():
        found[check.id] = Explained(check.id, " ".join(check.meaning.split()), check.severity)
    return {name: found[name] for name in sorted(found)}


def example_text(path: Path) -> str:
    """An example as a person reads it: without the lines that only the tests need; a folder's files one after the
    other, each under its name."""
    if path.is_dir():
        files = [each for each in sorted(path.rglob("*")) if each.is_file()]
        return "\n\n".join(f"# {each.relative_to(path).as_posix()}\n{_shown(each)}" for each in files)
    return _shown(path)


def _shown(path: Path) -> str:
    return re.sub(r"\A(# [0-9]+: .*\n)+", "", path.read_text(encoding="utf-8")).strip()


def _severity(name: str) -> Severity:
    return "warning" if name in ("no-scenario", "unplayed-trigger") else "error"
