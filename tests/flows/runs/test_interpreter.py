"""Where a run stands follows from what is recorded of its steps, and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flows.runs.interpreter import State, standing
from flows.verbs import all_verbs
from rules.language import Playbook
from rules.playbook import read_playbook
from rules.problems import Problems
from rules.vocabulary import Vocabulary
from rules.yaml_source import Source

HEAD = "playbook: trial\nversion: 1.0.0\ntitle: A trial\nscope: case\n"


@dataclass
class Row:
    """What the store keeps of a step."""

    status: str
    outcome: dict[str, Any] = field(default_factory=dict)


def playbook(steps: str) -> Playbook:
    problems = Problems()
    source = Source.parse(HEAD + steps, "trial.yaml", problems)
    assert source is not None
    read = read_playbook(source, Vocabulary.load(), all_verbs(), problems)
    assert read is not None, [str(problem) for problem in problems]
    return read


GATED = playbook("""
steps:
  - choose:
      - when: {severity: urgent}
        steps:
          - id: gate
            approve: {who: on_call, question: May we?}
            timeout: 1 hour
            on_timeout: {notify: {who: shift_lead, message: No answer}}
            on_refused: {notify: {who: shift_lead, message: Refused}}
          - id: behind
            label: behind
  - id: after
    label: after
""")


def due(book: Playbook, **rows: Row) -> list[str]:
    records = {path.replace("__", "."): row for path, row in rows.items()}
    return [step.path for step in standing(book, records).due]


def test_a_yes_opens_the_gate() -> None:
    """An approved step would not be followed by the next one."""
    branch = Row("done", {"enter": "1"})
    assert due(GATED, **{"1": branch, "gate": Row("done", {"open": True})}) == ["behind"]


def test_nothing_but_a_yes_opens_the_gate() -> None:
    """A no, a silence or a failure would be taken for a yes somewhere further on."""
    branch = Row("done", {"enter": "1"})
    timed_out = {"1": branch, "gate": Row("timed_out"), "gate.on_timeout.1": Row("done")}
    refused = {"1": branch, "gate": Row("done", {"enter": "on_refused"}), "gate.on_refused.1": Row("done")}
    for rows in (timed_out, refused, {"1": branch, "gate": Row("done")}):
        stands = standing(GATED, rows)
        assert stands.due == ()
        assert stands.state is State.BARRED


def test_a_skipped_gate_is_no_gate() -> None:
    """A gate whose `if` does not hold would end the procedure."""
    assert due(GATED, **{"1": Row("done", {"enter": "1"}), "gate": Row("skipped")}) == ["behind"]


def test_a_failed_step_without_a_way_out_holds_the_run() -> None:
    """A failure would read as 'nothing to do' and the run would go on or end."""
    book = playbook("steps:\n  - id: one\n    label: a\n  - id: two\n    label: b\n")
    assert standing(book, {"one": Row("failed")}).state is State.STUCK


def test_a_failed_step_goes_its_way_out() -> None:
    """`on_failure` would be ignored."""
    book = playbook("steps:\n  - id: one\n    label: a\n    on_failure: {label: c}\n  - id: two\n    label: b\n")
    assert due(book, one=Row("failed")) == ["one.on_failure.1"]
    assert due(book, one=Row("failed"), one__on_failure__1=Row("done")) == ["two"]


def test_a_broken_promise_goes_on_beside_the_rest() -> None:
    """The steps for a broken promise would wait until the step that is late anyway is done."""
    book = playbook(
        "promises:\n  first_reply: {within: 1 hour, on_breach: {label: late}}\nsteps:\n  - id: one\n    label: a\n"
    )
    stands = standing(book, {"one": Row("waiting")}, ["first_reply"])
    assert [step.path for step in stands.due] == ["promises.first_reply.on_breach.1"]


LONG = playbook("""
steps:
  - id: a
    label: a
    on_failure: {label: x}
  - id: b
    choose:
      - when: {severity: urgent}
        steps: [{label: b1}, {label: b2}]
      - when: {severity: important}
        steps: [{label: c1}]
    otherwise:
      - label: d1
  - id: e
    wait_for: {event: customer_reply}
    timeout: 1 day
    on_timeout: [{label: f1}, {label: f2}]
  - id: p
    parallel:
      one: [{label: p1}, {label: p2}]
      two: [{id: l, for_each: our_messages, steps: [{label: l1}, {for_each: our_messages, steps: [{label: m1}]}]}]
  - id: g
    label: g
""")


def every_outcome(step_path: str) -> list[Row]:
    step = LONG.step(step_path)
    blocks = list(step.verb.blocks())
    if step.verb.repeats:
        return [Row("skipped"), *(Row("done", {"items": [{}] * number}) for number in range(3))]
    if step.verb.side_by_side:
        return [Row("skipped"), Row("done", {"enter": blocks})]
    rows = [Row("done"), Row("skipped"), *(Row("done", {"enter": block}) for block in blocks)]
    if step.on_timeout is not None:
        rows.append(Row("timed_out"))
    if step.on_failure is not None:
        rows.append(Row("failed"))
    return rows


@given(st.data())
def test_every_walk_ends_and_does_each_step_once(data: st.DataObject) -> None:
    """Some course of events would send a run in circles, or past a step that was due."""
    records: dict[str, Row] = {}
    while (stands := standing(LONG, records)).due:
        paths = [place.path for place in stands.due]
        assert len(paths) == len(set(paths))
        assert not set(paths) & set(records)
        path = data.draw(st.sampled_from(paths))
        assert stands.due[paths.index(path)].step is LONG.step(path)
        records[path] = data.draw(st.sampled_from(every_outcome(path)))
    assert stands.state is State.ENDED
    assert {"a", "b", "e", "p", "g"} <= set(records)
    for path, row in records.items():
        step = LONG.step(path)
        for child in step.verb.blocks().get("steps", ()) if step.verb.repeats else ():
            within = child.path + path.removeprefix(step.path)
            done = {
                other for other in records if other.startswith(f"{within}[") and other.count("[") == path.count("[") + 1
            }
            assert done == {f"{within}[{number}]" for number in range(1, len(row.outcome.get("items", ())) + 1)}


@given(st.data())
def test_where_it_stands_needs_no_memory(data: st.DataObject) -> None:
    """Another process that picks a run up would see another place than the one that left it."""
    records: dict[str, Row] = {}
    while (stands := standing(LONG, records)).due:
        again = standing(LONG, dict(sorted(records.items(), reverse=True)))
        assert again == stands
        records[stands.due[0].path] = data.draw(st.sampled_from(every_outcome(stands.due[0].path)))
