"""A run goes on under another version only where nothing is done twice and no gate is left out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.runs.interpreter import standing
from flows.runs.mapping import objections
from rules.language import Playbook, Step, Steps
from tests.flows.runs.test_interpreter import playbook

Data = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclass
class Row:
    """What the store keeps of a step."""

    status: str
    outcome: dict[str, Any] = field(default_factory=dict)
    waiting_for: dict[str, Any] | None = None


WAITS = Row("waiting", waiting_for={"task": "T-1"})
OLD = """
promises:
  answered: {within: 30 days, on_breach: {id: late, label: late}}
steps:
  - id: first
    reply: deletion/received
  - label: seen
  - id: asked
    ask: {who: on_call, question: Is there a backup?, form: {backup_status: any}}
    timeout: 4 hours
    on_timeout: {label: nobody}
  - id: way
    choose:
      - when: {backup_status: none}
        steps: [{id: plain, label: plain}]
    otherwise: [{id: careful, label: careful}]
  - id: gate
    approve: {who: privacy_lead, question: May we?}
    timeout: 1 day
    on_timeout: {label: silence}
    keeps: answered
  - id: done
    reply: deletion/done-by-hand
"""
NEW_GATE = """  - id: other
    approve: {who: on_call, question: Ready?}
    timeout: 1 day
    on_timeout: {label: x}
  - id: gate
"""
CHOICE = """    choose:
      - when: {backup_status: none}
        steps: [{id: plain, label: plain}]
    otherwise: [{id: careful, label: careful}]
"""
AT_ASK = {"first": Row("done"), "2": Row("done"), "asked": WAITS}
AT_GATE = {
    "first": Row("done"),
    "2": Row("done"),
    "asked": Row("done"),
    "way": Row("done", {"enter": "1"}),
    "plain": Row("done"),
    "gate": WAITS,
}


def refused(records: dict[str, Row], *changes: tuple[str, str], broken: tuple[str, ...] = ()) -> list[str]:
    text = OLD
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return objections(playbook(OLD), playbook(text), records, broken)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  - id: done\n", "  - notify: {who: on_call, message: nearly done}\n  - id: done\n"),
        ("  - id: done\n    reply: deletion/done-by-hand\n", ""),
        ("question: Is there a backup?", "question: Has the phone a backup?"),
        ("question: May we?", "question: May we say so?"),
        ("timeout: 4 hours", "timeout: 6 hours"),
        ("within: 30 days", "within: 25 days"),
        ("when: {backup_status: none}", "when: {backup_status: possible}"),
        ("  - id: gate\n", NEW_GATE),
    ],
)  # fmt: skip
def test_what_was_not_reached_may_differ(before: str, after: str) -> None:
    """Nobody could give running cases a better procedure for what is still to come."""
    assert refused(AT_ASK, (before, after)) == []


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("  - label: seen\n", "", "the step `label seen` (2), which it has done, is gone"),
        ("label: seen", "label: read", "is now read instead of seen"),
        ("  - id: asked\n", "  - id: early\n    label: early\n  - id: asked\n", "new step `early` comes before"),
        ("  - id: asked\n", "  - id: asked_now\n", "the step `asked`, which it waits at, is gone"),
        ("who: on_call", "who: shift_lead", "the who of `asked`, which it waits at, is now shift_lead"),
        ("form: {backup_status: any}", "form: {backup_status: any, dispute: any}", "the form of `asked`"),
        ("    ask: {who: on_call, question: Is there a backup?, form: {backup_status: any}}",
         "    approve: {who: on_call, question: Is there a backup?}", "is now `approve`"),
        ("reply: deletion/received", "reply: deletion/heard", "the text of `first`, which it has done"),
    ],
)  # fmt: skip
def test_what_was_reached_must_be_the_same(before: str, after: str, says: str) -> None:
    """A case would be counted as having done what it never did, or be asked twice."""
    found = refused(AT_ASK, (before, after))
    assert len(found) >= 1
    assert says in found[0], found


def test_a_yes_counts_only_for_the_question_that_was_asked() -> None:
    """A yes to something harmless would open the way for something else."""
    answered = {**AT_GATE, "gate": Row("done", {"open": True})}
    for records in (AT_GATE, answered):
        assert "the question of `gate`" in refused(records, ("question: May we?", "question: May we erase it?"))[0]
    assert refused(AT_GATE) == refused(answered) == []


def test_a_way_that_was_taken_must_have_been_taken_by_the_same_conditions() -> None:
    """A case would be in a branch that its facts no longer lead into."""
    found = refused(AT_GATE, ("when: {backup_status: none}", "when: {backup_status: possible}"))
    assert found == ["it went its way at `way` by conditions that are others now"]
    gone = refused(AT_GATE, (CHOICE, "    label: x\n"))
    assert "the step `way`, which it has done, is now `label`" in gone


def test_a_step_that_was_left_out_stays_so_only_by_the_same_if() -> None:
    """A gate that the old version left out would be left out of the new one, which wants it."""
    was = OLD.replace("  - id: gate\n", "  - id: gate\n    if: {legal_hold: true}\n")
    records = {**AT_GATE, "gate": Row("skipped")}
    found = objections(playbook(was), playbook(OLD), records)
    assert found == ["`gate` was left out by an `if` that is another one now"]


def test_a_time_limit_that_led_somewhere_still_does() -> None:
    """What was to be done in a silence would be done late, or be taken for undone."""
    records = {**AT_ASK, "asked": Row("timed_out")}
    assert refused(records, ("    on_timeout: {label: nobody}\n", "")) != []


def test_a_broken_promise_must_still_be_there() -> None:
    """What follows from a broken promise would stop in the middle."""
    promise = ("  answered: {within: 30 days, on_breach: {id: late, label: late}}", "  other: {within: 30 days}")
    found = refused(AT_ASK, promise, ("    keeps: answered\n", ""), broken=("answered",))
    assert found == ["the promise answered, which is broken, is gone"]


# -- any small procedure, any progress, any change -------------------------------------------------------------------

CONDITIONS = st.sampled_from([{"severity": "urgent"}, {"severity": "important"}, {"legal_hold": True}])


@st.composite
def procedures(draw: st.DrawFn, depth: int = 2) -> list[Data]:
    """A list of steps; what they do is told apart by a tag of their own that is filled in later."""
    return [draw(single_steps(depth)) for _ in range(draw(st.integers(1, 4 if depth == 2 else 2)))]


@st.composite
def single_steps(draw: st.DrawFn, depth: int) -> Data:
    kind = draw(st.sampled_from(["label", "label", "notify", "ask", "approve", *(["choose"] * 2 if depth else [])]))
    step: Data = {"id": "?"} if draw(st.booleans()) else {}
    if draw(st.integers(0, 4)) == 0:
        step["if"] = draw(CONDITIONS)
    if kind == "label":
        step["label"] = "?"
    elif kind == "notify":
        step["notify"] = {"who": "on_call", "message": "?"}
    elif kind == "choose":
        step["choose"] = [{"when": draw(CONDITIONS), "steps": draw(procedures(depth=depth - 1))}]
        if draw(st.booleans()):
            step["otherwise"] = draw(procedures(depth=depth - 1))
    else:
        step[kind] = {"who": "on_call", "question": "?"} | ({"form": {"dispute": "any"}} if kind == "ask" else {})
        step |= {"timeout": "1 hour", "on_timeout": {"label": "?"}}
    return step


def tagged(steps: list[Data]) -> list[Data]:
    """The steps with a different word wherever a `?` stood."""
    text, count = json.dumps(steps), 0
    while '"?"' in text:
        count += 1
        text = text.replace('"?"', f'"t{count}"', 1)
    found: list[Data] = json.loads(text)
    return found


def all_lists(steps: list[Data]) -> Iterator[list[Data]]:
    yield steps
    for step in steps:
        for way in step.get("choose", []):
            yield from all_lists(way["steps"])
        yield from all_lists(step.get("otherwise", []))


@st.composite
def changed(draw: st.DrawFn, steps: list[Data]) -> list[Data]:
    """The same with a few changes that a designer might make."""
    new: list[Data] = json.loads(json.dumps(steps))
    for number in range(draw(st.integers(1, 2))):
        here = draw(st.sampled_from([each for each in all_lists(new) if each]))
        at = draw(st.integers(0, len(here) - 1))
        how = draw(st.sampled_from(["insert", "append", "remove", "swap", "words", "id", "if", "when", "move"]))
        if how in ("insert", "append"):
            fresh = json.dumps(draw(single_steps(0))).replace('"?"', f'"n{number}"')
            fresh = fresh.replace(f'"label": "n{number}"', f'"label": "m{number}"')
            here.insert(at if how == "insert" else len(here), json.loads(fresh))
        elif how == "remove" and len(here) > 1:
            del here[at]
        elif how == "swap":
            here[0], here[at] = here[at], here[0]
        elif how == "move":
            there = draw(st.sampled_from(list(all_lists(new))))
            if len(here) > 1 and not any(there is each for each in all_lists([here[at]])):
                there.append(here.pop(at))
        elif how == "words":
            for part in (part for part in here[at].values() if isinstance(part, dict) and "question" in part):
                part["question"] = "another question"
        elif how == "id":
            here[at].pop("id", None) or here[at].update(id=f"given{number}")
        elif how == "if":
            here[at].pop("if", None) or here[at].update({"if": draw(CONDITIONS)})
        elif how == "when" and "choose" in here[at]:
            here[at]["choose"][0]["when"] = draw(CONDITIONS)
    return new


def book(steps: list[Data]) -> Playbook:
    return playbook(json.dumps({"steps": steps})[1:-1].replace('"steps"', "steps", 1) + "\n")


def go_on(draw: Draw, of: Playbook, records: dict[str, Row], steps: int) -> Iterator[Step]:
    """Do so many steps in any way they may end, and tell which."""
    for _ in range(steps):
        waiting = [path for path, row in records.items() if row.status == "waiting"]
        due = [place.step for place in standing(of, records).due]
        if not waiting and not due:
            return
        if due:
            yield due[0]
        step = due[0] if due else of.step(waiting[0])
        blocks = [name for name in step.verb.blocks() if name != "on_timeout"]
        ends = [Row("done"), *(Row("done", {"enter": block}) for block in blocks)]
        if step.verb.waits:
            ends += [Row("timed_out")] + ([Row("waiting", waiting_for={"task": "T-1"})] if due else [])
        if step.verb.gate:
            ends.append(Row("done", {"open": True}))
        if step.only_if is not None and due:
            ends.append(Row("skipped"))
        records[step.path] = draw(st.sampled_from(ends))


def tag(step: Step) -> str:
    """The word by which a step is told from every other one, whatever its place."""
    said = step.verb
    return str(getattr(said, "labels", None) or getattr(said, "message", None) or getattr(said, "question", ""))


def gates_before(steps: Steps, path: str) -> list[Step] | None:
    """The gates that stand before a step, in its own list and in those around it; None if it is not among these."""
    gates: list[Step] = []
    for step in steps:
        if step.path == path:
            return gates
        inside = [gates_before(block, path) for block in step.blocks().values()]
        if (found := next((each for each in inside if each is not None), None)) is not None:
            return gates + found
        if step.verb.gate:
            gates.append(step)
    return None


def after_it(steps: Steps, path: str) -> list[Step] | None:
    """The steps that stand below a step in its own list; None if it is not among these."""
    for number, step in enumerate(steps):
        if step.path == path:
            return list(steps[number + 1 :])
        inside = [after_it(block, path) for block in step.blocks().values()]
        if (found := next((each for each in inside if each is not None), None)) is not None:
            return found
    return None


@settings(max_examples=300)
@given(st.data())
def test_nothing_acts_twice_and_no_gate_is_left_out(data: st.DataObject) -> None:
    """A customer would get the same text twice, or something that nobody has agreed to."""
    steps = tagged(data.draw(procedures()))
    old, new = book(steps), book(data.draw(changed(steps)))
    records: dict[str, Row] = {}
    list(go_on(data.draw, old, records, data.draw(st.integers(0, 12))))
    if objections(old, new, records):
        return
    was = dict(records)
    acted = {path for path, row in was.items() if row.status != "skipped"}
    done = {tag(old.step(path)) for path in acted if old.step(path).verb.verb != "choose"}
    for path in acted:
        _require_open_gates(new, path, was)
    for path in set(was) - acted:
        assert old.step(path).only_if == new.step(path).only_if, f"{path} was left out by another `if`"
    for step in go_on(data.draw, new, records, 40):
        assert step.verb.verb == "choose" or tag(step) not in done, f"{step.path} acts again"
        assert not [each.path for each in after_it(new.steps, step.path) or [] if each.path in was], "acts too late"
        _require_open_gates(new, step.path, records)


def _require_open_gates(of: Playbook, path: str, records: dict[str, Row]) -> None:
    for gate in gates_before(of.steps, path) or []:
        row = records.get(gate.path)
        assert row is not None, f"{path} lies behind {gate.path}, which nobody was asked"
        assert row.status == "skipped" or row.outcome.get("open"), f"{path} lies behind {gate.path}, which is shut"


@given(st.data())
def test_a_run_can_always_stay_as_it_is(data: st.DataObject) -> None:
    """A version that changed only its words would strand every running case."""
    old = book(tagged(data.draw(procedures())))
    records: dict[str, Row] = {}
    list(go_on(data.draw, old, records, data.draw(st.integers(0, 12))))
    assert objections(old, old, records) == []
