"""The picture of a playbook as Mermaid text, for pages that draw it themselves: GitHub, GitLab, Notion, Obsidian."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flows.drawing.chart import Chart, Edge, Kind, Node
from flows.drawing.looks import LOOKS, Shape
from flows.widths import clean

_AROUND: Mapping[Shape, tuple[str, str]] = {
    "round": ("([", "])"),
    "bubble": ("(", ")"),
    "person": ("[[", "]]"),
    "dashed": ("([", "])"),
    "point": ("{{", "}}"),
    "plain": ("[", "]"),
    "folded": ("[/", "/]"),
    "clock": (">", "]"),
    "dark": ("([", "])"),
    "octagon": ("[\\", "\\]"),
}
_ARROWS = {"on": "-->", "time": "-.->", "other": "-.->"}
# What Mermaid or a browser would take for more than a letter is written as a code; the codes themselves begin with #.
_CODES = {character: f"#{ord(character)};" for character in '#&<>"`%{}\\'}


def to_mermaid(chart: Chart) -> str:
    """The flowchart. Every word of the content in it is quoted and escaped."""
    return "\n".join(_lines(chart)) + "\n"


def _lines(chart: Chart) -> Iterator[str]:
    yield "flowchart TD"
    yield f"  accTitle: {_bare(f'{chart.name} {chart.version}')}"
    if title := _bare(chart.title):
        yield f"  accDescr: {title}"
    yield from (f"  {_node(node)}" for node in chart.nodes if node.lane == "steps")
    clocks = [node for node in chart.nodes if node.lane == "clocks"]
    if clocks:
        yield '  subgraph clocks ["Clocks that run beside it"]'
        yield from (f"    {_node(node)}" for node in clocks)
        yield "  end"
    yield from (f"  {_edge(edge)}" for edge in chart.edges)
    kinds = dict.fromkeys(node.kind for node in chart.nodes)
    yield from (f"  {_class(kind)}" for kind in kinds)
    for kind in kinds:
        yield f"  class {','.join(node.id for node in chart.nodes if node.kind == kind)} {kind}_"


def _node(node: Node) -> str:
    before, after = _AROUND[LOOKS[node.kind].shape]
    told = "<br/>".join(_quoted(line) for line in (f"{LOOKS[node.kind].sign} {node.word}", node.title, *node.details))
    return f'{node.id}{before}"{told}"{after}'


def _edge(edge: Edge) -> str:
    label = f'|"{_quoted(edge.label)}"|' if edge.label else ""
    return f"{edge.tail} {_ARROWS[edge.way]}{label} {edge.head}"


def _class(kind: Kind) -> str:
    look = LOOKS[kind]
    dashes = {"wait": ",stroke-dasharray:7 4", "clock": ",stroke-dasharray:2 3"}.get(kind, "")
    return f"classDef {kind}_ fill:{look.fill},stroke:{look.line},color:{look.text}{dashes}"


def _quoted(text: str) -> str:
    return "".join(_CODES.get(character, character) for character in " ".join(clean(text).split()))


def _bare(text: str) -> str:
    """A text where Mermaid knows no codes: it goes to the end of the line."""
    return " ".join(re.sub(r"[^\w ,.:?!'’/-]", " ", clean(text)).split())
