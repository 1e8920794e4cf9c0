"""What there is to see in a playbook: its beginnings, steps, ways and clocks as nodes and edges, without a shape yet.

The ways are those that a run takes (`flows.runs.interpreter`): after a block inside a step it goes on with the next
step, but after a gate that did not open it stops.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, cast, get_args

from flows.drawing.words import Written, condition_in_words, plain, promise_written, written
from rules.language import FIRST_REPLY, Branch, Playbook, PlaybookName, ReplyName, RoleName, Step, Steps, Verb
from rules.reading import kinds_of
from rules.units import format_duration

Kind = Literal["begin", "say", "human", "wait", "decide", "act", "link", "clock", "close", "stop"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Way = Literal["on", "time", "other"]
Lane = Literal["steps", "clocks"]


@dataclass(frozen=True)
class Node:
    """Something to see. `path` is the step's path in its playbook, `playbook` the one that it starts or runs."""

    id: str
    kind: Kind
    lane: Lane
    word: str
    title: str
    details: tuple[str, ...] = ()
    path: str | None = None
    playbook: str | None = None


@dataclass(frozen=True)
class Edge:
    """A way from one node to another: the usual one, the one when time is up, or another that needs a reason."""

    tail: str
    head: str
    label: str = ""
    way: Way = "on"


@dataclass(frozen=True)
class Chart:
    """A whole playbook, ready to be drawn."""

    name: str
    version: str
    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def to_json(self) -> dict[str, Any]:
        """`{"playbook", "version", "title", "nodes": […], "edges": […]}`; the names are those of Node and Edge."""
        nodes, edges = [asdict(node) for node in self.nodes], [asdict(edge) for edge in self.edges]
        return {"playbook": self.name, "version": self.version, "title": self.title, "nodes": nodes, "edges": edges}


def chart_of(playbook: Playbook, others: Iterable[Playbook] = ()) -> Chart:
    """The chart of a playbook. `others` tell who starts it, where no trigger does."""
    drawn = _Drawn()
    begins = [drawn.node("begin", "steps", each) for each in _beginnings(playbook, others)]
    left = drawn.steps(playbook.steps, [_Exit(begin) for begin in begins], "steps")
    if left:
        drawn.join(left, drawn.node("close", "steps", Written("end", "Nothing more is to be done")))
    for name, promise in playbook.promises.items():
        clock = drawn.node("clock", "clocks", promise_written(name, promise, _kept_by(playbook, name)), path=name)
        drawn.steps(promise.on_breach, [_Exit(clock, "when it breaks", "time")], "clocks")
    return Chart(playbook.name, playbook.version, playbook.title, tuple(drawn.nodes), tuple(drawn.edges))


def kind_of(verb: type[Verb]) -> Kind:
    """What a verb is to somebody who looks: told by what may be written in it, so a new verb has its look already."""
    if verb.ends:
        return "close"
    if verb.waits and RoleName in _kinds(verb):  # what may also name a role is for more than asking people
        return "human"
    if any(Branch in get_args(hint) for hint in _kinds(verb)):
        return "decide"
    if _points(verb, ReplyName):
        return "say"
    if _points(verb, PlaybookName):
        return "link"
    return "wait" if verb.waits else "act"


def _points(verb: type[Verb], name: type[str]) -> bool:
    return any(name is hint or name in get_args(hint) for hint in _kinds(verb))


def _kinds(verb: type[Verb]) -> Iterable[Any]:
    return kinds_of(cast(type, verb)).values()


@dataclass(frozen=True)
class _Exit:
    """A loose end: where the next thing is to be joined."""

    node: str
    label: str = ""
    way: Way = "on"


@dataclass
class _Drawn:
    """The picture as far as it is drawn."""

    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    def node(self, kind: Kind, lane: Lane, words: Written, path: str | None = None, to: str | None = None) -> str:
        """Add a node; its id."""
        name = f"n{len(self.nodes) + 1}"
        self.nodes.append(Node(name, kind, lane, words.word, words.title, words.details, path, to))
        return name

    def join(self, exits: Iterable[_Exit], head: str) -> None:
        """Lead loose ends to a node; several from one place become one edge."""
        found: dict[str, list[_Exit]] = {}
        for each in exits:
            found.setdefault(each.node, []).append(each)
        for tail, several in found.items():
            label = ", or ".join(dict.fromkeys(each.label for each in several if each.label))
            self.edges.append(Edge(tail, head, label, several[0].way))

    def steps(self, steps: Steps, exits: Sequence[_Exit], lane: Lane) -> list[_Exit]:
        """Draw a list of steps below `exits`; the loose ends below it."""
        left = list(exits)
        for step in steps:
            left = self.step(step, left, lane)
        return left

    def step(self, step: Step, exits: Sequence[_Exit], lane: Lane) -> list[_Exit]:
        skipped: list[_Exit] = []
        if step.only_if is not None:
            words = Written("if", f"{condition_in_words(step.only_if)}?")
            asked = self.node("decide", lane, words, path=step.path)
            self.join(exits, asked)
            exits, skipped = [_Exit(asked, "yes")], [_Exit(asked, "no", "other")]
        node = self.node(kind_of(type(step.verb)), lane, written(step), step.path, _playbook_in(step.verb))
        self.join(exits, node)
        through = [
            each for name, block in step.blocks().items() for each in self.steps(block, [_way(step, node, name)], lane)
        ]
        if step.verb.gate:
            through += self._unopened(step, node)
            if through:
                shut = Written("stop", "Stops here: there was no yes", ("what it promised stays open",))
                self.join(through, self.node("stop", lane, shut, path=step.path))
            through = []
        return [*_onward(step, node), *through, *skipped]

    def _unopened(self, step: Step, node: str) -> list[_Exit]:
        """The ways past a gate that lead through no steps."""
        names = step.blocks()
        no = [] if "on_refused" in names else [_Exit(node, "no", "other")]
        late = [_Exit(node, _late(step), "time")] if step.timeout is not None and "on_timeout" not in names else []
        return no + late


def _onward(step: Step, node: str) -> list[_Exit]:
    """The ways from a step straight to the next."""
    if step.verb.ends:
        return []
    if step.verb.gate:
        return [_Exit(node, "yes")]
    if step.verb.repeats:
        return [_Exit(node, "if there are none", "other")]
    own = step.verb.blocks()
    if kind_of(type(step.verb)) == "decide":
        return [] if "otherwise" in own else [_Exit(node, "none of these", "other")]
    if any(not name.startswith("on_") for name in own):
        return []  # its blocks are what it does: it goes on when they have ended
    late = step.timeout is not None and step.on_timeout is None
    return [_Exit(node), *([_Exit(node, f"at the latest {_late(step)}")] if late else [])]


def _way(step: Step, node: str, block: str) -> _Exit:
    """The way into a block of a step."""
    if block == "on_timeout":
        return _Exit(node, _late(step), "time")
    if block == "on_failure":
        return _Exit(node, "if it fails", "other")
    if block == "on_refused":
        return _Exit(node, "no", "other")
    if step.verb.repeats:
        return _Exit(node, "for each of them")
    if not block.isdecimal():
        return _Exit(node, plain(block))
    parts = [each for value in vars(step.verb).values() if isinstance(value, tuple) for each in value]
    branches = [each for each in parts if isinstance(each, Branch)]
    return _Exit(node, f"{block}. {condition_in_words(branches[int(block) - 1].when)}" if branches else "")


def _late(step: Step) -> str:
    return f"after {format_duration(step.timeout)}" if step.timeout is not None else "when the time is up"


def _playbook_in(verb: Verb) -> str | None:
    values = (getattr(verb, each.name) for each in fields(verb))
    return next((str(value) for value in values if isinstance(value, PlaybookName)), None)


def _beginnings(playbook: Playbook, others: Iterable[Playbook]) -> list[Written]:
    if playbook.triggers:
        first_when = [(condition_in_words(each.when), f"priority {each.priority}") for each in playbook.triggers]
        starts = "a message starts it, beside others, when" if playbook.alongside else "a message starts it when"
        return [Written(starts, when, (priority,)) for when, priority in first_when]
    callers = [other.name for other in others if any(_playbook_in(step.verb) == playbook.name for step in other.walk())]
    if callers:
        return [Written("another playbook starts it", ", ".join(dict.fromkeys(callers)))]
    about = {"case": "a case", "incident": "an incident", "house": "a review"}[playbook.scope]
    return [Written("a person starts it", f"Somebody opens {about} by hand")]


def _kept_by(playbook: Playbook, promise: str) -> str:
    if promise == FIRST_REPLY:
        return "the first text that reaches the customer"
    steps = [plain(step.id or step.path) for step in playbook.walk() if step.keeps == promise]
    return ", ".join(steps) or "no step"
