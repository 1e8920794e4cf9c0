"""The picture of a playbook as SVG: readable on a light and on a dark page, by ear (titles and a description), and in
black and white. It fetches nothing and holds no script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from flows.drawing.chart import KINDS, Chart, Edge, Kind, Lane, Node
from flows.drawing.layout import Line as Lead
from flows.drawing.layout import Placed, Point, place
from flows.drawing.lettering import Line, lines
from flows.drawing.looks import LOOKS
from flows.drawing.outlines import TAIL, outline
from flows.drawing.style import style
from flows.widths import clean

MARGIN = 28.0
PAD = 13.0
ICON = 26.0
CHIP = 6.0
BETWEEN = 36.0  # the steps and the clocks
LANE = 16.0
TIP = 'markerWidth="7" markerHeight="7"'

Address = Callable[[str], str | None]


def to_svg(chart: Chart, address: Address = lambda _: None) -> str:
    """The drawing. `address` gives the link to another playbook's picture, or None where there is none."""
    head = [Line(line.text, "heading", 22) for line in lines(chart.title, "heading", 22, 70)]
    name = Line(f"{chart.name} {chart.version}", "detail", 13)
    top = MARGIN + sum(line.height for line in head) + name.height + 20
    steps, clocks = _Part.of(chart, "steps"), _Part.of(chart, "clocks")
    right, bottom = MARGIN + steps.placed.width, top + steps.placed.height
    drawn = [*steps.draw(MARGIN, top, address)]
    if clocks.nodes:
        drawn += _lane(clocks, right + BETWEEN, top)
        drawn += clocks.draw(right + BETWEEN + LANE, top + LANE + 18, address)
        right += BETWEEN + clocks.placed.width + 2 * LANE
        bottom = max(bottom, top + clocks.placed.height + 2 * LANE + 18)
    legend, legend_width, bottom = _legend(chart, bottom + 40, max(right, 760))
    width = max(right, legend_width, MARGIN + max(line.width for line in (*head, name))) + MARGIN
    height = bottom + MARGIN
    return "\n".join(
        [*_opening(chart, width, height), *_text([*head, name], MARGIN, MARGIN), *drawn, *legend, "</svg>\n"]
    )


def _opening(chart: Chart, width: float, height: float) -> Iterator[str]:
    size = f'width="{width:.0f}" height="{height:.0f}"'
    box = f'viewBox="0 0 {width:.0f} {height:.0f}" {size}'
    told = 'role="img" aria-labelledby="title" aria-describedby="description"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {box} {told}>'
    yield f'<title id="title">{escape(clean(f"{chart.name} {chart.version}: {chart.title}"))}</title>'
    yield f'<desc id="description">{escape(clean(_described(chart)))}</desc>'
    yield f"<style>{style()}</style>"
    tip = '<path class="tip" d="M0 0.8 10 5 0 9.2Z"/>'
    yield f'<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" orient="auto" {TIP}>{tip}</marker></defs>'
    yield f'<rect class="page" {size}/>'


@dataclass(frozen=True)
class _Part:
    """The steps, or the clocks beside them: what is placed together."""

    nodes: Sequence[Node]
    edges: Sequence[Edge]
    words: Mapping[str, list[Line]]
    sizes: Mapping[str, Point]
    placed: Placed

    @classmethod
    def of(cls, chart: Chart, lane: Lane) -> _Part:
        nodes = [node for node in chart.nodes if node.lane == lane]
        ids = {node.id for node in nodes}
        edges = [edge for edge in chart.edges if edge.tail in ids]
        words = {node.id: _words(node) for node in nodes}
        sizes = {node.id: _size(words[node.id], node.kind) for node in nodes}
        leads = []
        for number, edge in enumerate(edges):
            straight = 6 if edge.way == "on" else 1
            if not edge.label:
                leads.append(Lead(edge.tail, edge.head, straight))
                continue
            chip = f"chip{number}"
            words[chip] = list(lines(edge.label, "label", 12, 30))
            sizes[chip] = (max(line.width for line in words[chip]) + 2 * CHIP, _height(words[chip]) + CHIP)
            leads += [Lead(edge.tail, chip, straight, arrow=False), Lead(chip, edge.head, straight)]
        return cls(nodes, edges, words, sizes, place(sizes, leads))

    def draw(self, left: float, top: float, address: Address) -> Iterator[str]:
        yield f'<g transform="translate({left:.1f} {top:.1f})">'
        leads = iter(self.placed.lines)
        for number, edge in enumerate(self.edges):
            chip = f"chip{number}"
            if chip not in self.words:
                yield _lead(next(leads), edge, arrow=True)
                continue
            yield _lead(next(leads), edge, arrow=False)
            yield _lead(next(leads), edge, arrow=True)
            yield from self._chip(chip, edge)
        for node in self.nodes:
            yield from self._node(node, address)
        yield "</g>"

    def _chip(self, chip: str, edge: Edge) -> Iterator[str]:
        x, y, width, height = self._box(chip)
        yield f'<rect class="chip {edge.way}" {_at(x, y, width, height)} rx="8"/>'
        yield from _text(self.words[chip], x + width / 2, y + CHIP / 2, "middle")

    def _node(self, node: Node, address: Address) -> Iterator[str]:
        x, y, width, height = self._box(node.id)
        link = address(node.playbook) if node.playbook is not None else None
        told = f"{node.path}: {node.word}" if node.path else node.word
        if link is not None:
            yield f'<a href="{escape(clean(link))}">'
        yield f'<g class="{node.kind}" transform="translate({x:.1f} {y:.1f})"><title>{escape(clean(told))}</title>'
        yield f'<path class="box" d="{outline(LOOKS[node.kind].shape, width, height)}"/>'
        inset = _inset(node.kind, height)
        yield f'<path class="icon" transform="translate({inset:.1f} {PAD - 2:.1f})" d="{LOOKS[node.kind].icon}"/>'
        yield from _text(self.words[node.id], inset + ICON, PAD - 3)
        yield "</g>"
        if link is not None:
            yield "</a>"

    def _box(self, name: str) -> tuple[float, float, float, float]:
        (x, y), (width, height) = self.placed.centres[name], self.sizes[name]
        return x - width / 2, y - height / 2, width, height


def _lane(part: _Part, left: float, top: float) -> Iterator[str]:
    """The ground on which the clocks stand, and what it is."""
    width, height = part.placed.width + 2 * LANE, part.placed.height + 2 * LANE + 18
    yield f'<rect class="lane" {_at(left, top, width, height)} rx="10"/>'
    yield from _text([Line("Clocks that run beside it", "word", 12)], left + LANE, top + 6)


def _at(x: float, y: float, width: float, height: float) -> str:
    return f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'


def _words(node: Node) -> list[Line]:
    return [
        *lines(node.word, "word", 11.5, 34),
        *lines(node.title, "title", 14, 32),
        *(line for detail in node.details for line in lines(detail, "detail", 12, 40, most=6)),
    ]


def _size(words: Sequence[Line], kind: Kind) -> Point:
    height = _height(words) + 2 * PAD - 6
    side = _inset(kind, height)
    return max(max(line.width for line in words) + ICON + 2 * side, 120), height


def _inset(kind: Kind, height: float) -> float:
    """The room that a shape's sides take."""
    return {"decide": height * 0.28 + 6, "stop": PAD + 6, "human": PAD + 6, "begin": PAD + 4, "say": PAD + TAIL}.get(
        kind, PAD
    )


def _height(words: Sequence[Line]) -> float:
    return sum(line.height for line in words)


def _text(words: Sequence[Line], x: float, top: float, anchor: str = "start") -> Iterator[str]:
    for line in words:
        top += line.height
        place = "" if anchor == "start" else f' text-anchor="{anchor}"'
        yield (
            f'<text class="{line.ink}" x="{x:.1f}" y="{top - line.size * 0.34:.1f}" font-size="{line.size}"{place}>'
            f"{escape(clean(line.text))}</text>"
        )


def _lead(points: Sequence[Point], edge: Edge, *, arrow: bool) -> str:
    """A line through its Bézier points; the last point of one with an arrow is the arrow's."""
    curve = points[1:-1] if arrow else points[1:]
    d = f"M{points[0][0]} {points[0][1]}C" + " ".join(f"{x} {y}" for x, y in curve)
    tip = f'L{points[-1][0]} {points[-1][1]}" marker-end="url(#tip)' if arrow else ""
    return f'<path class="lead {edge.way}" d="{d}{tip}"/>'


def _legend(chart: Chart, top: float, width: float) -> tuple[list[str], float, float]:
    """What each look means, of those that occur; its drawing, its width and where it ends."""
    drawn, x, widest = ['<g class="legend"><title>Legend</title>'], MARGIN, 0.0
    for kind in (kind for kind in KINDS if any(node.kind == kind for node in chart.nodes)):
        look, label = LOOKS[kind], Line(LOOKS[kind].means, "detail", 12)
        taken = 46 + label.width + 22
        if x + taken > width and x > MARGIN:
            x, top = MARGIN, top + 34
        drawn.append(f'<g class="{kind}" transform="translate({x:.1f} {top:.1f})">')
        drawn.append(f'<path class="box" d="{outline(look.shape, 38, 24)}"/>')
        drawn.append(f'<path class="icon" transform="translate(12 5) scale(0.88)" d="{look.icon}"/></g>')
        drawn += _text([label], x + 46, top + 4)
        x, widest = x + taken, max(widest, x + taken)
    return [*drawn, "</g>"], widest, top + 24


def _described(chart: Chart) -> str:
    """The procedure for somebody who hears it."""
    names = {node.id: node for node in chart.nodes}
    sentences = []
    for node in chart.nodes:
        ways = [
            f"{f'{edge.label}: ' if edge.label else ''}{names[edge.head].title}"
            for edge in chart.edges
            if edge.tail == node.id
        ]
        onward = f" Then {'; '.join(ways)}." if ways else ""
        sentences.append(f"{node.word}: {node.title}.{onward}")
    return " ".join(sentences)
