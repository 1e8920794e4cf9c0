"""Procedures that exist only in a test, played with the shipped rules and replies around them."""

from __future__ import annotations

from functools import cache
from textwrap import dedent, indent

from flows.rehearsal.play import Played, play
from flows.rehearsal.scenario import read_scenarios
from flows.shelf import ROOT, Shelf
from flows.verbs import all_verbs
from rules.bundle import Bundle, content_files
from rules.problems import Problems
from rules.yaml_source import Source

HEAD = "playbook: {name}\nversion: 1.0.0\ntitle: A trial\nscope: {scope}\n"
TRIGGER = "triggers: [{when: {intent: deletion_request}, priority: 1}]\n"
ASKS = "Please delete my personal information from this chat"


@cache
def shipped() -> dict[str, str]:
    """Without what starts alongside every procedure, so that a trial is alone."""
    files = content_files(ROOT)
    return {path: text for path, text in files.items() if "\nalongside: true\n" not in text}


def bundle(trial: str, **others: str) -> Bundle:
    """The shipped content and `trial`, which a deletion request starts, and other playbooks by name (`_` for `-`)."""
    files = {**shipped(), "playbooks/trial.yaml": HEAD.format(name="trial", scope="case") + TRIGGER + dedent(trial)}
    for name, text in others.items():
        scope = "incident" if name.startswith("crisis") else "case"
        head = HEAD.format(name=name.replace("_", "-"), scope=scope)
        files[f"playbooks/{name}.yaml"] = head + dedent(text)
    return Bundle.parse(files, all_verbs())


def tried(content: Bundle, scenario: str) -> Played:
    """The scenario (`timeline`, `expect`, `never`) played with this content; it must come out as it says."""
    text = "tests: trial\nscenarios:\n  - name: a trial\n" + indent(dedent(scenario).strip("\n"), "    ") + "\n"
    problems = Problems()
    source = Source.parse(text, "trial.test.yaml", problems)
    file = read_scenarios(source, content.vocabulary, problems) if source is not None else None
    problems.raise_errors()
    assert file is not None
    played = play(Shelf(content, all_verbs()), file.scenarios[0])
    happened = "\n".join(f"{each.at} {each.kind} {each.name} {dict(each.details)}" for each in played.happened)
    assert played.passed, "\n".join([*map(str, played.complaints), happened])
    return played
