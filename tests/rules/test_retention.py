"""How long what is kept: `playbooks/retention.yaml`, and the pack that says why a chat is worth keeping."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rules.problems import Problems
from rules.retention import Keep, Retention, read_retention
from rules.yaml_source import Source


def read(text: str) -> tuple[Retention | None, list[str]]:
    problems = Problems()
    source = Source.parse(text, "playbooks/retention.yaml", problems)
    found = read_retention(source, problems) if source is not None else None
    return found, [str(each) for each in problems.items]


def test_what_is_not_written_has_a_time_of_its_own() -> None:
    """A designer who changes one time would have to repeat all others."""
    found, noted = read("keep: {rejected: 14 days}\n")
    assert noted == []
    assert found is not None
    assert (found.keep.rejected, found.keep.steps) == (timedelta(days=14), Keep().steps)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("keep:\n  repeats: 2 days\n", "playbooks/retention.yaml:2:3: error: keep it for 7 days at least"),
        ("keep:\n  rejects: 2 days\n", "playbooks/retention.yaml:2:3"),
        ("keep:\n  steps: 2\n", "playbooks/retention.yaml:2:"),
        ("review_every: 1 hour\n", "playbooks/retention.yaml:1:1: error: at most one review a day"),
    ],
)
def test_a_mistake_is_told_on_its_line(text: str, where: str) -> None:
    """What WhatsApp repeats would be answered twice, because it was forgotten too early; or a wrong word would mean
    that nothing is ever pruned."""
    found, noted = read(text)
    assert found is None
    assert any(each.startswith(where) for each in noted), noted
