"""Mermaid text: read back by a strict reading of the part of its grammar that is written."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import given, settings

from flows.drawing.chart import Chart, chart_of
from flows.drawing.mermaid import to_mermaid
from flows.shelf import Shelf
from rules.language import Playbook
from tests.flows.drawing.procedures import playbook_of, playbooks

# Inside quotes: any letter but those that mean something to Mermaid or to a browser; those stand as codes.
TEXT = r'"((?:[^"#<>&`%{}\\\n]|#\d+;|<br/>)+)"'
SHAPES = [(r"\(\[", r"\]\)"), (r"\(", r"\)"), (r"\[\[", r"\]\]"), (r"\{\{", r"\}\}"), (r"\[", r"\]")]
SHAPES += [(r"\[/", r"/\]"), (">", r"\]"), (r"\[\\", r"\\\]")]
NODE = re.compile("|".join(rf"(n\d+){before}{TEXT}{after}" for before, after in SHAPES))
EDGE = re.compile(rf"(n\d+) (?:-->|-\.->)(?:\|{TEXT}\|)? (n\d+)")
REST = re.compile(
    r"flowchart TD|accTitle: [\w ,.:?!'’/-]+|accDescr: [\w ,.:?!'’/-]+|subgraph clocks \[\"[\w ]+\"\]|end"
    r"|classDef \w+_ (?:[\w-]+:[#\w ]+,?)+|class n\d+(?:,n\d+)* \w+_"
)


def read(text: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The nodes with their texts, and the edges; an error where a line is none that Mermaid takes."""
    nodes: dict[str, str] = {}
    edges = []
    for line in text.splitlines():
        if edge := EDGE.fullmatch(line.strip()):
            edges.append((edge[1], edge[3]))
        elif node := NODE.fullmatch(line.strip()):
            name, told = (part for part in node.groups() if part is not None)
            assert name not in nodes
            nodes[name] = unescape(re.sub(r"#(\d+);", r"&#\1;", told.replace("<br/>", "\n")))
        else:
            assert REST.fullmatch(line.strip()), line
    return nodes, edges


def assert_read_back(chart: Chart) -> None:
    nodes, edges = read(to_mermaid(chart))
    assert edges == [(edge.tail, edge.head) for edge in chart.edges]
    assert set(nodes) == {node.id for node in chart.nodes}
    for node in chart.nodes:
        for part in (node.title, *node.details):
            assert " ".join(part.split()) in nodes[node.id]


def test_every_shipped_playbook_is_read_back(shelf: Shelf) -> None:
    """A page would show an error of Mermaid's instead of the picture."""
    for playbook in shelf.current.playbooks.values():
        assert_read_back(chart_of(playbook, shelf.current.playbooks.values()))


@settings(max_examples=30, deadline=None)
@given(playbooks())
def test_any_playbook_is_read_back(playbook: Playbook) -> None:
    """A quotation mark in a title would break the picture, or a designer's words would be run as something else."""
    assert_read_back(chart_of(playbook))


def test_words_that_mean_something_to_mermaid_are_only_words() -> None:
    """A title could change the picture, or what a page around it does."""
    title = 'He said "end" %%{init: {}}%% <img src=x> #35; `*a*` [b] (c) \\n; click n1 href'
    step = {"notify": {"who": "on_call", "message": title}}
    playbook = playbook_of({"playbook": "p", "version": "1.0.0", "title": title, "scope": "case", "steps": [step]})
    assert playbook is not None
    text = to_mermaid(chart_of(playbook))
    assert "<img" not in text
    assert "%%{" not in text
    assert_read_back(chart_of(playbook))
