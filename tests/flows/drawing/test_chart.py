"""What there is to see in a playbook: nothing is missing, and the ways are those that runs take."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from hypothesis import given, settings

from flows.drawing.chart import KINDS, Chart, chart_of, kind_of
from flows.drawing.looks import LOOKS
from flows.runs.interpreter import standing
from flows.shelf import Shelf
from flows.verbs import all_verbs
from rules.language import Playbook, Step
from tests.flows.drawing.procedures import playbook_of, playbooks


@dataclass
class Record:
    status: str
    outcome: dict[str, Any] = field(default_factory=dict)


def test_every_verb_has_a_look() -> None:
    """A new verb would stop the drawing of every playbook that uses it."""
    looks = {verb: kind_of(kind) for verb, kind in all_verbs().items()}
    assert set(looks.values()) <= set(LOOKS)
    assert looks["reply"] == "say"
    assert {looks["ask"], looks["approve"], looks["escalate"]} == {"human"}
    assert (looks["wait_for"], looks["choose"], looks["close"], looks["follow_up"]) == (
        "wait",
        "decide",
        "close",
        "link",
    )


def test_looks_differ_in_shape_colour_icon_and_word() -> None:
    """Somebody who cannot tell the colours apart could not tell the steps apart either."""
    assert set(LOOKS) == set(KINDS)
    for part in ("shape", "fill", "sign", "means", "icon"):
        values = [getattr(look, part) for look in LOOKS.values()]
        assert len(set(values)) == len(values), part


def test_every_step_of_every_shipped_playbook_is_in_its_picture(shelf: Shelf) -> None:
    """A designer would look at a procedure and miss a part of it."""
    for playbook in shelf.current.playbooks.values():
        chart = chart_of(playbook, shelf.current.playbooks.values())
        assert {step.path for step in playbook.walk()} <= {node.path for node in chart.nodes}
        assert set(playbook.promises) <= {node.path for node in chart.nodes if node.kind == "clock"}
        assert len([node for node in chart.nodes if node.kind == "begin"]) == max(1, len(playbook.triggers))
        assert_sound(chart)


def test_what_a_designer_wrote_is_to_be_read(shelf: Shelf) -> None:
    """The picture would show boxes and not the procedure."""
    chart = chart_of(shelf.current.playbooks["deletion-request"])
    by_path = {node.path: node for node in reversed(chart.nodes)}
    asked = by_path["our_backup"]
    assert (asked.word, asked.title) == ("ask on call", "Is the chat in one of our backups?")
    assert "backup_status: none, possible, confirmed" in asked.details
    assert by_path["a_week_later"].playbook == "deletion-check-in"
    labels = {edge.label for edge in chart.edges}
    assert {
        "after 4 hours",
        "no",
        "yes",
        "otherwise",
        "when it breaks",
        "2. evidence_decision is ask or demand is unknown",
    } <= labels
    assert "at the latest after 3 days" in labels
    assert "warns 10 days before and 3 days before" in by_path["answered"].details


def test_who_starts_a_playbook_without_triggers(shelf: Shelf) -> None:
    """Nobody would know where a check-in comes from."""
    everything = shelf.current.playbooks
    [begin, *_] = chart_of(everything["complaint-check-in"], everything.values()).nodes
    assert "complaint-important, complaint-urgent" in begin.title
    [begin, *_] = chart_of(everything["incident"], everything.values()).nodes
    assert begin.title == "Somebody opens an incident by hand"


def test_after_a_gate_that_stays_shut_nothing_goes_on() -> None:
    """The picture would say that a silence is a yes."""
    approve = {"approve": {"who": "on_call", "question": "May we?"}, "timeout": "1 day"}
    steps = [approve, {"reply": "deletion/done"}]
    playbook = playbook_of({"playbook": "p", "version": "1.0.0", "title": "t", "scope": "case", "steps": steps})
    assert playbook is not None
    chart = chart_of(playbook)
    kinds = {node.id: node.kind for node in chart.nodes}
    ways = {(edge.label, kinds[edge.head]) for edge in chart.edges if kinds[edge.tail] == "human"}
    assert ways == {("yes", "say"), ("no, or after 1 day", "stop")}


@settings(max_examples=30, deadline=None)
@given(playbooks())
def test_any_playbook_has_a_sound_chart(playbook: Playbook) -> None:
    """A correct but unusual playbook could not be drawn, or a part of it would be missing."""
    chart = chart_of(playbook, [playbook])
    assert {step.path for step in playbook.walk()} <= {node.path for node in chart.nodes}
    assert_sound(chart)


@settings(max_examples=30, deadline=None)
@given(playbooks())
def test_the_ways_are_those_that_runs_take(playbook: Playbook) -> None:
    """The picture would show another procedure than the one that is carried out."""
    chart = chart_of(playbook)
    for number in range(30):
        _follow(playbook, chart, Random(number))


def _follow(playbook: Playbook, chart: Chart, chance: Random) -> None:
    """Let a run go through the playbook by chance: each of its moves is a way in the picture."""
    records: dict[str, Record] = {}
    before: Step | None = None
    while due := standing(playbook, records).due:
        (place,) = due
        step = place.step
        assert _leads(chart, before, step.path), (before and before.path, step.path)
        record = records[place.path] = chance.choice(_outcomes(step))
        if step.verb.ends and record.status == "done":
            return
        before = step
    assert before is not None
    assert _leads(chart, before, None), before.path


def _outcomes(step: Step) -> list[Record]:
    """What may become of a step."""
    own = [name for name in step.verb.blocks() if name != "on_refused"]
    if step.verb.repeats:
        found = [Record("done", {"items": [{}]}), Record("done", {"items": []})]
    elif step.verb.gate:
        refused = "on_refused" if "on_refused" in step.blocks() else None
        found = [Record("done", {"open": True}), Record("done", {"enter": refused})]
    elif own:
        found = [Record("done", {"enter": name}) for name in own]
        found += [] if {"otherwise", "then"} & {*own} or step.verb.side_by_side else [Record("done")]
    else:
        found = [Record("done")]
    found += [Record("failed")] if step.on_failure is not None else []
    found += [Record("timed_out")] if step.timeout is not None else []
    found += [Record("skipped")] if step.only_if is not None else []
    return found


def _leads(chart: Chart, before: Step | None, path: str | None) -> bool:
    """Whether an edge leads from the step before (or the beginning) to the step at `path` (or to an end)."""
    nodes = {node.id: node for node in chart.nodes}
    for edge in chart.edges:
        tail, head = nodes[edge.tail], nodes[edge.head]
        from_here = tail.kind == "begin" if before is None else tail.path == before.path
        ends = head.kind == "stop" or (head.kind == "close" and head.path is None)
        if from_here and (head.path == path and head.kind != "stop" if path is not None else ends):
            return True
    return False


def assert_sound(chart: Chart) -> None:
    ids = [node.id for node in chart.nodes]
    assert len(set(ids)) == len(ids)
    assert all(edge.tail in ids and edge.head in ids for edge in chart.edges)
    assert len({(edge.tail, edge.head, edge.label) for edge in chart.edges}) == len(chart.edges)
    assert all(node.word.strip() and node.title.strip() for node in chart.nodes)
    assert all(edge.tail != edge.head for edge in chart.edges)


def test_what_stands_side_by_side_and_what_is_waited_for_is_told_in_words() -> None:
    """A designer would read the insides of the machine on a step, or a moment as no person writes it."""
    wait: dict[str, Any] = {
        "any": [
            {"event": "customer_reply"},
            {"time": "next working day 10:00"},
            {"answer": {"who": "on_call", "question": "Is it sent?"}},
        ]
    }
    each = {"for_each": "our_messages", "steps": [{"wait_for": "tomorrow 09:30"}]}
    both = {"one": [{"id": "several", "wait_for": wait}, {"wait_for": {"event": "customer_reply"}}], "two": [each]}
    playbook = playbook_of(
        {
            "playbook": "beside",
            "version": "1.0.0",
            "title": "Side by side",
            "scope": "case",
            "steps": [{"collect": "our_messages"}, {"id": "both", "parallel": both}],
        }
    )
    assert playbook is not None
    told = {node.path: (node.title, node.details) for node in chart_of(playbook).nodes}
    several = "the customer writes, or next working day 10:00, or on call: Is it sent?"
    assert told["both"] == ("both", ())
    assert told["several"] == (several, ())
    assert told["both.one.2"] == ("the customer writes", ())
    assert told["both.two.1"] == ("our messages", ())
    assert told["both.two.1.steps.1"] == ("tomorrow 09:30", ())
