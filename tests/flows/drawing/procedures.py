"""Random playbooks, of every verb there is, that the reader takes."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from flows.verbs import all_verbs
from rules.language import Playbook
from rules.playbook import read_playbook
from rules.problems import Problems
from rules.vocabulary import Vocabulary
from rules.yaml_source import Source

WORDS = st.text(
    st.characters(exclude_categories=["C", "Z"], include_characters=' "#;<>&|[]{}()`%\\'), min_size=1, max_size=60
)
CONDITIONS = st.sampled_from(
    [
        {"severity": {"at_least": "important"}},
        {"any": [{"dispute": "open"}, {"not": {"legal_hold": True}}]},
        {"demand": {"one_of": ["mask_details", "erase_our_copies"]}, "backup_status": "unknown"},
    ]
)
Data = dict[str, Any]


def _example(verb: str) -> Data:
    source = Source.parse(all_verbs()[verb].example, "example", Problems())
    assert source is not None
    return dict(source.data)


def playbook_of(data: Data) -> Playbook | None:
    """The playbook that this data writes; None if the reader refuses it."""
    source = Source.parse(json.dumps(data, ensure_ascii=False), "random.yaml", Problems())
    return None if source is None else read_playbook(source, Vocabulary.load(), all_verbs(), Problems())


@st.composite
def steps(draw: st.DrawFn, depth: int = 0) -> list[Data]:
    """A list of steps as a designer would write them."""
    return [draw(step(depth)) for _ in range(draw(st.integers(1, 3 if depth else 5)))]


@st.composite
def step(draw: st.DrawFn, depth: int) -> Data:
    """One step: the example of a verb, with random modifiers and blocks."""
    deeper = depth < 2
    written = _example(draw(st.sampled_from(sorted(all_verbs()))))
    if deeper and draw(st.integers(0, 3)) == 0:
        branches = [{"when": draw(CONDITIONS), "steps": draw(steps(depth + 1))} for _ in range(draw(st.integers(1, 3)))]
        written = {"choose": branches}
        if draw(st.booleans()):
            written["otherwise"] = draw(steps(depth + 1))
    for block in ("on_timeout", "on_refused"):
        if block in written and draw(st.booleans()):
            if deeper and draw(st.booleans()):
                written[block] = draw(steps(depth + 1))
            else:
                del written[block]
    if deeper and draw(st.integers(0, 4)) == 0:
        written["on_failure"] = draw(steps(depth + 1))
    if draw(st.integers(0, 3)) == 0:
        written["if"] = draw(CONDITIONS)
    if draw(st.integers(0, 3)) == 0:
        written["name"] = draw(WORDS)
    return written


@st.composite
def playbooks(draw: st.DrawFn) -> Playbook:
    """A playbook that the reader takes."""
    data: Data = {
        "playbook": "random",
        "version": "1.0.0",
        "title": draw(WORDS),
        "scope": draw(st.sampled_from(["case", "incident"])),
        "steps": draw(steps()),
    }
    if draw(st.booleans()):
        data["triggers"] = [{"when": draw(CONDITIONS)}]
    if draw(st.booleans()):
        data["promises"] = {"answered": {"within": "3 days", "warn_before": ["1 day"], "on_breach": draw(steps(2))}}
    read = playbook_of(data)
    assume(read is not None)
    assert read is not None
    return read
