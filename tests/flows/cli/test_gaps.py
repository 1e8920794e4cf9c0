"""What no scenario has played is told with its line."""

from __future__ import annotations

from flows.cli.gaps import gaps
from flows.cli.scenarios import coverage
from flows.shelf import ROOT, Shelf
from flows.verbs import all_verbs
from rules.bundle import Bundle


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
    playbook = bundle().playbooks["incident"]
    found = gaps(playbook, coverage(playbook, []))
    assert [each.place.line for each in found] == sorted(each.place.line for each in found)
    assert {each.message.split(": ")[1] for each in found} == {
        "promises.led.on_breach", "everyone_knows", "leader", "stand_down", "stand_down.on_timeout",
        "stand_down.on_refused", "4", "5",
    }  # fmt: skip
