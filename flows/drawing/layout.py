"""Where everything in a picture stands: Graphviz places the boxes in layers and leads the lines round them.

Graphviz gets sizes and no text, so what it makes of fonts does not matter, and a box is exactly as large as its words.
It comes inside the wheel of pygraphviz; no program `dot` is needed. Lengths are pixels, y grows downwards.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pygraphviz import AGraph

POINTS = 72  # to an inch, in which Graphviz wants its sizes

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """A line to be led from one box to another. `straight` is how much it should be a straight one."""

    tail: str
    head: str
    straight: int = 1
    arrow: bool = True


@dataclass(frozen=True)
class Placed:
    """Boxes by name (their centres), lines in the order they were given (a start and Bézier triples, and the point of
    the arrow), and the size of it all."""

    centres: Mapping[str, Point]
    lines: Sequence[tuple[Point, ...]]
    width: float
    height: float


def place(sizes: Mapping[str, Point], lines: Sequence[Line]) -> Placed:
    """Place boxes of these sizes (width, height), in layers from top to bottom. The same input gives the same place."""
    if not sizes:
        return Placed({}, [], 0.0, 0.0)
    graph = AGraph(strict=False, directed=True, nodesep=0.36, ranksep=0.34, splines="spline", ordering="out")
    graph.node_attr.update(shape="box", fixedsize="true", label="")
    for name, (width, height) in sizes.items():
        graph.add_node(name, width=width / POINTS, height=height / POINTS)
    for number, line in enumerate(lines):
        direction = "forward" if line.arrow else "none"
        graph.add_edge(line.tail, line.head, key=str(number), id=str(number), weight=line.straight, dir=direction)
    found = json.loads(graph.draw(format="json0", prog="dot"))
    graph.close()
    width, height = (float(part) for part in found["bb"].split(",")[2:])
    centres = {each["name"]: _point(each["pos"], height) for each in found["objects"]}
    led = {int(each["id"]): _line(each, height) for each in found.get("edges", [])}
    return Placed(centres, [led[number] for number in range(len(lines))], width, height)


def _point(text: str, height: float) -> Point:
    x, y = text.split(",")[:2]
    return round(float(x), 1), round(height - float(y), 1)


def _line(edge: Any, height: float) -> tuple[Point, ...]:
    parts = edge["pos"].split(" ")
    tip = [_point(part[2:], height) for part in parts if part.startswith("e,")]
    return (*(_point(part, height) for part in parts if not part.startswith("e,")), *tip)
