"""What no scenario has played is told with its line."""

from __future__ import annotations

from flows.cli.gaps import gaps
from flows.cli.scenarios import coverage
from flows.shelf import ROOT, Shelf
from flows.verbs import all_verbs
from rules.bundle import Bundle
from rules.playbook import read_playbook
from rules.problems import Problems
from rules.vocabulary import Vocabulary
from rules.yaml_source import Source


def bundle() -> Bundle:
    return Shelf.of_folder(all_verbs(), ROOT).current


def test_what_was_never_played_is_told_once_at_its_line() -> None:
    """A designer would read forty lines about one branch, or not learn where it stands."""
    playbook = bundle().playbooks["complaint-general"]
    steps = [(playbook.name, step.path) for step in playbook.walk()]
    assert gaps(playbook, coverage(playbook, steps)) == []
    without = [(name, path) for name, path in steps if not path.startswith(("how_it_went.otherwise", "not_solved"))]
    taken = [pair for pair in without if not pair[1].startswith("solved_later")]
    (gap,) = gaps(playbook, coverage(playbook, taken))
    lines = (ROOT / playbook.source.path).read_text(encoding="utf-8").split("\n")
    assert gap.message == "no scenario goes this way: how_it_went.otherwise"
    assert lines[gap.place.line - 1].strip() == "- id: not_solved"


def test_a_playbook_that_was_not_played_at_all() -> None:
    """A new procedure without a scenario would pass."""
    written = """\
playbook: new
version: 1.0.0
title: Nobody has tried it
scope: case
promises:
  answered: {within: 1 day, on_breach: {notify: {who: on_call, message: Late}}}
steps:
  - parallel:
      one:
        - id: inside
          wait_for: 1 day
  - id: gate
    approve: {who: on_call, question: May we?}
    timeout: 1 day
    on_timeout: {escalate: {to: on_call, why: Nobody has said}}
    on_refused: [close: no]
  - close: done
"""
    source = Source.parse(written, "new.yaml", Problems())
    assert source is not None
    playbook = read_playbook(source, Vocabulary.load(), all_verbs(), Problems())
    assert playbook is not None
    found = gaps(playbook, coverage(playbook, []))
    assert [(each.place.line, each.message.split(": ")[1]) for each in found] == [
        (6, "promises.answered.on_breach"),
        (8, "1"),
        (10, "1.one"),
        (13, "gate"),
        (15, "gate.on_timeout"),
        (16, "gate.on_refused"),
        (17, "3"),
    ]
