"""The picture itself: whole, readable, and safe to open."""

from __future__ import annotations

import re
from html import escape
from xml.etree import ElementTree

from hypothesis import given, settings

from flows.drawing.chart import Chart, Node, chart_of
from flows.drawing.looks import LOOKS
from flows.drawing.svg import to_svg
from flows.shelf import Shelf
from flows.widths import cells
from rules.language import Playbook
from tests.flows.drawing.procedures import playbooks

SVG = "{http://www.w3.org/2000/svg}"


def drawn(chart: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(to_svg(chart))


def test_every_step_of_every_shipped_playbook_is_drawn(shelf: Shelf) -> None:
    """A part of a procedure would be missing in its picture."""
    for playbook in shelf.current.playbooks.values():
        picture = drawn(chart_of(playbook, shelf.current.playbooks.values()))
        titles = " ".join(title.text or "" for title in picture.iter(f"{SVG}title"))
        assert all(f"{step.path}: " in titles for step in playbook.walk())


def test_the_picture_is_to_be_heard_too(shelf: Shelf) -> None:
    """Somebody who listens to the page would hear nothing of the procedure."""
    picture = drawn(chart_of(shelf.current.playbooks["deletion-request"]))
    assert picture.get("role") == "img"
    told = {each.get("id"): each.text or "" for each in picture if each.get("id")}
    assert told["title"].startswith("deletion-request 2.0.0: ")
    assert "after 4 hours: backup_status = possible" in told["description"]


def test_the_legend_names_what_occurs_and_nothing_else(shelf: Shelf) -> None:
    """A reader would not know what a shape means, or look for one that is not there."""
    chart = chart_of(shelf.current.playbooks["incident"])
    [legend] = [each for each in drawn(chart).iter(f"{SVG}g") if each.get("class") == "legend"]
    said = {each.text for each in legend.iter(f"{SVG}text")}
    assert said == {LOOKS[node.kind].means for node in chart.nodes}


def test_pictures_lead_to_one_another(shelf: Shelf) -> None:
    """A reader would have to look for the playbook that follows."""
    text = to_svg(chart_of(shelf.current.playbooks["deletion-request"]), lambda name: f"{name}.svg")
    assert '<a href="deletion-check-in.svg">' in text
    assert "<a " not in to_svg(chart_of(shelf.current.playbooks["deletion-request"]))


def test_chinese_words_stay_in_their_boxes() -> None:
    """The words of a Chinese playbook would run over the edge of their box."""
    words = "客户要求我们删除聊天记录里的所有个人信息，包括备份和导出文件；请先看清楚聊天里有没有订单、价格或合同"
    node = Node("n1", "human", "steps", "ask on call", words, (words,))
    assert_words_fit(drawn(Chart("p", "1.0.0", words, (node,), ())))


def test_nothing_in_a_text_becomes_a_part_of_the_page() -> None:
    """Words in a playbook could run as a script in the browser of whoever looks."""
    nasty = "</text><script>alert(1)</script>&\x08\"'"
    node = Node("n1", "say", "steps", nasty, nasty, (nasty,), nasty, nasty)
    text = to_svg(Chart(nasty, nasty, nasty, (node,), ()), lambda name: name)
    assert "<script" not in text
    assert escape("</text><script>") in text
    ElementTree.fromstring(text)


def test_the_same_playbook_gives_the_same_picture(shelf: Shelf) -> None:
    """A committed picture would change although the procedure did not."""
    chart = chart_of(shelf.current.playbooks["deletion-request"])
    assert to_svg(chart) == to_svg(chart)


@settings(max_examples=25, deadline=None)
@given(playbooks())
def test_any_playbook_can_be_drawn(playbook: Playbook) -> None:
    """A correct but unusual playbook would have no picture, or one that runs over its edge."""
    chart = chart_of(playbook)
    picture = drawn(chart)
    assert_words_fit(picture)
    inside = [
        each for each in picture.iter(f"{SVG}g") if each.get("class") in LOOKS and each.find(f"{SVG}title") is not None
    ]
    assert len(inside) == len(chart.nodes)


def assert_words_fit(picture: ElementTree.Element) -> None:
    """No line is wider than its box or stands outside it; a Chinese letter is as wide as it is high."""
    for group in picture.iter(f"{SVG}g"):
        box = group.find(f"{SVG}path[@class='box']")
        if box is None:
            continue
        numbers = [float(number) for number in re.findall(r"H([\d.]+)", box.get("d", ""))]
        down = [float(number) for number in re.findall(r"V([\d.]+)", box.get("d", ""))] or [999.0]
        for line in group.iter(f"{SVG}text"):
            size, x, y = (float(line.get(name, "0")) for name in ("font-size", "x", "y"))
            assert x + size * cells(line.text or "") * 0.5 <= max(numbers) + 12
            assert y <= max(down) + 12
